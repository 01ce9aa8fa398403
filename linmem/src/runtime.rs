//! What one handle to an instance carries from call to call.

use crate::allocator::{Allocator, Late, Request, Supply};
use crate::error::{ErrorKind, Place, Result};
use crate::frame::Guard;
use crate::guest::{Guest, Health};
use crate::ledger::{Block, Ledger, Scratch, Use};
use crate::lowering::Bookkeeping;
use crate::mode::Mode;
use crate::received::Received;
use crate::region::Region;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wasmtime::Memory;

/// The smallest scratch block, and the largest: an argument that needs more gets a block of its own.
pub(crate) const SCRATCH_MIN: u64 = 256;
pub(crate) const SCRATCH_MAX: u64 = 64 * 1024;
/// The alignment of what is placed without a type: enough for every type that crosses, and what `malloc` promises.
pub(crate) const MAX_ALIGN: u64 = 16;
/// Where arguments begin in it: at a cache line, so that wide stores do not span two. No allocator is asked for that, as it
/// may know less of alignments than it is told. The block is longer instead, by the way from any address at which it may
/// begin to the next line.
const CACHE_LINE: u64 = 64;
const TO_CACHE_LINE: u64 = CACHE_LINE - MAX_ALIGN;

/// What all handles to one instance have in common.
#[derive(Debug)]
struct Shared<A> {
    allocator: Late<A>,
    /// What handles held when they were dropped, outside any call: the next clone takes it over, or whoever needs memory.
    left: Mutex<Ledger>,
    /// Whether a call under way has the one block that there is, where there is one.
    occupied: AtomicBool,
}

/// One handle's state: the memory and its allocator, the scratch block, and what is still to be released.
#[derive(Debug)]
pub(crate) struct Runtime<A> {
    shared: Arc<Shared<A>>,
    pub(crate) memory: Option<Memory>,
    pub(crate) health: Health,
    pub(crate) ledger: Ledger,
    /// What the frame under way has taken of the scratch block, and lacks.
    pub(crate) room: Bookkeeping,
    /// How long the scratch block should be at the next call, when a call has found it too short; otherwise 0.
    pub(crate) wish: u64,
    /// Whether what was placed is zeroed.
    pub(crate) zero: bool,
    /// What the last frame has left to do. The one thing that a call looks at before it begins.
    pub(crate) state: State,
}

/// What earlier frames have left to do.
///
/// A frame under way notes that it is, by [`Unsettled`](State::Unsettled), where it can be forgotten: a future, or one that
/// a user holds. Any other is ended or dropped before somebody asks, and notes what it leaves then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing.
    Calm,
    /// A result that was lent is to be released.
    Lent,
    /// Anything: a frame was not brought to its end, or blocks are due, or the scratch block is too short.
    Unsettled,
}

impl<A: Allocator> Runtime<A> {
    /// What is left to do when a frame has ended.
    #[inline(always)]
    pub(crate) fn settled(&self) -> State {
        match (self.wish == 0 && self.ledger.is_empty(), self.ledger.has_lent()) {
            (true, false) => State::Calm,
            (true, true) => State::Lent,
            (false, _) => State::Unsettled,
        }
    }

    /// The state before any call. The allocator is still to be resolved.
    pub(crate) fn new(memory: Option<Memory>, zero: bool) -> Self {
        let (left, occupied) = (Mutex::default(), AtomicBool::default());
        let shared = Arc::new(Shared { allocator: Late::new(), left, occupied });
        let (health, ledger, room) = (Health::default(), Ledger::default(), Bookkeeping::default());
        Runtime { shared, memory, health, ledger, room, wish: 0, zero, state: State::Calm }
    }

    /// What a call has left in that memory, which is the guest's.
    #[inline(always)]
    pub(crate) fn received<'a>(&'a mut self, memory: &'a mut [u8]) -> Received<'a> {
        let Runtime { shared, ledger, room, zero, .. } = self;
        Received { memory, ledger, room, zero: *zero, by_address: shared.allocator.by_address() }
    }

