//! The guard around one call: what it places in the guest is zeroed and released, whichever way the call ends.

use crate::allocator::{Allocator, Request};
use crate::error::{ErrorKind, Place, Poisoner, Result};
use crate::ledger::{Block, Leaked, Use};
use crate::lowering::{self, Lowering, Missing};
use crate::mode::Mode;
use crate::received::Received;
use crate::region::Region;
use crate::runtime::{Runtime, SCRATCH_MAX};
use wasmtime::{AsContext, AsContextMut, TypedFunc, WasmParams, WasmResults};

/// Memory placed in a guest around a call.
///
/// Conventions call the guest and read results through it. [`LinearMemory::frame`](crate::LinearMemory::frame) gives
/// one to a user, with blocking methods.
///
/// When it goes, every byte that was placed through it is zeroed, and every block is released: at once where it is
/// closed, and at the handle's next call where it is only dropped (a panic, a future that was abandoned), because a
/// drop does not enter the guest.
#[derive(Debug)]
pub struct Frame<'f, M: Mode, A: Allocator> {
    mode: M,
    runtime: &'f mut Runtime<A>,
}

/// How often arguments are lowered before they are taken for restless: once to see, once with the scratch block that a
/// dropped handle left, once with one that fits, and once with blocks of their own where there is no room for that.
const ATTEMPTS: usize = 4;

impl<'f, M: Mode, A: Allocator> Frame<'f, M, A> {
    /// Opens a frame for a call of that export. What earlier ones have left to be done comes first: see
    /// [`catch_up`](Frame::catch_up).
    #[inline]
    pub(crate) fn open(mode: M, runtime: &'f mut Runtime<A>, export: Option<&'static str>) -> Result<Self> {
        // A guard that was forgotten, and not dropped, has left the guest as it was: halfway, and with its bytes in it.
        runtime.health.settle();
        runtime.health.check()?;
        runtime.health.running = Poisoner(export);
        let mut frame = Frame { mode, runtime };
        if frame.runtime.room.touched() != 0 {
            frame.wipe();
        }
        frame.runtime.room.clear();
        Ok(frame)
    }

    /// Whether earlier frames have left something to do.
    #[inline]
    pub(crate) fn has_arrears(&self) -> bool {
        self.runtime.wish != 0 || !self.runtime.ledger.is_empty()
    }

    /// Does what earlier frames have left to be done: releases what is due, and fits the scratch block.
    #[cold]
    pub(crate) async fn catch_up(&mut self) -> Result<()> {
        self.wipe();
        self.runtime.ledger.recall();
        match std::mem::take(&mut self.runtime.wish) {
            0 => {}
            wish => self.try_scratch(wish).await?,
        }
        self.runtime.release_due(&mut self.mode).await
    }

    /// Lets the scratch block go, too, when it catches up.
    pub(crate) fn retire(&mut self) {
        self.runtime.retire();
    }

