use linmem::wasm_import;

#[wasm_import]
pub fn greet(name: &str) -> String {
    name.to_owned()
}

fn main() {}
