use linmem::wasm_import;

#[wasm_import]
trait Sums {
    fn sum(&mut self, value: usize) -> linmem::Result<u32>;
}

fn main() {}
