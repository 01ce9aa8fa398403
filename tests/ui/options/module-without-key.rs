use linmem::wasm_import;

#[wasm_import("greeter.wasm")]
trait Greeter {
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
}

fn main() {}
