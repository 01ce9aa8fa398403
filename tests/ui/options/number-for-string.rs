use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    #[wasm(name = 3)]
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
}

fn main() {}
