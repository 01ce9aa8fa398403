use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    fn greet(&mut self, name: &str);
}

fn main() {}
