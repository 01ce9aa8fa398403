use linmem::wasm_import;

#[wasm_import]
trait Lists {
    fn names(&mut self) -> linmem::Result<Vec<String>>;
}

fn main() {}
