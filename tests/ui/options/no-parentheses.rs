use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    #[wasm]
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
    #[wasm = "hello"]
    fn welcome(&mut self, name: &str) -> linmem::Result<String>;
}

fn main() {}
