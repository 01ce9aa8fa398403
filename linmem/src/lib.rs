//! Call any core WebAssembly module from Rust as if it were a Rust crate.
//!
//! Annotate a trait with [`wasm_import`]. The generated methods place `&str`, slices and plain structs in the guest's
//! linear memory with the guest's own allocator, pass pointer and length, call the export through
//! [wasmtime](https://docs.rs/wasmtime/48), read what
//! comes back into owned or borrowed Rust values, and leave the guest's memory zeroed and released, whichever way the
//! call ends. No change to the module, no wit files, no `unsafe`.
//!
//! ```
//! use linmem::wasm_import;
//! use wasmtime::{Engine, Linker, Module, Store};
//!
//! #[wasm_import]
//! trait Shouter {
//!     /// The text in capitals.
//!     fn shout(&mut self, text: &str) -> linmem::Result<String>;
//! }
//!
//! let engine = Engine::default();
//! let module = Module::new(&engine, r#"(module
//!     (memory (export "memory") 1)
//!     (global $top (mut i32) (i32.const 1024))
//!     (func $alloc (export "alloc") (param $size i32) (result i32)
//!         (global.get $top)
//!         (global.set $top (i32.add (global.get $top) (local.get $size))))
//!     (func (export "dealloc") (param $pointer i32) (param $size i32))
//!     (func (export "shout") (param $from i32) (param $len i32) (result i64) (local $to i32) (local $i i32)
//!         (local.set $to (call $alloc (local.get $len)))
//!         (loop $next (if (i32.lt_u (local.get $i) (local.get $len)) (then
//!             (i32.store8 (i32.add (local.get $to) (local.get $i))
//!                 (i32.and (i32.load8_u (i32.add (local.get $from) (local.get $i))) (i32.const 0xdf)))
//!             (local.set $i (i32.add (local.get $i) (i32.const 1)))
//!             (br $next))))
//!         (i64.or (i64.shl (i64.extend_i32_u (local.get $to)) (i64.const 32)) (i64.extend_i32_u (local.get $len)))))"#)?;
//!
//! // Every export is found and its type checked here; what is missing is reported all at once.
//! let mut shouter = ShouterInstance::instantiate(Store::new(&engine, ()), &module, &Linker::new(&engine))?;
//! assert_eq!(shouter.shout("hello")?, "HELLO");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where to look
//!
//! | to | see |
//! |---|---|
//! | annotate a trait | [`wasm_import`], [`Record`](derive@Record) for structs by value |
//! | instantiate it, once or many times | [`Bound`], [`Pre`] |
//! | check it against its module, in a test or while compiling | [`Pre::check`], `module = "…"` of [`wasm_import`] |
//! | keep it apart from its store, call back from a host function | [`Handle`] |
//! | name what a module does differently | [`convention`], [`pass`], [`results`], [`status`], [`text`], [`allocator`] |
//! | have a trait written for a module | [`recognize`] |
//! | hold an object of the guest's | [`GuestPtr`] |
//! | place bytes by hand | [`LinearMemory`] |
//! | know what went wrong | [`Error`], [`ErrorKind`], [`Fault`] |
//!
//! # Types
//!
//! | argument | core values |
//! |---|---|
//! | `u8` … `u64`, `i8` … `i64`, `f32`, `f64` | one; narrow integers extended by their sign |
//! | `bool`, `char` | one `i32` |
//! | `&str`, `&[T]` | pointer and count, placed for the call |
//! | `&T`, and `T` with [`Record`](derive@Record) | pointer, placed for the call |
//! | `&mut [T]`, `&mut T` | the same, and copied back when the guest has returned |
//! | [`GuestPtr`] | its address |
//! | [`List`] of strings | pointer and count of an array of pointer and length |
//! | [`Out`] | two pointers, to where the guest writes an address and a count |
//! | [`Capacity`], [`InPlace`] | pointer and count of room, or of elements that the guest changes; [`results::Filled`] reads them |
//! | [`Buf`] | a pointer to room, and one to its capacity, where the guest writes a length |
//!
//! | result | read |
//! |---|---|
//! | `()`, scalars | from the core value; a number that is no `bool`, `char` or narrow integer is an error |
//! | `String`, `Vec<T>` | copied out of the guest, whose buffer is then released |
//! | `&str`, `&[T]` | in place, without a copy; the buffer is released before the next call |
//! | `T` with [`Record`](derive@Record) | at the returned pointer, or from a return pointer |
//! | [`GuestPtr`] | the address itself; null is an error |
//! | `Option<…>` of all but `()` | `None` for a null pointer; an optional scalar is a pointer to it, or null |
//! | `Option<T>`, `Result<T, E>` by [`results::Canonical`] | a tag, and the value behind it |
//!
//! `T` is any [`bytemuck::Pod`](https://docs.rs/bytemuck/1/bytemuck/trait.Pod.html) type. How pointer and count come back
//! is told by the export's type ([`results::ByType`]), or named.
//!
//! # The way of one call
//!
//! For those who want to read the code: `shouter.shout("hello")` from the trait to the guest and back, file by file.
//!
//! 1. **`linmem-macros`** turned the trait into a struct `ShouterExports` with one field per method, an
//!    `Export<Standard, (&'static str, ()), String>` ("by this convention, with these arguments, to that result"), and
//!    each method into one expression: `call(self, |exports| &exports.shout, (text, ()))`. It knows syntax and no ABI.
//! 2. **`bind.rs`**, when the module was bound: a `Planner` asked the argument and result types which signatures would
//!    do, found the export among them in the [`Module`](wasmtime::Module) (or noted a [`Fault`]), and planned
//!    it by its index. The first call of a method asks the instance for that function (`Export::resolve`); nothing is looked
//!    up after that. What is called besides, and the allocator, are described by constants ([`Helpers`],
//!    [`allocator::Wanted`]), which **`check.rs`** reads while a crate compiles.
//! 3. **`interface/bound.rs`**: `call` splits [`Bound`] into the store, the exports and the runtime, and runs
//!    `Export::run` in the [`Blocking`] [`Mode`] (**`mode.rs`**: the only two ways into a guest; the async one runs the
//!    same code).
//! 4. **`export.rs`**: `run` takes a `Guard` (**`frame/guard.rs`**), once what an earlier call left is done; lowers;
//!    calls; reads; and finishes the guard. A call that fails leaves by `fail`, which finds out whether the guest trapped
//!    or the engine refused to enter it, and ends a guard of its own. So do all steps that are rare: they are lent the
//!    store and the runtime, and the common call keeps its own in registers.
//! 5. **`lower.rs`**: `&str` lowers itself through the convention's **`pass.rs`**, which places the bytes and returns the
//!    core values `(pointer, length)`.
//! 6. **`lowering.rs`**: `Lowering::reserve` finds room for them in the *scratch block*, which is taken from the guest's
//!    allocator once and reused by every call. What does not fit is noted, as it is in the very first call, when there is
//!    no such block yet. Then **`frame/room.rs`** (`lower_again`, `make_room`) takes a longer scratch block, or a block for
//!    each, and lowers again. **`runtime.rs`** takes blocks and checks what the guest says of them; **`ledger.rs`** knows
//!    which are held, and why; **`allocator.rs`** calls `alloc`, or uses the host's **`arena.rs`**.
//! 7. **`returns.rs`** hands over to **`results.rs`** (`ByType::call`), which enters the guest by
//!    [`Frame::invoke_then`], and so by the mode. `Health` in **`guest.rs`** stands at that door: it refuses a poisoned
//!    instance; and a trap, a panic in a host function or an abandoned future poisons one.
//! 8. The export has type `(i32, i32) -> i64`, so the result is packed; its halves make a [`Region`]. **`region.rs`** is
//!    the one place where numbers from the guest become host slices: unsigned, without overflow, in bounds, aligned.
//!    `accept` in **`returns.rs`** looks whether it is null, in memory, and apart from what the host holds.
//! 9. **`lift.rs`** makes the `String`: checked first, copied then. The bytes of `"hello"` are zeroed (**`received.rs`**),
//!    and the guest's buffer goes back to `dealloc`, whether or not that was text. A borrowed `&str` is lifted when the
//!    call is over instead (`finish` in **`interface/bound.rs`**), when the store is free to be borrowed, and its buffer
//!    released by the next call.
//! 10. The guard ends. Had an error come on the way, the bytes would be zeroed here. Had the host panicked, the guard's
//!     `Drop` would zero; what is due would be released by the next call, or never, if the panic came from a host
//!     function and left the guest halfway.
//!
//! # The guest is hostile
//!
//! Nothing that a guest returns can make the host panic, read outside the guest's memory, or allocate out of
//! proportion to what that memory holds. Nothing is assumed of its allocator: an address out of bounds, or one inside a block that is in use, is
//! an error. After a trap an instance is not entered again: it is [poisoned](ErrorKind::Poisoned), and replaced by a new
//! one from its [`Pre`].
//!
//! The host's own limits still apply: a guest that loops for ever is stopped by wasmtime's fuel or epochs, and one that
//! grows its memory by a [`ResourceLimiter`](wasmtime::ResourceLimiter).
//!
//! # Pages
//!
//! - [`convention`]: which convention a module has.
//! - [`guide::mistakes`]: the four first mistakes, with all that is printed.
//! - [`guide::compiling`]: what the attribute costs to compile.
//! - [`guide::speed`]: where the nanoseconds of a call go.
//!
//! # Features
//!
//! - `async`: `async fn` methods, over wasmtime's async support.
//! - `module`: `#[wasm_import(module = "guest.wasm")]` checks the trait against the module while the crate compiles: all that
//!   [`Pre::check`] checks.
//! - `tracing`: a span `wasm_call` of level `DEBUG` for each call, with `export`, `argument_bytes` and `result_bytes`: sizes
//!   in the guest's memory, and never the contents.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::as_conversions,
        clippy::arithmetic_side_effects,
        reason = "a test that fails panics"
    )
)]

