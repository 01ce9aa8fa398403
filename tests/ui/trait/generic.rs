use linmem::wasm_import;

#[wasm_import]
pub trait Greeter<T> {
    fn greet(&mut self, name: T) -> linmem::Result<String>;
}

fn main() {}
