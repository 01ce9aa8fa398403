use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    pub fn greet(&mut self, name: &str) -> linmem::Result<String>;
}

fn main() {}
