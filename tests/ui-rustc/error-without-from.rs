use linmem::wasm_import;

pub struct MyError;

#[wasm_import]
trait Counter {
    fn count(&mut self) -> Result<u32, MyError>;
    fn name(&mut self) -> Result<String, String>;
}

fn main() {}
