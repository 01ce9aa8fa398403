/// With an allocator by hand, as in Rust or Zig. A number here may be a pointer: see the module's documentation.
// Bytes are a guess: they may be text, or elements of another type, and `&[u8]` may be two numbers.
#[linmem::wasm_import]
trait Ledger {
    /// `(i32) -> i32`
    fn alignment(&mut self, p0: u32) -> linmem::Result<u32>;
    /// `() -> i64`
    fn banner(&mut self) -> linmem::Result<u64>;
    /// `(i32, i32) -> i64`
    fn checksum(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;
    /// `(i32, i32, i32, i32, i32, i32) -> i64`
    fn concat(&mut self, p0: &[u8], p1: &[u8], p2: &[u8]) -> linmem::Result<Vec<u8>>;
    /// `(i32, i32) -> i64`
    fn doubled_u32(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;
    /// `(i32, i32) -> i32`
    fn echo_area(&mut self, p0: u32, p1: u32) -> linmem::Result<u32>;
    /// `(i32, i32) -> i64`
    fn echo_packed(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;
    /// `(i32, i32, i32)`
    fn echo_ret(&mut self, p0: u32, p1: u32, p2: u32) -> linmem::Result<()>;
    /// `(i32)`
    fn fail_alloc_in(&mut self, p0: u32) -> linmem::Result<()>;
    /// `(i32, i32, i32, i32) -> i64`
    fn find_word(&mut self, p0: &[u8], p1: &[u8]) -> linmem::Result<Vec<u8>>;
    /// `(i32, i32) -> i64`
    fn greet(&mut self, p0: &[u8]) -> linmem::Result<Vec<u8>>;
    /// `(i32, i32) -> i32`
    fn grow_and_length(&mut self, p0: u32, p1: u32) -> linmem::Result<u32>;
    /// `() -> i32`
    fn last_released_nonzero(&mut self) -> linmem::Result<u32>;
    /// `(i32, i32) -> i32`
    fn length(&mut self, p0: u32, p1: u32) -> linmem::Result<u32>;
    /// `() -> i32`
    fn live_blocks(&mut self) -> linmem::Result<u32>;
    /// `() -> i32`
    fn live_bytes(&mut self) -> linmem::Result<u32>;
    /// `(i32, i32) -> i32`
    fn nonzero_bytes(&mut self, p0: u32, p1: u32) -> linmem::Result<u32>;
    /// `(i32, i32)`
    fn reverse(&mut self, p0: u32, p1: u32) -> linmem::Result<()>;
    /// `(i32, i32) -> f64`
    fn sum_f64(&mut self, p0: u32, p1: u32) -> linmem::Result<f64>;
    /// `(i32, i32)`
    fn trap(&mut self, p0: u32, p1: u32) -> linmem::Result<()>;
    /// `(i32)`
    fn trap_alloc_in(&mut self, p0: u32) -> linmem::Result<()>;
    /// `(i32)`
    fn trap_dealloc_in(&mut self, p0: u32) -> linmem::Result<()>;
}
