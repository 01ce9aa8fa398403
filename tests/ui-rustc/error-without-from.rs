use linmem::wasm_import;

pub struct MyError;

#[wasm_import]
trait Counter {
    fn count(&mut self) -> Result<u32, MyError>;
}

fn main() {}
