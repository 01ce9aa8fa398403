use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    #[wasm(name = "hello")]
    #[wasm(name = "welcome")]
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
}

fn main() {}