    /// Lowers, if there is room for all of it. See [`Lowering`].
    #[inline]
    pub(crate) fn lower<R>(&mut self, lower: &mut impl FnMut(&mut Lowering<'_>) -> Result<R>) -> Result<Option<R>> {
        let Runtime { memory, room, ledger, .. } = &mut *self.runtime;
        let store = self.mode.store_mut().as_context_mut();
        let bytes = memory.map_or(&mut [][..], |memory| memory.data_mut(store));
        let mut into = Lowering::new(bytes, ledger.scratch(), room);
        let lowered = lower(&mut into)?;
        Ok(self.runtime.room.missing.is_empty().then_some(lowered))
    }

    /// Lowers what needs no memory.
    #[inline]
    pub(crate) fn lower_scalars<R>(&mut self, lower: &mut impl FnMut(&mut Lowering<'_>) -> Result<R>) -> Result<R> {
        lower(&mut Lowering::new(&mut [], None, &mut self.runtime.room))
    }

    /// Takes what the first attempt has found missing, and lowers again.
    #[cold]
    pub(crate) async fn lower_again<R>(
        &mut self,
        mark: (u64, usize),
        lower: &mut impl FnMut(&mut Lowering<'_>) -> Result<R>,
    ) -> Result<R> {
        for _ in 1..ATTEMPTS {
            let missing = std::mem::take(&mut self.runtime.room.missing);
            self.make_room(mark, missing).await?;
            self.runtime.room.rewind(mark);
            if let Some(lowered) = self.lower(lower)? {
                return Ok(lowered);
            }
        }
        Err(ErrorKind::Restless { attempts: ATTEMPTS }.into())
    }

    /// A longer scratch block where nothing lies in the old one yet and all will fit, or else a block for each.
    async fn make_room(&mut self, mark: (u64, usize), missing: Vec<Missing>) -> Result<()> {
        if let Some((total, place)) = lowering::shortage(&missing, self.runtime.room.used)
            && total <= SCRATCH_MAX
            && self.runtime.room.granted.is_empty()
        {
            if mark == (0, 0) {
                // Nothing that was lowered stays: the next attempt begins again.
                self.wipe();
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
        for Missing { request, place, given } in missing {
            let purpose = if given { Use::Given } else { Use::Frame };
            let block = self.allocate(request, purpose).await.map_err(|error| error.at_some(place))?;
            self.runtime.room.granted.push(block.region());
        }
        Ok(())
    }

    /// Leaves to the guest what it was given: it is about to be called.
    #[inline]
    pub(crate) fn hand_over(&mut self) {
        if !self.runtime.room.granted.is_empty() {
            self.runtime.ledger.hand_over();
        }
    }

    /// Fits the scratch block if the guest has room for that. If not, it may still have room for the bytes alone.
    async fn try_scratch(&mut self, len: u64) -> Result<()> {
        match self.runtime.fit_scratch(&mut self.mode, len).await {
            Err(error) if self.runtime.health.is_poisoned() => Err(error),
            _ => Ok(()),
        }
    }

    /// Takes a block of its own from the allocator; it belongs to the frame.
    pub(crate) async fn take(&mut self, request: Request) -> Result<Block> {
        self.allocate(request, Use::Frame).await
    }

    async fn allocate(&mut self, request: Request, purpose: Use) -> Result<Block> {
        let block = self.runtime.allocate(&mut self.mode, request).await?;
        self.runtime.ledger.hold(block, purpose);
        Ok(block)
    }

    /// Copies bytes into the guest.
    pub(crate) async fn place(&mut self, bytes: &[u8], align: usize) -> Result<Region> {
        let mark = self.runtime.room.mark();
        let mut lower = |into: &mut Lowering<'_>| {
            into.begin_unnamed();
            into.place(bytes, align)
        };
        let placed = match self.lower(&mut lower)? {
            Some(region) => Ok(region),
            None => self.lower_again(mark, &mut lower).await,
        };
        // The frame goes on after an error: see `MemoryFrame::alloc`.
        placed.inspect_err(|_| self.runtime.room.give_up(mark))
    }

    /// Bytes of the guest's memory, taken afresh, for any call may have moved it.
    ///
    /// # Errors
    /// [`OutOfBounds`](crate::ErrorKind::OutOfBounds), [`Misaligned`](crate::ErrorKind::Misaligned),
    /// [`NoMemory`](crate::ErrorKind::NoMemory).
    #[inline]
    pub fn bytes(&self, region: Region, align: usize) -> Result<&[u8]> {
        region.of(self.memory()?, align)
    }

    /// The same bytes, to write.
    ///
    /// # Errors
    /// As [`bytes`](Frame::bytes).
    #[inline]
    pub fn bytes_mut(&mut self, region: Region, align: usize) -> Result<&mut [u8]> {
        let memory = self.runtime.memory.ok_or(ErrorKind::NoMemory)?;
        region.of_mut(memory.data_mut(self.mode.store_mut().as_context_mut()), align)
    }

    /// All of the guest's memory, taken afresh.
    ///
    /// # Errors
    /// [`NoMemory`](crate::ErrorKind::NoMemory).
    #[inline]
    pub fn memory(&self) -> Result<&[u8]> {
        let memory = self.runtime.memory.ok_or(ErrorKind::NoMemory)?;
        Ok(memory.data(self.mode.store().as_context()))
    }

    /// Calls a function of the guest.
    ///
    /// # Errors
    /// [`Trap`](crate::ErrorKind::Trap), after which the instance is poisoned, and
    /// [`Poisoned`](crate::ErrorKind::Poisoned) from then on.
    #[inline(always)]
    pub async fn invoke<P, R>(&mut self, func: &TypedFunc<P, R>, params: P) -> Result<R>
    where
        P: WasmParams + Sync,
        R: WasmResults + Sync,
    {
        self.runtime.health.enter()?;
        match self.mode.call(func, params).await {
            Ok(results) => {
                self.runtime.health.leave();
                Ok(results)
            }
            Err(error) => self.runtime.guest(&mut self.mode).failed(error).await,
        }
    }

    /// Has a region that the guest returned released through the allocator when the frame ends. See
    /// [`Received::adopt`].
    ///
    /// # Errors
    /// As [`Received::adopt`].
    #[inline]
    pub fn adopt(&mut self, region: Region, align: usize) -> Result<()> {
        self.received()?.hold(region, align, Use::Result)
    }

    /// The same for a region that is read after the frame has ended: it is released before the next frame.
    ///
    /// # Errors
    /// As [`adopt`](Frame::adopt).
    #[inline]
    pub fn lend(&mut self, region: Region, align: usize) -> Result<()> {
        self.received()?.hold(region, align, Use::Lent)
    }

    /// Gives back at once what the guest returned and the host has read: nothing can come between that would lose it.
    pub(crate) async fn give_back(&mut self, block: Block) -> Result<()> {
        let released = self.runtime.release_result(&mut self.mode, block).await;
        released.map_err(|error| error.at(Place::Release))
    }

    /// What the guest has left after a call.
    ///
    /// # Errors
    /// [`NoMemory`](crate::ErrorKind::NoMemory).
    #[inline]
    pub fn received(&mut self) -> Result<Received<'_>> {
        let by_address = self.runtime.allocator().releases_without_size();
        let memory = self.runtime.memory.ok_or(ErrorKind::NoMemory)?.data(self.mode.store().as_context());
        Ok(Received { memory, ledger: &mut self.runtime.ledger, by_address })
    }

    /// Makes sure that a region which is to be read after the frame has ended lies outside what the frame will zero.
    ///
    /// # Errors
    /// [`Overlap`](crate::ErrorKind::Overlap).
    #[inline]
    pub fn ensure_outlives(&self, region: Region) -> Result<()> {
        Ok(self.runtime.ledger.admit(region)?)
    }

    /// Ends the frame in so far as that can be done without entering the guest: zeroes what it placed. Whether there is
    /// something to [`release`](Frame::release) besides.
    #[inline]
    #[must_use]
    pub(crate) fn end(&mut self) -> bool {
        self.wipe();
        self.runtime.ledger.has_due()
    }

    /// Releases what is due.
    pub(crate) async fn release(&mut self) -> Result<()> {
        self.runtime.release_due(&mut self.mode).await
    }

    #[inline]
    fn wipe(&mut self) {
        if self.runtime.room.touched() != 0 || !self.runtime.ledger.is_empty() || self.runtime.health.is_poisoned() {
            self.wipe_placed();
        }
    }

    fn wipe_placed(&mut self) {
        let touched = self.runtime.room.touched();
        self.runtime.room.clear();
        let scratch = self.runtime.ledger.scratch().map(|block| Region { len: touched, ..block.region() });
        let memory = self.runtime.memory.filter(|_| self.runtime.zero);
        let bytes = memory.map(|memory| memory.data_mut(self.mode.store_mut().as_context_mut()));
        let bytes = bytes.unwrap_or_default();
        // Whatever the guest did, its memory never shrinks, and these regions lay within it.
        let mut zero = |region: Region| {
            if let Ok(placed) = region.of_mut(bytes, 1) {
                placed.fill(0);
            }
        };
        scratch.into_iter().for_each(&mut zero);
        self.runtime.ledger.end_frame(zero);
        if self.runtime.health.is_poisoned() {
            self.runtime.ledger.clear();
        }
    }

    /// Makes a region that lies in the guest already the frame's own: zeroed and released when that ends. None if it is
    /// empty, and no block.
    pub(crate) fn take_over(&mut self, region: Region) -> Result<Option<Block>> {
        let mut received = self.received()?;
        received.bytes(region, 1)?;
        let block = Block { pointer: region.pointer, size: region.len, align: 1 };
        if region.len == 0 && !received.is_block(block) {
            return Ok(None);
        }
        received.hold(region, 1, Use::Output)?;
        Ok(Some(block))
    }

    /// Takes a block back that a frame has left in the guest.
    pub(crate) fn take_back(&mut self, leaked: &Leaked) -> Result<()> {
        if !self.runtime.health.is_of(&leaked.instance) {
            return Err(ErrorKind::ForeignBlock.into());
        }
        self.runtime.ledger.admit(leaked.block.whole())?;
        self.runtime.ledger.hold(leaked.block, Use::Frame);
        Ok(())
    }

    /// Leaves a block in the guest: the frame neither zeroes nor releases it, and whoever has the mark may.
    pub(crate) fn leave(&mut self, block: Block) -> Leaked {
        self.runtime.ledger.forget(block);
        Leaked { block, instance: self.runtime.health.mark() }
    }

    /// Whether addresses in the guest's memory are 64 bits wide.
    pub(crate) fn is_64(&self) -> bool {
        self.runtime.memory.is_some_and(|memory| memory.ty(self.mode.store().as_context()).is_64())
    }
}

impl<M: Mode, A: Allocator> Drop for Frame<'_, M, A> {
    #[inline]
    fn drop(&mut self) {
        self.runtime.health.settle();
        self.wipe();
    }
}
