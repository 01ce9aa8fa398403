//! A memory that is not there, and one of another width: in the words of `Pre::check`.
use linmem::{Result, wasm_import};

#[wasm_import(module = concat!(env!("UI_MODULES"), "/no-memory.wat"))]
trait NoMemory {
    fn count(&mut self, text: &str) -> Result<u32>;
}

#[wasm_import(module = concat!(env!("UI_MODULES"), "/wide-memory.wat"))]
trait Wide {
    fn count(&mut self, text: &str) -> Result<u32>;
}

fn main() {}
