use linmem::allocator::Buffer;
use linmem::convention::AssemblyScript;
use linmem::results::LengthThen;
use linmem::{Result, export_names, pass, wasm_import};

export_names! {
    Forged = "title\n\u{1b}[31m",
    InputStart = "input_start",
    InputLen = "input_len",
}

#[wasm_import(module = concat!(env!("UI_MODULES"), "/advice.wat"))]
trait Wrong {
    /// What is similar is another method's.
    fn great(&mut self) -> Result<u32>;
    fn greet(&mut self) -> Result<u32>;
    /// What is similar is too long to be shown.
    fn compress_all_of_it_and_more(&mut self) -> Result<f64>;
    /// Two are as similar.
    fn name(&mut self) -> Result<u64>;
    /// Nothing is similar, and no change helps.
    fn far(&mut self, data: &[u8]) -> Result<u32>;
    /// Its getter has a name that would be a line of its own.
    #[wasm(returns = LengthThen<Forged>)]
    fn title(&mut self) -> Result<String>;
}

/// `free` is refused alone.
#[wasm_import(module = concat!(env!("UI_MODULES"), "/advice.wat"), convention = AssemblyScript)]
trait Script {
    fn echo(&mut self, text: &str) -> Result<String>;
}

/// Globals would do.
#[wasm_import(module = concat!(env!("UI_MODULES"), "/advice.wat"), allocator = Buffer<InputStart, InputLen>)]
trait Buffered {
    fn hash(&mut self, #[wasm(pass = pass::Implied)] data: &[u8]) -> Result<u32>;
}

fn main() {}
