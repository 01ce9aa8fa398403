//! The choice among the four forms that an export's type tells apart.

use crate::allocator::Allocator;
use crate::bind::{Callable, FoundExport};
use crate::core::{Func, Params, Pointer, Signature};
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::results::{Packed, Pair, Results, ReturnArea, ReturnPointer, Returned, Room, Shape};
use either::Either;
use std::fmt::{self, Debug};
use std::marker::PhantomData;
use wasmtime::AsContextMut;

/// Whichever of [`ReturnPointer`], [`ReturnArea`], [`Pair`] and [`Packed`] the export's type tells; no two of them have
/// the same type. It is found out once, when the module is bound, or while the crate compiles if the trait names its module.
///
/// A single value ([`Shape::Value`]) comes by [`ReturnPointer`] or [`ReturnArea`]. Two 64-bit pointers are not packed.
#[derive(Debug, Clone, Copy)]
pub struct ByType;

/// Whether `R` is [`ByType`] itself, or a result that comes by it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Itself<R: ?Sized>(bool, PhantomData<fn() -> PhantomData<R>>);

impl<R: ?Sized> Itself<R> {
    pub(crate) const NOT_BY_TYPE: Self = Itself(false, PhantomData);
    pub(crate) const BY_TYPE: Self = Itself(true, PhantomData);

    #[cfg(feature = "module")]
    pub(crate) const fn is_by_type(&self) -> bool {
        self.0
    }

    /// The same of what comes by `R`, and by nothing around it.
    pub(crate) const fn of_result<T>(self) -> Itself<T> {
        Itself(self.0, PhantomData)
    }
}

/// The export of a [`ByType`] method.
pub enum ByTypeFunc<P: Params, X: Pointer> {
    /// Takes a return pointer in front.
    ReturnPointer(Func<X::Leading<P>, ()>),
    /// Returns a pointer.
    ReturnArea(Func<P, X>),
    /// Returns two values.
    Pair(Func<P, (X, X)>),
    /// Returns a packed `i64`.
    Packed(Func<P, u64>),
}

impl<P: Params, X: Pointer> Debug for ByTypeFunc<P, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ByTypeFunc::ReturnPointer(_) => "ReturnPointer",
            ByTypeFunc::ReturnArea(_) => "ReturnArea",
            ByTypeFunc::Pair(_) => "Pair",
            ByTypeFunc::Packed(_) => "Packed",
        })
    }
}

impl<P: Params, X: Pointer> ByTypeFunc<P, X> {
    const ALL: &'static [Signature] = &[
        Func::<X::Leading<P>, ()>::SIGNATURE,
        Func::<P, X>::SIGNATURE,
        Func::<P, (X, X)>::SIGNATURE,
        Func::<P, u64>::SIGNATURE,
    ];
}

impl<P: Params, X: Pointer> Callable for ByTypeFunc<P, X> {
    // An address of 64 bits has the type of two of 32.
    const SIGNATURES: &'static [Signature] = Self::ALL.split_at(if X::BITS == u32::BITS { 4 } else { 3 }).0;

    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self> {
        Ok(match found.signature() {
            0 => ByTypeFunc::ReturnPointer(found.func()?),
            1 => ByTypeFunc::ReturnArea(found.func()?),
            2 => ByTypeFunc::Pair(found.func()?),
            _ => ByTypeFunc::Packed(found.func()?),
        })
    }
}

impl<X: Pointer> Results<X> for ByType {
    type Func<P: Params> = ByTypeFunc<P, X>;

    const BY_TYPE: Itself<Self> = Itself::BY_TYPE;
    const FORMS_OF_VALUES: usize = 2;

    #[inline(always)]
    fn prepare<P: Params>(func: &Self::Func<P>, into: &mut Lowering<'_>, shape: Shape) -> Room {
        match func {
            ByTypeFunc::ReturnPointer(func) => <ReturnPointer as Results<X>>::prepare::<P>(func, into, shape),
            ByTypeFunc::Packed(_) | ByTypeFunc::Pair(_) | ByTypeFunc::ReturnArea(_) => None,
        }
    }

    #[inline(always)]
    fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        room: Room,
        params: P,
        shape: Shape,
    ) -> impl Future<Output = Result<Returned>> {
        M::either(match func {
            ByTypeFunc::Packed(func) => {
                Either::Left(M::either(Either::Left(<Packed as Results<u32>>::call(func, frame, room, params, shape))))
            }
            ByTypeFunc::Pair(func) => {
                Either::Left(M::either(Either::Right(<Pair as Results<X>>::call(func, frame, room, params, shape))))
            }
            ByTypeFunc::ReturnPointer(func) => Either::Right(M::either(Either::Left(
                <ReturnPointer as Results<X>>::call(func, frame, room, params, shape),
            ))),
            ByTypeFunc::ReturnArea(func) => Either::Right(M::either(Either::Right(<ReturnArea as Results<X>>::call(
                func, frame, room, params, shape,
            )))),
        })
    }

    fn hint<P: Params>(func: &Self::Func<P>, error: &Error) -> Option<&'static str> {
        match func {
            ByTypeFunc::Packed(func) => <Packed as Results<u32>>::hint(func, error),
            ByTypeFunc::ReturnArea(func) => <ReturnArea as Results<X>>::hint(func, error),
            ByTypeFunc::ReturnPointer(_) | ByTypeFunc::Pair(_) => None,
        }
    }
}
