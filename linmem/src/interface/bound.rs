//! An instance bound to its store: what the generated methods are called on.

use super::{AllocatorOf, Handle, Interface, Plan, Pre};
use crate::convention::Convention;
use crate::error::{Error, Result};
use crate::export::Export;
use crate::lower::Args;
use crate::memory::{Held, LinearMemory};
use crate::mode::{Blocking, now};
use crate::returns::Returns;
use crate::runtime::Runtime;
use crate::trace::Call;
#[cfg(feature = "async")]
use crate::trace::instrumented;
use std::borrow::BorrowMut;
use std::fmt;
use std::marker::PhantomData;
use wasmtime::{AsContext, AsContextMut, Instance, Linker, Module, StoreContext, StoreContextMut};

/// An instance and its store. `#[wasm_import]` on a trait `Greeter` names it `GreeterInstance<S>` and implements
/// `Greeter` for it.
///
/// `S` is anything that gives access to the store: `Store<T>`, `&mut Store<T>`, `Caller<'_, T>`; it is in reach between
/// calls through [`AsContextMut`], which this type implements too. `H` is the [`Handle`], owned or borrowed.
///
/// The functions here take `this`, not `self`, so that they hide no method of the trait's.
pub struct Bound<S, I: Interface, H = Handle<I>> {
    store: S,
    handle: H,
    interface: PhantomData<fn() -> I>,
}

impl<S: AsContextMut, I: Interface> Bound<S, I> {
    /// Links, checks and instantiates a module. For many instances of one module use a [`Pre`], which does the first two
    /// once.
    ///
    /// # Errors
    /// [`ErrorKind::Bind`](crate::ErrorKind::Bind) with all that the module lacks, [`ErrorKind::Instantiate`](crate::ErrorKind::Instantiate) if it cannot be linked or started.
    pub fn instantiate(store: S, module: &Module, linker: &Linker<S::Data>) -> Result<Self> {
        Pre::<S::Data, I>::link(module, linker)?.instantiate(store)
    }

    /// As [`instantiate`](Bound::instantiate), for stores whose host functions or limiter are async.
    ///
    /// # Errors
    /// As [`instantiate`](Bound::instantiate).
    #[cfg(feature = "async")]
    pub async fn instantiate_async(store: S, module: &Module, linker: &Linker<S::Data>) -> Result<Self>
    where
        S: AsContextMut<Data: Send> + Send,
    {
        Pre::<S::Data, I>::link(module, linker)?.instantiate_async(store).await
    }
}

impl<S: AsContextMut, I: Interface, H: BorrowMut<Handle<I>>> Bound<S, I, H> {
    pub(crate) fn from_parts(store: S, handle: H) -> Self {
        Bound { store, handle, interface: PhantomData }
    }

    /// Takes the two apart, to bring them together again with [`Handle::bind`].
    pub fn into_parts(this: Self) -> (S, H) {
        let Bound { mut store, mut handle, .. } = this;
        handle.borrow_mut().part(&mut store);
        (store, handle)
    }

    /// The part without the store. A clone of it may be parted from the store: that is seen to here.
    pub fn handle(this: &mut Self) -> &Handle<I> {
        let handle = this.handle.borrow_mut();
        handle.part(&mut this.store);
        handle
    }

    /// Whether an earlier call has poisoned the instance: see [`Handle::is_poisoned`].
    pub fn is_poisoned(this: &Self) -> bool {
        this.handle.borrow().is_poisoned()
    }

    /// The instance's memory and allocator, for what no method says: see [`LinearMemory`].
    ///
    /// # Errors
    /// [`ErrorKind::NoMemory`](crate::ErrorKind::NoMemory) if the module has none that can be used: a trait of scalars fits
    /// such a module, too.
    pub fn memory(this: &mut Self) -> Result<LinearMemory<'_, &mut S, AllocatorOf<I>>> {
        let Handle { instance, plan, runtime, .. } = this.handle.borrow_mut();
        plan.supply(&mut this.store, instance, runtime)?;
        LinearMemory::from_parts(&mut this.store, Held::Lent(runtime))
    }

    /// Gives everything that linmem holds in the guest back to its allocator: the scratch block, and a borrowed result.
    /// The next call takes what it needs again. Nothing else needs this: use it where an instance is kept for long
    /// without being called, or to check that a guest's own books end at zero.
    ///
    /// # Errors
    /// [`ErrorKind::Trap`](crate::ErrorKind::Trap) from the guest's allocator,
    /// [`ErrorKind::Poisoned`](crate::ErrorKind::Poisoned).
    pub fn trim(this: &mut Self) -> Result<()> {
        now(this.handle.borrow_mut().runtime.trim(Blocking(this.store.as_context_mut())))
    }

    /// As [`trim`](Bound::trim), for async stores.
    ///
    /// # Errors
    /// As [`trim`](Bound::trim).
    #[cfg(feature = "async")]
    pub async fn trim_async(this: &mut Self) -> Result<()>
    where
        S: AsContextMut<Data: Send>,
    {
        this.handle.borrow_mut().runtime.trim(crate::mode::Async(this.store.as_context_mut())).await
    }
}

