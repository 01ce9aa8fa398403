use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    fn greet(name: &str) -> linmem::Result<String>;
}

fn main() {}
