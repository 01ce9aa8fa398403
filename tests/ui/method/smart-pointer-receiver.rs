use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    fn greet(self: Box<Self>, name: &str) -> linmem::Result<String>;
}

fn main() {}