impl<S: AsContext, I: Interface, H> AsContext for Bound<S, I, H> {
    type Data = S::Data;

    fn as_context(&self) -> StoreContext<'_, S::Data> {
        self.store.as_context()
    }
}

impl<S: AsContextMut, I: Interface, H> AsContextMut for Bound<S, I, H> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, S::Data> {
        self.store.as_context_mut()
    }
}

impl<S, I: Interface, H: fmt::Debug> fmt::Debug for Bound<S, I, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bound").field("handle", &self.handle).finish_non_exhaustive()
    }
}

/// What a method of the trait returns: a `Result` whose error a linmem error can become.
#[diagnostic::on_unimplemented(
    message = "a wasm import must return `Result<T, E>` with `E: From<linmem::Error>`, and `{Self}` is not one",
    label = "write `linmem::Result<…>`, or a `Result` with an error type of yours that implements `From<linmem::Error>`"
)]
pub trait MethodResult {
    /// What it returns if all goes well.
    type Ok;

    /// The result of a call, with the method's own error type.
    fn from_result(result: Result<Self::Ok>) -> Self;
}

impl<T, E: Failure> MethodResult for Result<T, E> {
    type Ok = T;

    #[inline]
    fn from_result(result: Result<T>) -> Self {
        result.map_err(E::from_error)
    }
}

/// An error type of a method's: all that linmem's own error can become. It has a name so that others are told how.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold linmem's errors",
    label = "`From<linmem::Error>` is not implemented for `{Self}`",
    note = "write `linmem::Result<…>`, or an error type of yours with `impl From<linmem::Error>`"
)]
pub trait Failure {
    /// The error as this type has it.
    fn from_error(error: Error) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<Error>> Failure for E {
    #[inline]
    fn from_error(error: Error) -> Self {
        E::from(error)
    }
}

/// What the first call of an export does: it resolves the allocator, if no other has, and the function.
#[cold]
fn resolve<'e, S, I, C, A, T>(
    export: &'e Export<C, A, T>,
    store: &mut S,
    instance: &Instance,
    plan: &Plan<I>,
    runtime: &Runtime<AllocatorOf<I>>,
) -> Result<&'e T::Func>
where
    S: AsContextMut,
    I: Interface,
    C: Convention,
    A: Args<C>,
    T: Returns<C, A::Core>,
{
    plan.supply(store, instance, runtime).map_err(|error| export.locate(error))?;
    export.resolve(store, instance, &plan.exports)
}

/// Calls an export: all that a generated method does.
#[inline(always)]
pub fn call<'s, S, I, H, C, A, T, B, R>(
    bound: &'s mut Bound<S, I, H>,
    export: impl FnOnce(&I) -> &Export<C, A, T>,
    arguments: B,
) -> R
where
    S: AsContextMut,
    I: Interface,
    H: BorrowMut<Handle<I>>,
    C: Convention<Allocator = AllocatorOf<I>>,
    A: Args<C>,
    T: Returns<C, A::Core>,
    B: Args<C, Core = A::Core>,
    R: MethodResult<Ok = T::Out<'s>>,
{
    let Bound { store, handle, .. } = bound;
    let Handle { instance, plan, exports, runtime, .. } = handle.borrow_mut();
    let export = export(exports);
    let call = Call::new(export.names.export);
    let outcome = call.within(|| {
        let func = match export.func() {
            Some(func) => func,
            None => resolve(export, store, instance, plan, runtime)?,
        };
        export.run(func, Blocking(store.as_context_mut()), runtime, arguments, &call)
    });
    R::from_result(outcome)
}

/// Calls an export of an async store.
#[cfg(feature = "async")]
#[inline(always)]
pub async fn call_async<'s, S, I, H, C, A, T, B, R>(
    bound: &'s mut Bound<S, I, H>,
    export: impl FnOnce(&I) -> &Export<C, A, T>,
    arguments: B,
) -> R
where
    S: AsContextMut<Data: Send>,
    I: Interface,
    H: BorrowMut<Handle<I>>,
    C: Convention<Allocator = AllocatorOf<I>>,
    A: Args<C>,
    T: Returns<C, A::Core>,
    B: Args<C, Core = A::Core>,
    R: MethodResult<Ok = T::Out<'s>>,
{
    let Bound { store, handle, .. } = bound;
    let Handle { instance, plan, exports, runtime, .. } = handle.borrow_mut();
    let export = export(exports);
    let call = Call::new(export.names.export);
    let run = async {
        let func = match export.func() {
            Some(func) => func,
            None => resolve(export, store, instance, plan, runtime)?,
        };
        export.run_async(func, crate::mode::Async(store.as_context_mut()), runtime, arguments, &call).await
    };
    let outcome = instrumented(&call, run).await;
    R::from_result(outcome)
}
