//! Blocking or async: the only two ways into the guest, so that everything else is written once.
//!
//! Every step that enters the guest returns a future. A blocking step is over when it returns: its future is
//! [`Ready`](std::future::Ready), and [`now`] only takes the outcome out of it. So code that is made of plain functions
//! around such a step stays plain code in the blocking mode, and costs what a call costs; an `async fn` around several
//! steps costs a few nanoseconds more.

use crate::core::{CoreResults, Func, Params};
use crate::error::{ErrorKind, Result};
use crate::guest::Health;
use either::Either;
use std::fmt;
use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use wasmtime::{AsContext, AsContextMut, Memory, StoreContext, StoreContextMut};

/// How the guest is entered: `Blocking` or `Async`. Conventions are generic over it and need not care.
pub trait Mode: Steps {}

/// What a mode does. It is out of reach, so that there are no more than these two.
pub trait Steps {
    /// What the host keeps in the store.
    type Data: 'static;

    /// Whether a call can be left halfway without anything being dropped: a future can be forgotten, a frame on the stack
    /// cannot.
    const FORGETTABLE: bool;

    /// The store, to read.
    fn store(&self) -> StoreContext<'_, Self::Data>;

    /// The store, to change.
    fn store_mut(&mut self) -> StoreContextMut<'_, Self::Data>;

    /// Calls a guest function if the guest may be entered, and hands what it returned to `then`. See [`Health::enter`].
    fn call<P: Params, R: CoreResults, U>(
        &mut self,
        health: &mut Health,
        func: &Func<P, R>,
        params: P,
        then: impl FnOnce(&mut Self, &mut Health, R) -> Result<U>,
    ) -> impl Future<Output = Result<U>>;

    /// Grows a memory by that many of its pages, and returns how many it had.
    fn grow(&mut self, memory: Memory, pages: u64) -> impl Future<Output = wasmtime::Result<u64>>;

    /// One step or another, as what was found in the module decides.
    fn either<T>(
        step: Either<impl Future<Output = Result<T>>, impl Future<Output = Result<T>>>,
    ) -> impl Future<Output = Result<T>>;
}

/// Enters the guest on the caller's own stack.
pub struct Blocking<'s, D: 'static>(pub(crate) StoreContextMut<'s, D>);

impl<D> Mode for Blocking<'_, D> {}

impl<D> Blocking<'_, D> {
    /// The same way in, for a step that is not inlined. It is not lent this one, of which where it lies would be known then:
    /// so where the store is can be in a register of the common call.
    #[inline(always)]
    pub(crate) fn again(&mut self) -> Blocking<'_, D> {
        Blocking(self.0.as_context_mut())
    }
}

impl<D> Steps for Blocking<'_, D> {
    type Data = D;
    const FORGETTABLE: bool = false;

    #[inline(always)]
    fn store(&self) -> StoreContext<'_, D> {
        self.0.as_context()
    }

    #[inline(always)]
    fn store_mut(&mut self) -> StoreContextMut<'_, D> {
        self.0.as_context_mut()
    }

    #[inline(always)]
    fn call<P: Params, R: CoreResults, U>(
        &mut self,
        health: &mut Health,
        func: &Func<P, R>,
        params: P,
        then: impl FnOnce(&mut Self, &mut Health, R) -> Result<U>,
    ) -> impl Future<Output = Result<U>> {
        if let Err(error) = health.enter() {
            return ready(Err(error));
        }
        // By value: where the store is stays in a register.
        ready(match func.call(self.store_mut(), params) {
            Ok(results) => {
                health.leave();
                then(self, health, results)
            }
            Err(trap) => Err(ErrorKind::Trap(trap).into()),
        })
    }

    fn grow(&mut self, memory: Memory, pages: u64) -> impl Future<Output = wasmtime::Result<u64>> {
        ready(memory.grow(&mut self.0, pages))
    }

    #[inline(always)]
    fn either<T>(
        step: Either<impl Future<Output = Result<T>>, impl Future<Output = Result<T>>>,
    ) -> impl Future<Output = Result<T>> {
        ready(match step {
            Either::Left(step) => now(step),
            Either::Right(step) => now(step),
        })
    }
}

/// Enters the guest on a fiber, so that host functions and limiters may await.
#[cfg(feature = "async")]
pub struct Async<'s, D: 'static>(pub(crate) StoreContextMut<'s, D>);

#[cfg(feature = "async")]
impl<D: Send> Mode for Async<'_, D> {}

#[cfg(feature = "async")]
impl<D> Async<'_, D> {
    /// As [`Blocking::again`].
    #[inline(always)]
    pub(crate) fn again(&mut self) -> Async<'_, D> {
        Async(self.0.as_context_mut())
    }
}

#[cfg(feature = "async")]
impl<D: Send> Steps for Async<'_, D> {
    type Data = D;
    const FORGETTABLE: bool = true;

    #[inline(always)]
    fn store(&self) -> StoreContext<'_, D> {
        self.0.as_context()
    }

    #[inline(always)]
    fn store_mut(&mut self) -> StoreContextMut<'_, D> {
        self.0.as_context_mut()
    }

    async fn call<P: Params, R: CoreResults, U>(
        &mut self,
        health: &mut Health,
        func: &Func<P, R>,
        params: P,
        then: impl FnOnce(&mut Self, &mut Health, R) -> Result<U>,
    ) -> Result<U> {
        health.enter()?;
        match func.call_async(&mut self.0, params).await {
            Ok(results) => {
                health.leave();
                then(self, health, results)
            }
            Err(trap) => Err(ErrorKind::Trap(trap).into()),
        }
    }

    async fn grow(&mut self, memory: Memory, pages: u64) -> wasmtime::Result<u64> {
        memory.grow_async(&mut self.0, pages).await
    }

    fn either<T>(
        step: Either<impl Future<Output = Result<T>>, impl Future<Output = Result<T>>>,
    ) -> impl Future<Output = Result<T>> {
        step
    }
}

impl<D> fmt::Debug for Blocking<'_, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Blocking").finish_non_exhaustive()
    }
}

#[cfg(feature = "async")]
impl<D> fmt::Debug for Async<'_, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Async").finish_non_exhaustive()
    }
}

/// Runs a future that is made of blocking steps only.
#[inline(always)]
pub(crate) fn now<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Err(ErrorKind::Pending.into()),
    }
}

/// The same for what rarely happens: out of the way of what always does.
#[cold]
#[inline(never)]
pub(crate) fn now_rarely<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    now(future)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_is_not_ready_is_an_error_and_no_hang() {
        let error = now(std::future::pending::<Result<()>>()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Pending));
    }
}
