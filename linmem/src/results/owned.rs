//! Other ways than the allocator's to release a result.

use crate::allocator::Allocator;
use crate::allocator::Release;
use crate::bind::{Besides, Callable, FoundExport, Helper, Helpers, Named};
use crate::core::{Func, Params, Pointer, Signature, narrow};
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::ledger::Block;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::region::{Region, to_u64};
use crate::results::{ByType, ExportName, Owner, Results, Returned, Room, Shape};
use std::marker::PhantomData;
use wasmtime::AsContextMut;

/// The same results, which stay the guest's: static bytes, a buffer that it reuses, or some of an argument. Nothing is
/// released. What lies in an argument cannot be borrowed, because that is zeroed when the call ends: it is a `String` or
/// a `Vec`.
///
/// ```
/// # use linmem::wasm_import;
/// #[wasm_import]
/// trait About {
///     #[wasm(returns = linmem::results::Static)]
///     fn version(&mut self) -> linmem::Result<&str>;
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Static<R = ByType>(PhantomData<fn() -> R>);

impl<X: Pointer, R: Results<X>> Results<X> for Static<R> {
    type Func<P: Params> = R::Func<P>;

    const FORMS_OF_VALUES: usize = R::FORMS_OF_VALUES;
    const TAGGED: bool = R::TAGGED;
    const IN_BYTES: bool = R::IN_BYTES;

    #[inline]
    fn prepare<P: Params>(func: &R::Func<P>, into: &mut Lowering<'_>, shape: Shape) -> Room {
        R::prepare::<P>(func, into, shape)
    }

    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &R::Func<P>,
        frame: &mut Frame<'_, M, A>,
        room: Room,
        params: P,
        shape: Shape,
    ) -> Result<Returned> {
        let returned = R::call(func, frame, room, params, shape).await?;
        let owner = if returned.owner == Owner::Frame { Owner::Frame } else { Owner::Guest };
        Ok(Returned { owner, ..returned })
    }

    fn hint<P: Params>(func: &Self::Func<P>, error: &Error) -> Option<&'static str> {
        R::hint::<P>(func, error)
    }
}

/// The same results, released by an export of that name, which takes `(pointer)`, `(pointer, size)` or
/// `(pointer, size, align)`, and not by the allocator's. They are released as soon as they have been read, so they cannot
/// be borrowed.
#[derive(Debug)]
pub struct FreedBy<N, R = ByType>(PhantomData<fn() -> (N, R)>);

/// The export, and the function that frees what it returns.
#[derive(Debug)]
pub struct WithFree<F, X: Pointer, N> {
    export: F,
    free: Release<X>,
    name: PhantomData<fn() -> N>,
}

impl<F: Callable, X: Pointer, N: ExportName> Callable for WithFree<F, X, N> {
    const SIGNATURES: &'static [Signature] = F::SIGNATURES;

    const HELPERS: Helpers = Helpers::Both(&F::HELPERS, &Named::<N, Release<X>>::HELPERS);

    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self> {
        Ok(WithFree { export: F::resolve(found)?, free: found.helpers.func()?, name: PhantomData })
    }
}

impl<X: Pointer, N: ExportName, R: Results<X>> Results<X> for FreedBy<N, R> {
    type Func<P: Params> = WithFree<R::Func<P>, X, N>;

    const RELEASES: bool = true;
    const FORMS_OF_VALUES: usize = R::FORMS_OF_VALUES;
    const TAGGED: bool = R::TAGGED;
    const IN_BYTES: bool = R::IN_BYTES;

    fn prepare<P: Params>(func: &Self::Func<P>, into: &mut Lowering<'_>, shape: Shape) -> Room {
        R::prepare::<P>(&func.export, into, shape)
    }

    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        room: Room,
        params: P,
        shape: Shape,
    ) -> Result<Returned> {
        let returned = R::call(&func.export, frame, room, params, shape).await?;
        // Room of the host's is not the guest's to free.
        let owner = if returned.owner == Owner::Frame { Owner::Frame } else { Owner::Convention };
        Ok(Returned { owner, ..returned })
    }

    async fn release<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        returned: Returned,
        shape: Shape,
    ) -> Result<()> {
        let Region { pointer, len: size } = returned.block;
        if pointer == 0 {
            return Ok(());
        }
        // Nor is an argument, should the guest have returned that.
        frame.received()?.ledger.admit(Region { pointer, len: size.max(1) })?;
        func.free.call(frame.guest(), Block { pointer, size, align: to_u64(shape.layout().align()) }).await
    }

    fn hint<P: Params>(func: &Self::Func<P>, error: &Error) -> Option<&'static str> {
        R::hint::<P>(&func.export, error)
    }
}

/// What the canonical ABI's core functions return: a pointer to a return area, which is the value itself or holds a
/// pointer and a count. Once it has been read, `cabi_post_` with the export's name is called with that pointer, if the
/// module has it, and frees all of it.
///
/// Source: the component model's `CanonicalABI.md`, "flattening" and "post-return".
#[derive(Debug, Clone, Copy)]
pub struct Canonical;

/// The export, and its post-return function.
#[derive(Debug)]
pub struct WithPost<P: Params, X: Pointer> {
    export: Func<P, X>,
    post: Option<Func<(X,), ()>>,
}

impl<P: Params, X: Pointer> Callable for WithPost<P, X> {
    const SIGNATURES: &'static [Signature] = Func::<P, X>::SIGNATURES;

    const HELPERS: Helpers = Helpers::One(Helper::optional::<Func<(X,), ()>>("cabi_post_").in_front());

    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self> {
        Ok(WithPost { export: found.func()?, post: found.helpers.optional_func()? })
    }
}

impl<X: Pointer> Results<X> for Canonical {
    type Func<P: Params> = WithPost<P, X>;

    const RELEASES: bool = true;
    const TAGGED: bool = true;

    fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        _: Room,
        params: P,
        shape: Shape,
    ) -> impl Future<Output = Result<Returned>> {
        frame.invoke_then(&func.export, params, move |answer, area| {
            let region =
                shape.in_area::<X>(answer.memory()?, area.into()).map_err(|error| error.answered(area.into()))?;
            let block = Region { pointer: area.into(), len: 0 };
            Ok(Returned { block, ..Returned::new(region, Owner::Convention) })
        })
    }

    async fn release<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        returned: Returned,
        _: Shape,
    ) -> Result<()> {
        match &func.post {
            Some(post) => frame.invoke(post, (narrow(returned.block.pointer)?,)).await,
            None => Ok(()),
        }
    }
}
