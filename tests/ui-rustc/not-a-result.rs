use linmem::wasm_import;

#[wasm_import]
trait Counter {
    fn count(&mut self) -> u32;
}

fn main() {}
