use linmem::wasm_import;

#[wasm_import(convention = "Standard", crate = "linmem")]
pub trait Greeter {
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
}

fn main() {}
