//! One resolved export, and the one function through which every method calls its own.

use crate::convention::Convention;
use crate::error::{Place, Result};
use crate::frame::Frame;
use crate::lower::{After, Args};
use crate::mode::Mode;
use crate::returns::Returns;
use crate::runtime::Runtime;
use std::fmt;

/// What an export and its parameters are called, for errors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    pub(crate) export: &'static str,
    pub(crate) params: &'static [&'static str],
}

/// An export that was found, type-checked and resolved: called by convention `C` with arguments `A`, it returns a `T`.
pub struct Export<C, A, T>
where
    C: Convention,
    A: Args<C>,
    T: Returns<C, A::Core>,
{
    pub(crate) func: T::Func,
    pub(crate) names: Names,
}

impl<C, A, T> Export<C, A, T>
where
    C: Convention,
    A: Args<C>,
    T: Returns<C, A::Core>,
{
    /// Makes one call. `B` is `A` with the lifetimes of this call.
    #[inline]
    pub(crate) async fn run<M: Mode, B: Args<C, Core = A::Core>>(
        &self,
        mode: M,
        runtime: &mut Runtime<C::Allocator>,
        arguments: B,
    ) -> Result<T::Raw> {
        let mut frame = Frame::open(mode, runtime, Some(self.names.export)).await.map_err(|e| self.locate(e))?;
        let outcome = self.run_in(&mut frame, arguments).await;
        // Whatever came of it, what was placed goes; and the first error is the one to tell.
        let closed = frame.close().await;
        outcome.and_then(|raw| closed.map(|()| raw)).map_err(|error| self.locate(error))
    }

    #[inline]
    async fn run_in<M: Mode, B: Args<C, Core = A::Core>>(
        &self,
        frame: &mut Frame<'_, M, C::Allocator>,
        arguments: B,
    ) -> Result<T::Raw> {
        let (core, after) = arguments.lower((), 0, frame).await?;
        let raw = T::call(&self.func, frame, core).await.map_err(|error| error.at(Place::Result))?;
        after.finish(frame)?;
        Ok(raw)
    }

    /// Names the export, and the argument by its name.
    #[cold]
    pub(crate) fn locate(&self, error: crate::Error) -> crate::Error {
        error.in_export(self.names.export).name_argument(self.names.params)
    }
}

impl<C, A, T> fmt::Debug for Export<C, A, T>
where
    C: Convention,
    A: Args<C>,
    T: Returns<C, A::Core>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Export").field(&self.names.export).finish()
    }
}
