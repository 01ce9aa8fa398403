//! An allocator that is resolved by the first call into its instance, as the exports are.

use super::{Allocator, Request};
use crate::error::Result;
use crate::guest::Guest;
use crate::ledger::Block;
use crate::mode::Mode;
use either::Either;
use std::future::ready;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// An allocator of which nothing is resolved at first. Until then it has no block to hand out, and none to take back.
#[derive(Debug)]
pub(crate) struct Late<A> {
    resolved: OnceLock<A>,
    by_address: AtomicBool,
}

impl<A: Allocator> Late<A> {
    pub(crate) fn new() -> Self {
        Late { resolved: OnceLock::new(), by_address: AtomicBool::new(false) }
    }

    /// Resolves it, unless that was done.
    pub(crate) fn resolve(&self, resolve: impl FnOnce() -> Result<A>) -> Result<()> {
        if self.resolved.get().is_none() {
            let allocator = resolve()?;
            self.by_address.store(allocator.releases_without_size(), Ordering::Relaxed);
            // Whoever resolves has borrowed the store, so nobody else has done it meanwhile.
            let _ = self.resolved.set(allocator);
        }
        Ok(())
    }

    #[inline(always)]
    pub(crate) fn get(&self) -> Option<&A> {
        self.resolved.get()
    }

    /// [`Allocator::releases_without_size`], to be read where it is needed, which is rare.
    #[inline(always)]
    pub(crate) fn by_address(&self) -> &AtomicBool {
        &self.by_address
    }

    pub(crate) async fn allocate<M: Mode>(&self, guest: &mut Guest<'_, M>, request: Request) -> Result<Option<Block>> {
        match self.get() {
            Some(allocator) => allocator.allocate(guest, request).await,
            None => Ok(None),
        }
    }

    pub(crate) fn release<M: Mode>(&self, guest: Guest<'_, M>, block: Block) -> impl Future<Output = Result<()>> {
        M::either(match self.get() {
            Some(allocator) => Either::Left(allocator.release(guest, block)),
            None => Either::Right(ready(Ok(()))),
        })
    }

    #[inline(always)]
    pub(crate) fn release_result<M: Mode>(
        &self,
        guest: Guest<'_, M>,
        block: Block,
    ) -> impl Future<Output = Result<()>> {
        M::either(match self.get() {
            Some(allocator) => Either::Left(allocator.release_result(guest, block)),
            None => Either::Right(ready(Ok(()))),
        })
    }
}
