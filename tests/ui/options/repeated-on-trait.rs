use linmem::wasm_import;

#[wasm_import(memory = "mem", memory = "memory")]
pub trait Greeter {
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
}

fn main() {}
