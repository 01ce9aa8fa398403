use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    fn greet(#[wasm(name = "hello")] &mut self, name: &str) -> linmem::Result<String>;
}

fn main() {}
