use linmem::wasm_import;

#[wasm_import]
trait Greeter {
    fn greet(&mut self, name: &str) -> &str;
}

#[wasm_import]
trait Shapes {
    fn bounds(&mut self) -> (u32, u32);
    fn digest(&mut self) -> [u8; 32];
}

fn main() {}
