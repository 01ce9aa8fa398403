//! Arguments: from Rust values to core values, with the bytes behind them placed in the guest.

use crate::allocator::Allocator;
use crate::convention::{Convention, Passing};
use crate::core::{Append, Params, narrow};
use crate::error::{Place, Result};
use crate::frame::Frame;
use crate::mode::Mode;
use crate::pass::{Pass, Slice};
use crate::pod::Element;
use crate::region::Region;
use crate::scalar::Scalar;
use bytemuck::{NoUninit, Pod};
use std::future::Future;
use std::marker::PhantomData;

/// A type that a method may take.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a wasm import",
    label = "not a supported argument type",
    note = "supported: integers of 8 to 64 bits, floats, `bool`, `char`, `&str`, `&[T]`, `&T`, `&mut [T]`, `&mut T` where `T: bytemuck::Pod`",
    note = "a struct by value: `#[derive(Clone, Copy, Pod, Zeroable, linmem::Record)]` with `#[repr(C)]`; any other type: implement `linmem::Lower` for it"
)]
pub trait Lower<C: Convention>: Sized {
    /// The core values it becomes, a tuple of at most three.
    type Core;

    /// What is to be done once the guest has returned.
    type After: After;

    /// Whether the guest must have a memory for it.
    const NEEDS_MEMORY: bool = true;

    /// Places what the guest is to see, and returns the core values that name it.
    ///
    /// # Errors
    /// What placing can end with, see [`Frame::reserve`].
    fn lower<M: Mode>(
        self,
        frame: &mut Frame<'_, M, C::Allocator>,
    ) -> impl Future<Output = Result<(Self::Core, Self::After)>>;
}

/// What is left to do for an argument once the guest has returned: nothing, or to copy it back.
pub trait After {
    /// Does it.
    ///
    /// # Errors
    /// What reading guest memory can end with, see [`Frame::bytes`].
    fn finish<M: Mode, A: Allocator>(self, frame: &Frame<'_, M, A>) -> Result<()>;
}

impl After for () {
    #[inline]
    fn finish<M: Mode, A: Allocator>(self, _: &Frame<'_, M, A>) -> Result<()> {
        Ok(())
    }
}

impl<H: After, T: After> After for (H, T) {
    #[inline]
    fn finish<M: Mode, A: Allocator>(self, frame: &Frame<'_, M, A>) -> Result<()> {
        self.0.finish(frame)?;
        self.1.finish(frame)
    }
}

/// Copies bytes that the guest may have changed back to where they came from.
#[derive(Debug)]
pub struct CopyBack<'a> {
    to: &'a mut [u8],
    from: Region,
}

impl After for CopyBack<'_> {
    #[inline]
    fn finish<M: Mode, A: Allocator>(self, frame: &Frame<'_, M, A>) -> Result<()> {
        self.to.copy_from_slice(frame.bytes(self.from, 1)?);
        Ok(())
    }
}

macro_rules! lower_scalars {
    ($($ty:ty)*) => {$(
        impl<C: Convention> Lower<C> for $ty {
            type Core = (<$ty as Scalar>::Core,);
            type After = ();
            const NEEDS_MEMORY: bool = false;

            #[inline]
            async fn lower<M: Mode>(self, _: &mut Frame<'_, M, C::Allocator>) -> Result<(Self::Core, ())> {
                Ok(((self.into_core(),), ()))
            }
        }
    )*};
}
lower_scalars!(u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 bool char);

type Passed<C> = <<C as Convention>::Pass as Pass<<C as Convention>::Pointer>>::Core;

impl<C: Convention> Lower<C> for &str {
    type Core = Passed<C>;
    type After = ();

    #[inline]
    async fn lower<M: Mode>(self, frame: &mut Frame<'_, M, C::Allocator>) -> Result<(Self::Core, ())> {
        Lower::<C>::lower(self.as_bytes(), frame).await
    }
}

impl<C: Convention, T: NoUninit> Lower<C> for &[T] {
    type Core = Passed<C>;
    type After = ();

    #[inline]
    async fn lower<M: Mode>(self, frame: &mut Frame<'_, M, C::Allocator>) -> Result<(Self::Core, ())> {
        let slice = Slice { bytes: Element::<T>::bytes(self), count: self.len(), align: align_of::<T>() };
        Ok((C::Pass::pass(frame, slice).await?.0, ()))
    }
}

impl<'a, C: Convention, T: Pod> Lower<C> for &'a mut [T] {
    type Core = Passed<C>;
    type After = CopyBack<'a>;

