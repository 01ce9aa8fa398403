/// With an allocator by hand, as in Rust or Zig. A number here may be a pointer: see the module's documentation.
// Bytes are a guess: they may be text, or elements of another type, and `&[u8]` may be two numbers.
#[linmem::wasm_import(memory = "a \"memory\"\n", alloc = "my \"malloc\"", free = "my \"free\"")]
trait Corners {
    /// `()`
    fn a(&mut self) -> linmem::Result<()>;
    /// `()`
    #[wasm(name = "A")]
    fn a_2(&mut self) -> linmem::Result<()>;
    /// `()`
    #[wasm(name = "$a")]
    fn a_3(&mut self) -> linmem::Result<()>;
    /// `()`
    #[wasm(name = "a_2")]
    fn a_2_2(&mut self) -> linmem::Result<()>;
    /// `()`
    #[wasm(name = "_")]
    fn function(&mut self) -> linmem::Result<()>;
    /// `()`
    #[wasm(name = "0")]
    fn _0(&mut self) -> linmem::Result<()>;
    /// `()`
    #[wasm(name = "🦀")]
    fn function_2(&mut self) -> linmem::Result<()>;
    /// `()`
    #[wasm(name = "self")]
    fn self_(&mut self) -> linmem::Result<()>;
    /// `()`
    #[wasm(name = "Self")]
    fn self_2(&mut self) -> linmem::Result<()>;
    /// `()`
    #[wasm(name = "crate")]
    fn crate_(&mut self) -> linmem::Result<()>;
    /// `()`
    #[wasm(name = "type")]
    fn type_(&mut self) -> linmem::Result<()>;
    /// `()`
    #[wasm(name = "type_")]
    fn type_2(&mut self) -> linmem::Result<()>;
    /// `()`
    #[wasm(name = "gen")]
    fn gen_(&mut self) -> linmem::Result<()>;
    /// `()`
    fn instantiate(&mut self) -> linmem::Result<()>;
    /// `()`
    fn exports(&mut self) -> linmem::Result<()>;
    /// `()`
    fn drop(&mut self) -> linmem::Result<()>;
    /// `()`
    fn clone(&mut self) -> linmem::Result<()>;
    /// `()`
    #[wasm(name = "demo:text/api@0.1.0#[method]parser.feed")]
    fn method_parser_feed(&mut self) -> linmem::Result<()>;
    /// `()`
    #[wasm(name = "*/ } \\ \"\n fn x() {} //")]
    fn fn_x(&mut self) -> linmem::Result<()>;
    // "", `()`: an export without a name cannot be called.
    /// `(i32, i64, f32, f64) -> f64`
    fn mix(&mut self, p0: u32, p1: u64, p2: f32, p3: f64) -> linmem::Result<f64>;
    /// `(i32, i32, i32, i32, f32) -> i64`
    fn packed(&mut self, p0: &[u8], p1: &[u8], p2: f32) -> linmem::Result<Vec<u8>>;
    /// `() -> (i32, i32)`
    fn pair(&mut self) -> linmem::Result<Vec<u8>>;
    // "three", `() -> (i32, i32, i32)`: it is not known what 3 results mean.
    // "vector", `(v128)`: no argument and no result is a `v128`.
    // "object", `() -> externref`: no argument and no result is a `externref`.
    /// `(i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64) -> f32`
    fn wide(&mut self, p0: u32, p1: u32, p2: u32, p3: u32, p4: u32, p5: u32, p6: u32, p7: u32, p8: u32, p9: u32, p10: u32, p11: u32, p12: u32, p13: u32, p14: u32, p15: u32, p16: u32, p17: u32, p18: u32, p19: u32, p20: u64, p21: u64, p22: u64, p23: u64, p24: u64, p25: u64, p26: u64, p27: u64, p28: u64, p29: u64, p30: u64, p31: u64, p32: u64, p33: u64, p34: u64, p35: u64, p36: u64, p37: u64, p38: u64, p39: u64) -> linmem::Result<f32>;
}
