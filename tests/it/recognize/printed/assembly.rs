/// By AssemblyScript, whose objects are one number each. A number here may be a pointer: see the module's documentation.
// For an object write `&str` if it is a string, and `&[T]` if it is an `ArrayBuffer`. For a typed array write
// `#[wasm(pass = linmem::pass::TypedArray<ID>)]` before the parameter, with its class's number (`idof`): without
// it the guest takes an `ArrayBuffer` for one, and no error says so. As results all of these tell what they are,
// but for a `StaticArray`: `#[wasm(returns = linmem::results::StaticArray)]`.
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
