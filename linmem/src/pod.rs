//! Plain old data: types whose bytes are the same in the guest and on the host.

use crate::error::{ErrorKind, Result};
use crate::region::to_u64;
use bytemuck::{NoUninit, Pod, PodCastError};
use std::marker::PhantomData;

/// A `bytemuck` POD struct that crosses *by value*: as an argument it is placed in memory and its address passed, and as
/// a result it is read at the address that the guest returned (or from the room that was passed as return pointer).
///
/// Use the derive, `#[derive(linmem::Record)]`, on a `#[repr(C)]` struct. It is asked for because [`Pod`] alone does not
/// say how a value crosses: `u32` is `Pod` too, and crosses as an `i32`. A struct behind a reference or in a slice needs
/// `Pod` only.
///
/// A field is no `usize` or `isize`, whose width is the host's: the derive refuses them. It cannot look into a field that is
/// a struct without this derive.
///
/// ```
/// use bytemuck::{Pod, Zeroable};
/// use linmem::{Record, wasm_import};
///
/// #[derive(Clone, Copy, Pod, Zeroable, Record)]
/// #[repr(C)]
/// struct Point {
///     x: f64,
///     y: f64,
/// }
///
/// #[wasm_import]
/// trait Shapes {
///     fn centroid(&mut self, points: &[Point]) -> linmem::Result<Point>;
///     fn norm(&mut self, point: Point) -> linmem::Result<f64>;
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not cross by value",
    note = "a struct: `#[derive(Clone, Copy, Pod, Zeroable, linmem::Record)]` with `#[repr(C)]`; for `usize` write `u32`, or `u64` for a guest with 64-bit addresses"
)]
pub trait Record: Pod {}

/// Every type that is [`Pod`], by a name of our own, so that a struct that is not is told what to derive. The derive asks
/// for it before it implements [`Record`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not plain old data",
    label = "`bytemuck::Pod` is not implemented for it",
    note = "write `#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, linmem::Record)]`"
)]
pub trait Plain {}

#[diagnostic::do_not_recommend]
impl<T: Pod> Plain for T {}

/// A type that names one that is.
#[derive(Debug)]
pub struct IsPlain<T: Plain>(PhantomData<T>);

/// An array, a digest say: C has none by value, and a pointer to its first element for each.
impl<T: Pod, const N: usize> Record for [T; N] {}

/// Slices of a type as bytes, for types and hosts where these are what the guest expects.
pub(crate) struct Element<T>(PhantomData<T>);

impl<T> Element<T> {
    /// The guest is little-endian. On a big-endian host only single bytes are the same on both sides; anything wider is
    /// refused when the host is compiled. A type without bytes has no place in memory.
    const CROSSES: () = {
        assert!(size_of::<T>() != 0, "a type without bytes cannot cross into a guest");
        assert!(
            cfg!(target_endian = "little") || size_of::<T>() == 1,
            "plain old data cannot cross from a big-endian host: the guest's is little-endian"
        );
    };
}

impl<T: NoUninit> Element<T> {
    #[inline]
    pub(crate) fn bytes(slice: &[T]) -> &[u8] {
        let () = Self::CROSSES;
        bytemuck::cast_slice(slice)
    }
}

impl<T: Pod> Element<T> {
    #[inline]
    pub(crate) fn bytes_mut(slice: &mut [T]) -> &mut [u8] {
        let () = Self::CROSSES;
        bytemuck::cast_slice_mut(slice)
    }

    /// The slice that these bytes are. They come from an address of the guest's that is aligned, and the host's view of
    /// its memory begins at a page; a memory of an embedder's own making might not.
    #[inline]
    pub(crate) fn slice(bytes: &[u8]) -> Result<&[T]> {
        let () = Self::CROSSES;
        if bytes.is_empty() {
            // The address of nothing need not be aligned.
            return Ok(&[]);
        }
        bytemuck::try_cast_slice(bytes).map_err(|error| {
            let (len, size) = (to_u64(bytes.len()), to_u64(size_of::<T>()));
            let (pointer, align) = (to_u64(bytes.as_ptr().addr()), to_u64(align_of::<T>()));
            match error {
                PodCastError::TargetAlignmentGreaterAndInputNotAligned => ErrorKind::Misaligned { pointer, align },
                _ => ErrorKind::WrongSize { len, size },
            }
            .into()
        })
    }

    /// The value that these bytes are.
    #[inline]
    pub(crate) fn value(bytes: &[u8]) -> Result<T> {
        let () = Self::CROSSES;
        let wrong = || ErrorKind::WrongSize { len: to_u64(bytes.len()), size: to_u64(size_of::<T>()) };
        Ok(bytemuck::try_pod_read_unaligned(bytes).map_err(|_| wrong())?)
    }
}
