//! How bytes that were placed in the guest are passed to it.

use crate::allocator::Allocator;
use crate::core::{Pointer, narrow};
use crate::error::Result;
use crate::frame::Frame;
use crate::mode::Mode;
use crate::region::{Region, to_u64};
use std::future::Future;

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
    fn pass<M: Mode, A: Allocator>(
        frame: &mut Frame<'_, M, A>,
        slice: Slice<'_>,
    ) -> impl Future<Output = Result<(Self::Core, Region)>>;
}

/// Pointer, then the number of elements.
#[derive(Debug, Clone, Copy)]
pub struct PtrLen;

impl<X: Pointer> Pass<X> for PtrLen {
    type Core = (X, X);

    #[inline]
    async fn pass<M: Mode, A: Allocator>(frame: &mut Frame<'_, M, A>, slice: Slice<'_>) -> Result<((X, X), Region)> {
        let (pointer, count, region) = place(frame, slice).await?;
        Ok(((pointer, count), region))
    }
}

/// The number of elements, then the pointer.
#[derive(Debug, Clone, Copy)]
pub struct LenPtr;

impl<X: Pointer> Pass<X> for LenPtr {
    type Core = (X, X);

    #[inline]
    async fn pass<M: Mode, A: Allocator>(frame: &mut Frame<'_, M, A>, slice: Slice<'_>) -> Result<((X, X), Region)> {
        let (pointer, count, region) = place(frame, slice).await?;
        Ok(((count, pointer), region))
    }
}

#[inline]
async fn place<X: Pointer, M: Mode, A: Allocator>(
    frame: &mut Frame<'_, M, A>,
    slice: Slice<'_>,
) -> Result<(X, X, Region)> {
    // Before anything is taken from the guest: a length that its pointers cannot hold has no room there anyway.
    let (count, len) = (narrow(to_u64(slice.count))?, to_u64(slice.bytes.len()));
    narrow::<X>(len)?;
    let pointer = frame.place(slice.bytes, slice.align).await?;
    Ok((narrow(pointer)?, count, Region { pointer, len }))
}
