//! Results: from core values, and the bytes they may point at, to Rust values.

use crate::convention::Convention;
use crate::core::{CoreValue, Params, Signature};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::Frame;
use crate::lift::Lift;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::region::{Region, to_u64};
use crate::results::{Owner, Results, Returned, Room, Shape};
use crate::scalar::Scalar;
use std::future::Future;
use wasmtime::{AsContextMut, Func, TypedFunc};

/// A type that a method may return, for an export with parameters `P`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a wasm import",
    label = "not a supported result type",
    note = "supported: `()`, integers of 8 to 64 bits, floats, `bool`, `char`, `String`, `Vec<T>`, `&str`, `&[T]` where `T: bytemuck::Pod`, and `Option` of these",
    note = "a struct by value: `#[derive(Clone, Copy, Pod, Zeroable, linmem::Record)]` with `#[repr(C)]`; any other type: implement `linmem::Returns` for it"
)]
pub trait Returns<C: Convention, P: Params>: Sized {
    /// The export, resolved.
    type Func: Send + Sync + 'static;

    /// What is kept between the end of the frame and the return.
    type Raw;

    /// What the caller gets: `Self`, with the lifetime of the store's borrow.
    type Out<'s>;

    /// Whether the guest must have a memory for it.
    const NEEDS_MEMORY: bool = true;

    /// The signatures that would do, the preferred one first.
    fn signatures() -> Vec<Signature>;

    /// Resolves the export, which has the signature of that index in the list above.
    ///
    /// # Errors
    /// If the function has another type.
    fn resolve(signature: usize, func: &Func, store: impl AsContextMut) -> wasmtime::Result<Self::Func>;

    /// Reserves room for the result, before the arguments.
    fn prepare(func: &Self::Func, into: &mut Lowering<'_>) -> Room {
        let _ = (func, into);
        None
    }

    /// Calls the export and reads what must be read while the frame lives.
    fn call<M: Mode>(
        func: &Self::Func,
        frame: &mut Frame<'_, M, C::Allocator>,
        room: Room,
        params: P,
    ) -> impl Future<Output = Result<Self::Raw>>;

    /// Reads the rest, once the frame has ended.
    ///
    /// # Errors
    /// If what the guest returned is no value of the type.
    fn lift(raw: Self::Raw, memory: &[u8]) -> Result<Self::Out<'_>>;
}

/// What core values alone make.
macro_rules! returns_core {
    ($($ty:ty as $core:ty: [$($result:expr)?], |$value:ident| $lift:expr;)*) => {$(
        impl<C: Convention, P: Params> Returns<C, P> for $ty {
            type Func = TypedFunc<P, $core>;
            type Raw = $ty;
            type Out<'s> = $ty;
            const NEEDS_MEMORY: bool = false;

            fn signatures() -> Vec<Signature> {
                vec![Signature::new(P::types(), &[$($result)?])]
            }

            fn resolve(_: usize, func: &Func, store: impl AsContextMut) -> wasmtime::Result<Self::Func> {
                func.typed(store)
            }

            #[inline(always)]
            async fn call<M: Mode>(
                func: &Self::Func,
                frame: &mut Frame<'_, M, C::Allocator>,
                _: Room,
                params: P,
            ) -> Result<Self> {
                let $value = frame.invoke(func, params).await?;
                $lift
            }

            #[inline]
            fn lift(raw: Self, _: &[u8]) -> Result<Self> {
                Ok(raw)
            }
        }
    )*};
}
returns_core! {
    () as (): [], |nothing| Ok(nothing);
}

macro_rules! returns_scalars {
    ($($ty:ty)*) => {
        returns_core! {$(
            $ty as <$ty as Scalar>::Core: [<<$ty as Scalar>::Core as CoreValue>::TYPE],
                |core| <$ty as Scalar>::lift(core);
        )*}
    };
}
returns_scalars!(u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 bool char);

impl<C: Convention, P: Params, T: Lift> Returns<C, P> for T {
    type Func = <C::Results as Results<C::Pointer>>::Func<P>;
    type Raw = T::Raw;
    type Out<'s> = T::Out<'s>;

    fn signatures() -> Vec<Signature> {
        C::Results::signatures::<P>(T::SHAPE)
    }

    fn resolve(signature: usize, func: &Func, store: impl AsContextMut) -> wasmtime::Result<Self::Func> {
        C::Results::resolve::<P>(signature, func, store)
    }

    #[inline]
    fn prepare(func: &Self::Func, into: &mut Lowering<'_>) -> Room {
        C::Results::prepare::<P>(func, into, T::SHAPE)
    }

    #[inline(always)]
    async fn call<M: Mode>(
        func: &Self::Func,
        frame: &mut Frame<'_, M, C::Allocator>,
        room: Room,
        params: P,
    ) -> Result<T::Raw> {
        let Returned { region, owner } = C::Results::call(func, frame, room, params, T::SHAPE).await?;
        if region.pointer == 0 {
            return null::<T>(region);
        }
        let size = to_u64(T::SHAPE.layout().size());
        let wrong_size = matches!(T::SHAPE, Shape::Value(_)) && region.len != size;
        let wrong_size = wrong_size.then_some(ErrorKind::WrongSize { len: region.len, size });
        // What is not in memory was never allocated, and is not to be released either.
        if let Err(out_of_bounds) = frame.bytes(region, 1) {
            return Err(wrong_size.map_or(out_of_bounds, Error::from));
        }
        let align = T::SHAPE.layout().align();
        match owner {
            Owner::Caller if T::BORROWS => frame.lend(region, align)?,
            Owner::Caller => frame.adopt(region, align)?,
            Owner::Guest if T::BORROWS => frame.outlives(region)?,
            Owner::Guest | Owner::Frame => {}
        }
        match wrong_size {
            Some(wrong_size) => Err(wrong_size.into()),
            None => T::read(frame.memory()?, region),
        }
    }

    #[inline]
    fn lift(raw: T::Raw, memory: &[u8]) -> Result<T::Out<'_>> {
        T::lift(raw, memory)
    }
}

/// Null means "nothing" to an `Option`. Otherwise it may stand for an empty slice, as it does in C.
#[cold]
fn null<T: Lift>(region: Region) -> Result<T::Raw> {
    match (T::null(), T::SHAPE) {
        (Err(_), Shape::Slice(_)) if region.len == 0 => T::read(&[], region),
        (null, _) => null,
    }
}
