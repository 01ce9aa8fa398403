//! An allocator that the guest exports as functions.

use super::Request;
use crate::bind::{Callable, Finder, FoundExport, Resolver, Role};
use crate::core::{Func, Pointer, Signature, narrow};
use crate::error::Result;
use crate::guest::Guest;
use crate::interface::Settings;
use crate::ledger::Block;
use crate::mode::Mode;
use either::Either;
use std::fmt;
use std::future::ready;
use wasmtime::{AsContextMut, ModuleExport};

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

/// The exports found in a module.
pub struct ExportedPlan {
    allocate: (ModuleExport, usize),
    release: Option<(ModuleExport, usize)>,
}

impl fmt::Debug for ExportedPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportedPlan").finish_non_exhaustive()
    }
}

/// Looks for the pair that the user named, or else for one of these.
pub(super) fn find<X: Pointer>(
    finder: &mut Finder<'_>,
    settings: &Settings<'_>,
    known: &[(&str, &str)],
) -> Option<ExportedPlan> {
    let (allocates, releases) = (Allocate::<X>::SIGNATURES, Release::<X>::SIGNATURES);
    if let Some(name) = settings.allocator {
        let allocate = finder.named_function(Role::Allocator, name, allocates);
        let release = settings.deallocator.and_then(|name| finder.named_function(Role::Deallocator, name, releases));
        return Some(ExportedPlan { allocate: allocate?, release });
    }
    known.iter().find_map(|names| pair::<X>(finder, *names))
}

/// These two, if the module has them with types that can be called. An empty name is that of none.
pub(crate) fn pair<X: Pointer>(finder: &Finder<'_>, (allocate, release): (&str, &str)) -> Option<ExportedPlan> {
    let allocate = finder.function(allocate, Allocate::<X>::SIGNATURES)?;
    // An export may have an empty name.
    let found = finder.function(release, Release::<X>::SIGNATURES).filter(|_| !release.is_empty());
    (found.is_some() || release.is_empty()).then_some(ExportedPlan { allocate, release: found })
}

impl<X: Pointer> Exported<X> {
    pub(super) fn resolve<S: AsContextMut>(plan: &ExportedPlan, resolver: &mut Resolver<'_, S>) -> Result<Self> {
        let release = plan.release.as_ref().map(|release| resolver.callable(release)).transpose()?;
        Ok(Exported { allocate: resolver.callable(&plan.allocate)?, release })
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
