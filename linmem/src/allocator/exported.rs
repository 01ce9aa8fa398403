//! An allocator that the guest exports as functions.

use super::Request;
use crate::bind::{Callable, FoundExport};
use crate::core::{Func, Pointer, Signature, narrow};
use crate::error::Result;
use crate::guest::Guest;
use crate::ledger::Block;
use crate::mode::Mode;
use either::Either;
use std::future::ready;
use wasmtime::AsContextMut;

/// Functions of the guest that allocate and release.
#[derive(Debug)]
pub struct Exported<X: Pointer = u32> {
    allocate: Allocate<X>,
    release: Option<Release<X>>,
}

/// What an allocating export takes; each returns the address, or 0.
#[derive(Debug)]
pub enum Allocate<X: Pointer> {
    /// `(size)`: C's `malloc`.
    Size(Func<(X,), X>),
    /// `(size, align)`: newer wasm-bindgen, Rust's `alloc` given a layout.
    SizeAlign(Func<(X, X), X>),
    /// `(old pointer, old size, align, size)`: the canonical ABI's `cabi_realloc`.
    Realloc(Func<(X, X, X, X), X>),
}

impl<X: Pointer> Callable for Allocate<X> {
    const SIGNATURES: &'static [Signature] =
        &[Func::<(X,), X>::SIGNATURE, Func::<(X, X), X>::SIGNATURE, Func::<(X, X, X, X), X>::SIGNATURE];

    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self> {
        Ok(match found.signature() {
            0 => Allocate::Size(found.func()?),
            1 => Allocate::SizeAlign(found.func()?),
            _ => Allocate::Realloc(found.func()?),
        })
    }
}

/// What a releasing export takes.
#[derive(Debug)]
pub enum Release<X: Pointer> {
    /// `(pointer)`: C's `free`.
    Pointer(Func<(X,), ()>),
    /// `(pointer, size)`: Rust's, Zig's and older wasm-bindgen's.
    Size(Func<(X, X), ()>),
    /// `(pointer, size, align)`: newer wasm-bindgen's.
    SizeAlign(Func<(X, X, X), ()>),
}

impl<X: Pointer> Callable for Release<X> {
    const SIGNATURES: &'static [Signature] =
        &[Func::<(X,), ()>::SIGNATURE, Func::<(X, X), ()>::SIGNATURE, Func::<(X, X, X), ()>::SIGNATURE];

    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self> {
        Ok(match found.signature() {
            0 => Release::Pointer(found.func()?),
            1 => Release::Size(found.func()?),
            _ => Release::SizeAlign(found.func()?),
        })
    }
}

impl<X: Pointer> Release<X> {
    /// Gives a block back.
    ///
    /// # Errors
    /// As [`Guest::call`].
    #[inline(always)]
    pub fn call<M: Mode>(&self, guest: Guest<'_, M>, block: Block) -> impl Future<Output = Result<()>> {
        // A block lies in memory, so its numbers fit the guest's pointers.
        let (Ok(pointer), Ok(size), Ok(align)) =
            (X::try_from(block.pointer), X::try_from(block.size), X::try_from(block.align))
        else {
            return M::either(Either::Left(ready(Ok(()))));
        };
        M::either(Either::Right(M::either(match self {
            Release::Pointer(release) => Either::Left(guest.last_call(release, (pointer,))),
            Release::Size(release) => Either::Right(M::either(Either::Left(guest.last_call(release, (pointer, size))))),
            Release::SizeAlign(release) => {
                Either::Right(M::either(Either::Right(guest.last_call(release, (pointer, size, align)))))
            }
        })))
    }
}

impl<X: Pointer> Exported<X> {
    pub(super) fn new(allocate: Allocate<X>, release: Option<Release<X>>) -> Self {
        Exported { allocate, release }
    }

    pub(super) fn releases_without_size(&self) -> bool {
        matches!(self.release, Some(Release::Pointer(_)))
    }

    pub(super) async fn allocate<M: Mode>(&self, guest: &mut Guest<'_, M>, request: Request) -> Result<Option<Block>> {
        let Request { size, align, .. } = request;
        let pointer = self.call(guest, size, align).await?;
        Ok((pointer != 0).then_some(Block { pointer, size, align }))
    }

    async fn call<M: Mode>(&self, guest: &mut Guest<'_, M>, size: u64, align: u64) -> Result<u64> {
        let (null, size, align) = (narrow::<X>(0)?, narrow::<X>(size)?, narrow::<X>(align)?);
        let pointer = match &self.allocate {
            Allocate::Size(allocate) => guest.call(allocate, (size,)).await?,
            Allocate::SizeAlign(allocate) => guest.call(allocate, (size, align)).await?,
            Allocate::Realloc(allocate) => guest.call(allocate, (null, null, align, size)).await?,
        };
        Ok(pointer.into())
    }

    #[inline(always)]
    pub(super) fn release<M: Mode>(&self, guest: Guest<'_, M>, block: Block) -> impl Future<Output = Result<()>> {
        M::either(match &self.release {
            None => Either::Left(ready(Ok(()))),
            Some(release) => Either::Right(release.call(guest, block)),
        })
    }
}
