/// By wasm-bindgen. A number here may be a pointer: see the module's documentation.
// Bytes are a guess: they may be text, or elements of another type, and `&[u8]` may be two numbers.
#[linmem::wasm_import(convention = linmem::convention::WasmBindgen)]
trait Bindgen {
    /// `(i32, i32) -> (i32, i32)`
    fn doubles(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;
    /// `(i32, i32) -> (i32, i32)`
    fn first_word(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;
    /// `(i32, i32) -> (i32, i32)`
    fn greet(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;
    /// `() -> i32`
    fn live_blocks(&mut self) -> linmem::Result<u32>;
    /// `() -> i32`
    fn live_bytes(&mut self) -> linmem::Result<u32>;
    /// `(i32, i32) -> (i32, i32, i32)`
    fn parse(&mut self, p0: u32, p1: u32) -> linmem::Result<u32>;
    /// `(i32, i32) -> (i32, i32)`
    fn reverse(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;
    /// `(i32, i32) -> f64`
    fn sum(&mut self, p0: u32, p1: u32) -> linmem::Result<f64>;
}
