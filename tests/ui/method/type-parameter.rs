use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    fn greet<T>(&mut self, name: T) -> linmem::Result<String>;
}

fn main() {}
