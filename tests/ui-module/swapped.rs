use linmem::wasm_import;

#[wasm_import(module = concat!(env!("UI_MODULES"), "/greeter.wat"))]
trait Greeter {
    fn repeat(&mut self, text: &str, pause: f64, times: u32) -> linmem::Result<String>;
}

fn main() {}
