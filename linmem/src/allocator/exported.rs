//! An allocator that the guest exports as functions.

use super::Request;
use crate::bind::{Finder, Resolver, Role};
use crate::core::{CoreType, Pointer, Signature, narrow};
use crate::error::Result;
use crate::guest::Guest;
use crate::interface::Settings;
use crate::ledger::Block;
use crate::mode::Mode;
use std::fmt;
use wasmtime::{AsContextMut, ModuleExport, TypedFunc};

/// Functions of the guest that allocate and release.
pub struct Exported<X: Pointer = u32> {
    allocate: Allocate<X>,
    release: Option<Release<X>>,
}

/// What an allocating export takes; each returns the address, or 0.
enum Allocate<X: Pointer> {
    /// `(size)`: C's `malloc`.
    Size(TypedFunc<(X,), X>),
    /// `(size, align)`: newer wasm-bindgen, Rust's `alloc` given a layout.
    SizeAlign(TypedFunc<(X, X), X>),
    /// `(old pointer, old size, align, size)`: the canonical ABI's `cabi_realloc`.
    Realloc(TypedFunc<(X, X, X, X), X>),
}

/// What a releasing export takes.
enum Release<X: Pointer> {
    /// `(pointer)`: C's `free`.
    Pointer(TypedFunc<(X,), ()>),
    /// `(pointer, size)`: Rust's, Zig's and older wasm-bindgen's.
    Size(TypedFunc<(X, X), ()>),
    /// `(pointer, size, align)`: newer wasm-bindgen's.
    SizeAlign(TypedFunc<(X, X, X), ()>),
}

/// The exports found in a module.
pub struct ExportedPlan {
    allocate: (ModuleExport, usize),
    release: Option<(ModuleExport, usize)>,
}

/// The signatures that can be called, in the order of the variants above.
fn signatures<X: Pointer>(params: &[usize], results: &[CoreType]) -> Vec<Signature> {
    params.iter().map(|&count| Signature::new(vec![X::TYPE; count], results)).collect()
}

/// Looks for the pair that the user named, or else for one of these.
pub(super) fn find<X: Pointer>(
    finder: &mut Finder<'_>,
    settings: &Settings<'_>,
    known: &[(&str, &str)],
) -> Option<ExportedPlan> {
    let (allocates, releases) = (signatures::<X>(&[1, 2, 4], &[X::TYPE]), signatures::<X>(&[1, 2, 3], &[]));
    if let Some(name) = settings.allocator {
        let allocate = finder.named_function(Role::Allocator, name, &allocates);
        let release = settings.deallocator.and_then(|name| finder.named_function(Role::Deallocator, name, &releases));
        return Some(ExportedPlan { allocate: allocate?, release });
    }
    known.iter().find_map(|(allocate, release)| {
        let allocate = finder.function(allocate, &allocates)?;
        let found = finder.function(release, &releases);
        (found.is_some() || release.is_empty()).then_some(ExportedPlan { allocate, release: found })
    })
}

impl<X: Pointer> Exported<X> {
    pub(super) fn resolve<S: AsContextMut>(plan: &ExportedPlan, resolver: &mut Resolver<'_, S>) -> Result<Self> {
        let (export, shape) = &plan.allocate;
        let allocate = match shape {
            0 => Allocate::Size(resolver.func(export)?),
            1 => Allocate::SizeAlign(resolver.func(export)?),
            _ => Allocate::Realloc(resolver.func(export)?),
        };
        let release = match &plan.release {
            None => None,
            Some((export, 0)) => Some(Release::Pointer(resolver.func(export)?)),
            Some((export, 1)) => Some(Release::Size(resolver.func(export)?)),
            Some((export, _)) => Some(Release::SizeAlign(resolver.func(export)?)),
        };
        Ok(Exported { allocate, release })
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

    pub(super) async fn release<M: Mode>(&self, guest: &mut Guest<'_, M>, block: Block) -> Result<()> {
        let (pointer, size, align) = (narrow::<X>(block.pointer)?, narrow::<X>(block.size)?, narrow::<X>(block.align)?);
        match &self.release {
            None => Ok(()),
            Some(Release::Pointer(release)) => guest.call(release, (pointer,)).await,
            Some(Release::Size(release)) => guest.call(release, (pointer, size)).await,
            Some(Release::SizeAlign(release)) => guest.call(release, (pointer, size, align)).await,
        }
    }
}

impl<X: Pointer> fmt::Debug for Exported<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exported").finish_non_exhaustive()
    }
}

impl fmt::Debug for ExportedPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportedPlan").finish_non_exhaustive()
    }
}
