//! How bytes that were placed in the guest are passed to it.

use crate::core::{Pointer, narrow};
use crate::error::Result;
use crate::lowering::Lowering;
use crate::region::{Region, to_u64};

/// A slice on its way into the guest.
#[derive(Debug, Clone, Copy)]
pub struct Slice<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// How many elements they are.
    pub count: usize,
    /// The alignment of an element.
    pub align: usize,
}

/// The argument axis of a [`Convention`](crate::Convention): places a slice and says which core values name it.
pub trait Pass<X: Pointer>: 'static {
    /// The core values, a tuple of at most three.
    type Core;

    /// Places the slice, and returns the core values and where its bytes lie.
    ///
    /// # Errors
    /// As [`Lowering::place`].
    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<(Self::Core, Region)>;
}

/// Pointer, then the number of elements.
#[derive(Debug, Clone, Copy)]
pub struct PtrLen;

impl<X: Pointer> Pass<X> for PtrLen {
    type Core = (X, X);

    #[inline]
    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<((X, X), Region)> {
        let (pointer, count, region) = place(into, slice)?;
        Ok(((pointer, count), region))
    }
}

/// The number of elements, then the pointer.
#[derive(Debug, Clone, Copy)]
pub struct LenPtr;

impl<X: Pointer> Pass<X> for LenPtr {
    type Core = (X, X);

    #[inline]
    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<((X, X), Region)> {
        let (pointer, count, region) = place(into, slice)?;
        Ok(((count, pointer), region))
    }
}

#[inline]
fn place<X: Pointer>(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<(X, X, Region)> {
    // Before anything is taken from the guest: a length that its pointers cannot hold has no room there anyway.
    narrow::<X>(to_u64(slice.bytes.len()))?;
    let region = into.place(slice.bytes, slice.align)?;
    Ok((narrow(region.pointer)?, narrow(to_u64(slice.count))?, region))
}
