use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    fn greet<const N: usize>(&mut self, name: [u8; N]) -> linmem::Result<String>;
}

fn main() {}
