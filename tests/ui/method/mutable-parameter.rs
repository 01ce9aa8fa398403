use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    fn greet(&mut self, mut name: &str) -> linmem::Result<String>;
}

fn main() {}
