//! Results: from core values, and the bytes they may point at, to Rust values.

use crate::bind::{FoundExport, Helper};
use crate::convention::Convention;
use crate::core::{CoreValue, Params, Signature};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::Frame;
use crate::ledger::Block;
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
        let (raw, owned) = receive::<C, T, M>(frame, returned);
        // Whether or not it could be read, it is given back; and the first error is the one to tell.
        let released = match owned {
            Some(block) => frame.give_back(block).await,
            None if returned.owner == Owner::Convention => C::Results::release(func, frame, returned).await,
            None => return raw,
        };
        raw.and_then(|raw| released.map(|()| raw))
    }

    #[inline]
    fn lift(raw: T::Raw, memory: &[u8]) -> Result<T::Out<'_>> {
        T::lift(raw, memory)
    }
}

/// Checks what came back and reads it. Beside it what is to be given back to the allocator now.
#[inline]
fn receive<C: Convention, T: Lift, M: Mode>(
    frame: &mut Frame<'_, M, C::Allocator>,
    returned: Returned,
) -> (Result<T::Raw>, Option<Block>) {
    match accept::<C, T, M>(frame, returned) {
        Ok(owned) => (frame.memory().and_then(|memory| read::<C, T>(memory, returned.region)), owned),
        Err(error) => (Err(error), None),
    }
}

/// Sees to it that what came back is released in time, if it may be. What is not in memory was never allocated, and what
/// overlaps an argument would be released twice.
#[inline]
fn accept<C: Convention, T: Lift, M: Mode>(
    frame: &mut Frame<'_, M, C::Allocator>,
    returned: Returned,
) -> Result<Option<Block>> {
    let Returned { region, block, owner } = returned;
    let shape = T::shape::<C>();
    if region.pointer == 0 {
        return Ok(None);
    }
    let received = frame.received()?;
    if let Err(out_of_bounds) = received.bytes(region, 1) {
        return Err(wrong_size(shape, region).map_or(out_of_bounds, Error::from));
    }
    let align = shape.layout().align();
    match owner {
        Owner::Caller if T::BORROWS => frame.lend(block, align).map(|()| None),
        Owner::Caller => received.releasable(block, align),
        Owner::Guest | Owner::Frame if T::BORROWS => frame.ensure_outlives(region).map(|()| None),
        Owner::Guest | Owner::Frame | Owner::Convention => Ok(None),
    }
}

#[inline]
fn read<C: Convention, T: Lift>(memory: &[u8], region: Region) -> Result<T::Raw> {
    if region.pointer == 0 {
        return null::<C, T>(region);
    }
    match wrong_size(T::shape::<C>(), region) {
        Some(wrong_size) => Err(wrong_size.into()),
        None => T::read::<C>(memory, region),
    }
}

/// A value has the size of its type, whatever length the guest gives.
#[inline]
fn wrong_size(shape: Shape, region: Region) -> Option<ErrorKind> {
    let size = to_u64(shape.layout().size());
    let wrong = matches!(shape, Shape::Value(_)) && region.len != size;
    wrong.then_some(ErrorKind::WrongSize { len: region.len, size })
}

/// Null means "nothing" to an `Option`. Otherwise it may stand for an empty slice, as it does in C.
#[cold]
fn null<C: Convention, T: Lift>(region: Region) -> Result<T::Raw> {
    match (T::null(), T::shape::<C>()) {
        (Err(_), Shape::Slice(_)) if region.len == 0 => T::read::<C>(&[], region),
        (null, _) => null,
    }
}
