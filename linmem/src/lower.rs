//! Arguments: from Rust values to core values, with the bytes behind them placed in the guest.

use crate::allocator::{Allocator, Supply};
use crate::bind::{Argument, Arguments};
use crate::convention::{Convention, Passing};
use crate::core::{Append, CoreValues, Params, narrow};
use crate::error::{ErrorKind, Place, Result};
use crate::lowering::Lowering;
use crate::pass::{Pass, Slice};
use crate::pod::Element;
use crate::received::Received;
use crate::region::{Region, to_u64};
use crate::scalar::Scalar;
use crate::text::Text;
use bytemuck::{NoUninit, Pod};
use std::marker::PhantomData;
use std::slice;

/// A type that a method may take.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a wasm import",
    label = "not a supported argument type",
    note = "supported: integers of 8 to 64 bits, floats, `bool`, `char`, `&str`, `&[T]`, `&T`, `&mut [T]`, `&mut T` where `T: bytemuck::Pod`, and linmem's `GuestPtr`, `List`, `Out`, `Capacity`, `Buf`, `InPlace`",
    note = "write `&[T]` for `Vec<T>`, `&str` for `String`, `List<'_, &str>` for `Vec<String>`, `u32` or `u64` for `usize`",
    note = "a struct by value: `#[derive(Clone, Copy, Pod, Zeroable, linmem::Record)]` with `#[repr(C)]`; any other type: implement `linmem::Lower` for it"
)]
pub trait Lower<C: Convention>: Sized {
    /// The core values it becomes, a tuple of at most four.
    type Core;

    /// What is to be known of where it lies once the guest has returned: nothing, or a region to copy back from.
    type Placed;

    /// Whether the guest must have a memory for it. What does not may place nothing.
    const NEEDS_MEMORY: bool = true;

    /// Whether it is copied back once the guest has returned.
    const COPIES_BACK: bool = false;

    /// Whether it is passed as the convention says, so that `pass = …` is a way to pass it with other core values. It is
    /// for advice only.
    const IS_PASSED: bool = false;

    /// Places what the guest is to see, and returns the core values that name it. It may be run twice: see
    /// [`Lowering`].
    ///
    /// # Errors
    /// As [`Lowering::place`].
    fn lower(&mut self, into: &mut Lowering<'_>) -> Result<(Self::Core, Self::Placed)>;

    /// Takes back what the guest may have changed.
    ///
    /// # Errors
    /// If the bytes are no value of the type.
    fn copy_back(&mut self, placed: Self::Placed, from: &mut Received<'_>) -> Result<()> {
        let _ = (placed, from);
        Ok(())
    }
}

macro_rules! lower_scalars {
    ($($ty:ty)*) => {$(
        impl<C: Convention> Lower<C> for $ty {
            type Core = (<$ty as Scalar>::Core,);
            type Placed = ();
            const NEEDS_MEMORY: bool = false;

            #[inline(always)]
            fn lower(&mut self, _: &mut Lowering<'_>) -> Result<(Self::Core, ())> {
                Ok(((self.into_core(),), ()))
            }
        }
    )*};
}
lower_scalars!(u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 bool char);

/// A guest that finds its input by itself looks for it in its own buffer, and not in a block of `malloc`'s.
const fn found_by_guest<C: Convention>() {
    assert!(
        !<C::Pass as Pass<C::Pointer>>::IN_BUFFER || !matches!(<C::Allocator as Allocator>::SUPPLY, Supply::Many),
        "this argument is found by the guest in its input buffer: name the allocator that hands out that buffer \
         (`allocator = linmem::allocator::Reserve<…>`, `Buffer<…>` or `Fixed<…>`)"
    );
}

type Passed<C> = <<C as Convention>::Pass as Pass<<C as Convention>::Pointer>>::Core;

impl<C: Convention> Lower<C> for &str {
    type Core = Passed<C>;
    type Placed = ();
    const IS_PASSED: bool = true;

    #[inline(always)]
    fn lower(&mut self, into: &mut Lowering<'_>) -> Result<(Self::Core, ())> {
        const { found_by_guest::<C>() };
        let bytes = C::Text::encode(self)?;
        Ok((C::Pass::pass(into, Slice::of_text(&bytes, C::Text::UNIT))?.0, ()))
    }
}

#[diagnostic::do_not_recommend]
impl<C: Convention, T: NoUninit> Lower<C> for &[T] {
    type Core = Passed<C>;
    type Placed = ();
    const IS_PASSED: bool = true;

    #[inline(always)]
    fn lower(&mut self, into: &mut Lowering<'_>) -> Result<(Self::Core, ())> {
        const { found_by_guest::<C>() };
        Ok((C::Pass::pass(into, Slice::of(self))?.0, ()))
    }
}

#[diagnostic::do_not_recommend]
impl<C: Convention, T: Pod> Lower<C> for &mut [T] {
    type Core = Passed<C>;
    type Placed = Region;
    const COPIES_BACK: bool = true;
    const IS_PASSED: bool = true;

    #[inline(always)]
    fn lower(&mut self, into: &mut Lowering<'_>) -> Result<(Self::Core, Region)> {
        const { found_by_guest::<C>() };
        C::Pass::pass(into, Slice::of(self))
    }

    #[inline(always)]
    fn copy_back(&mut self, placed: Region, from: &mut Received<'_>) -> Result<()> {
        copy(Element::<T>::bytes_mut(self), from.bytes(placed, 1)?)
    }
}

/// A single value is passed as a pointer to it: its length is in its type.
#[diagnostic::do_not_recommend]
impl<C: Convention, T: NoUninit> Lower<C> for &T {
    type Core = (C::Pointer,);
    type Placed = ();

