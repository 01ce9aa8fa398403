//! Conventions: what a module's ABI chooses on each axis.
//!
//! # Which convention does my module have?
//!
//! Look at its exports (`wasm-tools print module.wasm | grep export`, or the names and types in an error of linmem's: a
//! trait that does not fit is told both). First the allocator, which tells the tool-chain:
//!
//! | the module exports | it is from | write |
//! |---|---|---|
//! | `malloc`, `free` | C or C++ (clang, Emscripten) | nothing |
//! | `alloc`, `dealloc`, or another pair, of `(size) -> ptr` and `(ptr, size)` | Rust or Zig, by hand | nothing, or `alloc = "…", free = "…"` |
//! | `__wbindgen_malloc`, `__wbindgen_free` | wasm-bindgen | `convention = linmem::convention::WasmBindgen` |
//! | `cabi_realloc`, and names like `pkg:name/iface#func` | wit-bindgen, before it is a component | `convention = linmem::convention::Canonical` |
//! | `__new`, `__pin`, `__unpin` | AssemblyScript | `convention = linmem::convention::AssemblyScript` |
//! | none of these | WAT, or a module whose memory is the host's | nothing: linmem keeps an arena |
//! | `_initialize`, `__wasm_call_ctors`, `__wbindgen_start` | any | nothing: it is called first |
//!
//! Then each function, beginning with what its documentation or its JavaScript glue does with the numbers:
//!
//! | an argument is | write |
//! |---|---|
//! | a pointer and a length | `&str`, `&[T]` |
//! | a length and a pointer | `#[wasm(pass = linmem::pass::LenPtr)]` before the parameter |
//! | a pointer alone | [`Ptr`](crate::pass::Ptr) if the length is known, [`NulTerminated`](crate::pass::NulTerminated), [`LengthPrefixed`](crate::pass::LengthPrefixed), [`LengthBefore`](crate::pass::LengthBefore) |
//! | a pointer to something that the function fills in | `&mut T`, `&mut [T]`, [`Out`](crate::Out) for an address and a length, `&mut GuestPtr<T>` for a handle |
//! | an array of pointers and lengths | [`List`](crate::List) |
//! | freed by the function | [`Given`] |
//!
//! | the function returns | for a slice or a text write | for a struct |
//! |---|---|---|
//! | an `i64` with the length in its upper half | [`PackedLenPtr`](results::PackedLenPtr) | – |
//! | any other `i64`, or two values, or takes one pointer more in front | nothing: its type tells | nothing |
//! | an `i32` that points at a pointer and a length | nothing | – |
//! | an `i32` that points at the value itself | [`NulTerminated`](results::NulTerminated), [`LengthPrefixed`](results::LengthPrefixed), [`LengthBefore`](results::LengthBefore) | nothing |
//! | an `i32` that is a length, or a pointer whose length is elsewhere | [`LengthThen`](results::LengthThen), [`PointerThen`](results::PointerThen) | – |
//! | an `i32` that says whether it went well | `status = linmem::status::Code<…>`, and `()` | – |
//! | null or −1 when it has failed | [`Failing`](results::Failing) around the others | the same |
//! | what nobody frees, or what it frees itself | [`Static`](results::Static) around the others | the same |
//! | what another export frees | [`FreedBy`](results::FreedBy) | the same |
//!
//! What none of these fits is a type of your own that implements [`Pass`], [`Results`], [`Status`], [`Text`] or
//! [`Allocator`], or [`Lower`](crate::Lower) and [`Returns`](crate::Returns) for a type of your own.

use crate::allocator::{Allocator, Found, Managed, OfOwners};
use crate::core::Pointer;
use crate::pass::{self, Given, Pass, PtrLen};
use crate::results::{self, ByType, Results};
use crate::status::{self, Silent, Status};
use crate::text::{Text, Utf8, Utf16};
use std::marker::PhantomData;

/// One choice per axis. The attribute takes any type that implements it: `#[wasm_import(convention = MyModule)]`.
///
/// ```
/// use linmem::{allocator, convention::Convention, pass, results, status, text, wasm_import};
///
/// /// Length before pointer, results packed into an `i64`.
/// struct MyModule;
///
/// impl Convention for MyModule {
///     type Pointer = u32;
///     type Allocator = allocator::Found;
///     type Pass = pass::LenPtr;
///     type Results = results::Packed;
///     type Text = text::Utf8;
///     type Status = status::Silent;
/// }
///
/// #[wasm_import(convention = MyModule)]
/// trait Codec {
///     fn encode(&mut self, data: &[u8]) -> linmem::Result<Vec<u8>>;
/// }
/// ```
pub trait Convention: 'static {
    /// The width of the guest's pointers and lengths: `u32`, or `u64` for memory64.
    type Pointer: Pointer;
    /// Where bytes are placed.
    type Allocator: Allocator<Pointer = Self::Pointer>;
    /// How bytes that were placed are passed.
    type Pass: Pass<Self::Pointer>;
    /// How results in memory come back.
    type Results: Results<Self::Pointer>;
    /// How text is encoded.
    type Text: Text;
    /// How a method that returns `()` or a scalar is told of an error.
    type Status: Status;
}

