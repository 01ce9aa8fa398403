use bytemuck::{Pod, Zeroable};
use linmem::wasm_import;

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

#[wasm_import]
trait Shapes {
    fn norm(&mut self, point: Point) -> linmem::Result<f64>;
    fn origin(&mut self) -> linmem::Result<Point>;
}

fn main() {}
