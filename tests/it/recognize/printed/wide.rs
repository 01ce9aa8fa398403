/// C or C++. A number here may be a pointer: see the module's documentation.
#[linmem::wasm_import(convention = linmem::convention::Memory64)]
trait Wide {
    /// `() -> i64`
    fn live_blocks(&mut self) -> linmem::Result<u64>;
    /// `(i64, i64) -> f64`
    fn sum(&mut self, p0: u64, p1: u64) -> linmem::Result<f64>;
    /// `(i64, i64, f32)`
    fn scale(&mut self, p0: u64, p1: u64, p2: f32) -> linmem::Result<()>;
    /// `(i64, i64, i64)`
    fn reversed(&mut self, p0: u64, p1: u64, p2: u64) -> linmem::Result<()>;
    /// `() -> i64`
    fn name(&mut self) -> linmem::Result<u64>;
}