/// The default: 32-bit pointers, the module's own allocator if it has a known one, pointer and length, and results as
/// the export's type tells ([`ByType`]).
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

/// Modules that wasm-bindgen made, called without its JavaScript.
///
/// How to recognise them: they export `__wbindgen_malloc` and `__wbindgen_free`; their functions take strings and slices as pointer and length,
/// and free them. A string or vector comes back through a leading return pointer (classic), or as several results (with
/// multi-value, as newer versions do); a function that fails ends with [`ErrorKind::Guest`](crate::ErrorKind::Guest).
///
/// ```
/// # use linmem::wasm_import;
/// #[wasm_import(convention = linmem::convention::WasmBindgen)]
/// trait Snappy {
///     fn compress(&mut self, text: &str) -> linmem::Result<Vec<u8>>;
/// }
/// ```
///
/// Source: wasm-bindgen's `crates/cli-support` and `src/convert/slices.rs`.
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

/// Core modules with the canonical ABI, as wit-bindgen makes them before they become components.
///
/// How to recognise them: they export `cabi_realloc`, and functions by names such as `pkg:name/iface#func`; their functions own the strings and
/// lists that they take. Results come back in a return area, which `cabi_post_…` frees.
///
/// ```
/// # use linmem::wasm_import;
/// #[wasm_import(convention = linmem::convention::Canonical)]
/// trait Shout {
///     #[wasm(name = "demo:shout/api#shout")]
///     fn shout(&mut self, text: &str) -> linmem::Result<String>;
/// }
/// ```
///
/// Source: the component model's `CanonicalABI.md`.
#[derive(Debug, Clone, Copy)]
pub struct Canonical;

impl Convention for Canonical {
    type Pointer = u32;
    type Allocator = OfOwners;
    type Pass = Given<PtrLen>;
    type Results = results::Canonical;
    type Text = Utf8;
    type Status = Silent;
}

/// AssemblyScript with its runtime exported (`--exportRuntime`).
///
/// How to recognise it: it exports `__new`, `__pin`, `__unpin` and `__collect`. Strings are UTF-16, and they, buffers and
/// arrays are objects of a collector's. `&str` is a `String` and a slice an `ArrayBuffer`; a typed array is named with its
/// class, by [`pass::TypedArray`](crate::pass::TypedArray). A returned `String`, `ArrayBuffer`, typed array or `Array` of
/// numbers is read; a `StaticArray` is named by [`results::StaticArray`].
///
/// ```
/// # use linmem::{pass, wasm_import};
/// #[wasm_import(convention = linmem::convention::AssemblyScript)]
/// trait Base64 {
///     fn encode(&mut self, #[wasm(pass = pass::TypedArray<4>)] data: &[u8]) -> linmem::Result<String>;
///     fn decode(&mut self, text: &str) -> linmem::Result<Vec<u8>>;
/// }
/// ```
///
/// Source: AssemblyScript's documentation, "Runtime", and `std/assembly/rt/`.
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

/// A convention with another allocator.
#[derive(Debug)]
pub struct Allocating<C, A>(PhantomData<fn() -> (C, A)>);

impl<C: Convention, A: Allocator<Pointer = C::Pointer>> Convention for Allocating<C, A> {
    type Pointer = C::Pointer;
    type Allocator = A;
    type Pass = C::Pass;
    type Results = C::Results;
    type Text = C::Text;
    type Status = C::Status;
}

/// A convention with another way to pass bytes.
#[derive(Debug)]
pub struct Passing<C, D>(PhantomData<fn() -> (C, D)>);

impl<C: Convention, D: Pass<C::Pointer>> Convention for Passing<C, D> {
    type Pointer = C::Pointer;
    type Allocator = C::Allocator;
    type Pass = D;
    type Results = C::Results;
    type Text = C::Text;
    type Status = C::Status;
}

/// A convention with another way to return what lies in memory.
#[derive(Debug)]
pub struct Returning<C, R>(PhantomData<fn() -> (C, R)>);

impl<C: Convention, R: Results<C::Pointer>> Convention for Returning<C, R> {
    type Pointer = C::Pointer;
    type Allocator = C::Allocator;
    type Pass = C::Pass;
    type Results = R;
    type Text = C::Text;
    type Status = C::Status;
}

/// A convention with another encoding of text.
#[derive(Debug)]
pub struct Encoding<C, T>(PhantomData<fn() -> (C, T)>);

impl<C: Convention, T: Text> Convention for Encoding<C, T> {
    type Pointer = C::Pointer;
    type Allocator = C::Allocator;
    type Pass = C::Pass;
    type Results = C::Results;
    type Text = T;
    type Status = C::Status;
}

/// A convention with another status.
#[derive(Debug)]
pub struct Checking<C, S>(PhantomData<fn() -> (C, S)>);

impl<C: Convention, S: Status> Convention for Checking<C, S> {
    type Pointer = C::Pointer;
    type Allocator = C::Allocator;
    type Pass = C::Pass;
    type Results = C::Results;
    type Text = C::Text;
    type Status = S;
}
