use linmem::wasm_import;

#[wasm_import(module = concat!(env!("UI_MODULES"), "/greeter.wat"))]
trait Greeter {
    fn great(&mut self, name: &str) -> linmem::Result<String>;
}

fn main() {}
