//! The core modules of components.

use super::Convention;
use crate::allocator::OfOwners;
use crate::pass::{Given, PtrLen};
use crate::results;
use crate::status::Silent;
use crate::text::Utf8;

/// Core modules with the canonical ABI, as wit-bindgen makes them before they become components.
///
/// *From:* `wit-bindgen` in Rust, C, Go and others, before `wasm-tools component new`; or taken out of a component.
///
/// *To recognise by:* `cabi_realloc` of `(old pointer, old size, align, new size)`, names of functions such as
/// `pkg:name/iface#func`, and for some of them another with `cabi_post_` in front.
///
/// *Arguments:* pointer and count of strings and lists, which the function owns and frees. A record is its fields, one by
/// one. Text is UTF-8.
///
/// *Results:* one number as it is. Anything else lies in an area whose address is returned: a string or a list as pointer and
/// count, a record as in C, an `option` or a `result` behind a tag. `cabi_post_…`, where there is one, frees all of it as
/// soon as it has been read; so nothing can be borrowed.
///
/// ```
/// # use linmem::wasm_import;
/// #[wasm_import(convention = linmem::convention::Canonical)]
/// trait Text {
///     #[wasm(name = "demo:text/api#shout")]
///     fn shout(&mut self, text: &str) -> linmem::Result<String>;
///     /// `last-word: func(text: string) -> option<string>`
///     #[wasm(name = "demo:text/api#last-word")]
///     fn last_word(&mut self, text: &str) -> linmem::Result<Option<String>>;
///     /// `check: func(text: string) -> result<_, string>`: the inner `Result` is the function's.
///     #[wasm(name = "demo:text/api#check")]
///     fn check(&mut self, text: &str) -> linmem::Result<Result<(), String>>;
/// }
/// ```
///
/// *Source:* the component model's `CanonicalABI.md`.
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
