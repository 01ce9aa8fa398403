//! Other ways than the allocator's to release a result.

use crate::allocator::Allocator;
use crate::bind::{FoundExport, Helper};
use crate::core::{Params, Pointer, Signature, narrow};
use crate::error::Result;
use crate::frame::Frame;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::region::Region;
use crate::results::{ByType, ExportName, Owner, Results, Returned, Room, Shape};
use std::fmt;
use std::marker::PhantomData;
use wasmtime::{AsContextMut, TypedFunc};

/// The same results, which stay the guest's: static bytes, or a buffer that it reuses. Nothing is released.
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

    fn signatures<P: Params>(shape: Shape) -> Vec<Signature> {
        R::signatures::<P>(shape)
    }

    fn helpers(export: &str) -> Vec<Helper> {
        R::helpers(export)
    }

    fn resolve<P: Params, S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<R::Func<P>> {
        R::resolve::<P, S>(found)
    }

    #[inline]
    fn prepare<P: Params>(func: &R::Func<P>, into: &mut Lowering<'_>, shape: Shape) -> Room {
        R::prepare::<P>(func, into, shape)
    }

    #[inline(always)]
    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &R::Func<P>,
        frame: &mut Frame<'_, M, A>,
        room: Room,
        params: P,
        shape: Shape,
    ) -> Result<Returned> {
        let returned = R::call(func, frame, room, params, shape).await?;
        let owner = if returned.owner == Owner::Caller { Owner::Guest } else { returned.owner };
        Ok(Returned { owner, ..returned })
    }
}

/// The same results, released by an export of that name, which takes `(pointer)` or `(pointer, size)`, and not by the
/// allocator's. They are released as soon as they have been read, so they cannot be borrowed.
#[derive(Debug)]
pub struct FreedBy<N, R = ByType>(PhantomData<fn() -> (N, R)>);

/// The export, and the function that frees what it returns.
pub struct WithFree<F, X> {
    export: F,
    free: Free<X>,
}

enum Free<X> {
    Pointer(TypedFunc<(X,), ()>),
    Size(TypedFunc<(X, X), ()>),
}

impl<F, X> fmt::Debug for WithFree<F, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithFree").finish_non_exhaustive()
    }
}

impl<X: Pointer, N: ExportName, R: Results<X>> Results<X> for FreedBy<N, R> {
    type Func<P: Params> = WithFree<R::Func<P>, X>;

    const RELEASES: bool = true;

    fn signatures<P: Params>(shape: Shape) -> Vec<Signature> {
        R::signatures::<P>(shape)
    }

    /// Those of `R` come first, so that it finds them where it looks for them.
    fn helpers(export: &str) -> Vec<Helper> {
        let signatures = [1, 2].map(|count| Signature::new(vec![X::TYPE; count], &[])).to_vec();
        let mut helpers = R::helpers(export);
        helpers.push(Helper { name: N::NAME.to_owned(), signatures, optional: false });
        helpers
    }

    fn resolve<P: Params, S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func<P>> {
        let free = R::helpers(found.export()).len();
        let free = match found.helper_signature(free) {
            Some(0) => Free::Pointer(found.helper(free)?),
            _ => Free::Size(found.helper(free)?),
        };
        Ok(WithFree { export: R::resolve::<P, S>(found)?, free })
    }

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
        Ok(Returned { owner: Owner::Convention, ..returned })
    }

    async fn release<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        returned: Returned,
    ) -> Result<()> {
        let Region { pointer, len } = returned.block;
        if pointer == 0 {
            return Ok(());
        }
        match &func.free {
            Free::Pointer(free) => frame.invoke(free, (narrow(pointer)?,)).await,
            Free::Size(free) => frame.invoke(free, (narrow(pointer)?, narrow(len)?)).await,
        }
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
pub struct WithPost<P, X> {
    export: TypedFunc<P, X>,
    post: Option<TypedFunc<(X,), ()>>,
}

impl<P, X> fmt::Debug for WithPost<P, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithPost").field("post", &self.post.is_some()).finish_non_exhaustive()
    }
}

impl<X: Pointer> Results<X> for Canonical {
    type Func<P: Params> = WithPost<P, X>;

    const RELEASES: bool = true;

    fn signatures<P: Params>(_: Shape) -> Vec<Signature> {
        vec![Signature::new(P::types(), &[X::TYPE])]
    }

    fn helpers(export: &str) -> Vec<Helper> {
        let signatures = vec![Signature::new(vec![X::TYPE], &[])];
        vec![Helper { name: format!("cabi_post_{export}"), signatures, optional: true }]
    }

    fn resolve<P: Params, S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func<P>> {
        let post = found.helper_signature(0).is_some();
        Ok(WithPost { export: found.func()?, post: if post { Some(found.helper(0)?) } else { None } })
    }

    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        _: Room,
        params: P,
        shape: Shape,
    ) -> Result<Returned> {
        let area = frame.invoke(&func.export, params).await?.into();
        let region = shape.in_area::<X>(frame.memory()?, area)?;
        Ok(Returned { region, block: Region { pointer: area, len: 0 }, owner: Owner::Convention })
    }

    async fn release<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        returned: Returned,
    ) -> Result<()> {
        match &func.post {
            Some(post) => frame.invoke(post, (narrow(returned.block.pointer)?,)).await,
            None => Ok(()),
        }
    }
}
