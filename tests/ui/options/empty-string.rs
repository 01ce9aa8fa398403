use linmem::wasm_import;

#[wasm_import(memory = "", alloc = "", free = "")]
pub trait Greeter {
    #[wasm(name = "")]
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
}

fn main() {}
