//! How bytes that were placed in the guest are passed to it.

mod managed;

pub use managed::{Array, Managed, TypedArray};

use crate::core::{Append, CoreValues, Pointer, narrow};
use crate::error::{ErrorKind, Result};
use crate::lowering::Lowering;
use crate::pod::Element;
use crate::region::{Region, to_u64};
use bytemuck::NoUninit;
use std::marker::PhantomData;
use wasmtime::NoExtern;

/// A slice on its way into the guest.
#[derive(Debug, Clone, Copy)]
pub struct Slice<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// How many bytes there must be room for: more than these where the guest is to fill it.
    pub room: usize,
    /// How many elements it has.
    pub count: usize,
    /// The size of an element.
    pub size: usize,
    /// The alignment of an element.
    pub align: usize,
    /// Whether it is text, and its elements code units.
    pub is_text: bool,
}

impl<'a> Slice<'a> {
    /// Elements of a type.
    #[must_use]
    #[inline(always)]
    pub fn of<T: NoUninit>(elements: &'a [T]) -> Self {
        let bytes = Element::<T>::bytes(elements);
        let (size, align) = (size_of::<T>(), align_of::<T>());
        Slice { bytes, room: bytes.len(), count: elements.len(), size, align, is_text: false }
    }

    /// Text, as its code units' bytes.
    #[must_use]
    #[inline(always)]
    pub fn of_text(bytes: &'a [u8], unit: usize) -> Self {
        let count = bytes.len().checked_div(unit).unwrap_or(0);
        Slice { bytes, room: bytes.len(), count, size: unit, align: unit, is_text: true }
    }

    /// Places it, and returns where it lies, with the room behind it.
    ///
    /// # Errors
    /// As [`Lowering::place`].
    #[inline(always)]
    pub fn place(&self, into: &mut Lowering<'_>) -> Result<Region> {
        let region = into.reserve(self.room.max(self.bytes.len()), self.align);
        into.write(region, self.bytes)?;
        Ok(region)
    }
}

/// The argument axis of a [`Convention`](crate::Convention): places a slice and says which core values name it.
pub trait Pass<X: Pointer>: 'static {
    /// The core values, a tuple of at most three.
    type Core;

    /// Whether the guest is to find the slice by itself, in its own input buffer. Only an
    /// [allocator](crate::Allocator) that hands out that buffer goes with it.
    const IN_BUFFER: bool = false;

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

    #[inline(always)]
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

    #[inline(always)]
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

    #[inline(always)]
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
    const IN_BUFFER: bool = P::IN_BUFFER;

    #[inline(always)]
    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<(P::Core, Region)> {
        P::pass(into, Slice { count: slice.count.saturating_mul(slice.size), ..slice })
    }
}

/// A pointer to the elements, with one behind them that is zero: C's strings. An element that is zero among them is an
/// error, because the guest would see the rest no more.
#[derive(Debug, Clone, Copy)]
pub struct NulTerminated;

