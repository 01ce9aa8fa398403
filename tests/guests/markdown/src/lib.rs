//! A Markdown renderer with the interface that Rust guests commonly have: `alloc` and `dealloc(ptr, len)`, text as
//! pointer and length, results as `(ptr << 32) | len` in an `i64`.
//!
//! # Safety
//!
//! The `unsafe` exports trust the host: a `(ptr, len)` argument denotes `len` bytes that the host has written and that
//! nobody else touches during the call. Nothing else needs the trust, and text is checked to be UTF-8.

#![allow(
    clippy::missing_safety_doc,
    reason = "one contract serves every export and is stated above"
)]

mod counting;

use core::arch::wasm32;
use std::alloc::{self, Layout};
use std::{ptr, slice};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

use counting::Counting;

#[global_allocator]
static HEAP: Counting = Counting::new();

/// Returns `len` bytes for the host to write to, or null.
///
/// No bytes need no block: the pointer dangles, and `dealloc` knows that from the length.
#[unsafe(no_mangle)]
pub extern "C" fn alloc(len: usize) -> *mut u8 {
    if len == 0 {
        return ptr::dangling_mut();
    }
    match Layout::array::<u8>(len) {
        // SAFETY: the layout is not empty.
        Ok(layout) => unsafe { alloc::alloc(layout) },
        Err(_) => ptr::null_mut(),
    }
}

/// Releases a block that `alloc` or a result gave to the host.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dealloc(block: *mut u8, len: usize) {
    let bytes = ptr::slice_from_raw_parts_mut(block, len);
    // SAFETY: by the contract (block, len) came from `alloc(len)` or from `hand_over`, which both give out what a
    // `Box<[u8]>` owns, a dangling pointer for no bytes included, and has not been released.
    drop(unsafe { Box::from_raw(bytes) });
}

/// Renders Markdown to HTML.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn render(markdown: *const u8, len: usize) -> u64 {
    // SAFETY: the host keeps the contract.
    let markdown = unsafe { text(markdown, len) };
    let mut rendered = String::new();
    html::push_html(&mut rendered, parse(markdown));
    hand_over(rendered)
}

/// Lists the text of the headings, one on a line.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn headings(markdown: *const u8, len: usize) -> u64 {
    // SAFETY: the host keeps the contract.
    let markdown = unsafe { text(markdown, len) };
    let mut headings = Vec::new();
    let mut open: Option<String> = None;
    for event in parse(markdown) {
        match (event, &mut open) {
            (Event::Start(Tag::Heading { .. }), _) => open = Some(String::new()),
            (Event::End(TagEnd::Heading(_)), _) => headings.extend(open.take()),
            (Event::Text(part) | Event::Code(part), Some(heading)) => heading.push_str(&part),
            // An underlined heading may span lines, which must not look like two headings.
            (Event::SoftBreak | Event::HardBreak, Some(heading)) => heading.push(' '),
            _ => {}
        }
    }
    hand_over(headings.join("\n"))
}

/// Returns how many blocks are allocated, the host's and the guest's own.
#[unsafe(no_mangle)]
pub extern "C" fn live_blocks() -> usize {
    HEAP.blocks()
}

/// Returns how many bytes the live blocks hold.
#[unsafe(no_mangle)]
pub extern "C" fn live_bytes() -> usize {
    HEAP.bytes()
}

fn parse(markdown: &str) -> Parser<'_> {
    Parser::new_ext(markdown, Options::ENABLE_TABLES)
}

/// # Safety
///
/// (`text`, `len`) keeps the crate's contract for as long as `'a` lasts.
unsafe fn text<'a>(text: *const u8, len: usize) -> &'a str {
    // Some hosts pass null for the empty text, which a slice must not be made of.
    if len == 0 {
        return "";
    }
    // SAFETY: by the contract these are `len` bytes that stay as they are.
    let bytes = unsafe { slice::from_raw_parts(text, len) };
    match str::from_utf8(bytes) {
        Ok(text) => text,
        // Not a panic: its message would reach nobody on this target.
        Err(_) => wasm32::unreachable(),
    }
}

/// Makes the host the owner of `text`.
fn hand_over(text: String) -> u64 {
    // A boxed slice has no spare capacity, so the length is all that `dealloc` needs to know.
    let bytes = Box::into_raw(text.into_boxed_str().into_boxed_bytes());
    let (address, len) = (bytes.cast::<u8>().expose_provenance(), bytes.len());
    (address as u64) << 32 | len as u64
}
