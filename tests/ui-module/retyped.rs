use linmem::{Result, wasm_import};

/// It fits the guest as it was built.
#[wasm_import(module = concat!(env!("UI_MODULES"), "/as-built.wat"))]
trait AsBuilt {
    fn shorten(&mut self, text: &str, by: f64) -> Result<String>;
    fn count(&mut self, text: &str) -> Result<u32>;
}

/// It is the same, and the guest is not.
#[wasm_import(module = concat!(env!("UI_MODULES"), "/retyped.wat"))]
trait Rebuilt {
    fn shorten(&mut self, text: &str, by: f64) -> Result<String>;
    fn count(&mut self, text: &str) -> Result<u32>;
}

fn main() {}
