use linmem::wasm_import;

#[wasm_import]
pub trait Greeter {
    fn banner(&mut self) -> &str;
    fn bounds(&mut self) -> (u32, u32);
    fn digest(&mut self) -> [u8; 32];
}

fn main() {}
