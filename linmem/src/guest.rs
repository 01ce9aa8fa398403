//! The guest, entered: every call into it and every growth of its memory passes here.

use crate::error::{ErrorKind, Poisoner, Result};
use crate::mode::Mode;
use crate::region::{Region, to_u64};
use std::sync::{Arc, OnceLock};
use wasmtime::{AsContext, Memory, TypedFunc, WasmParams, WasmResults};

/// Whether an instance may still be entered. All handles to it share the verdict.
#[derive(Debug, Clone, Default)]
pub(crate) struct Health {
    poison: Arc<OnceLock<Poisoner>>,
    /// What to name if this handle's call is the one that poisons.
    pub(crate) running: Poisoner,
    /// Set while the guest runs. Whoever finds it set afterwards knows that the guest was left halfway: by a panic in a
    /// host function, or by a future that was dropped.
    entered: bool,
}

impl Health {
    #[inline]
    pub(crate) fn check(&self) -> Result<()> {
        match self.poison.get() {
            None => Ok(()),
            Some(by) => Err(ErrorKind::Poisoned { by: *by }.into()),
        }
    }

    pub(crate) fn is_poisoned(&self) -> bool {
        self.poison.get().is_some()
    }

    #[cold]
    fn poison(&self) {
        // The first cause stands.
        let _ = self.poison.set(self.running);
    }

    /// Before the guest is entered.
    #[inline]
    pub(crate) fn enter(&mut self) -> Result<()> {
        self.check()?;
        self.entered = true;
        Ok(())
    }

    /// After the guest has come back.
    #[inline]
    pub(crate) fn leave<R>(&mut self, outcome: wasmtime::Result<R>) -> Result<R> {
        self.entered = false;
        outcome.map_err(|trap| {
            self.poison();
            ErrorKind::Trap(trap).into()
        })
    }

    /// Poisons the instance if the guest was entered and has not come back.
    #[inline]
    pub(crate) fn settle(&mut self) {
        if std::mem::take(&mut self.entered) {
            self.poison();
        }
    }
}

/// A guest as an [`Allocator`](crate::Allocator) sees it: something to call, and a memory to grow.
#[derive(Debug)]
pub struct Guest<'g, M> {
    pub(crate) mode: &'g mut M,
    pub(crate) memory: Option<Memory>,
    pub(crate) health: &'g mut Health,
}

impl<M: Mode> Guest<'_, M> {
    /// Calls a function of the guest.
    ///
    /// # Errors
    /// [`ErrorKind::Trap`], after which the instance is poisoned, and [`ErrorKind::Poisoned`] from then on.
    pub async fn call<P, R>(&mut self, func: &TypedFunc<P, R>, params: P) -> Result<R>
    where
        P: WasmParams + Sync,
        R: WasmResults + Sync,
    {
        self.health.enter()?;
        let outcome = self.mode.call(func, params).await;
        self.health.leave(outcome)
    }

    /// Grows the guest's memory by at least that many bytes, in whole pages, and returns the region that was added.
    ///
    /// # Errors
    /// [`ErrorKind::Grow`], [`ErrorKind::NoMemory`].
    pub async fn grow(&mut self, bytes: u64) -> Result<Region> {
        let memory = self.memory()?;
        let page = memory.page_size(self.mode.store().as_context());
        let pages = bytes.div_ceil(page);
        let size = self.size();
        match self.mode.grow(memory, pages).await {
            Ok(before) => {
                let pointer = before.saturating_mul(page);
                Ok(Region { pointer, len: self.size().saturating_sub(pointer) })
            }
            Err(source) => Err(ErrorKind::Grow { pages, size, source }.into()),
        }
    }

    /// The size of the guest's memory in bytes; 0 if it has none.
    pub fn size(&self) -> u64 {
        self.memory.map_or(0, |memory| to_u64(memory.data_size(self.mode.store().as_context())))
    }

    fn memory(&self) -> Result<Memory> {
        self.memory.ok_or_else(|| ErrorKind::NoMemory.into())
    }
}
