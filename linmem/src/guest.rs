//! The guest as it is entered: whether it may be, and what allocators do there.

use crate::core::{CoreResults, Func, Params};
use crate::error::{Error, ErrorKind, Poisoner, Result};
use crate::mode::Mode;
use crate::region::{Region, to_u64};
use std::fmt;
use std::sync::{Arc, OnceLock};
use wasmtime::{Memory, Trap, WasmBacktrace};

/// Whether an instance may still be entered. All handles to it share the verdict.
#[derive(Default)]
pub struct Health {
    verdict: Mark,
    /// Whether the verdict is to be asked before the guest is entered: from when there may be other handles to the
    /// instance, or this one has poisoned it. Until then nobody can have, and calls need not fetch it.
    asks: bool,
    /// What to name if this handle's call is the one that poisons.
    pub(crate) running: Poisoner,
    /// Set while the guest runs. Whoever finds it set afterwards knows that the guest was left halfway: by a trap that
    /// nobody has judged yet, by a panic in a host function, or by a future that was dropped.
    entered: bool,
    /// Whether the guest has come back from a call since this was last cleared.
    pub(crate) returned: bool,
}

/// Which instance something is of.
pub(crate) type Mark = Arc<Verdict>;

/// What all handles to one instance know of its health.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// By what it was poisoned, if it was.
    poison: OnceLock<Poisoner>,
    /// A host function that does nothing, once it was needed. Where a call fails, and this one does too, it is the engine
    /// that refuses.
    probe: OnceLock<wasmtime::Func>,
}

impl Health {
    pub(crate) fn mark(&self) -> Mark {
        Arc::clone(&self.verdict)
    }

    pub(crate) fn is_of(&self, mark: &Mark) -> bool {
        Arc::ptr_eq(&self.verdict, mark)
    }

    pub(crate) fn check(&self) -> Result<()> {
        match self.verdict.poison.get() {
            None => Ok(()),
            Some(by) => Err(ErrorKind::Poisoned { by: *by }.into()),
        }
    }

    #[inline]
    pub(crate) fn is_poisoned(&self) -> bool {
        self.verdict.poison.get().is_some()
    }

    /// Has the verdict asked from now on: there may be other handles, through which the instance can be poisoned.
    pub(crate) fn share(&mut self) {
        self.asks = true;
    }

    #[cold]
    fn poison(&mut self) {
        self.asks = true;
        // The first cause stands.
        let _ = self.verdict.poison.set(self.running);
    }

    /// Before the guest is entered: whether it may be. One that is halfway through a call that failed may not.
    ///
    /// A call that fails leaves the guest entered. Whoever ends the frame has that [judged](Guest::judge), or finds it
    /// so later.
    #[inline(always)]
    pub(crate) fn enter(&mut self) -> Result<()> {
        // One branch for both: it is in every call.
        if self.entered | self.asks {
            self.ask()?;
        }
        self.entered = true;
        Ok(())
    }

    /// Why the guest may not be entered, if it may not.
    fn ask(&mut self) -> Result<()> {
        self.settle();
        self.check()
    }

    /// After the guest has come back.
    #[inline(always)]
    pub(crate) fn leave(&mut self) {
        self.entered = false;
        self.returned = true;
    }

    /// Whether the guest was entered and has not come back.
    #[inline]
    pub(crate) fn is_entered(&self) -> bool {
        self.entered
    }

    /// Poisons the instance if the guest was entered and has not come back.
    #[inline]
    pub(crate) fn settle(&mut self) {
        if std::mem::take(&mut self.entered) {
            self.poison();
        }
    }
}

/// A second handle's. Both ask for the verdict: the first has been told to when it could be cloned.
impl Clone for Health {
    fn clone(&self) -> Self {
        debug_assert!(self.asks, "a handle that can be cloned was parted from its store");
        Health { verdict: self.mark(), asks: true, ..*self }
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health").field("poison", &self.verdict.poison.get()).finish_non_exhaustive()
    }
}

/// A guest as an [`Allocator`](crate::Allocator) sees it: something to call, and a memory to grow.
#[derive(Debug)]
pub struct Guest<'g, M> {
    pub(crate) mode: &'g mut M,
    pub(crate) memory: Option<Memory>,
    pub(crate) health: &'g mut Health,
}

impl<'g, M: Mode> Guest<'g, M> {
    /// Calls a function of the guest.
    ///
    /// # Errors
    /// [`ErrorKind::Trap`], after which the instance is poisoned, and [`ErrorKind::Poisoned`] from then on.
    #[inline(always)]
    pub fn call<P: Params, R: CoreResults>(&mut self, func: &Func<P, R>, params: P) -> impl Future<Output = Result<R>> {
        self.mode.call(self.health, func, params, |_, _, results| Ok(results))
    }

    /// The same for the last step that is made with this.
    ///
    /// # Errors
    /// As [`call`](Guest::call).
    #[inline(always)]
    pub fn last_call<P: Params, R: CoreResults>(self, func: &Func<P, R>, params: P) -> impl Future<Output = Result<R>> {
        self.mode.call(self.health, func, params, |_, _, results| Ok(results))
    }

    /// What an error that came while the guest was entered amounts to: a trap, after which the guest is not to be relied
    /// upon, or the engine's refusal to enter it at all. The error alone does not tell, but a call that cannot trap and
    /// is refused with the same words does, where there is no trace of the guest in the error: an embedder's call hook,
    /// say, may fail within the guest and go on failing.
    #[cold]
    pub(crate) async fn judge(&mut self, error: Error) -> Error {
        if !self.health.entered {
            return error;
        }
        let ErrorKind::Trap(trap) = error.kind() else {
            self.health.settle();
            return error;
        };
        if trap.is::<Trap>() || trap.is::<WasmBacktrace>() {
            self.health.settle();
            return error;
        }
        let words = trap.to_string();
        // A health of its own for that, because this one is taken for entered.
        let mut health = Health::default();
        let make = || wasmtime::Func::wrap(self.mode.store_mut(), || {});
        let probe = *self.health.verdict.probe.get_or_init(make);
        let probed = match Func::<(), ()>::check(probe, self.mode.store()) {
            Ok(probe) => self.mode.call(&mut health, &probe, (), |_, _, ()| Ok(())).await,
            Err(error) => Err(ErrorKind::Trap(error).into()),
        };
        let same =
            probed.is_err_and(|refusal| matches!(refusal.kind(), ErrorKind::Trap(error) if error.to_string() == words));
        if same {
            self.health.entered = false;
            return error.refused();
        }
        self.health.settle();
        error
    }

    /// Grows the guest's memory by at least that many bytes, in whole pages, and returns the region that was added.
    ///
    /// # Errors
    /// [`ErrorKind::Grow`], [`ErrorKind::NoMemory`].
    pub async fn grow_by_bytes(&mut self, bytes: u64) -> Result<Region> {
        let page = self.memory()?.page_size(self.mode.store());
        self.grow(bytes.div_ceil(page)).await
    }

    /// Grows the guest's memory by that many of its pages, and returns the region that was added.
    ///
    /// # Errors
    /// [`ErrorKind::Grow`], [`ErrorKind::NoMemory`].
    pub async fn grow(&mut self, pages: u64) -> Result<Region> {
        let memory = self.memory()?;
        let page = memory.page_size(self.mode.store());
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
        self.memory.map_or(0, |memory| to_u64(memory.data_size(self.mode.store())))
    }

    fn memory(&self) -> Result<Memory> {
        self.memory.ok_or_else(|| ErrorKind::NoMemory.into())
    }
}
