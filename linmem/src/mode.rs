//! Blocking or async: the only two ways into the guest, so that everything else is written once.
//!
//! Every step that enters the guest returns a future. A blocking step's is ready at once; [`now`] polls it a single time
//! and without a waker, which the optimizer reduces to a plain call.

use crate::error::{ErrorKind, Result};
use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use wasmtime::{AsContextMut, Memory, TypedFunc, WasmParams, WasmResults};

/// How the guest is entered. Conventions are generic over it and need not care.
pub trait Mode {
    /// The store, or whatever gives access to it.
    type Store: AsContextMut;

    /// The store, to read.
    fn store(&self) -> &Self::Store;

    /// The store, to change.
    fn store_mut(&mut self) -> &mut Self::Store;

    /// Calls a guest function.
    fn call<P, R>(&mut self, func: &TypedFunc<P, R>, params: P) -> impl Future<Output = wasmtime::Result<R>>
    where
        P: WasmParams + Sync,
        R: WasmResults + Sync;

    /// Grows a memory by that many of its pages, and returns how many it had.
    fn grow(&mut self, memory: Memory, pages: u64) -> impl Future<Output = wasmtime::Result<u64>>;
}

/// Enters the guest on the caller's own stack.
#[derive(Debug)]
pub struct Blocking<'s, S>(pub(crate) &'s mut S);

impl<S: AsContextMut> Mode for Blocking<'_, S> {
    type Store = S;

    #[inline]
    fn store(&self) -> &S {
        self.0
    }

    #[inline]
    fn store_mut(&mut self) -> &mut S {
        self.0
    }

    #[inline]
    fn call<P, R>(&mut self, func: &TypedFunc<P, R>, params: P) -> impl Future<Output = wasmtime::Result<R>>
    where
        P: WasmParams + Sync,
        R: WasmResults + Sync,
    {
        ready(func.call(&mut *self.0, params))
    }

    fn grow(&mut self, memory: Memory, pages: u64) -> impl Future<Output = wasmtime::Result<u64>> {
        ready(memory.grow(&mut *self.0, pages))
    }
}

/// Enters the guest on a fiber, so that host functions and limiters may await.
#[cfg(feature = "async")]
#[derive(Debug)]
pub struct Async<'s, S>(pub(crate) &'s mut S);

#[cfg(feature = "async")]
impl<S: AsContextMut<Data: Send>> Mode for Async<'_, S> {
    type Store = S;

    #[inline]
    fn store(&self) -> &S {
        self.0
    }

    #[inline]
    fn store_mut(&mut self) -> &mut S {
        self.0
    }

    #[inline]
    fn call<P, R>(&mut self, func: &TypedFunc<P, R>, params: P) -> impl Future<Output = wasmtime::Result<R>>
    where
        P: WasmParams + Sync,
        R: WasmResults + Sync,
    {
        func.call_async(&mut *self.0, params)
    }

    async fn grow(&mut self, memory: Memory, pages: u64) -> wasmtime::Result<u64> {
        memory.grow_async(&mut *self.0, pages).await
    }
}

/// Runs a future that is made of blocking steps only.
///
/// Inlined with the future's own code, which then has no states left.
#[inline(always)]
pub(crate) fn now<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Err(ErrorKind::Pending.into()),
    }
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
