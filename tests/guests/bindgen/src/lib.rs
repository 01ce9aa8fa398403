//! What `wasm-bindgen --target nodejs` leaves for JavaScript to call: results of several values, and errors as
//! references that the host keeps a table for. `generate/` makes it from this cdylib.
//!
//! # Exports
//!
//! Arguments are the guest's as soon as they are passed: the host takes room for them from `__wbindgen_malloc`, and
//! does not free it. Results are the host's, for `__wbindgen_free` with their length in bytes.
//!
//! | export | type | result |
//! |---|---|---|
//! | `greet` | `(ptr, len) -> (i32, i32)` | pointer and length; alignment 1 |
//! | `sum` | `(ptr, n) -> f64` | |
//! | `doubles` | `(ptr, n) -> (i32, i32)` | pointer and count; alignment 8 |
//! | `reverse` | `(ptr, len) -> (i32, i32)` | |
//! | `parse` | `(ptr, len) -> (i32, i32, i32)` | number, error, whether it is an error |
//! | `first_word` | `(ptr, len) -> (i32, i32)` | pointer and length; a null pointer for `None` |
//! | `live_bytes`, `live_blocks` | `() -> i32` | |
//! | `__wbindgen_malloc` | `(size, align) -> i32` | traps if there is no memory; `align` for no bytes |
//! | `__wbindgen_realloc` | `(ptr, old size, new size, align) -> i32` | |
//! | `__wbindgen_free` | `(ptr, size, align)` | |
//! | `__wbindgen_externrefs` | table of `externref` | an error is an index into it |
//! | `__externref_table_dealloc` | `(index)` | gives the place of an error back |
//! | `__wbindgen_start` | `()` | to be called before anything else |
//!
//! # Imports
//!
//! All are functions of the module `./bindgen_bg.js`:
//!
//! | import | type | when |
//! |---|---|---|
//! | `__wbindgen_init_externref_table` | `()` | by `__wbindgen_start`, which is all it does |
//! | `__wbg_Error_208446807d0d1e30` | `(ptr, len) -> externref` | to make an error of its message, which is lent |
//! | `__wbg___wbindgen_throw_4c88d8bf264fd984` | `(ptr, len)` | it must not return |
//!
//! The first error makes the guest allocate 512 bytes to keep account of the table, which it never frees.

#[path = "../../markdown/src/counting.rs"]
mod counting;

use wasm_bindgen::prelude::*;

use counting::Counting;

#[global_allocator]
static HEAP: Counting = Counting::new();

#[wasm_bindgen]
pub fn greet(name: &str) -> String {
    format!("Hello, {name}!")
}

#[wasm_bindgen]
pub fn sum(values: &[f64]) -> f64 {
    values.iter().sum()
}

#[wasm_bindgen]
pub fn doubles(values: &[f64]) -> Vec<f64> {
    values.iter().map(|value| value * 2.0).collect()
}

#[wasm_bindgen]
pub fn reverse(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.reverse();
    bytes
}

/// A decimal number.
#[wasm_bindgen]
pub fn parse(text: &str) -> Result<u32, JsError> {
    Ok(text.parse()?)
}

/// The word before the first space, if there is a space.
#[wasm_bindgen]
pub fn first_word(text: &str) -> Option<String> {
    text.split_once(' ').map(|(word, _)| word.to_owned())
}

/// All that is allocated: what the host holds, and what the guest has forgotten.
#[wasm_bindgen]
pub fn live_bytes() -> u32 {
    HEAP.bytes() as u32
}

#[wasm_bindgen]
pub fn live_blocks() -> u32 {
    HEAP.blocks() as u32
}
