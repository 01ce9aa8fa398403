use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    fn greet(&self, name: &str) -> linmem::Result<String>;
}

fn main() {}
