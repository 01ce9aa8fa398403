use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    type Name;
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
}

fn main() {}
