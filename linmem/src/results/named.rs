//! Results of which the export returns one half, and a getter the other.

use crate::allocator::Allocator;
use crate::bind::{Besides, Callable, FoundExport, Helpers, Named};
use crate::core::{Func, Params, Pointer, Signature};
use crate::error::Result;
use crate::frame::Frame;
use crate::mode::Mode;
use crate::results::{Owner, Results, Returned, Room, Shape};
use std::marker::PhantomData;
use wasmtime::AsContextMut;

/// The name of an export, as a type: conventions that call other exports take theirs so.
/// [`export_names!`](crate::export_names) makes them.
///
/// ```
/// use linmem::results::LengthThen;
/// use linmem::{export_names, wasm_import};
///
/// export_names!(Buffer = "buffer");
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

/// Makes names of exports into types: see [`ExportName`](crate::results::ExportName).
///
/// ```
/// linmem::export_names!(Buffer = "buffer", pub(crate) LastError = "last_error");
/// # use linmem::results::ExportName;
/// assert_eq!(LastError::NAME, "last_error");
/// ```
#[macro_export]
macro_rules! export_names {
    ($($vis:vis $name:ident = $export:literal),* $(,)?) => {$(
        #[doc = ::core::concat!("The export `", $export, "`.")]
        #[derive(Debug, Clone, Copy)]
        $vis struct $name;

        impl $crate::results::ExportName for $name {
            const NAME: &'static str = $export;
        }
    )*};
}

/// The export returns the number of elements, and a getter without parameters their address. The buffer stays the
/// guest's.
#[derive(Debug)]
pub struct LengthThen<N>(PhantomData<fn() -> N>);

/// The export returns the address, and a getter without parameters the number of elements. The buffer stays the guest's.
#[derive(Debug)]
pub struct PointerThen<N>(PhantomData<fn() -> N>);

/// The export, and its getter.
#[derive(Debug)]
pub struct WithGetter<P: Params, X: Pointer, N> {
    export: Func<P, X>,
    getter: Func<(), X>,
    name: PhantomData<fn() -> N>,
}

impl<P: Params, X: Pointer, N: ExportName> Callable for WithGetter<P, X, N> {
    const SIGNATURES: &'static [Signature] = Func::<P, X>::SIGNATURES;

    const HELPERS: Helpers = Named::<N, Func<(), X>>::HELPERS;

    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self> {
        Ok(WithGetter { export: found.func()?, getter: found.helpers.func()?, name: PhantomData })
    }
}

macro_rules! with_getter {
    ($name:ident: |$first:ident, $second:ident| ($pointer:ident, $count:ident)) => {
        impl<X: Pointer, N: ExportName> Results<X> for $name<N> {
            type Func<P: Params> = WithGetter<P, X, N>;

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
