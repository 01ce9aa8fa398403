/// By the canonical ABI. A number here may be a pointer: see the module's documentation.
// Bytes are a guess: `Vec<u8>` may be text, a list, a record, an `Option` or a `Result` as well, and `&[u8]` text, a
// list or two numbers. The `.wit` file tells.
#[linmem::wasm_import(convention = linmem::convention::Canonical)]
trait Canonical {
    /// `(i32, i32) -> i32`
    #[wasm(name = "demo:text/api#check")]
    fn check(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;
    /// `(i32, i32) -> i32`
    #[wasm(name = "demo:text/api#evens")]
    fn evens(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;
    /// `(i32, i32, i32) -> i32`
    #[wasm(name = "demo:text/api#find")]
    fn find(&mut self, p0: u32, p1: u32, p2: u32) -> linmem::Result<u32>;
    /// `(i32, i32) -> i32`
    #[wasm(name = "demo:text/api#join")]
    fn join(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;
    /// `(i32, i32) -> i32`
    #[wasm(name = "demo:text/api#last-word")]
    fn last_word(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;
    /// `() -> i32`
    #[wasm(name = "demo:text/api#live-blocks")]
    fn live_blocks(&mut self) -> linmem::Result<u32>;
    /// `() -> i32`
    #[wasm(name = "demo:text/api#live-bytes")]
    fn live_bytes(&mut self) -> linmem::Result<u32>;
    /// `(i32, i32) -> i32`
    #[wasm(name = "demo:text/api#middle")]
    fn middle(&mut self, p0: u32, p1: u32) -> linmem::Result<u32>;
    /// `(f64, f64) -> f64`
    #[wasm(name = "demo:text/api#norm")]
    fn norm(&mut self, p0: f64, p1: f64) -> linmem::Result<f64>;
    /// `(i32, i32) -> i32`
    #[wasm(name = "demo:text/api#parse")]
    fn parse(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;
    /// `(i32, i32) -> i32`
    #[wasm(name = "demo:text/api#shout")]
    fn shout(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;
    /// `(i32, i32) -> i32`
    #[wasm(name = "demo:text/api#split")]
    fn split(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;
    /// `(i32, i32) -> f64`
    #[wasm(name = "demo:text/api#total")]
    fn total(&mut self, p0: u32, p1: u32) -> linmem::Result<f64>;
}
