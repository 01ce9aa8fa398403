//! A global allocator that knows how much is allocated.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The system allocator, with a count of the live blocks and of their bytes.
///
/// It counts below the guest's interface, so a block that the guest itself forgets shows up as well as one that the
/// host does.
pub(crate) struct Counting {
    blocks: AtomicUsize,
    bytes: AtomicUsize,
}

impl Counting {
    pub(crate) const fn new() -> Self {
        Self {
            blocks: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
        }
    }

    pub(crate) fn blocks(&self) -> usize {
        self.blocks.load(Relaxed)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }

    fn add(&self, block: *mut u8, size: usize) -> *mut u8 {
        if !block.is_null() {
            self.blocks.fetch_add(1, Relaxed);
            self.bytes.fetch_add(size, Relaxed);
        }
        block
    }
}

// SAFETY: every method passes its arguments to `System` and its result back unchanged; the counters allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract is that of `System`.
        self.add(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract is that of `System`.
        self.add(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.blocks.fetch_sub(1, Relaxed);
        self.bytes.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's contract is that of `System`.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller's contract is that of `System`.
        let moved = unsafe { System.realloc(block, layout, new_size) };
        // A failed `realloc` leaves the old block as it was, still live.
        if !moved.is_null() {
            self.bytes.fetch_sub(layout.size(), Relaxed);
            self.bytes.fetch_add(new_size, Relaxed);
        }
        moved
    }
}
