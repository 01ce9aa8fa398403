//! A guest that keeps account of the blocks the host holds, can be told to fail, and returns slices in every way that
//! Rust guests are seen to.
//!
//! A host that releases twice, with a wrong length, or what it never got, traps; one that forgets to release shows in
//! `live_blocks` and `live_bytes`, after a trap as well.
//!
//! # Safety
//!
//! The `unsafe` exports trust the host: a `(ptr, len)` argument denotes `len` elements that the host has written and
//! that nobody else touches during the call.

#![allow(
    clippy::missing_safety_doc,
    reason = "one contract serves every export and is stated above"
)]

mod abi;
mod ledger;

use core::arch::wasm32;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::Relaxed};

use abi::{RawSlice, borrow, borrow_mut, hand_over};
use ledger::count_nonzero;

// Memory.

/// Lends the host `len` zeroed bytes at a multiple of 16, or returns null.
#[unsafe(no_mangle)]
pub extern "C" fn alloc(len: usize) -> *mut u8 {
    // Both count every call, whichever comes first.
    let (fails, traps) =
        ledger::with(|ledger| (ledger.fail_alloc.is_due(), ledger.trap_alloc.is_due()));
    if traps {
        abi::trap();
    }
    if fails {
        return ptr::null_mut();
    }
    ledger::with(|ledger| ledger.lend(len))
}

/// Takes back a block that `alloc` or a result gave to the host, and traps on anything else.
#[unsafe(no_mangle)]
pub extern "C" fn dealloc(block: *mut u8, len: usize) {
    if ledger::with(|ledger| ledger.trap_dealloc.is_due()) {
        abi::trap();
    }
    if ledger::with(|ledger| ledger.take_back(block, len)).is_err() {
        abi::trap();
    }
}

/// Returns how many blocks the host holds.
#[unsafe(no_mangle)]
pub extern "C" fn live_blocks() -> usize {
    ledger::with(|ledger| ledger.blocks())
}

/// Returns how many bytes the host holds.
#[unsafe(no_mangle)]
pub extern "C" fn live_bytes() -> usize {
    ledger::with(|ledger| ledger.bytes())
}

/// Returns how many bytes of the block released last were not zero by then.
#[unsafe(no_mangle)]
pub extern "C" fn last_released_nonzero() -> usize {
    ledger::with(|ledger| ledger.last_released_nonzero())
}

/// Makes the `nth` `alloc` from now on return null; 0 makes none.
#[unsafe(no_mangle)]
pub extern "C" fn fail_alloc_in(nth: u32) {
    ledger::with(|ledger| ledger.fail_alloc.set(nth));
}

/// Makes the `nth` `alloc` from now on trap; 0 makes none.
#[unsafe(no_mangle)]
pub extern "C" fn trap_alloc_in(nth: u32) {
    ledger::with(|ledger| ledger.trap_alloc.set(nth));
}

/// Makes the `nth` `dealloc` from now on trap, before it releases anything; 0 makes none.
#[unsafe(no_mangle)]
pub extern "C" fn trap_dealloc_in(nth: u32) {
    ledger::with(|ledger| ledger.trap_dealloc.set(nth));
}

// Scalar results.

#[unsafe(no_mangle)]
pub extern "C" fn length(_bytes: *const u8, len: usize) -> usize {
    len
}

/// As `length`, but the memory has grown by the time the host looks at it again.
#[unsafe(no_mangle)]
pub extern "C" fn grow_and_length(_bytes: *const u8, len: usize) -> usize {
    const PAGES: usize = 16;
    if wasm32::memory_grow::<0>(PAGES) == usize::MAX {
        abi::trap();
    }
    len
}

/// Returns the greatest power of two that divides the address; 0 for null.
#[unsafe(no_mangle)]
pub extern "C" fn alignment(ptr: *const u8) -> usize {
    ptr.addr() & ptr.addr().wrapping_neg()
}

