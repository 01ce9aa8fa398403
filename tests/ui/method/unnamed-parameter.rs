use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    fn greet(&mut self, _: &str) -> linmem::Result<String>;
}

fn main() {}
