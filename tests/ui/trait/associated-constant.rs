use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    const LIMIT: usize;
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
}

fn main() {}
