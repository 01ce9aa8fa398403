use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    fn greet(&mut self, name: &str) -> linmem::Result<String> {
        Ok(name.to_owned())
    }
}

fn main() {}