    #[inline(always)]
    fn lower(&mut self, into: &mut Lowering<'_>) -> Result<(Self::Core, ())> {
        let region = into.place(Element::<T>::bytes(slice::from_ref(*self)), align_of::<T>())?;
        Ok(((narrow(region.pointer)?,), ()))
    }
}

#[diagnostic::do_not_recommend]
impl<C: Convention, T: Pod> Lower<C> for &mut T {
    type Core = (C::Pointer,);
    type Placed = Region;
    const COPIES_BACK: bool = true;

    #[inline(always)]
    fn lower(&mut self, into: &mut Lowering<'_>) -> Result<(Self::Core, Region)> {
        let region = into.place(Element::<T>::bytes(slice::from_ref(*self)), align_of::<T>())?;
        Ok(((narrow(region.pointer)?,), region))
    }

    #[inline(always)]
    fn copy_back(&mut self, placed: Region, from: &mut Received<'_>) -> Result<()> {
        copy(Element::<T>::bytes_mut(slice::from_mut(*self)), from.bytes(placed, 1)?)
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
    type Placed = T::Placed;
    const NEEDS_MEMORY: bool = T::NEEDS_MEMORY;
    const COPIES_BACK: bool = T::COPIES_BACK;
    const IS_PASSED: bool = T::IS_PASSED;

    #[inline(always)]
    fn lower(&mut self, into: &mut Lowering<'_>) -> Result<(T::Core, T::Placed)> {
        self.0.lower(into)
    }

    #[inline(always)]
    fn copy_back(&mut self, placed: T::Placed, from: &mut Received<'_>) -> Result<()> {
        self.0.copy_back(placed, from)
    }
}

/// The arguments of a method, as nested pairs `(first, (second, ()))`, behind the core values `P` of those before.
pub trait Args<C: Convention, P = ()> {
    /// All the core values.
    type Core: Params;

    /// What is to be known once the guest has returned, of each.
    type Placed;

    /// Whether one of them needs the guest to have a memory.
    const NEEDS_MEMORY: bool;

    /// Whether one of them is copied back.
    const COPIES_BACK: bool;

    /// What each of them becomes.
    const ARGUMENTS: Arguments;

    /// Lowers them from left to right. `index` is the first one's position.
    ///
    /// # Errors
    /// The first argument's that cannot be lowered; the error names it.
    fn lower(&mut self, before: P, index: usize, into: &mut Lowering<'_>) -> Result<(Self::Core, Self::Placed)>;

    /// Copies back what is to be copied back.
    ///
    /// # Errors
    /// The first argument's that cannot be copied back; the error names it.
    fn copy_back(&mut self, index: usize, placed: Self::Placed, from: &mut Received<'_>) -> Result<()>;
}

impl<C: Convention, P: Params> Args<C, P> for () {
    type Core = P;
    type Placed = ();
    const NEEDS_MEMORY: bool = false;
    const COPIES_BACK: bool = false;
    const ARGUMENTS: Arguments = Arguments::NONE;

    #[inline(always)]
    fn lower(&mut self, before: P, _: usize, _: &mut Lowering<'_>) -> Result<(P, ())> {
        Ok((before, ()))
    }

    #[inline(always)]
    fn copy_back(&mut self, _: usize, (): (), _: &mut Received<'_>) -> Result<()> {
        Ok(())
    }
}

impl<C, P, H, T> Args<C, P> for (H, T)
where
    C: Convention,
    H: Lower<C>,
    P: CoreValues + Append<H::Core>,
    T: Args<C, P::Out>,
{
    type Core = T::Core;
    type Placed = (H::Placed, T::Placed);
    const NEEDS_MEMORY: bool = H::NEEDS_MEMORY || T::NEEDS_MEMORY;
    const COPIES_BACK: bool = H::COPIES_BACK || T::COPIES_BACK;
    const ARGUMENTS: Arguments = Arguments::new(&Argument {
        types: <P::Out as CoreValues>::TYPES.split_at(P::TYPES.len()).1,
        is_passed: H::IS_PASSED,
        rest: T::ARGUMENTS,
    });

    #[inline(always)]
    fn lower(&mut self, before: P, index: usize, into: &mut Lowering<'_>) -> Result<(Self::Core, Self::Placed)> {
        if H::NEEDS_MEMORY {
            into.begin_argument(index);
        }
        let (core, placed) = self.0.lower(into).map_err(|error| error.at(argument(index)))?;
        let (core, rest) = self.1.lower(before.append(core), index.saturating_add(1), into)?;
        Ok((core, (placed, rest)))
    }

    #[inline(always)]
    fn copy_back(&mut self, index: usize, (placed, rest): Self::Placed, from: &mut Received<'_>) -> Result<()> {
        let first = if H::COPIES_BACK {
            self.0.copy_back(placed, from).map_err(|error| error.at(argument(index)))
        } else {
            Ok(())
        };
        // Whether or not one can be, for what others name is to be released.
        first.and(self.1.copy_back(index.saturating_add(1), rest, from))
    }
}

/// Copies what lies in the guest. A convention says where that is, and may name something else than was placed.
#[inline(always)]
fn copy(to: &mut [u8], from: &[u8]) -> Result<()> {
    if to.len() != from.len() {
        return Err(ErrorKind::WrongSize { len: to_u64(from.len()), size: to_u64(to.len()) }.into());
    }
    to.copy_from_slice(from);
    Ok(())
}

/// Only the export knows its name.
fn argument(index: usize) -> Place {
    Place::Argument { index, name: "" }
}
