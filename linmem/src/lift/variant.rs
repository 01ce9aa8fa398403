//! Results that may be one thing or another: null pointers, and tags in memory.

use super::Lift;
use crate::convention::Convention;
use crate::error::{ErrorKind, Result};
use crate::region::{Region, to_u64};
use crate::results::{Results, Shape};
use crate::scalar::Scalar;
use std::alloc::Layout;

/// What can lie behind the tag of a variant: a scalar, what is read from memory (a slice as pointer and count), or nothing.
pub trait Payload: Sized {
    /// What is kept until the frame has ended.
    type Raw;

    /// How it lies there.
    fn layout<C: Convention>() -> Layout;

    /// Reads it at an address.
    ///
    /// # Errors
    /// If it is not in memory, or no value of the type.
    fn read_at<C: Convention>(memory: &[u8], address: u64) -> Result<Self::Raw>;
}

impl<T: Lift> Payload for T {
    type Raw = T::Raw;

    fn layout<C: Convention>() -> Layout {
        match T::shape::<C>() {
            Shape::Value(layout) => layout,
            Shape::Slice(_) => Layout::new::<[C::Pointer; 2]>(),
        }
    }

    fn read_at<C: Convention>(memory: &[u8], address: u64) -> Result<T::Raw> {
        let region = T::shape::<C>().in_area::<C::Pointer>(memory, address)?;
        // The address of nothing is any, null among them.
        region.of(memory, 1)?;
        T::read::<C>(memory, region)
    }
}

impl Payload for () {
    type Raw = ();

    fn layout<C: Convention>() -> Layout {
        Layout::new::<()>()
    }

    fn read_at<C: Convention>(_: &[u8], _: u64) -> Result<()> {
        Ok(())
    }
}

/// The scalar at a region of its size.
fn scalar<T: Scalar>(memory: &[u8], region: Region) -> Result<T> {
    let bytes = region.of(memory, align_of::<T>())?;
    T::from_memory(bytes).ok_or_else(|| {
        let value = bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte));
        ErrorKind::InvalidValue { ty: T::NAME, value }.into()
    })
}

/// The discriminant, a byte for as few cases as there are here, and where the payload lies behind it.
fn tagged(memory: &[u8], region: Region, align: usize) -> Result<(u8, u64)> {
    let tag = Region { len: 1, ..region }.of(memory, 1)?.first().copied().unwrap_or(0);
    Ok((tag, region.pointer.saturating_add(to_u64(align.max(1)))))
}

/// A tag, and room for the longer of two payloads, as `repr(C)` lays them out.
fn variant(first: Layout, second: Layout) -> Layout {
    let align = first.align().max(second.align());
    let size = first.size().max(second.size()).saturating_add(align).next_multiple_of(align);
    Layout::from_size_align(size, align).unwrap_or(first)
}

const NOTHING: Layout = Layout::new::<()>();

fn no_tag<T>(ty: &'static str, tag: u8) -> Result<T> {
    Err(ErrorKind::InvalidValue { ty, value: tag.into() }.into())
}

/// In the canonical ABI a tag says whether there is a value; elsewhere a null pointer says that there is none.
macro_rules! option {
    ([$($generics:tt)*] $ty:ty, $is_slice:expr, $borrows:expr, |$memory:ident, $region:ident| $read:expr, |$raw:ident, $of:ident| $lift:expr, $out:ty, $shape:expr) => {
        impl<$($generics)*> Lift for Option<$ty> {
            const IS_SLICE: bool = $is_slice;
            const BORROWS: bool = $borrows;
            type Raw = Option<<$ty as Payload>::Raw>;
            type Out<'s> = Option<$out>;

            #[inline]
            fn shape<C: Convention>() -> Shape {
                if <C::Results as Results<C::Pointer>>::TAGGED {
                    return Shape::Value(variant(<$ty as Payload>::layout::<C>(), NOTHING));
                }
                $shape
            }

            #[inline]
            fn read<C: Convention>($memory: &[u8], $region: Region) -> Result<Self::Raw> {
                if <C::Results as Results<C::Pointer>>::TAGGED {
                    let align = <$ty as Payload>::layout::<C>().align();
                    return match tagged($memory, $region, align)? {
                        (0, _) => Ok(None),
                        (1, payload) => <$ty as Payload>::read_at::<C>($memory, payload).map(Some),
                        (tag, _) => no_tag("Option", tag),
                    };
                }
                $read
            }

            #[inline]
            fn null() -> Result<Self::Raw> {
                Ok(None)
            }

            #[inline]
            fn lift($raw: Self::Raw, $of: &[u8]) -> Result<Self::Out<'_>> {
                $lift
            }
        }
    };
}

option!([T: Lift] T, T::IS_SLICE, T::BORROWS, |memory, region| T::read::<C>(memory, region).map(Some),
    |raw, memory| raw.map(|raw| T::lift(raw, memory)).transpose(), T::Out<'s>, T::shape::<C>());

/// A scalar that may be missing has no core value for "missing": the guest returns a pointer to it, or null.
macro_rules! scalars {
    ($($ty:ty)*) => {$(
        impl Payload for $ty {
            type Raw = Self;

            fn layout<C: Convention>() -> Layout {
                Layout::new::<$ty>()
            }

            fn read_at<C: Convention>(memory: &[u8], pointer: u64) -> Result<Self> {
                scalar(memory, Region { pointer, len: to_u64(size_of::<$ty>()) })
            }
        }

        option!([] $ty, false, false, |memory, region| scalar(memory, region).map(Some),
            |raw, _memory| Ok(raw), $ty, Shape::Value(Layout::new::<$ty>()));
    )*};
}
scalars!(u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 bool char);

/// The canonical ABI's `result`: a tag, 0 or 1, and one payload or the other. It is what the function returns; that the
/// call itself can fail is the `Result` around it.
impl<T: Payload<Raw = T>, E: Payload<Raw = E>> Lift for Result<T, E> {
    const IS_SLICE: bool = false;
    const BORROWS: bool = false;
    type Raw = Self;
    type Out<'s> = Self;

    fn shape<C: Convention>() -> Shape {
        const {
            assert!(
                size_of::<T>() != 0 || size_of::<E>() != 0,
                "a `result` without payloads is no area but a core value: return `()`, with `status = linmem::status::Code`"
            );
        }
        Shape::Value(variant(T::layout::<C>(), E::layout::<C>()))
    }

    fn read<C: Convention>(memory: &[u8], region: Region) -> Result<Self> {
        let align = T::layout::<C>().align().max(E::layout::<C>().align());
        match tagged(memory, region, align)? {
            (0, payload) => T::read_at::<C>(memory, payload).map(Ok),
            (1, payload) => E::read_at::<C>(memory, payload).map(Err),
            (tag, _) => no_tag("Result", tag),
        }
    }

    fn lift(raw: Self, _: &[u8]) -> Result<Self> {
        Ok(raw)
    }
}
