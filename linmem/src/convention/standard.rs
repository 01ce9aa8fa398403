//! What C, and Rust, Zig and Go by hand have in common.

use super::Convention;
use crate::allocator::Found;
use crate::pass::PtrLen;
use crate::results::ByType;
use crate::status::Silent;
use crate::text::Utf8;

/// The default: 32-bit pointers, the module's own allocator if it has a known one, pointer and length, and results as
/// the export's type tells ([`ByType`]). Nothing is said about failures.
///
/// The host frees what it has placed, and what a function has returned; functions free neither.
///
/// # C and C++
///
/// *From:* clang with `--target=wasm32-wasi` or `wasm32-unknown-unknown`, and Emscripten (`STANDALONE_WASM`, or else imports
/// to define).
///
/// *To recognise by:* `malloc` of `(size) -> pointer` and `free` of `(pointer)`; `_initialize`, which linmem calls first.
///
/// *Arguments:* whatever the header says, a pointer and a `size_t` as a rule. A struct is passed as a pointer to a copy, and
/// derives [`Record`](derive@crate::Record); one with a single field is passed as the field. `char *` is
/// [`NulTerminated`](crate::pass::NulTerminated).
///
/// *Results:* a struct comes through a pointer in front, which linmem passes. A pointer may be to something that is to be
/// freed, which is assumed, or to something static ([`Static`](crate::results::Static)). A failure is a code
/// ([`Code`](crate::status::Code)).
///
/// ```
/// use bytemuck::{Pod, Zeroable};
/// use linmem::results::{NulTerminated, Static};
/// use linmem::status::Code;
/// use linmem::{Record, pass, wasm_import};
///
/// #[derive(Clone, Copy, Pod, Zeroable, Record)]
/// #[repr(C)]
/// struct Size {
///     width: u32,
///     height: u32,
/// }
///
/// #[wasm_import(status = Code)]
/// trait Image {
///     /// `int image_open(const char *path)`
///     fn image_open(&mut self, #[wasm(pass = pass::NulTerminated)] path: &str) -> linmem::Result<()>;
///     /// `size image_size(void)`
///     fn image_size(&mut self) -> linmem::Result<Size>;
///     /// `const char *image_version(void)`
///     #[wasm(returns = Static<NulTerminated>)]
///     fn image_version(&mut self) -> linmem::Result<&str>;
/// }
/// ```
///
/// *Source:* the tool conventions' `BasicCABI.md`.
///
/// # Rust, Zig and Go by hand
///
/// *From:* `#[unsafe(no_mangle)] extern "C"` in Rust, `export fn` in Zig, `//go:wasmexport` in Go.
///
/// *To recognise by:* a pair of functions of their author's, such as `alloc` of `(size) -> pointer` and `dealloc` of
/// `(pointer, size)`. These and a few other names are known; any others are named: `alloc = "…", free = "…"`.
///
/// *Arguments:* pointer and length of a slice; the length counts elements.
///
/// *Results:* pointer and length, packed into an `i64` as a rule, to a block that the host frees; the size that it is freed
/// with is in bytes. An empty result is not released by a function that takes the size, for it may be a dangling pointer: a
/// guest that allocates nothing for it loses nothing.
///
/// ```
/// # use linmem::wasm_import;
/// #[wasm_import(alloc = "guest_malloc", free = "guest_free")]
/// trait Codec {
///     fn encode(&mut self, data: &[u8]) -> linmem::Result<Vec<u8>>;
///     fn checksums(&mut self, blocks: &[u32]) -> linmem::Result<Vec<u64>>;
/// }
/// ```
///
/// *Source:* none but each module's own. `tests/guests/` has one in each language.
#[derive(Debug, Clone, Copy)]
pub struct Standard;

impl Convention for Standard {
    type Pointer = u32;
    type Allocator = Found;
    type Pass = PtrLen;
    type Results = ByType;
    type Text = Utf8;
    type Status = Silent;
}

/// [`Standard`] for a memory with 64-bit addresses: pointers and lengths are `i64`.
///
/// *From:* clang with `--target=wasm64`, rustc for `wasm64-unknown-unknown`.
///
/// *To recognise by:* the memory is an `i64` one, and the allocator takes and returns an `i64`.
///
/// *Arguments and results:* as with 32 bits, but that two such numbers cannot be packed, so that an `i64` that is returned is
/// a pointer. Handles are `GuestPtr<T, u64>`.
///
/// ```
/// use linmem::{GuestPtr, wasm_import};
///
/// enum Table {}
///
/// #[wasm_import(convention = linmem::convention::Memory64)]
/// trait Statistics {
///     fn sum(&mut self, values: &[f64]) -> linmem::Result<f64>;
///     fn table(&mut self, values: &[f64]) -> linmem::Result<GuestPtr<Table, u64>>;
/// }
/// ```
///
/// *Source:* the memory64 proposal, and `BasicCABI.md` as above.
#[derive(Debug, Clone, Copy)]
pub struct Memory64;

impl Convention for Memory64 {
    type Pointer = u64;
    type Allocator = Found<u64>;
    type Pass = PtrLen;
    type Results = ByType;
    type Text = Utf8;
    type Status = Silent;
}
