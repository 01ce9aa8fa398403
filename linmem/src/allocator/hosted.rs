//! The host's arena, over memory that the host grew.

use super::{Allocator, Request};
use crate::arena::Arena;
use crate::bind::FoundHelpers;
use crate::core::Pointer;
use crate::error::{ErrorKind, Result};
use crate::guest::Guest;
use crate::ledger::Block;
use crate::mode::Mode;
use crate::region::Region;
use std::future::ready;
use std::marker::PhantomData;
use std::sync::{Mutex, MutexGuard, PoisonError};
use wasmtime::AsContextMut;

/// A first-fit [`Arena`] in memory that the host adds to the guest's, for guests that export no allocator.
///
/// It is safe for guests that leave memory they did not grow alone: those without a heap, and those whose heap grows by
/// `memory.grow` and takes only what that returned (Rust's, dlmalloc's, emmalloc's, Go's, AssemblyScript's). It is
/// *not* safe for a guest with an `sbrk` of its own that takes all memory above its break for free, or with a heap at
/// addresses fixed when it was compiled: such a guest overwrites what the host placed there.
#[derive(Debug)]
pub struct Hosted<X = u32>(Mutex<Arena>, PhantomData<fn() -> X>);

impl<X> Default for Hosted<X> {
    fn default() -> Self {
        Hosted(Mutex::default(), PhantomData)
    }
}

impl<X> Hosted<X> {
    /// The arena holds plain numbers that no panic can leave half-changed, so a lock that was held through one is fine.
    fn arena(&self) -> MutexGuard<'_, Arena> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<X: Pointer> Allocator for Hosted<X> {
    type Pointer = X;

    fn resolve<S: AsContextMut>(_: &mut FoundHelpers<'_, '_, S>) -> Result<Self> {
        Ok(Hosted::default())
    }

    async fn allocate<M: Mode>(&self, guest: &mut Guest<'_, M>, request: Request) -> Result<Option<Block>> {
        let Request { size, align, grow, .. } = request;
        let taken = self.arena().take(size, align);
        let pointer = match taken {
            Some(pointer) => Some(pointer),
            None if !grow => {
                let largest = self.arena().largest();
                return Err(ErrorKind::NoSpace { size, largest, missing: size.saturating_sub(largest) }.into());
            }
            None => {
                let room = self.arena().free_before(guest.size());
                // Pages are aligned far beyond any type, but the free room before them need not be.
                let padded = size.saturating_add(align.saturating_sub(1));
                let added = guest.grow_by_bytes(padded.saturating_sub(room)).await?;
                let mut arena = self.arena();
                arena.donate(added);
                arena.take(size, align)
            }
        };
        Ok(pointer.map(|pointer| Block { pointer, size, align }))
    }

    fn release<M: Mode>(&self, _: Guest<'_, M>, block: Block) -> impl Future<Output = Result<()>> {
        self.arena().give(block.pointer);
        ready(Ok(()))
    }

    /// A guest without an allocator returns addresses all the same: of memory of its own, which stays its own.
    fn release_result<M: Mode>(&self, _: Guest<'_, M>, _: Block) -> impl Future<Output = Result<()>> {
        ready(Ok(()))
    }

    fn next_available(&self, size: u64, align: u64) -> Option<u64> {
        self.arena().next_available(size, align)
    }

    fn donate(&self, region: Region) {
        self.arena().donate(region);
    }
}
