use bytemuck::{Pod, Zeroable};
use linmem::{Record, wasm_import};

type Size = usize;

#[derive(Clone, Copy, Pod, Zeroable, Record)]
#[repr(C)]
pub struct Span {
    pub from: usize,
    pub to: [Size; 2],
}

#[wasm_import]
trait Sums {
    fn slice(&mut self, values: &[usize]) -> linmem::Result<u32>;
    fn pair(&mut self, value: &Size, other: &mut [isize; 2]) -> linmem::Result<u32>;
    fn sort(&mut self, #[wasm(pass = linmem::pass::LenPtr)] values: &mut [usize]) -> linmem::Result<()>;
    fn owned(&mut self) -> linmem::Result<Vec<usize>>;
    fn borrowed(&mut self) -> linmem::Result<Option<&[Size]>>;
    fn right(&mut self, values: &[u32]) -> linmem::Result<Vec<u64>>;
}

fn main() {}
