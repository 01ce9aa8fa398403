use linmem::wasm_import;

#[wasm_import]
pub struct Greeter;

fn main() {}
