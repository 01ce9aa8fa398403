//! Results: from core values, and the bytes they may point at, to Rust values.

use crate::bind::{FoundExport, Helper};
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
use crate::status::Status;
use std::future::Future;
use wasmtime::{AsContextMut, TypedFunc};

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

    /// The functions that are called besides the export, which has that name.
    fn helpers(export: &str) -> Vec<Helper> {
        let _ = export;
        Vec::new()
    }

    /// Resolves the export and its helpers.
    ///
    /// # Errors
    /// If the functions have other types than were planned with.
    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func>;

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
    ($($ty:ty as $core:ty: [$result:expr], |$value:ident| $lift:expr;)*) => {$(
        impl<C: Convention, P: Params> Returns<C, P> for $ty {
            type Func = TypedFunc<P, $core>;
            type Raw = $ty;
            type Out<'s> = $ty;
            const NEEDS_MEMORY: bool = false;

            fn signatures() -> Vec<Signature> {
                vec![Signature::new(P::types(), &[$result])]
            }

            fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func> {
                found.func()
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
/// Nothing, but perhaps a status.
impl<C: Convention, P: Params> Returns<C, P> for () {
    type Func = <C::Status as Status>::Func<P>;
    type Raw = ();
    type Out<'s> = ();
    const NEEDS_MEMORY: bool = false;

    fn signatures() -> Vec<Signature> {
        C::Status::signatures::<P>()
    }

    fn helpers(_: &str) -> Vec<Helper> {
        C::Status::helpers()
    }

    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func> {
        C::Status::resolve::<P, S>(found)
    }

    #[inline(always)]
    async fn call<M: Mode>(
        func: &Self::Func,
        frame: &mut Frame<'_, M, C::Allocator>,
        _: Room,
        params: P,
    ) -> Result<()> {
        C::Status::call(func, frame, params).await
    }

    #[inline]
    fn lift((): (), _: &[u8]) -> Result<()> {
        Ok(())
    }
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

/// A result is borrowed until the next call, and a convention that releases it by itself does so at once.
const fn released_in_time(borrows: bool, by_convention: bool) {
    assert!(!borrows || !by_convention, "this convention releases a result at once: return an owned type");
}

impl<C: Convention, P: Params, T: Lift> Returns<C, P> for T {
    type Func = <C::Results as Results<C::Pointer>>::Func<P>;
    type Raw = T::Raw;
    type Out<'s> = T::Out<'s>;

    fn signatures() -> Vec<Signature> {
        C::Results::signatures::<P>(T::shape::<C>())
    }

    fn helpers(export: &str) -> Vec<Helper> {
        C::Results::helpers(export)
    }

    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func> {
        C::Results::resolve::<P, S>(found)
    }

    #[inline]
    fn prepare(func: &Self::Func, into: &mut Lowering<'_>) -> Room {
        C::Results::prepare::<P>(func, into, T::shape::<C>())
    }

    #[inline(always)]
    async fn call<M: Mode>(
        func: &Self::Func,
        frame: &mut Frame<'_, M, C::Allocator>,
        room: Room,
        params: P,
    ) -> Result<T::Raw> {
        const { released_in_time(T::BORROWS, C::Results::RELEASES) };
        let returned = C::Results::call(func, frame, room, params, T::shape::<C>()).await?;
        let raw = receive::<C, T, M>(frame, returned);
        if returned.owner == Owner::Convention {
            // Whether or not it could be read: it is the guest's to clean up.
            C::Results::release(func, frame, returned).await?;
        }
        raw
    }

    #[inline]
    fn lift(raw: T::Raw, memory: &[u8]) -> Result<T::Out<'_>> {
        T::lift(raw, memory)
    }
}

/// Checks what came back, has it released, and reads it.
#[inline]
fn receive<C: Convention, T: Lift, M: Mode>(
    frame: &mut Frame<'_, M, C::Allocator>,
    returned: Returned,
) -> Result<T::Raw> {
    let Returned { region, block, owner } = returned;
    if region.pointer == 0 {
        return null::<C, T>(region);
    }
    let size = to_u64(T::shape::<C>().layout().size());
    let wrong_size = matches!(T::shape::<C>(), Shape::Value(_)) && region.len != size;
    let wrong_size = wrong_size.then_some(ErrorKind::WrongSize { len: region.len, size });
    // What is not in memory was never allocated, and is not to be released either.
    if let Err(out_of_bounds) = frame.bytes(region, 1) {
        return Err(wrong_size.map_or(out_of_bounds, Error::from));
    }
    let align = T::shape::<C>().layout().align();
    match owner {
        Owner::Caller if T::BORROWS => frame.lend(block, align)?,
        Owner::Caller => frame.adopt(block, align)?,
        Owner::Guest | Owner::Frame if T::BORROWS => frame.outlives(region)?,
        Owner::Guest | Owner::Frame | Owner::Convention => {}
    }
    match wrong_size {
        Some(wrong_size) => Err(wrong_size.into()),
        None => T::read::<C>(frame.memory()?, region),
    }
}

/// Null means "nothing" to an `Option`. Otherwise it may stand for an empty slice, as it does in C.
#[cold]
fn null<C: Convention, T: Lift>(region: Region) -> Result<T::Raw> {
    match (T::null(), T::shape::<C>()) {
        (Err(_), Shape::Slice(_)) if region.len == 0 => T::read::<C>(&[], region),
        (null, _) => null,
    }
}
