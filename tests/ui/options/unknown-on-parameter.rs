use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    fn greet(&mut self, #[wasm(name = "who")] name: &str) -> linmem::Result<String>;
}

fn main() {}
