//! What a convention sees of one call: the guest to enter, and its memory to read.

mod guard;
mod room;

pub(crate) use guard::{Guard, OwnGuard};

use crate::allocator::Allocator;
use crate::core::{CoreResults, Func, Params};
use crate::error::{Error, ErrorKind, Result};
use crate::guest::Guest;
use crate::ledger::Block;
use crate::mode::Mode;
use crate::received::Received;
use crate::region::Region;
use crate::runtime::Runtime;
use wasmtime::{Memory, StoreContextMut};

/// Memory placed in a guest around a call, and the way into the guest.
///
/// When the call ends, whichever way, every byte that was placed is zeroed, and every block is released: at once where
/// it comes to an end, and at the handle's next call where it is only dropped (a panic, a future that was abandoned),
/// because a drop does not enter the guest.
#[derive(Debug)]
pub struct Frame<'f, M: Mode, A: Allocator> {
    mode: &'f mut M,
    runtime: &'f mut Runtime<A>,
}

/// The guest's memory, when a call has just returned.
#[derive(Debug)]
pub struct Answer<'a, M> {
    mode: &'a M,
    memory: Option<Memory>,
}

impl<M: Mode> Answer<'_, M> {
    /// All of it.
    ///
    /// # Errors
    /// [`NoMemory`](crate::ErrorKind::NoMemory).
    #[inline]
    pub fn memory(&self) -> Result<&[u8]> {
        let memory = self.memory.ok_or_else(|| ErrorKind::NoMemory)?;
        Ok(memory.data(self.mode.store()))
    }
}

impl<'f, M: Mode, A: Allocator> Frame<'f, M, A> {
    #[inline(always)]
    pub(crate) fn new(mode: &'f mut M, runtime: &'f mut Runtime<A>) -> Self {
        Frame { mode, runtime }
    }

    /// Calls a function of the guest.
    ///
    /// # Errors
    /// [`Trap`](crate::ErrorKind::Trap), after which the instance is poisoned, and
    /// [`Poisoned`](crate::ErrorKind::Poisoned) from then on.
    #[inline(always)]
    pub fn invoke<P: Params, R: CoreResults>(
        &mut self,
        func: &Func<P, R>,
        params: P,
    ) -> impl Future<Output = Result<R>> {
        self.invoke_then(func, params, |_, results| Ok(results))
    }

    /// Calls a function of the guest, and makes something of what it returns. A convention that calls the guest once does
    /// it so, because it costs nothing in a blocking call.
    ///
    /// # Errors
    /// As [`invoke`](Frame::invoke), and those of `then`.
    #[inline(always)]
    pub fn invoke_then<P: Params, R: CoreResults, U>(
        &mut self,
        func: &Func<P, R>,
        params: P,
        then: impl FnOnce(&Answer<'_, M>, R) -> Result<U>,
    ) -> impl Future<Output = Result<U>> {
        let memory = self.runtime.memory;
        self.mode.call(&mut self.runtime.health, func, params, move |mode, _, results| {
            then(&Answer { mode, memory }, results)
        })
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
        let memory = self.runtime.memory.ok_or_else(|| ErrorKind::NoMemory)?;
        region.of_mut(memory.data_mut(self.mode.store_mut()), align)
    }

    /// All of the guest's memory, taken afresh.
    ///
    /// # Errors
    /// [`NoMemory`](crate::ErrorKind::NoMemory).
    #[inline]
    pub fn memory(&self) -> Result<&[u8]> {
        let memory = self.runtime.memory.ok_or_else(|| ErrorKind::NoMemory)?;
        Ok(memory.data(self.mode.store()))
    }

    /// The room that an argument has reserved for the guest's result.
    ///
    /// # Errors
    /// [`NoRoom`](crate::ErrorKind::NoRoom) if none has.
    pub fn output(&self) -> Result<Region> {
        Ok(self.runtime.room.output().ok_or_else(|| ErrorKind::NoRoom)?)
    }

    /// Has a region that the guest returned released through the allocator when the frame ends. See
    /// [`Received::adopt`].
    ///
    /// # Errors
    /// As [`Received::adopt`].
    pub fn adopt(&mut self, region: Region, align: usize) -> Result<()> {
        self.received()?.adopt(region, align)
    }

    /// What the guest has left after a call.
    ///
    /// # Errors
    /// [`NoMemory`](crate::ErrorKind::NoMemory).
    pub fn received(&mut self) -> Result<Received<'_>> {
        self.runtime.memory.ok_or_else(|| ErrorKind::NoMemory)?;
        Ok(self.received_if(true))
    }

    /// The same, with no memory where none is needed.
    #[inline(always)]
    pub(crate) fn received_if(&mut self, needs_memory: bool) -> Received<'_> {
        let memory = if needs_memory { all_of(self.runtime.memory, self.mode.store_mut()) } else { &mut [] };
        self.runtime.received(memory)
    }

    /// What was lent in an earlier call, to be given back in this one.
    #[inline(always)]
    pub(crate) fn take_lent(&mut self) -> Option<Block> {
        self.runtime.ledger.take_lent()
    }

    /// Gives back at once what the guest returned and the host has read: nothing can come between that would lose it.
    #[inline(always)]
    pub(crate) fn give_back(&mut self, block: Block) -> impl Future<Output = Result<()>> {
        self.runtime.release_result(self.mode, block)
    }

    /// What an error in the guest amounts to: see [`Guest::judge`](crate::Guest).
    #[cold]
    pub(crate) async fn judge<T>(mut self, error: Error) -> Result<T> {
        Err(self.guest().judge(error).await)
    }

    /// The guest, as allocators see it.
    pub(crate) fn guest(&mut self) -> Guest<'_, M> {
        self.runtime.guest(self.mode)
    }
}

/// All of a guest's memory, for as long as the store is borrowed; nothing of none.
#[inline(always)]
pub(crate) fn all_of<D>(memory: Option<Memory>, store: StoreContextMut<'_, D>) -> &mut [u8] {
    match memory {
        Some(memory) => memory.data_mut(store),
        None => nothing(),
    }
}

/// Out of line, so that the compiler takes memory to be there: who needs it is not bound without.
#[cold]
#[inline(never)]
fn nothing<'s>() -> &'s mut [u8] {
    &mut []
}