pub mod allocator;
mod arena;
mod bind;
mod capacity;
#[cfg(feature = "module")]
mod check;
pub mod convention;
mod core;
mod error;
mod export;
mod frame;
mod guest;
#[cfg(doc)]
pub mod guide;
mod handle;
mod interface;
mod ledger;
mod lift;
mod list;
mod lower;
mod lowering;
mod memory;
mod mode;
mod out;
pub mod pass;
mod pod;
mod received;
pub mod recognize;
mod region;
pub mod results;
mod returns;
mod runtime;
mod scalar;
mod shown;
pub mod status;
mod store_id;
pub mod text;
mod trace;
mod width;

pub use crate::core::{
    Append, CoreResults, CoreType, CoreValue, CoreValues, Func, Params, Pointer, Prepend, Signature, Wide,
};
pub use allocator::Allocator;
pub use arena::Arena;
pub use bind::{
    Besides, Callable, Candidates, Fault, Faults, FoundExport, FoundHelpers, Helper, Helpers, Named, Number, Parameter,
    Planned, Planner, Remedy, ResultOption, Role,
};
pub use capacity::{Buf, Capacity, InPlace};
pub use convention::Convention;
pub use error::{Error, ErrorKind, Place, Poisoner, Result};
pub use frame::{Answer, Frame};
pub use guest::Guest;
pub use handle::{Freed, GuestPtr};
pub use interface::{Bound, Embedded, Exit, Handle, Interface, Pre, Settings, Stub};
pub use ledger::{Block, Leaked};
pub use lift::{Lift, Payload};
pub use linmem_macros::{Record, wasm_import};
pub use list::{Item, List};
pub use lower::Lower;
pub use lowering::Lowering;
pub use memory::{Allocation, LinearMemory, MemoryFrame, Outcome};
#[cfg(feature = "async")]
pub use mode::Async;
pub use mode::{Blocking, Mode};
pub use out::Out;
pub use pod::Record;
pub use received::Received;
pub use region::Region;
pub use returns::{Owed, Returns};
pub use scalar::Scalar;

