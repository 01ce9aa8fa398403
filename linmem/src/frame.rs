//! The guard around one call: what it places in the guest is zeroed and released, whichever way the call ends.

use crate::allocator::{Allocator, Request};
use crate::error::{ErrorKind, Poisoner, Result};
use crate::guest::Guest;
use crate::ledger::{Block, Use};
use crate::mode::Mode;
use crate::region::{Region, to_u64};
use crate::runtime::{Runtime, SCRATCH_MAX};
use wasmtime::{AsContext, AsContextMut, TypedFunc, WasmParams, WasmResults};

/// Memory placed in a guest around a call.
///
/// Conventions lower arguments and read results through it. [`LinearMemory::frame`](crate::LinearMemory::frame) gives
/// one to a user, with blocking methods.
///
/// When it goes, every byte that was placed through it is zeroed, and every block is released: at once where it is
/// closed, and at the handle's next call where it is only dropped (a panic, a future that was abandoned), because a
/// drop does not enter the guest.
#[derive(Debug)]
pub struct Frame<'f, M: Mode, A: Allocator> {
    mode: M,
    runtime: &'f mut Runtime<A>,
    /// The bytes of the scratch block that are taken, from its beginning.
    used: u64,
    /// The bytes that a scratch block would have needed for all of this frame.
    wanted: u64,
}

impl<'f, M: Mode, A: Allocator> Frame<'f, M, A> {
    /// Opens a frame for a call of that export, and does first what earlier ones have left to be done.
    #[inline]
    pub(crate) async fn open(mode: M, runtime: &'f mut Runtime<A>, export: Option<&'static str>) -> Result<Self> {
        runtime.health.check()?;
        runtime.health.running = Poisoner(export);
        let mut frame = Frame { mode, runtime, used: 0, wanted: 0 };
        if frame.runtime.wish != 0 || !frame.runtime.ledger.is_empty() {
            frame.catch_up().await?;
        }
        Ok(frame)
    }

    #[cold]
    async fn catch_up(&mut self) -> Result<()> {
        self.runtime.ledger.recall();
        match std::mem::take(&mut self.runtime.wish) {
            0 => {}
            // No room for a longer scratch block is no fault of this call's, whose arguments may well fit.
            wish => match self.runtime.fit_scratch(&mut self.mode, wish).await {
                Err(error) if self.runtime.health.is_poisoned() => return Err(error),
                _ => {}
            },
        }
        self.runtime.release_due(&mut self.mode).await
    }

    /// Reserves room for `size` bytes, and returns its address. What lies there is whatever lay there before.
    ///
    /// No bytes need no room: the address is then the alignment itself, which is neither null nor misaligned, as a
    /// guest in Rust asks of the pointer of an empty slice.
    ///
    /// # Errors
    /// [`OutOfMemory`](crate::ErrorKind::OutOfMemory), [`BadAllocation`](crate::ErrorKind::BadAllocation),
    /// [`Overlap`](crate::ErrorKind::Overlap), [`Grow`](crate::ErrorKind::Grow),
    /// [`TooLarge`](crate::ErrorKind::TooLarge), and what a call into the guest's allocator can end with.
    #[inline]
    pub async fn reserve(&mut self, size: usize, align: usize) -> Result<u64> {
        let (size, align) = (to_u64(size), to_u64(align));
        if size == 0 {
            return Ok(align);
        }
        match self.bump(size, align) {
            Some(address) => Ok(address),
            None => self.reserve_elsewhere(size, align).await,
        }
    }

    /// The next free bytes of the scratch block.
    #[inline]
    fn bump(&mut self, size: u64, align: u64) -> Option<u64> {
        let scratch = self.runtime.ledger.scratch()?.region();
        let mask = align.wrapping_sub(1);
        let start = self.used.checked_add(mask)? & !mask;
        let end = start.checked_add(size)?;
        if end > scratch.len {
            return None;
        }
        self.used = end;
        // The scratch block is aligned for every type, so an aligned offset is an aligned address.
        scratch.pointer.checked_add(start)
    }

    /// A new scratch block where nothing lies in the old one yet, or else a block for these bytes alone.
    #[cold]
    async fn reserve_elsewhere(&mut self, size: u64, align: u64) -> Result<u64> {
        let total = self.used.max(self.wanted).saturating_add(align).saturating_add(size);
        self.wanted = total;
        if total <= SCRATCH_MAX {
            if self.used == 0 {
                self.runtime.fit_scratch(&mut self.mode, total).await.or_else(|error| {
                    // Where there is no room for that, there may be some for the bytes alone.
                    if self.runtime.health.is_poisoned() { Err(error) } else { Ok(()) }
                })?;
                if let Some(address) = self.bump(size, align) {
                    return Ok(address);
                }
            } else {
                self.runtime.wish = total;
            }
        }
        Ok(self.allocate(Request { size, align, grow: true }).await?.region().pointer)
    }

