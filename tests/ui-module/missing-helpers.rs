//! What the conventions of methods call besides is not there, or is of another type.
use linmem::results::{FreedBy, LastError, LengthThen, Packed, PointerThen};
use linmem::status::{Code, IsError, Zero};
use linmem::{Result, export_names, wasm_import};

export_names! {
    CompressLen = "compress_len",
    Address = "compressed",
    Error = "error",
    ErrorLen = "error_len",
    RenderFree = "render_free",
    Failed = "failed",
}

#[wasm_import(module = concat!(env!("UI_MODULES"), "/missing-helpers.wat"))]
trait Wrong {
    #[wasm(returns = LengthThen<Address>)]
    fn compress(&mut self, data: &[u8]) -> Result<Vec<u8>>;
    #[wasm(returns = FreedBy<RenderFree, Packed>)]
    fn render(&mut self, text: &str) -> Result<String>;
    #[wasm(status = Code<Zero, LastError<Error, ErrorLen>>)]
    fn open(&mut self, name: &str) -> Result<()>;
    #[wasm(status = IsError<Failed>)]
    fn seek(&mut self, to: u32) -> Result<u32>;
}

/// The getter of the length is there.
#[wasm_import(module = concat!(env!("UI_MODULES"), "/missing-helpers.wat"))]
trait Right {
    #[wasm(returns = PointerThen<CompressLen>)]
    fn compress(&mut self, data: &[u8]) -> Result<Vec<u8>>;
}

fn main() {}