    /// Ends a frame of which nothing is left but what lies in the scratch block. The memory is the guest's.
    #[inline(always)]
    pub(crate) fn settle(&mut self, memory: &mut [u8]) {
        self.received(memory).wipe();
        self.state = self.settled();
    }

    #[inline]
    pub(crate) fn allocator(&self) -> &Late<A> {
        &self.shared.allocator
    }

    pub(crate) fn guest<'g, M>(&'g mut self, mode: &'g mut M) -> Guest<'g, M> {
        Guest { mode, memory: self.memory, health: &mut self.health }
    }

    /// Takes an aligned block from the guest. The caller enters it into the ledger.
    pub(crate) async fn allocate<M: Mode>(&mut self, mode: &mut M, request: Request) -> Result<Block> {
        let block = self.take_block(mode, request).await?;
        // Aligned, or longer than was asked for, as the one buffer of a guest may be.
        if request.is_met_by(block) {
            return Ok(block);
        }
        // An allocator that is not told the alignment may return any address, and a typed slice there would be undefined
        // behaviour in the guest.
        self.release_block(mode, block).await?;
        let size = request.size.saturating_add(request.align.saturating_sub(1));
        let block = self.take_block(mode, Request { size, ..request }).await?;
        if request.is_met_by(block) {
            return Ok(block);
        }
        self.release_block(mode, block).await?;
        Err(ErrorKind::OutOfMemory { size: request.size, align: request.align }.into())
    }

    /// Takes a block from the guest, and checks what the guest says of it.
    async fn take_block<M: Mode>(&mut self, mode: &mut M, request: Request) -> Result<Block> {
        let Request { size, align, .. } = request;
        let mut guest = Guest { mode, memory: self.memory, health: &mut self.health };
        let taken = self.shared.allocator.allocate(&mut guest, request).await?;
        let block = taken.ok_or(ErrorKind::OutOfMemory { size, align })?;
        let (region, memory) = (block.whole(), guest.size());
        if region.end().is_none_or(|end| end > memory) {
            return Err(ErrorKind::BadAllocation { region, memory }.into());
        }
        // An empty object has an address all the same.
        self.ledger.admit(Region { len: region.len.max(1), ..region })?;
        Ok(block)
    }

