//! The macros of [linmem], which re-exports them. Its documentation has the examples.
//!
//! They know Rust's syntax and nothing about how a guest is called: the expansion names types, and
//! the runtime crate decides what they mean. A macro does its work in four steps: read the syntax
//! into a model, check it, stop if there were errors, and write the tokens.
//!
//! [linmem]: https://docs.rs/linmem
#![forbid(unsafe_code)]

mod check;
mod checked;
mod expand;
mod fallback;
mod import;
mod method;
mod model;
#[cfg_attr(not(feature = "module"), allow(dead_code, reason = "nothing reads a module then"))]
mod module;
mod options;
mod record;
mod report;
mod similar;
#[cfg_attr(not(feature = "module"), allow(dead_code, reason = "nothing reads a module then"))]
mod source;
#[cfg(test)]
mod tests;
mod types;

use proc_macro::TokenStream;

/// Implements a trait by calling the exports of a WebAssembly module.
///
/// Beside the trait `Greeter`, which stays as it is written, there will be
///
/// - `GreeterInstance<S>`, an instance bound to a store, which implements `Greeter`;
/// - `GreeterPre<T>`, a checked module that can be instantiated many times;
/// - `GreeterExports`, the exports that both are made of.
///
/// Every method takes `&mut self` and returns a `Result<T, E>` where `E: From<linmem::Error>`. An
/// `async fn` needs linmem's `async` feature, and a store whose data is `Send`. `#[cfg(…)]` on a
/// method applies to all that is generated for it.
///
/// # Options
///
/// Options of the trait, in `#[wasm_import(…)]`, are the defaults for its methods. A method
/// replaces them one by one with its own.
///
/// | option | on | meaning | default |
/// |---|---|---|---|
/// | `convention = path` | trait, method | how arguments are passed, memory is allocated and results are read | `linmem::convention::Standard` |
/// | `returns = path` | trait, method | how results are read, whatever the convention says | the convention's |
/// | `status = path` | trait, method | what a method that returns `()` is told, whatever the convention says | the convention's |
/// | `text = path` | trait, method | how text is encoded, whatever the convention says | the convention's |
/// | `allocator = path` | trait | where bytes are placed, whatever the convention says | the convention's |
/// | `memory = "…"` | trait | the export that is the guest's memory | `"memory"` |
/// | `alloc = "…"` | trait | the export that allocates | found by the convention |
/// | `free = "…"` | trait, with `alloc` | the export that releases | with `alloc` alone, nothing is released |
/// | `init = "…"` | trait | the export that is called once, before any other | `_initialize`, `__wasm_call_ctors`, `__wbindgen_start` or `_start`, if it is there |
/// | `imports = linmem::Stub::…` | trait | what imported functions do that the linker does not define | an error |
/// | `module = "…"` | trait | the file of the module, which the trait is checked against while it compiles: see below | none |
/// | `zero = false` | trait | whether what was placed is zeroed before it is released | `true` |
/// | `crate = path` | trait | where linmem is, if it was renamed or re-exported | `::linmem` |
/// | `name = "…"` | method | the export that is called | the method's name |
/// | `pass = path` | parameter | how this argument is passed, whatever the convention says | the convention's |
///
/// Those of methods and parameters are written in `#[wasm(…)]`.
///
/// # Checked against the module
///
/// With linmem's feature `module`, a trait may name its module: a file in the binary or in the text format, by its path
/// from the crate's manifest. It may be written with `concat!` and `env!`, so that a build script can make it:
/// `module = concat!(env!("OUT_DIR"), "/guest.wasm")`.
///
/// Then the module is read while the crate compiles, and all that `GreeterPre::check` would say of it is an error. A method
/// whose export is missing or of another type is one at the method, and so is what its convention calls besides: a getter,
/// say, or what frees a result. A memory, allocator or initializer is one at the option that names it; an allocator that
/// none names, at the `allocator` or the `convention` that looks for it, or else at the trait. Conventions and allocators of
/// your own are checked by the same constants by which they are bound (`linmem::Helpers`, `linmem::allocator::Wanted`).
/// All are reported in one go, and the crate is compiled again when the file has changed. What the module imports is left
/// to the linker.
///
/// Where results are `linmem::results::ByType`, as they are unless another convention is named, the export's type is known
/// now, and so is the form of each: there is nothing left to choose at run time. (Within another, such as
/// `Static<ByType>`, it is chosen when the module is bound.) The module is in `GreeterExports::MODULE`
/// (`linmem::Embedded`), and `GreeterPre::embedded` makes a `GreeterPre` of it without a path. A module of another build
/// may still be bound; it must then have the very types.
///
/// # Errors
///
/// All mistakes in a trait are reported at once, each where it is. The names above exist
/// nevertheless, so that code that uses them compiles and no other errors hide the ones that
/// matter.
///
/// What a module cannot do is refused: generics, supertraits, associated types and constants,
/// default bodies, receivers other than `&mut self`, patterns as parameters, `impl Trait`, and two
/// methods for one export. Types that cannot be passed are refused by the bounds of linmem's
/// traits.
#[proc_macro_attribute]
pub fn wasm_import(options: TokenStream, item: TokenStream) -> TokenStream {
    import::wasm_import(options.into(), item.into(), cfg!(feature = "async")).into()
}

/// Lets a plain struct be an argument or a result: it is copied to and from the guest's memory as
/// it is.
///
/// The struct has no generic parameters, is `#[repr(C)]` or `#[repr(transparent)]`, and implements
/// the traits that `linmem::Record` asks for.
///
/// | option of `#[record(…)]` | meaning | default |
/// |---|---|---|
/// | `crate = path` | where linmem is, if it was renamed or re-exported | `::linmem` |
///
/// # Errors
///
/// Enums and unions are refused, because a guest could write what is none of their values. So are
/// structs whose layout is rustc's to choose, and fields that are `usize` or `isize`.
#[proc_macro_derive(Record, attributes(record))]
pub fn derive_record(input: TokenStream) -> TokenStream {
    record::derive(input.into()).into()
}