/// Returns the sum of the bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn checksum(bytes: *const u8, len: usize) -> u64 {
    // SAFETY: the host keeps the contract.
    let bytes = unsafe { borrow(bytes, len) };
    bytes.iter().copied().map(u64::from).sum()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nonzero_bytes(bytes: *const u8, len: usize) -> usize {
    // SAFETY: the host keeps the contract.
    count_nonzero(unsafe { borrow(bytes, len) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sum_f64(values: *const f64, len: usize) -> f64 {
    // SAFETY: the host keeps the contract.
    unsafe { borrow(values, len) }.iter().sum()
}

#[unsafe(no_mangle)]
pub extern "C" fn trap(_bytes: *const u8, _len: usize) {
    abi::trap()
}

// In place.

#[unsafe(no_mangle)]
pub unsafe extern "C" fn reverse(bytes: *mut u8, len: usize) {
    // SAFETY: the host keeps the contract.
    unsafe { borrow_mut(bytes, len) }.reverse();
}

// Slices as results: `(ptr << 32) | len`.

/// Returns "Hello, NAME!". The name need not be UTF-8, and then the greeting is not either.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn greet(name: *const u8, len: usize) -> u64 {
    // SAFETY: the host keeps the contract.
    let name = unsafe { borrow(name, len) };
    hand_over(&[b"Hello, ", name, b"!"].concat()).pack()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn echo_packed(bytes: *const u8, len: usize) -> u64 {
    // SAFETY: the host keeps the contract.
    hand_over(unsafe { borrow(bytes, len) }).pack()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn concat(
    a: *const u8,
    a_len: usize,
    b: *const u8,
    b_len: usize,
    c: *const u8,
    c_len: usize,
) -> u64 {
    // SAFETY: the host keeps the contract.
    let parts = unsafe { [borrow(a, a_len), borrow(b, b_len), borrow(c, c_len)] };
    hand_over(&parts.concat()).pack()
}

/// Returns a copy of the text from the first `needle` on, or 0 if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn find_word(
    text: *const u8,
    len: usize,
    needle: *const u8,
    needle_len: usize,
) -> u64 {
    // SAFETY: the host keeps the contract.
    let (text, needle) = unsafe { (borrow(text, len), borrow(needle, needle_len)) };
    let found = (0..=text.len()).find(|&at| text[at..].starts_with(needle));
    found
        .map_or(RawSlice::NULL, |at| hand_over(&text[at..]))
        .pack()
}

/// Returns a list whose length counts elements; the host releases four times as many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doubled_u32(values: *const u32, len: usize) -> u64 {
    // SAFETY: the host keeps the contract.
    let values = unsafe { borrow(values, len) };
    let doubled: Vec<u32> = values.iter().map(|value| value.wrapping_mul(2)).collect();
    hand_over(&doubled).pack()
}

/// Returns a text that stays the guest's: releasing it traps.
#[unsafe(no_mangle)]
pub extern "C" fn banner() -> u64 {
    const BANNER: &str = "ledger: every block is accounted for";
    RawSlice {
        ptr: BANNER.as_ptr().cast_mut(),
        len: BANNER.len(),
    }
    .pack()
}

// Slices as results: through memory.

/// Writes the result where the host says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn echo_ret(ret: *mut RawSlice, bytes: *const u8, len: usize) {
    if ret.is_null() || !ret.is_aligned() {
        abi::trap();
    }
    // SAFETY: the host keeps the contract.
    let echo = hand_over(unsafe { borrow(bytes, len) });
    // SAFETY: checked above, and by the contract `ret` denotes one element.
    unsafe { ret.write(echo) };
}

/// Writes the result to the guest's own return area, and returns where that is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn echo_area(bytes: *const u8, len: usize) -> *const ReturnArea {
    static AREA: ReturnArea = ReturnArea {
        ptr: AtomicPtr::new(ptr::null_mut()),
        len: AtomicUsize::new(0),
    };
    // SAFETY: the host keeps the contract.
    let echo = hand_over(unsafe { borrow(bytes, len) });
    AREA.ptr.store(echo.ptr, Relaxed);
    AREA.len.store(echo.len, Relaxed);
    &raw const AREA
}

/// A [`RawSlice`] that a static may hold and change.
#[repr(C)]
pub struct ReturnArea {
    ptr: AtomicPtr<u8>,
    len: AtomicUsize,
}
