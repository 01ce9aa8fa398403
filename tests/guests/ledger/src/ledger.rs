//! The account of the blocks that the host holds.

use std::alloc::{self, Layout};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::{ptr, slice};

/// What every block is aligned to: enough for any element type the host may place in it.
pub(crate) const ALIGN: usize = 16;

pub(crate) struct Ledger {
    /// Address and length of each block that the host holds.
    blocks: BTreeMap<usize, usize>,
    last_released_nonzero: usize,
    pub(crate) fail_alloc: Countdown,
    pub(crate) trap_alloc: Countdown,
    pub(crate) trap_dealloc: Countdown,
}

/// The host released something that it does not hold.
pub(crate) struct NotHeld;

static LEDGER: Mutex<Ledger> = Mutex::new(Ledger {
    blocks: BTreeMap::new(),
    last_released_nonzero: 0,
    fail_alloc: Countdown(0),
    trap_alloc: Countdown(0),
    trap_dealloc: Countdown(0),
});

/// Runs `f` on the ledger. `f` must not trap: a trap leaves the ledger locked, and the host reads it afterwards.
pub(crate) fn with<R>(f: impl FnOnce(&mut Ledger) -> R) -> R {
    f(&mut LEDGER.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Ledger {
    /// Lends the host a block of `len` bytes, or returns null if there is none.
    ///
    /// The bytes are zero, so that those which are not when the block comes back are the host's, rather than what an
    /// earlier block left behind. No bytes make a block of their own too: its release can be missed or repeated.
    pub(crate) fn lend(&mut self, len: usize) -> *mut u8 {
        let Some(layout) = layout(len) else {
            return ptr::null_mut();
        };
        // SAFETY: the layout is not empty.
        let block = unsafe { alloc::alloc_zeroed(layout) };
        if !block.is_null() {
            self.blocks.insert(block.addr(), len);
        }
        block
    }

    /// Frees a block that the host gives back.
    pub(crate) fn take_back(&mut self, block: *mut u8, len: usize) -> Result<(), NotHeld> {
        // An empty result is no block, see `hand_over`; releasing it is what a host may well do without a special case.
        if len == 0 && (1..ALIGN).contains(&block.addr()) {
            return Ok(());
        }
        // A length without a layout is one that `lend` never lent.
        let layout = layout(len).ok_or(NotHeld)?;
        if self.blocks.get(&block.addr()) != Some(&len) {
            return Err(NotHeld);
        }
        self.blocks.remove(&block.addr());
        // SAFETY: it was in the ledger, so these are `len` bytes that `lend` initialised and that are not freed.
        let bytes = unsafe { slice::from_raw_parts(block, len) };
        self.last_released_nonzero = count_nonzero(bytes);
        // SAFETY: `lend` allocated the block with this layout, and no entry leads here a second time.
        unsafe { alloc::dealloc(block, layout) };
        Ok(())
    }

    pub(crate) fn blocks(&self) -> usize {
        self.blocks.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.blocks.values().sum()
    }

    pub(crate) fn last_released_nonzero(&self) -> usize {
        self.last_released_nonzero
    }
}

/// Counts calls down to the one that is to go wrong.
pub(crate) struct Countdown(u32);

impl Countdown {
    /// Chooses the `nth` call from now on; 0 chooses none.
    pub(crate) fn set(&mut self, nth: u32) {
        self.0 = nth;
    }

    /// Counts one call, and tells whether it is the chosen one.
    pub(crate) fn is_due(&mut self) -> bool {
        let due = self.0 == 1;
        self.0 = self.0.saturating_sub(1);
        due
    }
}

pub(crate) fn count_nonzero(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte != 0).count()
}

fn layout(len: usize) -> Option<Layout> {
    Layout::from_size_align(len.max(1), ALIGN).ok()
}
