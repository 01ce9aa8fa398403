//! One export, resolved by its first call, and the one function through which every method calls its own.

use crate::allocator::Allocator;
use crate::bind::{ExportPlan, Resolver};
use crate::convention::Convention;
use crate::error::{Error, ErrorKind, Place, Result};
use crate::frame::{Frame, Guard, all_of};
use crate::ledger::Use;
use crate::lower::Args;
use crate::lowering::Lowering;
#[cfg(feature = "async")]
use crate::mode::Async;
use crate::mode::{Blocking, Mode, now, now_rarely};
use crate::results::Room;
use crate::returns::{Owed, Returns};
use crate::runtime::{Runtime, State};
use crate::trace::Call;
use std::convert::Infallible;
use std::fmt;
use std::mem::ManuallyDrop;
use std::sync::OnceLock;
use wasmtime::{AsContextMut, Instance};

/// What an export and its parameters are called, for errors.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Names {
    pub(crate) export: &'static str,
    pub(crate) params: &'static [&'static str],
}

/// An export that was found and type-checked: called by convention `C` with arguments `A`, it returns a `T`.
pub struct Export<C, A, T>
where
    C: Convention,
    A: Args<C>,
    T: Returns<C, A::Core>,
{
    func: OnceLock<T::Func>,
    /// Its place among those that were planned.
    index: usize,
    pub(crate) names: Names,
}

/// Takes what a blocking step has left, or awaits any other.
macro_rules! wait {
    (; rarely $step:expr) => {
        now_rarely($step)
    };
    (; $step:expr) => {
        now($step)
    };
    (async; rarely $step:expr) => {
        $step.await
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
        // Where nobody asks for speed, methods of the same types share one.
        #[cfg_attr(not(debug_assertions), inline(always))]
        pub(crate) $($asyncness)? fn $name<'s, $($mode)*, B: Args<C, Core = A::Core>>(
            &self,
            func: &T::Func,
            mut mode: $m,
            runtime: &mut Runtime<C::Allocator>,
            mut arguments: B,
            call: &Call,
        ) -> Result<T::Out<'s>> {
            let left = runtime.state;
            let mut guard = Guard::new(&mut mode, runtime);
            // An error leaves by the back door, each from where it is: a `Result` that all of them went through would be
            // written to memory and read back in every call. And whatever rarely happens is lent the runtime and a mode of its
            // own, and never shown the frame: so that can be in registers, too.
            macro_rules! fail {
                ($error:expr) => {{
                    let error = $error;
                    let (mode, runtime) = guard.hand_over();
                    let Err(error) = wait!($($asyncness)?; rarely self.fail(&mut mode.again(), runtime, error));
                    return Err(error);
                }};
            }
            match left {
                State::Calm => guard.open(self.names.export),
                State::Lent => {
                    guard.open(self.names.export);
                    if let Some(lent) = guard.frame().take_lent()
                        && let Err(error) = wait!($($asyncness)?; guard.frame().give_back(lent))
                    {
                        guard.runtime().still_owe(lent);
                        fail!(error.at(Place::Release));
                    }
                    guard.note_calm();
                }
                // Not opened before, so that whatever was left halfway is put down to the export that was called then.
                State::Unsettled => {
                    let (mode, runtime) = guard.parts();
                    if let Err(error) = wait!($($asyncness)?; rarely self.calm_down(&mut mode.again(), runtime)) {
                        guard.close();
                        return Err(error);
                    }
                    guard.open(self.names.export);
                    guard.note_calm();
                }
            }
            let mut frame = guard.frame();
            let mut lowering = frame.lowering(Self::NEEDS_MEMORY);
            let first = self.lower(func, &mut arguments, &mut lowering);
            let has_room = !Self::NEEDS_MEMORY || lowering.has_room();
            // Only what found no room at first has blocks of its own, which may be for the guest to keep.
            let ((room, core, placed), has_blocks) = match first {
                Ok(lowered) if has_room => (lowered, false),
                // They are handed over and come back, because what is lent to that would not be in registers before.
                Ok(_) => {
                    let (mode, runtime) = guard.parts();
                    let mut mode = mode.again();
                    match wait!($($asyncness)?; rarely self.lower_again(&mut mode, runtime, func, arguments)) {
                        Ok((lowered, back)) => {
                            arguments = back;
                            (lowered, true)
                        }
                        Err(error) => fail!(error),
                    }
                }
                Err(error) => fail!(error),
            };
            if Self::NEEDS_MEMORY {
                call.placed(|| guard.runtime().room.placed());
            }
            if has_blocks {
                guard.runtime().give_away();
            }
            let mut frame = guard.frame();
            let core = match wait!($($asyncness)?; T::call(func, &mut frame, room, core)) {
                Ok(core) => core,
                Err(error) => fail!(of_call(error)),
            };
            call.returned(T::len(&core));
            let mut halfway = guard.is_halfway();
            if T::BORROWS && !B::COPIES_BACK && !halfway && guard.is_clear(Self::NEEDS_MEMORY) {
                guard.close();
                return self.borrow(all_of(runtime.memory, mode.0), runtime, core);
            }
            let mut frame = guard.frame();
            let mut received = frame.received_if(Self::NEEDS_MEMORY);
            let (raw, mut owed) = T::read(&mut received, core);
            match owed {
                Owed::Block(block) if T::BORROWS => {
                    received.ledger.lend(block);
                    owed = Owed::Nothing;
                }
                // An out-parameter that names the result's block must not have it released as well.
                Owed::Block(block) if B::COPIES_BACK => {
                    received.ledger.hold(block, Use::Result);
                    owed = Owed::Nothing;
                }
                _ => {}
            }
            let copied = if B::COPIES_BACK {
                // Also where the result is at fault, for what the guest has handed out through them is to be released.
                arguments.copy_back(0, placed, &mut received)
            } else {
                Ok(())
            };
            if Self::NEEDS_MEMORY {
                received.wipe();
            }
            let released = match owed {
                Owed::Nothing => Ok(()),
                Owed::Block(block) => {
                    let released = wait!($($asyncness)?; frame.give_back(block));
                    halfway |= guard.is_halfway();
                    released.inspect_err(|_| guard.runtime().still_owe(block))
                }
                Owed::Convention(returned) => {
                    let (mode, runtime) = guard.parts();
                    let mut mode = mode.again();
                    let mut frame = Frame::new(&mut mode, runtime);
                    let released = wait!($($asyncness)?; rarely T::release(func, &mut frame, returned));
                    halfway |= guard.is_halfway();
                    released
                }
            };
            // Whether or not it could be read, it is given back; and the first error is the one to tell.
            let raw = match raw {
                Ok(raw) => raw,
                Err(error) => fail!(error.at(Place::Result)),
            };
            if let Err(error) = released {
                fail!(error.at(Place::Release));
            }
            if let Err(error) = copied {
                fail!(error);
            }
            if halfway || !guard.is_clear(Self::NEEDS_MEMORY) {
                let (mode, runtime) = guard.hand_over();
                wait!($($asyncness)?; rarely self.end(&mut mode.again(), runtime))?;
            } else {
                guard.finish(T::NEEDS_MEMORY);
            }
            guard.close();
            self.lift(raw, if T::BORROWS { all_of(runtime.memory, mode.0) } else { &[] })
        }
    };
}