    fn release_block<'a, M: Mode>(&'a mut self, mode: &'a mut M, block: Block) -> impl Future<Output = Result<()>> {
        self.shared.allocator.release(Guest { mode, memory: self.memory, health: &mut self.health }, block)
    }

    #[inline(always)]
    pub(crate) fn release_result<'a, M: Mode>(
        &'a mut self,
        mode: &'a mut M,
        block: Block,
    ) -> impl Future<Output = Result<()>> {
        self.shared.allocator.release_result(Guest { mode, memory: self.memory, health: &mut self.health }, block)
    }

    /// Leaves to the guest what it was given: it is about to be called.
    #[cold]
    pub(crate) fn give_away(&mut self) {
        self.health.returned = false;
        self.ledger.hand_over();
        // They have been claimed; what has not, although it was asked for, is not for the next call either.
        self.room.granted.clear();
        self.room.claimed = 0;
    }

    /// Keeps a block due whose release has failed, in case the engine has refused to enter the guest: see
    /// [`release_due`](Runtime::release_due).
    #[inline(always)]
    pub(crate) fn still_owe(&mut self, Block { pointer, size, align }: Block) {
        if self.health.is_entered() {
            self.ledger.owe(pointer, size, align);
        }
    }

    /// Takes the one block that there is for the call under way, unless another call has it: one that called the host,
    /// which makes this one.
    pub(crate) fn occupy(&mut self, block: Block) -> Result<()> {
        if A::SUPPLY == Supply::One && self.shared.occupied.swap(true, Ordering::Relaxed) {
            return Err(ErrorKind::Overlap { region: block.whole(), held: block.whole() }.into());
        }
        Ok(())
    }

    /// Lets it go, if this call has it.
    pub(crate) fn vacate(&mut self) {
        if self.ledger.scratch().is_some() {
            self.ledger.drop_scratch();
            self.shared.occupied.store(false, Ordering::Relaxed);
        }
    }

    /// Gives everything that is held back to the guest's allocator, and what dropped handles have left.
    pub(crate) async fn trim<M: Mode>(&mut self, mut mode: M) -> Result<()> {
        // In a guard, which zeroes what a forgotten one has left before any block is let go, and by which a panic of the
        // host's on the way leaves the instance poisoned.
        self.state = State::Unsettled;
        let mut guard = Guard::new(&mut mode, self);
        guard.wipe();
        guard.retire();
        guard.calm_down(None).await?;
        if guard.end() { guard.release().await } else { Ok(()) }
    }

    /// Makes everything due that is held, the scratch block and what dropped handles have left included.
    pub(crate) fn retire(&mut self) {
        self.ledger.take_over(&mut self.shared.left());
        self.ledger.replace_scratch(None);
        self.wish = 0;
    }

    /// Gives all that is due back to the guest's allocator. If it takes one badly the others are still given back, as
    /// long as the guest may be entered, and the first error is the one to tell.
    pub(crate) async fn release_due<M: Mode>(&mut self, mode: &mut M) -> Result<()> {
        let mut outcome = Ok(());
        while let Some((block, purpose)) = self.ledger.pop_due() {
            let released = match purpose {
                Use::ResultDue => self.release_result(mode, block).await,
                _ => self.release_block(mode, block).await,
            };
            if self.health.is_entered() {
                // If the engine has refused to enter the guest, it is still due. If the guest has trapped, nothing is.
                self.ledger.hold(block, purpose);
            }
            outcome = outcome.and(released.map_err(|error| error.at(Place::Release)));
            if self.health.is_entered() || self.health.is_poisoned() {
                break;
            }
        }
        outcome
    }

    /// Makes the scratch block at least that long: by one that a dropped handle left, or by a new one. Nothing may lie
    /// in the old one.
    pub(crate) async fn fit_scratch<M: Mode>(&mut self, mode: &mut M, len: u64) -> Result<()> {
        self.ledger.take_over(&mut self.shared.left());
        if self.ledger.scratch().is_none() || self.ledger.room().len < len {
            let size = len.clamp(SCRATCH_MIN, SCRATCH_MAX).next_power_of_two();
            let block = self.allocate(mode, Request::new(size.saturating_add(TO_CACHE_LINE), MAX_ALIGN)).await?;
            self.ledger.replace_scratch(Some(Scratch::aligned(block, CACHE_LINE)));
        }
        self.release_due(mode).await
    }
}

impl<A> Shared<A> {
    /// A ledger is whole between any two of its steps, so a lock that was held through a panic is fine.
    fn left(&self) -> MutexGuard<'_, Ledger> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A second handle to the same instance: the allocator, the verdict on its health and the memory are shared, the scratch
/// block is its own, or one that a dropped handle has left. So a host function can call back while the first handle's
/// arguments lie in theirs.
impl<A> Clone for Runtime<A> {
    fn clone(&self) -> Self {
        let mut ledger = Ledger::default();
        ledger.take_over(&mut self.shared.left());
        Runtime {
            shared: Arc::clone(&self.shared),
            memory: self.memory,
            health: self.health.clone(),
            ledger,
            room: Bookkeeping::default(),
            wish: 0,
            zero: self.zero,
            state: State::Unsettled,
        }
    }
}

impl<A> Drop for Runtime<A> {
    fn drop(&mut self) {
        // A guard that was forgotten may have left the guest halfway, and bytes in it: whoever takes over zeroes them.
        self.health.settle();
        if !self.health.is_poisoned() {
            self.ledger.regain(!self.health.returned);
            if self.room.is_used() {
                self.ledger.give_up_scratch();
                self.shared.occupied.store(false, Ordering::Relaxed);
            }
            self.shared.left().take_over(&mut self.ledger);
        }
    }
}