    #[inline]
    async fn lower<M: Mode>(self, frame: &mut Frame<'_, M, C::Allocator>) -> Result<(Self::Core, CopyBack<'a>)> {
        let (count, align) = (self.len(), align_of::<T>());
        let to = Element::<T>::bytes_mut(self);
        let (core, from) = C::Pass::pass(frame, Slice { bytes: to, count, align }).await?;
        Ok((core, CopyBack { to, from }))
    }
}

/// A single value is passed as a pointer to it: its length is in its type.
impl<C: Convention, T: NoUninit> Lower<C> for &T {
    type Core = (C::Pointer,);
    type After = ();

    #[inline]
    async fn lower<M: Mode>(self, frame: &mut Frame<'_, M, C::Allocator>) -> Result<(Self::Core, ())> {
        let pointer = frame.place(Element::<T>::bytes(std::slice::from_ref(self)), align_of::<T>()).await?;
        Ok(((narrow(pointer)?,), ()))
    }
}

impl<'a, C: Convention, T: Pod> Lower<C> for &'a mut T {
    type Core = (C::Pointer,);
    type After = CopyBack<'a>;

    #[inline]
    async fn lower<M: Mode>(self, frame: &mut Frame<'_, M, C::Allocator>) -> Result<(Self::Core, CopyBack<'a>)> {
        let to = Element::<T>::bytes_mut(std::slice::from_mut(self));
        let pointer = frame.place(to, align_of::<T>()).await?;
        let from = Region { pointer, len: crate::region::to_u64(to.len()) };
        Ok(((narrow(pointer)?,), CopyBack { to, from }))
    }
}

/// An argument with its own way to be passed, in the place of the convention's.
#[derive(Debug)]
pub struct With<D, T>(T, PhantomData<fn() -> D>);

impl<D, T> With<D, T> {
    /// Wraps an argument.
    pub fn new(argument: T) -> Self {
        With(argument, PhantomData)
    }
}

impl<C: Convention, D: Pass<C::Pointer>, T: Lower<Passing<C, D>>> Lower<C> for With<D, T> {
    type Core = T::Core;
    type After = T::After;
    const NEEDS_MEMORY: bool = T::NEEDS_MEMORY;

    #[inline]
    async fn lower<M: Mode>(self, frame: &mut Frame<'_, M, C::Allocator>) -> Result<(T::Core, T::After)> {
        self.0.lower(frame).await
    }
}

/// The arguments of a method, as nested pairs `(first, (second, ()))`, behind the core values `P` of those before.
pub trait Args<C: Convention, P = ()> {
    /// All the core values.
    type Core: Params;

    /// What is to be done once the guest has returned.
    type After: After;

    /// Whether one of them needs the guest to have a memory.
    const NEEDS_MEMORY: bool;

    /// Lowers them from left to right. `index` is the first one's position.
    ///
    /// # Errors
    /// The first argument's that cannot be lowered; the error names it.
    fn lower<M: Mode>(
        self,
        before: P,
        index: usize,
        frame: &mut Frame<'_, M, C::Allocator>,
    ) -> impl Future<Output = Result<(Self::Core, Self::After)>>;
}

impl<C: Convention, P: Params> Args<C, P> for () {
    type Core = P;
    type After = ();
    const NEEDS_MEMORY: bool = false;

    #[inline]
    async fn lower<M: Mode>(self, before: P, _: usize, _: &mut Frame<'_, M, C::Allocator>) -> Result<(P, ())> {
        Ok((before, ()))
    }
}

impl<C, P, H, T> Args<C, P> for (H, T)
where
    C: Convention,
    H: Lower<C>,
    P: Append<H::Core>,
    T: Args<C, P::Out>,
{
    type Core = T::Core;
    type After = (H::After, T::After);
    const NEEDS_MEMORY: bool = H::NEEDS_MEMORY || T::NEEDS_MEMORY;

    #[inline]
    async fn lower<M: Mode>(
        self,
        before: P,
        index: usize,
        frame: &mut Frame<'_, M, C::Allocator>,
    ) -> Result<(Self::Core, Self::After)> {
        let (head, tail) = self;
        let place = Place::Argument { index, name: "" };
        let (core, after) = head.lower(frame).await.map_err(|error| error.at(place))?;
        let (core, rest) = tail.lower(before.append(core), index.saturating_add(1), frame).await?;
        Ok((core, (after, rest)))
    }
}
