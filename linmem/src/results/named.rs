//! Results of which the export returns one half, and a getter the other.

use crate::allocator::Allocator;
use crate::bind::{FoundExport, Helper};
use crate::core::{Params, Pointer, Signature};
use crate::error::Result;
use crate::frame::Frame;
use crate::mode::Mode;
use crate::results::{Owner, Results, Returned, Room, Shape};
use std::marker::PhantomData;
use wasmtime::{AsContextMut, TypedFunc};

/// The name of an export, as a type: conventions that call other exports take theirs so.
///
/// ```
/// use linmem::results::{ExportName, LengthThen};
/// use linmem::wasm_import;
///
/// struct Buffer;
///
/// impl ExportName for Buffer {
///     const NAME: &'static str = "buffer";
/// }
///
/// #[wasm_import]
/// trait Gzip {
///     /// `compress` returns the length, and `buffer()` the address.
///     #[wasm(returns = LengthThen<Buffer>)]
///     fn compress(&mut self, data: &[u8]) -> linmem::Result<Vec<u8>>;
/// }
/// ```
pub trait ExportName: 'static {
    /// The name.
    const NAME: &'static str;
}

/// The export returns the number of elements, and a getter without parameters their address. The buffer stays the
/// guest's.
#[derive(Debug)]
pub struct LengthThen<N>(PhantomData<fn() -> N>);

/// The export returns the address, and a getter without parameters the number of elements. The buffer stays the guest's.
#[derive(Debug)]
pub struct PointerThen<N>(PhantomData<fn() -> N>);

/// The export, and its getter.
pub struct WithGetter<P, X> {
    export: TypedFunc<P, X>,
    getter: TypedFunc<(), X>,
}

impl<P, X> std::fmt::Debug for WithGetter<P, X> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WithGetter").finish_non_exhaustive()
    }
}

macro_rules! with_getter {
    ($name:ident: |$first:ident, $second:ident| ($pointer:ident, $count:ident)) => {
        impl<X: Pointer, N: ExportName> Results<X> for $name<N> {
            type Func<P: Params> = WithGetter<P, X>;

            fn signatures<P: Params>(_: Shape) -> Vec<Signature> {
                vec![Signature::new(P::types(), &[X::TYPE])]
            }

            fn helpers(_: &str) -> Vec<Helper> {
                let signatures = vec![Signature::new(vec![], &[X::TYPE])];
                vec![Helper { name: N::NAME.to_owned(), signatures, optional: false }]
            }

            fn resolve<P: Params, S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func<P>> {
                Ok(WithGetter { export: found.func()?, getter: found.helper(0)? })
            }

            async fn call<P: Params, M: Mode, A: Allocator>(
                func: &Self::Func<P>,
                frame: &mut Frame<'_, M, A>,
                _: Room,
                params: P,
                shape: Shape,
            ) -> Result<Returned> {
                let $first = frame.invoke(&func.export, params).await?.into();
                let $second = frame.invoke(&func.getter, ()).await?.into();
                Ok(Returned::new(shape.named($pointer, $count), Owner::Guest))
            }
        }
    };
}
with_getter!(LengthThen: |count, pointer| (pointer, count));
with_getter!(PointerThen: |pointer, count| (pointer, count));