impl<X: Pointer> Pass<X> for NulTerminated {
    type Core = (X,);

    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<((X,), Region)> {
        let bytes = slice.bytes;
        let mut elements = bytes.chunks_exact(slice.size.max(1));
        if let Some(index) = elements.position(|element| element.iter().all(|byte| *byte == 0)) {
            return Err(ErrorKind::InteriorNul { index }.into());
        }
        let terminator =
            ZERO.get(..slice.size).ok_or(ErrorKind::WrongSize { len: to_u64(slice.size), size: to_u64(ZERO.len()) })?;
        let len = bytes.len().saturating_add(terminator.len());
        let region = into.reserve(len.max(slice.room), slice.align);
        into.write(region, &[bytes, terminator].concat())?;
        let room = bytes.len().max(slice.room);
        Ok(((narrow(region.pointer)?,), Region { len: to_u64(room), ..region }))
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
    const IN_BUFFER: bool = P::IN_BUFFER;

    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<(P::Core, Region)> {
        into.give(|into| P::pass(into, slice))
    }
}

/// The number of elements alone: they lie at the beginning of the guest's own input buffer, which is the one block that its
/// [allocator](crate::allocator) has.
#[derive(Debug, Clone, Copy)]
pub struct Len;

impl<X: Pointer> Pass<X> for Len {
    type Core = (X,);
    const IN_BUFFER: bool = true;

    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<((X,), Region)> {
        let region = into.place_input(slice)?;
        Ok(((narrow(to_u64(slice.count))?,), region))
    }
}

/// Nothing: the elements lie at the beginning of the guest's own input buffer, and it was told how many there are when the
/// buffer was reserved.
#[derive(Debug, Clone, Copy)]
pub struct Implied;

impl<X: Pointer> Pass<X> for Implied {
    type Core = ();
    const IN_BUFFER: bool = true;

    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<((), Region)> {
        Ok(((), into.place_whole_input(slice)?))
    }
}

/// Core values that an export takes and a caller has no use for.
pub trait Constant: 'static {
    /// They, as a tuple of at most two.
    type Core: CoreValues;

    /// What is passed.
    fn core() -> Self::Core;
}

/// An `i32` that is zero: a flag, a null pointer.
#[derive(Debug, Clone, Copy)]
pub struct Zero;

impl Constant for Zero {
    type Core = (u32,);

    fn core() -> (u32,) {
        (0,)
    }
}

/// An `externref` that is null.
#[derive(Debug, Clone, Copy)]
pub struct NullRef;

impl Constant for NullRef {
    type Core = (Option<NoExtern>,);

    fn core() -> Self::Core {
        (None,)
    }
}

/// The same as `P`, with constants behind it.
#[derive(Debug, Clone, Copy)]
pub struct Then<P, K>(PhantomData<fn() -> (P, K)>);

impl<X: Pointer, P: Pass<X>, K: Constant> Pass<X> for Then<P, K>
where
    P::Core: Append<K::Core>,
{
    type Core = <P::Core as Append<K::Core>>::Out;
    const IN_BUFFER: bool = P::IN_BUFFER;

    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<(Self::Core, Region)> {
        let (core, region) = P::pass(into, slice)?;
        Ok((core.append(K::core()), region))
    }
}

/// The same as `P`, with constants in front.
#[derive(Debug, Clone, Copy)]
pub struct Before<K, P>(PhantomData<fn() -> (K, P)>);

impl<X: Pointer, P: Pass<X>, K: Constant> Pass<X> for Before<K, P>
where
    K::Core: Append<P::Core>,
{
    type Core = <K::Core as Append<P::Core>>::Out;
    const IN_BUFFER: bool = P::IN_BUFFER;

    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<(Self::Core, Region)> {
        let (core, region) = P::pass(into, slice)?;
        Ok((K::core().append(core), region))
    }
}

#[inline(always)]
fn place<X: Pointer>(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<(X, Region)> {
    // Before anything is taken from the guest: a length that its pointers cannot hold has no room there anyway.
    narrow::<X>(to_u64(slice.room))?;
    let region = slice.place(into)?;
    Ok((narrow(region.pointer)?, region))
}

/// Places header and elements, and returns the addresses of both. The header is padded where the elements are aligned
/// more strictly than it is.
fn place_prefixed<X: Pointer>(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<(X, X, Region)> {
    const HEADER: usize = size_of::<u32>();
    let count = narrow::<u32>(to_u64(slice.count))?.to_le_bytes();
    let align = slice.align.max(HEADER);
    let padding = vec![0; align.saturating_sub(HEADER)];
    let len = align.saturating_add(slice.room);
    let placed = into.reserve(len, align);
    into.write(placed, &[&padding, &count[..], slice.bytes].concat())?;
    let header = placed.pointer.saturating_add(to_u64(padding.len()));
    let region = Region { pointer: placed.pointer.saturating_add(to_u64(align)), len: to_u64(slice.room) };
    Ok((narrow(header)?, narrow(region.pointer)?, region))
}
