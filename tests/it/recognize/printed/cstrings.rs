/// C or C++. A number here may be a pointer: see the module's documentation.
#[linmem::wasm_import]
trait Cstrings {
    /// `() -> i32`
    fn live_blocks(&mut self) -> linmem::Result<u32>;
    /// `(i32) -> i32`
    fn greet(&mut self, p0: u32) -> linmem::Result<u32>;
    /// `() -> i32`
    fn version(&mut self) -> linmem::Result<u32>;
    /// `() -> i32`
    fn last_error(&mut self) -> linmem::Result<u32>;
    /// `() -> i32`
    fn last_error_len(&mut self) -> linmem::Result<u32>;
    /// `(i32) -> i32`
    fn parse(&mut self, p0: u32) -> linmem::Result<u32>;
    /// `(i32, i32) -> i32`
    fn join_len(&mut self, p0: u32, p1: u32) -> linmem::Result<u32>;
    /// `(i32, i32) -> i32`
    fn join(&mut self, p0: u32, p1: u32) -> linmem::Result<u32>;
    /// `(i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32) -> i32`
    fn mix20(&mut self, p0: u32, p1: u32, p2: u32, p3: u32, p4: u32, p5: u32, p6: u32, p7: u32, p8: u32, p9: u32, p10: u32, p11: u32, p12: u32, p13: u32, p14: u32, p15: u32, p16: u32, p17: u32, p18: u32, p19: u32) -> linmem::Result<u32>;
    /// `(i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32)`
    fn summarize18(&mut self, p0: u32, p1: u32, p2: u32, p3: u32, p4: u32, p5: u32, p6: u32, p7: u32, p8: u32, p9: u32, p10: u32, p11: u32, p12: u32, p13: u32, p14: u32, p15: u32, p16: u32, p17: u32, p18: u32) -> linmem::Result<()>;
    /// `(i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32)`
    fn describe17(&mut self, p0: u32, p1: u32, p2: u32, p3: u32, p4: u32, p5: u32, p6: u32, p7: u32, p8: u32, p9: u32, p10: u32, p11: u32, p12: u32, p13: u32, p14: u32, p15: u32, p16: u32, p17: u32) -> linmem::Result<()>;
    /// `(i32) -> i32`
    fn rle_bound(&mut self, p0: u32) -> linmem::Result<u32>;
    /// `(i32, i32, i32, i32) -> i32`
    fn rle(&mut self, p0: u32, p1: u32, p2: u32, p3: u32) -> linmem::Result<u32>;
    /// `(i32, i32, i32, i32) -> i32`
    fn deflate_like(&mut self, p0: u32, p1: u32, p2: u32, p3: u32) -> linmem::Result<u32>;
    /// `(i32, i32, i32) -> i32`
    fn unrle_in_place(&mut self, p0: u32, p1: u32, p2: u32) -> linmem::Result<u32>;
}
