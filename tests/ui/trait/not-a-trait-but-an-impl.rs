use linmem::wasm_import;

pub struct Greeter;

#[wasm_import]
impl Greeter {
    pub fn greet(&mut self) {}
}

fn main() {}
