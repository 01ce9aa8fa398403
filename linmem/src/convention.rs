//! Conventions: what a module's ABI chooses on each axis.
//!
//! # Which convention does my module have?
//!
//! Have a look at it: `cargo run --example inspect -- module.wasm` prints its imports and exports with their types, what
//! linmem recognises, and a trait to begin with; in a program, [`Recognized::of`](crate::recognize::Recognized::of) does.
//! First comes the allocator, which tells the tool-chain:
//!
//! | the module exports | it is from | write |
//! |---|---|---|
//! | `malloc`, `free` | [C or C++](Standard#c-and-c) | nothing |
//! | `alloc`, `dealloc`, or another pair, of `(size) -> ptr` and `(ptr, size)` | [Rust, Zig or Go, by hand](Standard#rust-zig-and-go-by-hand) | nothing, or `alloc = "…", free = "…"` |
//! | these, of `i64`, and a memory of 64 bits | [clang or rustc for `wasm64`](Memory64) | `convention = linmem::convention::Memory64` |
//! | `__wbindgen_malloc`, `__wbindgen_free` | [wasm-bindgen](WasmBindgen) | `convention = linmem::convention::WasmBindgen` |
//! | `cabi_realloc`, and names like `pkg:name/iface#func` | [wit-bindgen, before it is a component](Canonical) | `convention = linmem::convention::Canonical` |
//! | `__new`, `__pin`, `__unpin` | [`AssemblyScript`] | `convention = linmem::convention::AssemblyScript` |
//! | a function that reserves the one buffer for input | by hand | `allocator = `[`Reserve`](crate::allocator::Reserve)`<…>` |
//! | the address and the capacity of such a buffer | by hand | `allocator = `[`Buffer`](crate::allocator::Buffer)`<…>`, or [`Fixed`](crate::allocator::Fixed) for what is only documented |
//! | none of these | WAT, or a module whose memory is the host's | nothing: linmem keeps an arena |
//! | `_initialize`, `__wasm_call_ctors`, `__wbindgen_start`, `_start` | any | nothing: it is called first |
//!
//! Then each function, beginning with what its documentation or its JavaScript glue does with the numbers. Ways to pass are
//! written `#[wasm(pass = …)]` before the parameter:
//!
//! | an argument is | write |
//! |---|---|
//! | a number | `u8` … `f64`, `bool`, `char`; of these there may be any number, also more than 16 |
//! | a pointer and a length | `&str`, `&[T]` |
//! | a length and a pointer | [`LenPtr`](crate::pass::LenPtr) |
//! | the same with the length in bytes, where elements have more than one | [`InBytes`](crate::pass::InBytes), `InBytes<LenPtr>` |
//! | a pointer alone | [`Ptr`](crate::pass::Ptr) if the length is known, [`NulTerminated`](crate::pass::NulTerminated), [`LengthPrefixed`](crate::pass::LengthPrefixed), [`LengthBefore`](crate::pass::LengthBefore) |
//! | a length alone, or nothing: the bytes go into the guest's own buffer | [`Len`](crate::pass::Len), [`Implied`](crate::pass::Implied) |
//! | any of these, with a flag, a null pointer or a null `externref` beside it | [`Then`](crate::pass::Then), [`Before`](crate::pass::Before), with [`Zero`](crate::pass::Zero) or [`NullRef`](crate::pass::NullRef) |
//! | a pointer to something that the function fills in | `&mut T`, `&mut [T]`; `&mut GuestPtr<T>` for a handle |
//! | two pointers, to where it writes an address and a length | [`Out`](crate::Out) |
//! | a buffer, its capacity, and the length is the result | [`Capacity`](crate::Capacity), and `returns = `[`Filled`](crate::results::Filled) |
//! | a buffer whose contents are changed, and the new length is the result | [`InPlace`](crate::InPlace), and `returns = `[`Filled`](crate::results::Filled) |
//! | a buffer, and a pointer to its capacity, where the length is written | [`Buf`](crate::Buf) |
//! | an array of pointers and lengths | [`List`](crate::List) |
//! | an address that a function has returned | [`GuestPtr<T>`](crate::GuestPtr), `GuestPtr<T, u64>` in a memory of 64 bits |
//! | an object of AssemblyScript's | `&str`, `&[T]` for an `ArrayBuffer`, [`TypedArray`](crate::pass::TypedArray), [`Array`](crate::pass::Array) |
//! | freed by the function | [`Given`](crate::pass::Given) |
//!
//! | the function returns | for a slice or a text write | for a struct |
//! |---|---|---|
//! | an `i64` with the length in its upper half | [`PackedLenPtr`](crate::results::PackedLenPtr) | – |
//! | any other `i64`, or two values, or takes one pointer more in front | nothing: its type tells | nothing |
//! | nothing, and takes one pointer more behind | [`LastPointer`](crate::results::LastPointer) | the same |
//! | an `i32` that points at a pointer and a length | nothing | – |
//! | an `i32` that points at the value itself | [`NulTerminated`](crate::results::NulTerminated), [`LengthPrefixed`](crate::results::LengthPrefixed), [`LengthBefore`](crate::results::LengthBefore) | nothing |
//! | an `i32` that is a length, or a pointer whose length is elsewhere | [`LengthThen`](crate::results::LengthThen), [`PointerThen`](crate::results::PointerThen), [`Filled`](crate::results::Filled) | – |
//! | an object of AssemblyScript's | nothing with its convention, or [`StaticArray`](crate::results::StaticArray) | – |
//! | a length in bytes, where elements have more than one | [`InBytes`](crate::results::InBytes) around the others | – |
//! | null, −1, or what is below zero when it has failed | [`Failing`](crate::results::Failing) around the others, with [`Null`](crate::results::Null), [`AllOnes`](crate::results::AllOnes), [`Negative`](crate::results::Negative) | the same |
//! | what nobody frees, or what it frees itself | [`Static`](crate::results::Static) around the others | the same |
//! | what another export frees | [`FreedBy`](crate::results::FreedBy) | the same |
//! | a null pointer for nothing; or, by the canonical ABI, a tag before the value | `Option<…>` | the same |
//! | by the canonical ABI, a tag before one value or another | `linmem::Result<Result<T, E>>` | the same |
//!
//! | a function without another result says whether it went well | write, for `linmem::Result<()>` |
//! |---|---|
//! | by an `i32` | `status = `[`Code`](crate::status::Code)`<…>`, with [`Zero`](crate::status::Zero), [`NonZero`](crate::status::NonZero), [`NonNegative`](crate::status::NonNegative) |
//! | by another export, which is asked afterwards, also beside a number | `status = `[`IsError`](crate::status::IsError)`<…>` |
//! | and why, by a message: behind two getters, or one for text that ends with a NUL | [`LastError`](crate::results::LastError), [`LastErrorText`](crate::results::LastErrorText) as their last parameter, and as that of [`Failing`](crate::results::Failing) |
//!
//! What none of these fits is a type of your own that implements [`Pass`], [`Results`], [`Status`], [`Text`] or
//! [`Allocator`], or [`Lower`](crate::Lower) and [`Returns`](crate::Returns) for a type of your own.

mod assembly_script;
mod canonical;
mod standard;
mod wasm_bindgen;

pub use assembly_script::AssemblyScript;
pub use canonical::Canonical;
pub use standard::{Memory64, Standard};
pub use wasm_bindgen::WasmBindgen;

use crate::allocator::Allocator;
use crate::core::Pointer;
use crate::pass::Pass;
use crate::results::Results;
use crate::status::Status;
use crate::text::Text;
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
