use linmem::wasm_import;

#[wasm_import(module = concat!(env!("UI_MODULES"), "/greeter-last-month.wat"))]
trait Greeter {
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
    fn repeat(&mut self, text: &str, times: u32, pause: f64) -> linmem::Result<String>;
}

fn main() {}
