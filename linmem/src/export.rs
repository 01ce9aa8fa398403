//! One resolved export, and the one function through which every method calls its own.

use crate::convention::Convention;
use crate::error::{Error, ErrorKind, Place, Result};
use crate::frame::Guard;
use crate::lower::Args;
use crate::lowering::Lowering;
#[cfg(feature = "async")]
use crate::mode::Async;
use crate::mode::{Blocking, now};
use crate::results::Room;
use crate::returns::{Owed, Returns};
use crate::runtime::Runtime;
use std::fmt;
use wasmtime::AsContextMut;

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

/// Takes what a blocking step has left, or awaits any other.
macro_rules! wait {
    (; $step:expr) => {
        now($step)
    };
    (async; $step:expr) => {
        $step.await
    };
}

/// `run`, for the blocking mode and for any: the same steps, of which the first awaits none. A blocking step's future is
/// ready, so waiting for it is taking it; and what an `async fn` would keep across steps stays in registers.
macro_rules! run {
    ($(#[$docs:meta])* $name:ident: [$($mode:tt)*] $m:ty, $($asyncness:ident)?) => {
        $(#[$docs])*
        #[inline(always)]
        pub(crate) $($asyncness)? fn $name<$($mode)*, B: Args<C, Core = A::Core>>(
            &self,
            mode: $m,
            runtime: &mut Runtime<C::Allocator>,
            mut arguments: B,
        ) -> Result<T::Raw> {
            let mut guard = Guard::new(mode, runtime);
            if !guard.is_calm() {
                wait!($($asyncness)?; guard.calm_down(Some(self.names.export))).map_err(|error| self.locate(error))?;
            }
            guard.open(Some(self.names.export));
            let mut frame = guard.frame();
            let outcome = 'call: {
                let needs_memory = A::NEEDS_MEMORY || T::NEEDS_MEMORY;
                let first = self.lower(&mut arguments, &mut frame.lowering(needs_memory));
                let (room, core, placed) = match first {
                    Ok(lowered) if frame.has_room() => lowered,
                    Ok(_) => {
                        let mut lower = |into: &mut Lowering<'_>| self.lower(&mut arguments, into);
                        match wait!($($asyncness)?; frame.lower_again((0, 0), &mut lower)) {
                            Ok(lowered) => lowered,
                            Err(error) => break 'call Err(error),
                        }
                    }
                    Err(error) => break 'call Err(error),
                };
                frame.hand_over();
                let core = match wait!($($asyncness)?; T::call(&self.func, &mut frame, room, core)) {
                    Ok(core) => core,
                    Err(error) => break 'call Err(of_call(error)),
                };
                let (raw, owed) = T::read(&mut frame, core);
                let released = match owed {
                    Owed::Nothing => Ok(()),
                    Owed::Block(block) => wait!($($asyncness)?; frame.give_back(block)),
                    Owed::Convention(returned) => wait!($($asyncness)?; T::release(&self.func, &mut frame, returned)),
                };
                // Whether or not it could be read, it is given back; and the first error is the one to tell.
                match (raw, released) {
                    (Ok(raw), Ok(())) if B::COPIES_BACK => {
                        let copied = frame.received().and_then(|mut received| arguments.copy_back(0, placed, &mut received));
                        copied.map(|()| raw)
                    }
                    (Ok(raw), Ok(())) => Ok(raw),
                    (Err(error), _) => Err(error.at(Place::Result)),
                    (Ok(_), Err(error)) => Err(error.at(Place::Release)),
                }
            };
            let mut outcome = match outcome {
                Ok(raw) => Ok(raw),
                Err(error) => wait!($($asyncness)?; frame.judge(error)),
            };
            // Whatever came of it, what was placed goes.
            if guard.end() {
                let released = wait!($($asyncness)?; guard.release());
                outcome = outcome.and_then(|raw| released.map(|()| raw));
            }
            outcome.map_err(|error| self.locate(error))
        }
    };
}

impl<C, A, T> Export<C, A, T>
where
    C: Convention,
    A: Args<C>,
    T: Returns<C, A::Core>,
{
    run! {
        /// Makes one call. `B` is `A` with the lifetimes of this call.
        run: [S: AsContextMut] Blocking<'_, S>,
    }

    #[cfg(feature = "async")]
    run! {
        /// The same, without holding up the thread.
        run_async: [S: AsContextMut<Data: Send>] Async<'_, S>, async
    }

    #[inline(always)]
    fn lower<B: Args<C, Core = A::Core>>(
        &self,
        arguments: &mut B,
        into: &mut Lowering<'_>,
    ) -> Result<(Room, A::Core, B::Placed)> {
        into.begin_result();
        let room = T::prepare(&self.func, into);
        let (core, placed) = arguments.lower((), 0, into)?;
        Ok((room, core, placed))
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
    let in_call = matches!(error.kind(), ErrorKind::Trap(_));
    error.at(if in_call { Place::Call } else { Place::Result })
}
