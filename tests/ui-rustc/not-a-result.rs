use linmem::wasm_import;

#[wasm_import]
trait Greeter {
    fn greet(&mut self, name: &str) -> String;
}

fn main() {}
