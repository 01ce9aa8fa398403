//! How slices cross the boundary.

use core::arch::wasm32;
use std::sync::atomic::{Ordering::SeqCst, compiler_fence};
use std::{ptr, slice};

use crate::ledger;

/// A slice as the host sees it: two `u32` in linear memory, in this order.
#[repr(C)]
pub struct RawSlice {
    pub(crate) ptr: *mut u8,
    /// Elements, not bytes.
    pub(crate) len: usize,
}

impl RawSlice {
    pub(crate) const NULL: Self = Self {
        ptr: ptr::null_mut(),
        len: 0,
    };

    pub(crate) fn pack(self) -> u64 {
        (self.ptr.expose_provenance() as u64) << 32 | self.len as u64
    }
}

/// Elements without padding: all of their bytes may be looked at when the host gives them back.
pub(crate) trait Element: Copy {}
impl Element for u8 {}
impl Element for u32 {}

/// Gives the host a copy of `values`, which it owes to `dealloc`. An empty copy is a dangling pointer and no debt.
pub(crate) fn hand_over<T: Element>(values: &[T]) -> RawSlice {
    if values.is_empty() {
        return RawSlice {
            ptr: ptr::dangling_mut::<T>().cast(),
            len: 0,
        };
    }
    let block = ledger::with(|ledger| ledger.lend(size_of_val(values)));
    if block.is_null() {
        trap();
    }
    // SAFETY: the block is new, as large as `values`, and aligned to more than any `Element` asks for.
    unsafe { ptr::copy_nonoverlapping(values.as_ptr(), block.cast::<T>(), values.len()) };
    RawSlice {
        ptr: block,
        len: values.len(),
    }
}

/// Traps, with all that was written before in memory.
///
/// Not a panic: its message would reach nobody on this target.
pub(crate) fn trap() -> ! {
    // Nothing in the guest runs after a trap, so the optimiser drops writes that are still pending, the release of the
    // ledger's lock among them. But the host goes on, much like a signal handler, and calls `live_blocks`.
    compiler_fence(SeqCst);
    wasm32::unreachable()
}

/// Borrows an argument.
///
/// # Safety
///
/// (`ptr`, `len`) keeps the crate's contract for as long as `'a` lasts.
pub(crate) unsafe fn borrow<'a, T>(ptr: *const T, len: usize) -> &'a [T] {
    // Some hosts pass null for the empty slice, which a reference must not be.
    if len == 0 {
        return &[];
    }
    if ptr.is_null() || !ptr.is_aligned() {
        trap();
    }
    // SAFETY: checked above, and the rest is the caller's contract.
    unsafe { slice::from_raw_parts(ptr, len) }
}

/// Borrows an argument that goes back to the host changed.
///
/// # Safety
///
/// As for [`borrow`], and nothing else borrows the same elements.
pub(crate) unsafe fn borrow_mut<'a, T>(ptr: *mut T, len: usize) -> &'a mut [T] {
    if len == 0 {
        return &mut [];
    }
    if ptr.is_null() || !ptr.is_aligned() {
        trap();
    }
    // SAFETY: checked above, and the rest is the caller's contract.
    unsafe { slice::from_raw_parts_mut(ptr, len) }
}
