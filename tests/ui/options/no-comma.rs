use linmem::wasm_import;

#[wasm_import(alloc = "malloc" free = "free")]
pub trait Greeter {
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
}

fn main() {}
