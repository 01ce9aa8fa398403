/// With an allocator by hand, as in Rust or Zig. A number here may be a pointer: see the module's documentation.
// Bytes are a guess: they may be text, or elements of another type, and `&[u8]` may be two numbers.
#[linmem::wasm_import]
trait Zig {
    /// `(i32) -> i64`
    fn digits(&mut self, p0: u32) -> linmem::Result<u64>;
    /// `(i32, i32, i32) -> i64`
    fn repeat(&mut self, p0: &[u8], p1: u32) -> linmem::Result<Vec<u8>>;
    /// `(i32, i32) -> i64`
    fn reverse(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;
    /// `() -> i32`
    fn live_bytes(&mut self) -> linmem::Result<u32>;
}
