use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    fn greet(&mut self, name: impl AsRef<str>) -> linmem::Result<String>;
}

fn main() {}
