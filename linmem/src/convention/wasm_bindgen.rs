//! wasm-bindgen's modules, without their JavaScript.

use super::Convention;
use crate::allocator::OfOwners;
use crate::pass::{Given, PtrLen};
use crate::results;
use crate::status;
use crate::text::Utf8;

/// Modules that wasm-bindgen made, called without its JavaScript.
///
/// *From:* `wasm-bindgen` and `wasm-pack`, for any `--target`: the file `…_bg.wasm`.
///
/// *To recognise by:* `__wbindgen_malloc` of `(size, align)` and `__wbindgen_free` of `(pointer, size, align)`, in older
/// versions without the alignment. A module that needs only the first, because it returns no memory, may lack the second:
/// say `alloc = "__wbindgen_malloc"`. `__wbindgen_start` is called first.
///
/// *Imports:* whatever the code uses of JavaScript; the glue beside the module shows what each does. `imports =
/// linmem::Stub::Trap` defines those that are never called. `__wbindgen_init_externref_table`, where it is imported, is
/// called at the start, so define that one (doing nothing will do for functions that take no JavaScript values).
///
/// *Arguments:* pointer and count of strings and slices, which the function frees. An object of the guest's is its address:
/// a [`GuestPtr`](crate::GuestPtr).
///
/// *Results:* a string or a vector through a leading return pointer (classic), or as two values (with multi-value, as newer
/// versions do); linmem frees it. Of a function that can fail, also one that
/// returns nothing or a number, there are two values more, an error and whether it is one: that
/// is [`ErrorKind::Guest`](crate::ErrorKind::Guest), whose code is what the import that made the error has returned for it.
///
/// ```
/// # use linmem::wasm_import;
/// #[wasm_import(convention = linmem::convention::WasmBindgen)]
/// trait Snappy {
///     fn compress(&mut self, text: &str) -> linmem::Result<Vec<u8>>;
///     fn decompress(&mut self, data: &[u8]) -> linmem::Result<String>;
/// }
/// ```
///
/// The example `snappy` calls such a module, with its one import.
///
/// *Source:* wasm-bindgen's `crates/cli-support`, `src/convert/slices.rs` and `src/convert/impls.rs`.
#[derive(Debug, Clone, Copy)]
pub struct WasmBindgen;

impl Convention for WasmBindgen {
    type Pointer = u32;
    type Allocator = OfOwners;
    type Pass = Given<PtrLen>;
    type Results = results::Bindgen;
    type Text = Utf8;
    type Status = status::Bindgen;
}
