use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    #[wasm(memory = "mem")]
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
}

fn main() {}
