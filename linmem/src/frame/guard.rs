//! The guard around one call: what was placed in the guest is zeroed and released, whichever way the call ends.

use super::{Frame, all_of};
use crate::allocator::{Allocator, Supply};
use crate::error::{ErrorKind, Poisoner, Result};
use crate::ledger::{Block, Leaked, Use};
use crate::mode::Mode;
use crate::mode::{Blocking, now};
use crate::region::{Region, wipe};
use crate::runtime::{Runtime, State};
use std::borrow::BorrowMut;
use std::marker::PhantomData;
use wasmtime::{StoreContextMut, TypedFunc, WasmParams, WasmResults};

/// A call under way. It is opened, and then either ended or dropped. It borrows the mode, or owns it where nobody else
/// does (`O`).
#[derive(Debug)]
pub(crate) struct Guard<'f, M: Mode, A: Allocator, O: BorrowMut<M> = &'f mut M> {
    mode: O,
    runtime: &'f mut Runtime<A>,
    ended: bool,
    borrowed: PhantomData<fn() -> M>,
}

/// The guard of somebody who holds the store.
pub(crate) type OwnGuard<'f, D, A> = Guard<'f, Blocking<'f, D>, A, Blocking<'f, D>>;

impl<'f, M: Mode, A: Allocator> Guard<'f, M, A> {
    #[inline(always)]
    pub(crate) fn new(mode: &'f mut M, runtime: &'f mut Runtime<A>) -> Self {
        Guard { mode, runtime, ended: false, borrowed: PhantomData }
    }
}

impl<'f, D, A: Allocator> OwnGuard<'f, D, A> {
    pub(crate) fn own(store: StoreContextMut<'f, D>, runtime: &'f mut Runtime<A>) -> Self {
        Guard { mode: Blocking(store), runtime, ended: false, borrowed: PhantomData }
    }
}

impl<M: Mode, A: Allocator, O: BorrowMut<M>> Guard<'_, M, A, O> {
    /// What earlier calls have left to do, which is to be done first. That the guest may be entered is seen when it is.
    #[inline(always)]
    pub(crate) fn state(&self) -> State {
        self.runtime.state
    }

    pub(crate) fn is_poisoned(&self) -> bool {
        self.runtime.health.is_poisoned()
    }

    /// Does what earlier calls have left to be done: releases what is due, and fits the scratch block.
    ///
    /// # Errors
    /// [`Poisoned`](crate::ErrorKind::Poisoned), and what releasing can end with.
    #[cold]
    pub(crate) async fn calm_down(&mut self, export: Option<&'static str>) -> Result<()> {
        // A guard that was forgotten, and not dropped, has left the guest as it was: halfway, and with its bytes in it.
        self.runtime.health.settle();
        self.runtime.health.check()?;
        self.runtime.health.running = Poisoner(export);
        self.regain();
        self.wipe();
        let mut frame = self.frame();
        match frame.catch_up().await {
            Ok(()) => Ok(()),
            Err(error) => frame.judge(error).await,
        }
    }

    /// Whether the guest was entered and has not come back, although no error says so: a convention or an allocator may
    /// have kept a trap to itself. The compiler knows the answer right after an entry, until guest memory is written.
    #[inline(always)]
    pub(crate) fn is_halfway(&self) -> bool {
        self.runtime.health.is_entered()
    }

    /// Whether nothing is left of a call's own steps but what lies in the scratch block, and what is lent.
    #[inline(always)]
    pub(crate) fn is_clear(&self, has_placed: bool) -> bool {
        self.runtime.ledger.is_empty() && (!has_placed || A::SUPPLY == Supply::Many)
    }

    /// Ends a frame that is clear, and whose bytes are zeroed. A longer scratch block has not been wished for: a call takes
    /// it at once. A result that needs no memory has lent nothing either, and leaves the state as it is.
    #[inline(always)]
    pub(crate) fn finish(&mut self, may_lend: bool) {
        if may_lend || M::FORGETTABLE {
            self.runtime.state = if self.runtime.ledger.has_lent() { State::Lent } else { State::Calm };
        }
        self.ended = true;
    }

    /// Lets go of the frame as it is.
    #[inline(always)]
    pub(crate) fn close(mut self) {
        self.ended = true;
    }

    /// Opens the frame for a call of that export: see [`State`].
    #[inline(always)]
    pub(crate) fn open(&mut self, export: &'static str) {
        if M::FORGETTABLE {
            self.runtime.state = State::Unsettled;
        }
        self.runtime.health.running = Poisoner(Some(export));
    }

    /// Notes that what earlier frames had left to do is done.
    #[inline(always)]
    pub(crate) fn note_calm(&mut self) {
        if !M::FORGETTABLE {
            self.runtime.state = State::Calm;
        }
    }

    #[inline(always)]
    pub(crate) fn frame(&mut self) -> Frame<'_, M, A> {
        Frame::new(self.mode.borrow_mut(), self.runtime)
    }

    #[inline(always)]
    pub(crate) fn runtime(&mut self) -> &mut Runtime<A> {
        self.runtime
    }

    /// Its parts, for a step that is not inlined, after which the frame goes on.
    #[inline(always)]
    pub(crate) fn parts(&mut self) -> (&mut M, &mut Runtime<A>) {
        (self.mode.borrow_mut(), self.runtime)
    }

    /// Hands over to a guard of somebody else's, who ends the frame.
    #[inline(always)]
    pub(crate) fn hand_over(&mut self) -> (&mut M, &mut Runtime<A>) {
        self.ended = true;
        self.parts()
    }

    /// Bytes of the guest's memory, taken afresh.
    pub(crate) fn bytes(&self, region: Region, align: usize) -> Result<&[u8]> {
        let memory = self.runtime.memory.ok_or_else(|| ErrorKind::NoMemory)?;
        region.of(memory.data(self.mode.borrow().store()), align)
    }

    /// The same bytes, to write.
    pub(crate) fn bytes_mut(&mut self, region: Region, align: usize) -> Result<&mut [u8]> {
        let memory = self.runtime.memory.ok_or_else(|| ErrorKind::NoMemory)?;
        region.of_mut(memory.data_mut(self.mode.borrow_mut().store_mut()), align)
    }

    /// Whether addresses in the guest's memory are 64 bits wide.
    pub(crate) fn is_64(&self) -> bool {
        self.runtime.memory.is_some_and(|memory| memory.ty(self.mode.borrow().store()).is_64())
    }

    /// Ends the frame in so far as that can be done without entering the guest: zeroes what it placed. Whether there is
    /// something to [`release`](Guard::release) besides.
    #[must_use]
    pub(crate) fn end(&mut self) -> bool {
        self.ended = true;
        // A convention or an allocator may have kept a trap to itself.
        self.runtime.health.settle();
        self.wipe();
        self.runtime.state = self.runtime.settled();
        self.runtime.state == State::Unsettled && self.runtime.ledger.has_due()
    }

    /// Releases what is due.
    #[cold]
    pub(crate) async fn release(&mut self) -> Result<()> {
        // Should the guest not come back, that is found as in any call.
        self.ended = false;
        let outcome = self.runtime.release_due(self.mode.borrow_mut()).await;
        let outcome = match outcome {
            Ok(()) => Ok(()),
            Err(error) => self.frame().judge(error).await,
        };
        self.runtime.health.settle();
        self.runtime.state = self.runtime.settled();
        self.ended = true;
        outcome
    }

    pub(crate) fn wipe(&mut self) {
        if self.runtime.room.is_used() {
            self.frame().received_if(true).wipe();
            self.runtime.room.clear();
        }
        if A::SUPPLY != Supply::Many {
            // It was the guest's all the time, which may move it, and other handles want it, too.
            self.runtime.vacate();
        }
        if !self.runtime.ledger.is_empty() {
            self.wipe_held();
        }
    }

    #[cold]
    fn wipe_held(&mut self) {
        self.runtime.room.clear();
        let memory = self.runtime.memory.filter(|_| self.runtime.zero);
        let bytes = all_of(memory, self.mode.borrow_mut().store_mut());
        self.runtime.ledger.end_frame(|region| wipe(bytes, region));
        if self.runtime.health.is_poisoned() {
            self.runtime.ledger.clear();
        }
    }

    /// Lets all that is held go when it calms down, the scratch block and what dropped handles have left included.
    pub(crate) fn retire(&mut self) {
        self.runtime.retire();
    }

    /// Takes a block back that a frame has left in the guest.
    pub(crate) fn take_back(&mut self, leaked: &Leaked) -> Result<()> {
        self.frame().take_back(leaked)
    }

    /// Leaves a block in the guest: the frame neither zeroes nor releases it, and whoever has the mark may.
    pub(crate) fn leave(&mut self, block: Block) -> Leaked {
        let purpose = self.runtime.ledger.forget(block).unwrap_or(Use::Frame);
        Leaked { block, purpose, instance: self.runtime.health.mark() }
    }

    /// Takes back what was given to the guest for a call that was not made.
    #[cold]
    pub(crate) fn regain(&mut self) {
        let returned = self.runtime.health.returned;
        self.runtime.ledger.regain(!returned);
    }
}