/// What generated code names. It changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use crate::bind::{Planned, Planner};
    pub use crate::convention::{Checking, Convention, Encoding, Returning};
    pub use crate::export::Export;
    #[cfg(feature = "async")]
    pub use crate::interface::call_async;
    pub use crate::interface::{Failure, MethodResult, call};
    use crate::lower::Lower;
    pub use crate::lower::With;
    pub use crate::pod::{IsPlain, Plain};
    pub use crate::width::{HostWide, OtherWidth, Width, has_width};
    use crate::{Lowering, Record, Result, Returns};
    pub use wasmtime::AsContextMut;

    /// The check against a module while compiling.
    #[cfg(feature = "module")]
    pub mod check {
        pub use crate::check::*;
        pub use crate::core::Types;
    }

    /// Says that a type is an argument, at the place where the user wrote it.
    pub fn argument<C: Convention, T: Lower<C>>() {}

    /// Says that a type is a method's result, at the place where the user wrote it.
    pub fn returned<C: Convention, T: MethodResult<Ok: Returns<C, ()>>>() {}

    /// Lowers a record that is passed by value.
    ///
    /// # Errors
    /// As [`Lowering::place`].
    #[inline]
    pub fn lower_record<T: Record, C: Convention>(record: &T, into: &mut Lowering<'_>) -> Result<((C::Pointer,), ())> {
        let mut record = record;
        Lower::<C>::lower(&mut record, into)
    }
}
