//! Objects of AssemblyScript's collector.

use super::Convention;
use crate::allocator::Managed;
use crate::status::Silent;
use crate::text::Utf16;
use crate::{pass, results};

/// AssemblyScript with its runtime exported.
///
/// *From:* `asc --exportRuntime`, with the runtime `incremental` or `minimal`.
///
/// *To recognise by:* `__new` of `(size, class)`, `__pin`, `__unpin` and `__collect`. A module without them was compiled
/// without the option, and takes numbers alone.
///
/// *Arguments:* each is the address of an object, which linmem makes, and pins for the call. `&str` is a `String`, in UTF-16,
/// and a slice an `ArrayBuffer`. Typed arrays and arrays have classes, whose numbers are the compiler's choice:
/// [`TypedArray`](crate::pass::TypedArray)`<{idof}>`, [`Array`](crate::pass::Array)`<{idof}>`. Have the module export them:
/// `export const ID = idof<Float64Array>()`. **A typed array without [`TypedArray`](crate::pass::TypedArray) is passed as an
/// `ArrayBuffer`**: the guest takes its elements for addresses, and no error says so.
///
/// *Results:* a `String`, an `ArrayBuffer`, a typed array or an `Array` of numbers tells by its class how it is read;
/// [`StaticArray`](crate::results::StaticArray) is named. They are the collector's: linmem reads them before the guest runs
/// again, and frees nothing.
///
/// *Imports:* `env.abort`, for assertions and exceptions; it must not return, so `imports = linmem::Stub::Trap` will do.
///
/// ```
/// # use linmem::{pass, results, wasm_import};
/// #[wasm_import(convention = linmem::convention::AssemblyScript, imports = linmem::Stub::Trap)]
/// trait Statistics {
///     /// `greet(name: string): string`
///     fn greet(&mut self, name: &str) -> linmem::Result<String>;
///     /// `sum(values: Float64Array): f64`
///     fn sum(&mut self, #[wasm(pass = pass::TypedArray<4>)] values: &[f64]) -> linmem::Result<f64>;
///     /// `squares(n: i32): StaticArray<u32>`
///     #[wasm(returns = results::StaticArray)]
///     fn squares(&mut self, n: i32) -> linmem::Result<Vec<u32>>;
/// }
/// ```
///
/// The example `assemblyscript` calls such a module.
///
/// *Source:* AssemblyScript's documentation, "Runtime", and `std/assembly/rt/`.
#[derive(Debug, Clone, Copy)]
pub struct AssemblyScript;

impl Convention for AssemblyScript {
    type Pointer = u32;
    type Allocator = Managed;
    type Pass = pass::Managed;
    type Results = results::Managed;
    type Text = Utf16;
    type Status = Silent;
}
