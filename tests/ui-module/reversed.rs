//! Three parameters in the reverse of the export's order.
use linmem::{Result, wasm_import};

#[wasm_import(module = concat!(env!("UI_MODULES"), "/reversed.wat"))]
trait Reversed {
    fn repeat(&mut self, text: &str, pause: f64, seed: u64) -> Result<u32>;
}

fn main() {}
