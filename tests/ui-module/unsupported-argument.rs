use linmem::wasm_import;

/// The second argument is at fault, and neither the first nor the result.
#[wasm_import(module = concat!(env!("UI_MODULES"), "/greeter.wat"))]
trait Greeter {
    fn greet(&mut self, times: u32, names: Vec<String>) -> linmem::Result<String>;
}

fn main() {}
