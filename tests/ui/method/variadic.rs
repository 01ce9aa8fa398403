use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    fn greet(&mut self, names: ...) -> linmem::Result<String>;
}

fn main() {}
