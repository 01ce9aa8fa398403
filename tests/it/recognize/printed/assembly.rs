/// By AssemblyScript, whose objects are one number each. A number here may be a pointer: see the module's documentation.
#[linmem::wasm_import(convention = linmem::convention::AssemblyScript)]
trait Assembly {
    /// `(i32) -> i32`
    fn squares(&mut self, p0: u32) -> linmem::Result<u32>;
    /// `() -> i32`
    fn live_blocks(&mut self) -> linmem::Result<u32>;
    /// `(i32) -> i32`
    fn greet(&mut self, p0: u32) -> linmem::Result<u32>;
    /// `(i32) -> i32`
    fn length(&mut self, p0: u32) -> linmem::Result<u32>;
    /// `(i32) -> f64`
    fn sum(&mut self, p0: u32) -> linmem::Result<f64>;
    /// `(i32) -> i32`
    fn doubled(&mut self, p0: u32) -> linmem::Result<u32>;
    /// `(i32) -> i32`
    fn reversed(&mut self, p0: u32) -> linmem::Result<u32>;
}
