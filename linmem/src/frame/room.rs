//! Room in the guest for what is placed there, taken from its allocator where there is not enough at hand.

use super::{Frame, all_of};
use crate::allocator::{Allocator, Request, Supply};
use crate::error::{ErrorKind, Result};
use crate::ledger::{Block, Leaked, Scratch, Use};
use crate::lowering::{self, Bookkeeping, Lowering, Missing, Shortage};
use crate::mode::Mode;
use crate::region::Region;
use crate::runtime::SCRATCH_MAX;

/// How often arguments are lowered before they are taken for restless: once to see, once with the scratch block that a
/// dropped handle left, once with one that fits, and once with blocks of their own where there is no room for that.
const ATTEMPTS: usize = 4;

impl<M: Mode, A: Allocator> Frame<'_, M, A> {
    /// The memory to lower into; or none, for what needs none.
    #[inline(always)]
    pub(crate) fn lowering(&mut self, needs_memory: bool) -> Lowering<'_> {
        let runtime = &mut *self.runtime;
        let memory = if needs_memory { all_of(runtime.memory, self.mode.store_mut()) } else { &mut [] };
        let told = A::SUPPLY == Supply::Anew;
        Lowering::new(memory, &runtime.ledger, told, &mut runtime.room)
    }

    /// Takes what the first attempt has found missing, and lowers again.
    #[cold]
    pub(crate) async fn lower_again<R>(
        mut self,
        mark: (u64, usize),
        lower: &mut impl FnMut(&mut Lowering<'_>) -> Result<R>,
    ) -> Result<R> {
        for _ in 1..ATTEMPTS {
            self.make_room(mark).await?;
            self.runtime.room.rewind(mark);
            let mut lowering = self.lowering(true);
            let lowered = lower(&mut lowering)?;
            if lowering.has_room() {
                return Ok(lowered);
            }
        }
        Err(ErrorKind::Restless { attempts: ATTEMPTS }.into())
    }

    /// A longer scratch block where nothing lies in the old one yet and all will fit, or else a block for each.
    async fn make_room(&mut self, mark: (u64, usize)) -> Result<()> {
        let Bookkeeping { missing, used, .. } = &self.runtime.room;
        if let Some(Shortage { total, align, place }) = lowering::shortage(missing, *used) {
            if A::SUPPLY != Supply::Many {
                let taken = self.only_block(mark, Request::new(total, align)).await;
                return taken.map_err(|error| error.at_some(place));
            }
            if total <= SCRATCH_MAX && self.runtime.room.granted.is_empty() {
                if mark == (0, 0) {
                    // Nothing that was lowered stays: the next attempt begins again.
                    self.received_if(true).wipe();
                    let before = self.runtime.ledger.scratch();
                    self.try_scratch(total).await.map_err(|error| error.at_some(place))?;
                    // Even one that a dropped handle has left, and that is too short, changes what does not fit.
                    if self.runtime.ledger.scratch() != before {
                        return Ok(());
                    }
                } else {
                    self.runtime.wish = total;
                }
            }
        }
        // By index, so that the list keeps its memory for the next call.
        let mut index = 0_usize;
        while let Some(&Missing { request, place, given }) = self.runtime.room.missing.get(index) {
            index = index.saturating_add(1);
            let purpose = if given { Use::Given } else { Use::Frame };
            let block = self.allocate(request, purpose).await.map_err(|error| error.at_some(place))?;
            self.runtime.room.granted.push(block.region());
        }
        Ok(())
    }

    /// The one block that the allocator has, in the place of the one before.
    async fn only_block(&mut self, mark: (u64, usize), request: Request) -> Result<()> {
        let Request { size, align, .. } = request;
        if mark != (0, 0) {
            return Err(ErrorKind::OutOfMemory { size, align }.into());
        }
        self.received_if(true).wipe();
        self.runtime.vacate();
        let block = self.runtime.allocate(self.mode, request).await?;
        self.runtime.occupy(block)?;
        // As the guest knows it: what is passed by its length alone lies at its very beginning.
        self.runtime.ledger.replace_scratch(Some(Scratch::whole(block)));
        Ok(())
    }

    /// Does what earlier frames have left to be done: releases what is due, and fits the scratch block.
    pub(super) async fn catch_up(&mut self) -> Result<()> {
        self.runtime.ledger.recall();
        match std::mem::take(&mut self.runtime.wish) {
            0 => {}
            wish => self.try_scratch(wish).await?,
        }
        self.runtime.release_due(self.mode).await
    }

    /// Fits the scratch block if the guest has room for that. If not, it may still have room for the bytes alone.
    async fn try_scratch(&mut self, len: u64) -> Result<()> {
        match self.runtime.fit_scratch(self.mode, len).await {
            Err(error) if self.runtime.health.is_entered() || self.runtime.health.is_poisoned() => Err(error),
            _ => Ok(()),
        }
    }

    /// Takes a block of its own from the allocator; it belongs to the frame.
    pub(crate) async fn take(&mut self, request: Request) -> Result<Block> {
        self.allocate(request, Use::Frame).await
    }

    async fn allocate(&mut self, request: Request, purpose: Use) -> Result<Block> {
        let block = self.runtime.allocate(self.mode, request).await?;
        self.runtime.ledger.hold(block, purpose);
        Ok(block)
    }

    /// Copies bytes into the guest.
    pub(crate) async fn place(&mut self, bytes: &[u8], align: usize) -> Result<Region> {
        let mark = self.runtime.room.mark();
        let mut lower = |into: &mut Lowering<'_>| into.place(bytes, align);
        let mut lowering = self.lowering(true);
        let first = lower(&mut lowering);
        let has_room = lowering.has_room();
        let placed = match first {
            Ok(region) if has_room => Ok(region),
            Ok(_) => Frame::new(self.mode, self.runtime).lower_again(mark, &mut lower).await,
            Err(error) => Err(error),
        };
        // The frame goes on after an error: see `MemoryFrame::alloc`.
        placed.inspect_err(|_| self.runtime.room.give_up(mark))
    }

    /// Makes a region that lies in the guest already the frame's own: zeroed and released when that ends. None if it is
    /// empty, and no block.
    pub(crate) fn take_over(&mut self, region: Region) -> Result<Option<Block>> {
        self.received()?.hold(region, 1, Use::Output)
    }

    /// Takes a block back that a frame has left in the guest.
    pub(super) fn take_back(&mut self, leaked: &Leaked) -> Result<()> {
        if !self.runtime.health.is_of(&leaked.instance) {
            return Err(ErrorKind::ForeignBlock.into());
        }
        self.runtime.ledger.admit(leaked.block.whole())?;
        self.runtime.ledger.hold(leaked.block, leaked.purpose);
        Ok(())
    }
}