impl<D, A: Allocator> OwnGuard<'_, D, A> {
    /// Opens the frame for somebody who may forget it.
    pub(crate) fn open_by_hand(&mut self) {
        self.runtime.state = State::Unsettled;
        self.runtime.health.running = Poisoner(None);
    }

    /// Makes one step in a frame that goes on, whatever comes of it.
    pub(crate) fn step<T>(&mut self, step: impl FnOnce(&mut Frame<'_, Blocking<'_, D>, A>) -> Result<T>) -> Result<T> {
        let mut frame = self.frame();
        match step(&mut frame) {
            Ok(outcome) => Ok(outcome),
            Err(error) => now(frame.judge(error)),
        }
    }
}

impl<D, A: Allocator> Frame<'_, Blocking<'_, D>, A> {
    /// Calls a function that the user has looked up.
    pub(crate) fn call_typed<P, R>(&mut self, func: &TypedFunc<P, R>, params: P) -> Result<R>
    where
        P: WasmParams,
        R: WasmResults,
    {
        self.runtime.health.enter()?;
        let results = func.call(&mut self.mode.0, params).map_err(ErrorKind::Trap)?;
        self.runtime.health.leave();
        Ok(results)
    }
}

impl<M: Mode, A: Allocator, O: BorrowMut<M>> Drop for Guard<'_, M, A, O> {
    #[inline(always)]
    fn drop(&mut self) {
        if !self.ended {
            let (mode, runtime) = self.hand_over();
            // It enters nothing, so how it would is of no account.
            abandon(&mut Blocking(mode.store_mut()), runtime);
        }
    }
}

/// What a frame that is dropped leaves behind: nothing but what is due.
#[cold]
fn abandon<M: Mode, A: Allocator>(mode: &mut M, runtime: &mut Runtime<A>) {
    let mut guard = Guard::new(mode, runtime);
    guard.ended = true;
    guard.runtime.state = State::Unsettled;
    guard.runtime.health.settle();
    guard.regain();
    guard.wipe();
    if guard.runtime.health.is_poisoned() {
        guard.runtime.ledger.clear();
    }
}
