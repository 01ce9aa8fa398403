//! Results that lie in memory: from checked bytes to Rust values.

mod variant;

pub use variant::Payload;

use crate::convention::Convention;
use crate::error::{ErrorKind, Result};
use crate::pod::{Element, Record};
use crate::region::{Region, to_u64};
use crate::results::Shape;
use crate::text::{Text, utf8};
use bytemuck::Pod;
use std::alloc::Layout;

/// A type that is read from guest memory.
///
/// It is read in two steps, so that it may borrow the store: [`read`](Lift::read) while the frame lives, and
/// [`lift`](Lift::lift) once it has ended. An owned type is made by the first, a borrowed one by the second.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from guest memory",
    note = "supported: `String`, `Vec<T>`, `&str`, `&[T]` where `T: bytemuck::Pod`, structs with `#[derive(Clone, Copy, Pod, Zeroable, linmem::Record)]`, and `Option` of these and of scalars"
)]
pub trait Lift: Sized {
    /// What it expects to find in a guest of that convention.
    fn shape<C: Convention>() -> Shape;

    /// Whether it is a slice there, and not a single value.
    const IS_SLICE: bool;

    /// Whether what is lifted looks into guest memory.
    const BORROWS: bool;

    /// What is kept between the two steps.
    type Raw;

    /// What the caller gets: `Self`, with the lifetime of the store's borrow.
    type Out<'s>;

    /// The first step. The region lies in memory; its alignment is not checked yet.
    ///
    /// # Errors
    /// If the bytes are no value of the type.
    fn read<C: Convention>(memory: &[u8], region: Region) -> Result<Self::Raw>;

    /// What a null pointer means: an error, but for an `Option`.
    ///
    /// # Errors
    /// [`ErrorKind::Null`].
    #[inline]
    fn null() -> Result<Self::Raw> {
        Err(ErrorKind::Null.into())
    }

    /// The second step.
    ///
    /// # Errors
    /// If the bytes are no value of the type.
    fn lift(raw: Self::Raw, memory: &[u8]) -> Result<Self::Out<'_>>;
}

/// The first step is all there is to an owned type.
macro_rules! owned {
    () => {
        const BORROWS: bool = false;
        type Raw = Self;
        type Out<'s> = Self;

        #[inline]
        fn lift(raw: Self, _: &[u8]) -> Result<Self> {
            Ok(raw)
        }
    };
}

/// And the second to a borrowed one.
macro_rules! borrowed {
    ($out:ty) => {
        const BORROWS: bool = true;
        type Raw = Region;
        type Out<'s> = $out;

        #[inline]
        fn read<C: Convention>(_: &[u8], region: Region) -> Result<Region> {
            Ok(region)
        }
    };
}

impl Lift for String {
    const IS_SLICE: bool = true;

    #[inline]
    fn shape<C: Convention>() -> Shape {
        Shape::Slice(unit::<C::Text>())
    }

    owned!();

    #[inline(always)]
    fn read<C: Convention>(memory: &[u8], region: Region) -> Result<Self> {
        let unit = to_u64(C::Text::UNIT);
        if region.len.checked_rem(unit).is_some_and(|rest| rest != 0) {
            return Err(ErrorKind::WrongSize { len: region.len, size: unit }.into());
        }
        C::Text::decode(region.of(memory, C::Text::UNIT)?)
    }
}

/// A code unit. Sizes of code units are powers of two; what is none is taken for a byte.
const fn unit<T: Text>() -> Layout {
    match Layout::from_size_align(T::UNIT, T::UNIT) {
        Ok(layout) => layout,
        Err(_) => Layout::new::<u8>(),
    }
}

impl Lift for &str {
    const IS_SLICE: bool = true;

    #[inline]
    fn shape<C: Convention>() -> Shape {
        Shape::Slice(Layout::new::<u8>())
    }

    const BORROWS: bool = true;
    type Raw = Region;
    type Out<'s> = &'s str;

    #[inline]
    fn read<C: Convention>(_: &[u8], region: Region) -> Result<Region> {
        const { assert!(C::Text::IS_UTF8, "only UTF-8 can be borrowed as `&str`: return a `String`") };
        Ok(region)
    }

    #[inline]
    fn lift(region: Region, memory: &[u8]) -> Result<&str> {
        utf8(region.of(memory, 1)?)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Pod> Lift for Vec<T> {
    const IS_SLICE: bool = true;

    #[inline]
    fn shape<C: Convention>() -> Shape {
        Shape::Slice(Layout::new::<T>())
    }

    owned!();

    #[inline(always)]
    fn read<C: Convention>(memory: &[u8], region: Region) -> Result<Self> {
        Ok(Element::slice(region.of(memory, align_of::<T>())?)?.to_vec())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Pod> Lift for &[T] {
    const IS_SLICE: bool = true;

    #[inline]
    fn shape<C: Convention>() -> Shape {
        Shape::Slice(Layout::new::<T>())
    }

    borrowed!(&'s [T]);

    #[inline]
    fn lift(region: Region, memory: &[u8]) -> Result<&[T]> {
        Element::slice(region.of(memory, align_of::<T>())?)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Record> Lift for T {
    const IS_SLICE: bool = false;

    #[inline]
    fn shape<C: Convention>() -> Shape {
        Shape::Value(Layout::new::<T>())
    }

    owned!();

    #[inline]
    fn read<C: Convention>(memory: &[u8], region: Region) -> Result<Self> {
        Element::value(region.of(memory, align_of::<T>())?)
    }
}
