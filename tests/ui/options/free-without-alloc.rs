use linmem::wasm_import;

#[wasm_import(free = "release")]
pub trait Greeter {
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
}

fn main() {}
