//! One resolved export, and the one function through which every method calls its own.

use crate::convention::Convention;
use crate::error::{Error, ErrorKind, Place, Result};
use crate::frame::Frame;
use crate::lower::Args;
use crate::lowering::Lowering;
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
    #[inline(always)]
    pub(crate) async fn run<M: Mode, B: Args<C, Core = A::Core>>(
        &self,
        mode: M,
        runtime: &mut Runtime<C::Allocator>,
        arguments: B,
    ) -> Result<T::Raw> {
        let mut frame = Frame::open(mode, runtime, Some(self.names.export)).map_err(|error| self.locate(error))?;
        if frame.has_arrears() {
            frame.catch_up().await.map_err(|error| self.locate(error))?;
        }
        let mut outcome = self.run_in(&mut frame, arguments).await;
        // Whatever came of it, what was placed goes; and the first error is the one to tell.
        if frame.end() {
            let released = frame.release().await;
            outcome = outcome.and_then(|raw| released.map(|()| raw));
        }
        outcome.map_err(|error| self.locate(error))
    }

    #[inline(always)]
    async fn run_in<M: Mode, B: Args<C, Core = A::Core>>(
        &self,
        frame: &mut Frame<'_, M, C::Allocator>,
        mut arguments: B,
    ) -> Result<T::Raw> {
        let mut lower = |into: &mut Lowering<'_>| {
            into.begin_result();
            let room = T::prepare(&self.func, into);
            let (core, placed) = arguments.lower((), 0, into)?;
            Ok((room, core, placed))
        };
        let (room, core, placed) = if !A::NEEDS_MEMORY && !T::NEEDS_MEMORY {
            frame.lower_scalars(&mut lower)?
        } else if let Some(lowered) = frame.lower(&mut lower)? {
            lowered
        } else {
            frame.lower_again((0, 0), &mut lower).await?
        };
        frame.hand_over();
        let raw = T::call(&self.func, frame, room, core).await.map_err(of_call)?;
        if B::COPIES_BACK {
            arguments.copy_back(0, placed, &mut frame.received()?)?;
        }
        Ok(raw)
    }

    /// Names the export, and the argument by its name.
    #[cold]
    pub(crate) fn locate(&self, error: Error) -> Error {
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

/// Whether the guest did not return, or what it returned is at fault.
#[cold]
fn of_call(error: Error) -> Error {
    let in_call = matches!(error.kind(), ErrorKind::Trap(_) | ErrorKind::Refused(_));
    let place = if in_call { Place::Call } else { Place::Result };
    error.at(place)
}
