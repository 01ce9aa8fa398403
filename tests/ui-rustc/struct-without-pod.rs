use linmem::wasm_import;

pub struct Point {
    pub x: f64,
    pub y: f64,
}

#[wasm_import]
trait Shapes {
    fn norm(&mut self, point: &Point) -> linmem::Result<f64>;
}

fn main() {}
