//! How bytes that were placed in the guest are passed to it.

use crate::core::{Pointer, narrow};
use crate::error::{ErrorKind, Result};
use crate::lowering::Lowering;
use crate::region::{Region, to_u64};
use std::marker::PhantomData;

/// A slice on its way into the guest.
#[derive(Debug, Clone, Copy)]
pub struct Slice<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// How many elements they are.
    pub count: usize,
    /// The size of an element.
    pub size: usize,
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
        let (pointer, region) = place(into, slice)?;
        Ok(((pointer, narrow(to_u64(slice.count))?), region))
    }
}

/// The number of elements, then the pointer.
#[derive(Debug, Clone, Copy)]
pub struct LenPtr;

impl<X: Pointer> Pass<X> for LenPtr {
    type Core = (X, X);

    #[inline]
    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<((X, X), Region)> {
        let (pointer, region) = place(into, slice)?;
        Ok(((narrow(to_u64(slice.count))?, pointer), region))
    }
}

/// The pointer alone: the guest knows the length, or is told it by another argument.
#[derive(Debug, Clone, Copy)]
pub struct Ptr;

impl<X: Pointer> Pass<X> for Ptr {
    type Core = (X,);

    #[inline]
    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<((X,), Region)> {
        let (pointer, region) = place(into, slice)?;
        Ok(((pointer,), region))
    }
}

/// The same as `P`, with the length in bytes and not in elements.
#[derive(Debug, Clone, Copy)]
pub struct InBytes<P = PtrLen>(PhantomData<fn() -> P>);

impl<X: Pointer, P: Pass<X>> Pass<X> for InBytes<P> {
    type Core = P::Core;

    #[inline]
    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<(P::Core, Region)> {
        P::pass(into, Slice { count: slice.bytes.len(), ..slice })
    }
}

/// A pointer to the elements, with one behind them that is zero: C's strings. An element that is zero among them is an
/// error, because the guest would see the rest no more.
#[derive(Debug, Clone, Copy)]
pub struct NulTerminated;

impl<X: Pointer> Pass<X> for NulTerminated {
    type Core = (X,);

    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<((X,), Region)> {
        let mut elements = slice.bytes.chunks_exact(slice.size);
        if let Some(index) = elements.position(|element| element.iter().all(|byte| *byte == 0)) {
            return Err(ErrorKind::InteriorNul { index }.into());
        }
        let terminator =
            ZERO.get(..slice.size).ok_or(ErrorKind::WrongSize { len: to_u64(slice.size), size: to_u64(ZERO.len()) })?;
        let region = into.place_all(&[slice.bytes, terminator], slice.align)?;
        Ok(((narrow(region.pointer)?,), Region { len: to_u64(slice.bytes.len()), ..region }))
    }
}

/// The widest terminator: an element is a character, of at most 32 bits.
const ZERO: [u8; 4] = [0; 4];

/// A pointer to a 32-bit header, which holds the number of elements, with these behind it: `[u32][elements…]`.
#[derive(Debug, Clone, Copy)]
pub struct LengthPrefixed;

impl<X: Pointer> Pass<X> for LengthPrefixed {
    type Core = (X,);

    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<((X,), Region)> {
        let (pointer, _, region) = place_prefixed(into, slice)?;
        Ok(((pointer,), region))
    }
}

/// A pointer to the elements, with a 32-bit header right before it that holds their number.
#[derive(Debug, Clone, Copy)]
pub struct LengthBefore;

impl<X: Pointer> Pass<X> for LengthBefore {
    type Core = (X,);

    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<((X,), Region)> {
        let (_, pointer, region) = place_prefixed(into, slice)?;
        Ok(((pointer,), region))
    }
}

/// The same as `P`, with the memory given to the guest, which frees it: wasm-bindgen's way, and the canonical ABI's.
#[derive(Debug, Clone, Copy)]
pub struct Given<P = PtrLen>(PhantomData<fn() -> P>);

impl<X: Pointer, P: Pass<X>> Pass<X> for Given<P> {
    type Core = P::Core;

    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<(P::Core, Region)> {
        into.give(|into| P::pass(into, slice))
    }
}

#[inline]
fn place<X: Pointer>(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<(X, Region)> {
    // Before anything is taken from the guest: a length that its pointers cannot hold has no room there anyway.
    narrow::<X>(to_u64(slice.bytes.len()))?;
    let region = into.place(slice.bytes, slice.align)?;
    Ok((narrow(region.pointer)?, region))
}

/// Places header and elements, and returns the addresses of both. The header is padded where the elements are aligned
/// more strictly than it is.
fn place_prefixed<X: Pointer>(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<(X, X, Region)> {
    const HEADER: usize = size_of::<u32>();
    let count = narrow::<u32>(to_u64(slice.count))?.to_le_bytes();
    let align = slice.align.max(HEADER);
    let padding = vec![0; align.saturating_sub(HEADER)];
    let placed = into.place_all(&[&padding, &count, slice.bytes], align)?;
    let header = placed.pointer.saturating_add(to_u64(padding.len()));
    let region = Region { pointer: placed.pointer.saturating_add(to_u64(align)), len: to_u64(slice.bytes.len()) };
    Ok((narrow(header)?, narrow(region.pointer)?, region))
}
