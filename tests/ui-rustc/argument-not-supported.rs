use linmem::wasm_import;

#[wasm_import]
trait Lists {
    fn first(&mut self, names: Vec<String>) -> linmem::Result<u32>;
    fn second(&mut self, name: &String) -> linmem::Result<u32>;
}

fn main() {}
