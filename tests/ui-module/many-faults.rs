//! Many things are wrong, and each is told where it is. `right` is not among them.
use linmem::{Result, wasm_import};

#[wasm_import(
    module = concat!(env!("UI_MODULES"), "/many-faults.wat"),
    memory = "mem",
    alloc = "take",
    free = "give",
    init = "start"
)]
trait Wrong {
    fn live_blocks(&mut self) -> Result<u32>;
    fn hash(&mut self, seed: u64, data: &[u8]) -> Result<u32>;
    fn fill(&mut self, text: &str, by: f64) -> Result<()>;
    fn save(&mut self) -> Result<()>;
    #[wasm(returns = linmem::results::Pair)]
    fn render(&mut self, text: &str) -> Result<String>;
    #[wasm(name = "seeks")]
    fn seek(&mut self, to: u32) -> Result<u32>;
    fn right(&mut self, text: &str) -> Result<String>;
    fn counter(&mut self) -> Result<u32>;
}

fn main() {}
