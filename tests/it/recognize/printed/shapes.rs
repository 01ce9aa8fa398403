/// C or C++. A number here may be a pointer: see the module's documentation.
#[linmem::wasm_import]
trait Shapes {
    /// `() -> i32`
    fn live_blocks(&mut self) -> linmem::Result<u32>;
    /// `(i32, i32, i32)`
    fn centroid(&mut self, p0: u32, p1: u32, p2: u32) -> linmem::Result<()>;
    /// `(i32, f64, f64)`
    fn translate(&mut self, p0: u32, p1: f64, p2: f64) -> linmem::Result<()>;
    /// `(i32) -> f64`
    fn norm(&mut self, p0: u32) -> linmem::Result<f64>;
    /// `(i32, i32, i32)`
    fn bounding_box(&mut self, p0: u32, p1: u32, p2: u32) -> linmem::Result<()>;
    /// `(i32, i32, i32) -> i32`
    fn nearest(&mut self, p0: u32, p1: u32, p2: u32) -> linmem::Result<u32>;
    /// `(i32, i32) -> f64`
    fn sum(&mut self, p0: u32, p1: u32) -> linmem::Result<f64>;
    /// `(i32, i32, f32)`
    fn scale(&mut self, p0: u32, p1: u32, p2: f32) -> linmem::Result<()>;
    /// `(i32, i32, i32)`
    fn histogram(&mut self, p0: u32, p1: u32, p2: u32) -> linmem::Result<()>;
    /// `(i32, i32)`
    fn uppercase(&mut self, p0: u32, p1: u32) -> linmem::Result<()>;
    /// `(i32, i32) -> i32`
    fn is_upper(&mut self, p0: u32, p1: u32) -> linmem::Result<u32>;
    /// `(i32) -> i32`
    fn next_letter(&mut self, p0: u32) -> linmem::Result<u32>;
    /// `(i32, i32) -> i32`
    fn initials(&mut self, p0: u32, p1: u32) -> linmem::Result<u32>;
}