    /// Takes a block of its own from the allocator; it belongs to the frame.
    pub(crate) async fn allocate(&mut self, request: Request) -> Result<Block> {
        let block = self.runtime.allocate(&mut self.mode, request).await?;
        self.runtime.ledger.hold(block, Use::Frame);
        Ok(block)
    }

    /// Copies bytes into the guest, and returns their address.
    ///
    /// # Errors
    /// As [`reserve`](Frame::reserve).
    #[inline]
    pub async fn place(&mut self, bytes: &[u8], align: usize) -> Result<u64> {
        let pointer = self.reserve(bytes.len(), align).await?;
        let region = Region { pointer, len: to_u64(bytes.len()) };
        self.bytes_mut(region, 1)?.copy_from_slice(bytes);
        Ok(pointer)
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
        let Guest { mode, memory, .. } = self.guest();
        let memory = memory.ok_or(ErrorKind::NoMemory)?;
        region.of_mut(memory.data_mut(mode.store_mut().as_context_mut()), align)
    }

    /// All of the guest's memory.
    #[inline]
    pub(crate) fn memory(&self) -> Result<&[u8]> {
        let memory = self.runtime.memory.ok_or(ErrorKind::NoMemory)?;
        Ok(memory.data(self.mode.store().as_context()))
    }

    /// Calls a function of the guest.
    ///
    /// # Errors
    /// [`Trap`](crate::ErrorKind::Trap), after which the instance is poisoned, and
    /// [`Poisoned`](crate::ErrorKind::Poisoned) from then on.
    #[inline]
    pub async fn invoke<P, R>(&mut self, func: &TypedFunc<P, R>, params: P) -> Result<R>
    where
        P: WasmParams + Sync,
        R: WasmResults + Sync,
    {
        self.guest().call(func, params).await
    }

    /// Has a region that the guest returned released through the allocator when the frame ends.
    ///
    /// Null is not released, nor is an empty region at its own alignment, which is Rust's pointer to nothing.
    ///
    /// # Errors
    /// [`Overlap`](crate::ErrorKind::Overlap) if it shares a byte with what the host holds: it would be released twice.
    #[inline]
    pub fn adopt(&mut self, region: Region, align: usize) -> Result<()> {
        self.receive(region, align, Use::Result)
    }

    /// The same for a region that is read after the frame has ended: it is released before the next frame.
    ///
    /// # Errors
    /// As [`adopt`](Frame::adopt).
    #[inline]
    pub fn lend(&mut self, region: Region, align: usize) -> Result<()> {
        self.receive(region, align, Use::Lent)
    }

    #[inline]
    fn receive(&mut self, region: Region, align: usize, purpose: Use) -> Result<()> {
        let align = to_u64(align);
        if region.pointer == 0 || (region.len == 0 && region.pointer == align) {
            return Ok(());
        }
        self.runtime.ledger.admit(region)?;
        self.runtime.ledger.hold(Block { pointer: region.pointer, size: region.len, align }, purpose);
        Ok(())
    }

    /// Makes sure that a region which is to be read after the frame has ended lies outside what the frame will zero.
    ///
    /// # Errors
    /// [`Overlap`](crate::ErrorKind::Overlap).
    #[inline]
    pub fn outlives(&self, region: Region) -> Result<()> {
        Ok(self.runtime.ledger.admit(region)?)
    }

    /// Ends the frame: zeroes what it placed, and releases what is due. Doing it twice does nothing.
    #[inline]
    pub(crate) async fn close(&mut self) -> Result<()> {
        self.wipe();
        if self.runtime.ledger.has_due() { self.runtime.release_due(&mut self.mode).await } else { Ok(()) }
    }

    /// Ends the frame in so far as that can be done without entering the guest.
    #[inline]
    fn wipe(&mut self) {
        let used = std::mem::take(&mut self.used);
        let scratch = self.runtime.ledger.scratch().map(|block| Region { len: used, ..block.region() });
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

    #[inline]
    fn guest(&mut self) -> Guest<'_, M> {
        Guest { mode: &mut self.mode, memory: self.runtime.memory, health: &mut self.runtime.health }
    }

    /// Makes a block that lies in the guest already the frame's own: zeroed and released when that ends.
    pub(crate) fn take_over(&mut self, block: Block) -> Result<()> {
        self.runtime.ledger.admit(block.whole())?;
        self.runtime.ledger.hold(block, Use::Frame);
        Ok(())
    }

    /// Gives a block to somebody else: the frame neither zeroes nor releases it.
    pub(crate) fn forget(&mut self, block: Block) {
        self.runtime.ledger.forget(block);
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
