use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
    #[wasm(name = "greet")]
    fn welcome(&mut self, name: &str) -> linmem::Result<String>;
}

fn main() {}
