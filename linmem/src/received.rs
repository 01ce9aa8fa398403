//! The guest's side of a call that has returned: its memory, and what the host takes over of it.

use crate::error::Result;
use crate::ledger::{Block, Ledger, Use};
use crate::lowering::Bookkeeping;
use crate::region::{Region, to_u64, wipe};
use std::sync::atomic::{AtomicBool, Ordering};

/// All of the guest's memory as it is after the call, and the means to have what the guest handed out released.
///
/// The memory is looked up once for all that is to be done with it between two steps that enter the guest: to read the
/// result, to copy arguments back, and to zero them.
#[derive(Debug)]
pub struct Received<'a> {
    pub(crate) memory: &'a mut [u8],
    pub(crate) ledger: &'a mut Ledger,
    pub(crate) room: &'a mut Bookkeeping,
    /// Whether what was placed is zeroed.
    pub(crate) zero: bool,
    /// Whether the allocator takes back a block by its address alone.
    pub(crate) by_address: &'a AtomicBool,
}

impl Received<'_> {
    /// All of the memory.
    #[must_use]
    pub fn memory(&self) -> &[u8] {
        self.memory
    }

    /// Some of it.
    ///
    /// # Errors
    /// [`OutOfBounds`](crate::ErrorKind::OutOfBounds), [`Misaligned`](crate::ErrorKind::Misaligned).
    #[inline(always)]
    pub fn bytes(&self, region: Region, align: usize) -> Result<&[u8]> {
        region.of(self.memory, align)
    }

    /// Zeroes what was placed in the scratch block, and forgets it.
    #[inline(always)]
    pub(crate) fn wipe(&mut self) {
        let touched = self.room.touched();
        self.room.forget_bytes();
        if self.zero {
            wipe(self.memory, Region { len: touched, ..self.ledger.room() });
        }
    }

    /// Has a region that the guest handed out released through the allocator when the frame ends, or when the next call
    /// begins if the result is borrowed.
    ///
    /// An empty region is released only if the allocator can be told of it by its address alone.
    ///
    /// # Errors
    /// [`OutOfBounds`](crate::ErrorKind::OutOfBounds) if it does not lie in memory, where nothing was allocated then, and
    /// [`Overlap`](crate::ErrorKind::Overlap) if it shares a byte with what the host holds: it would be released twice.
    #[inline(always)]
    pub fn adopt(&mut self, region: Region, align: usize) -> Result<()> {
        self.hold(region, align, Use::Result)?;
        Ok(())
    }

    /// The same for another purpose. Returns the block, if it is one.
    #[inline(always)]
    pub(crate) fn hold(&mut self, region: Region, align: usize, purpose: Use) -> Result<Option<Block>> {
        let block = self.releasable(region, align)?;
        if let Some(block) = block {
            self.ledger.hold(block, purpose);
        }
        Ok(block)
    }

    /// The region as a block that the allocator takes back, if there is anything to it.
    #[inline(always)]
    pub(crate) fn releasable(&self, region: Region, align: usize) -> Result<Option<Block>> {
        let block = Block { pointer: region.pointer, size: region.len, align: to_u64(align) };
        if region.len == 0 && !self.is_block(block) {
            return Ok(None);
        }
        self.bytes(region, 1)?;
        self.ledger.admit(region)?;
        Ok(Some(block))
    }

    /// Whether arguments' own blocks are released before results. Many an allocator hands out first what it got back last,
    /// and where bytes are many it counts whether the next argument comes to lie in a cache: that is where the host has
    /// read last, the result, unless the arguments are zeroed after that.
    #[inline(always)]
    pub(crate) fn releases_results_last(&self) -> bool {
        !self.zero && !self.ledger.is_empty()
    }

    /// Whether an empty region is a block that the allocator wants back.
    #[inline(always)]
    pub(crate) fn is_block(&self, block: Block) -> bool {
        self.by_address.load(Ordering::Relaxed) && is_block(self.memory, self.ledger, block)
    }
}

/// Whether an empty region is a block, for an allocator that takes them back by address. `malloc(0)` may well return one,
/// and only `free` takes no length by which it could be told from a pointer to nothing: Rust's, which is the alignment
/// itself, or one into something else, held by the host or no memory at all.
#[cold]
fn is_block(memory: &[u8], ledger: &Ledger, block: Block) -> bool {
    let byte = Region { pointer: block.pointer, len: 1 };
    block.pointer != block.align && byte.of(memory, 1).is_ok() && ledger.admit(byte).is_ok()
}