impl<C, A, T> Export<C, A, T>
where
    C: Convention,
    A: Args<C>,
    T: Returns<C, A::Core>,
{
    pub(crate) fn new(index: usize, names: Names) -> Self {
        Export { func: OnceLock::new(), index, names }
    }

    /// The function, if a call has resolved it.
    #[inline(always)]
    pub(crate) fn func(&self) -> Option<&T::Func> {
        self.func.get()
    }

    /// Resolves the function for the first call: that it is there and has the type was seen in the module, and to ask
    /// the engine for it takes as long as several calls, which an instance that is made for one call need not spend on
    /// every method.
    ///
    /// # Errors
    /// If the instance is of another module than the one planned for.
    #[cold]
    pub(crate) fn resolve<S>(&self, store: &mut S, instance: &Instance, planned: &[ExportPlan]) -> Result<&T::Func>
    where
        S: AsContextMut,
    {
        match (Resolver { store, instance }).callable(planned, self.index) {
            Ok(func) => Ok(self.func.get_or_init(|| func)),
            Err(error) => Err(self.locate(error)),
        }
    }

    run! {
        /// Makes one call. `B` is `A` with the lifetimes of this call.
        run: [D] Blocking<'s, D>,
    }

    #[cfg(feature = "async")]
    run! {
        /// The same, without holding up the thread.
        run_async: [D: Send] Async<'s, D>, async
    }

    /// Reads a result that is borrowed, where nothing is left to be done that needs the store: so memory is looked up once
    /// for all, and the caller may keep the look.
    #[inline(always)]
    fn borrow<'s>(
        &self,
        memory: &'s mut [u8],
        runtime: &mut Runtime<C::Allocator>,
        core: T::Core,
    ) -> Result<T::Out<'s>> {
        let reading = Reading { runtime, memory: &mut *memory };
        let mut received = reading.runtime.received(reading.memory);
        let (raw, owed) = T::read(&mut received, core);
        if let Owed::Block(block) = owed {
            received.ledger.lend(block);
        }
        let raw = match raw {
            Ok(raw) => raw,
            Err(error) => return Err(self.locate(error.at(Place::Result))),
        };
        reading.end();
        self.lift(raw, memory)
    }

    /// Makes what the caller gets. The frame has ended, and the store is free again: it may be borrowed.
    #[inline(always)]
    fn lift<'s>(&self, raw: T::Raw, memory: &'s [u8]) -> Result<T::Out<'s>> {
        T::lift(raw, memory).map_err(|error| self.locate(error.at(Place::Result)))
    }

    /// Does what earlier calls have left to be done.
    #[cold]
    async fn calm_down<M: Mode>(&self, mode: &mut M, runtime: &mut Runtime<C::Allocator>) -> Result<()> {
        let mut guard = Guard::new(mode, runtime);
        guard.calm_down(Some(self.names.export)).await.map_err(|error| self.locate(error))?;
        // The call goes on, with a guard of its own.
        guard.hand_over();
        Ok(())
    }

    /// Ends a call that has more to it than most.
    #[cold]
    async fn end<M: Mode>(&self, mode: &mut M, runtime: &mut Runtime<C::Allocator>) -> Result<()> {
        let mut guard = Guard::new(mode, runtime);
        if guard.end() { guard.release().await.map_err(|error| self.locate(error)) } else { Ok(()) }
    }

    /// Ends a call that has failed: what was placed goes, whatever came of it.
    #[cold]
    async fn fail<M: Mode>(
        &self,
        mode: &mut M,
        runtime: &mut Runtime<C::Allocator>,
        error: Error,
    ) -> Result<Infallible> {
        let mut guard = Guard::new(mode, runtime);
        let judged = guard.frame().judge(error).await;
        guard.regain();
        if guard.end() {
            // The first error is the one to tell.
            let _ = guard.release().await;
        }
        judged.map_err(|error| self.locate(error))
    }

    /// Whether the guest must have a memory. A call of scalars only places nothing, so nothing is to be cleaned up.
    const NEEDS_MEMORY: bool = A::NEEDS_MEMORY || T::NEEDS_MEMORY;

    #[inline(always)]
    fn lower<B: Args<C, Core = A::Core>>(
        &self,
        func: &T::Func,
        arguments: &mut B,
        into: &mut Lowering<'_>,
    ) -> Result<(Room, A::Core, B::Placed)> {
        if Self::NEEDS_MEMORY {
            into.begin_result();
        }
        let room = T::prepare(func, into);
        let (core, placed) = arguments.lower((), 0, into)?;
        Ok((room, core, placed))
    }

    /// Takes what the first attempt has found missing, lowers again, and gives the arguments back.
    #[cold]
    async fn lower_again<M: Mode, B: Args<C, Core = A::Core>>(
        &self,
        mode: &mut M,
        runtime: &mut Runtime<C::Allocator>,
        func: &T::Func,
        mut arguments: B,
    ) -> Result<((Room, A::Core, B::Placed), B)> {
        let mut lower = |into: &mut Lowering<'_>| self.lower(func, &mut arguments, into);
        let lowered = Frame::new(mode, runtime).lower_again((0, 0), &mut lower).await?;
        Ok((lowered, arguments))
    }

    /// Names the export, and the argument by its name.
    #[cold]
    pub(crate) fn locate(&self, error: Error) -> Error {
        error
            .in_export(self.names.export)
            .name_argument(self.names.params)
            .hinted(|kind| T::hint(self.func.get()?, kind))
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

/// A frame of which nothing is left but to read what is borrowed. It is settled when that is done, also by a panic, for
/// a type of the user's may read as well.
struct Reading<'r, A: Allocator> {
    runtime: &'r mut Runtime<A>,
    memory: &'r mut [u8],
}

impl<A: Allocator> Reading<'_, A> {
    /// Settles it where it was read: what a drop does, which the compiler would call for here, as it does where it is
    /// dropped for a fault.
    #[inline(always)]
    fn end(self) {
        let reading = &mut *ManuallyDrop::new(self);
        reading.runtime.settle(reading.memory);
    }
}

impl<A: Allocator> Drop for Reading<'_, A> {
    fn drop(&mut self) {
        self.runtime.settle(self.memory);
    }
}

/// Whether the guest did not return, or what it returned is at fault.
#[cold]
fn of_call(error: Error) -> Error {
    let in_call = matches!(error.kind(), ErrorKind::Trap(_));
    error.at(if in_call { Place::Call } else { Place::Result })
}
