//! Results that core values alone tell, or what lies in memory where they point: one call, and nothing to prepare.

use crate::allocator::Allocator;
use crate::core::{Func, Params, Pointer};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::Frame;
use crate::mode::Mode;
use crate::region::{Region, to_u64};
use crate::results::{Owner, Results, Returned, Room, Shape, hint};

/// A convention, by the core results of its exports and by how they are read once the guest has returned.
macro_rules! direct {
    (
        $(#[$docs:meta])*
        $name:ident: [$($generics:tt)*] Results<$x:ty>, $core:ty,
        |$answer:pat_param, $results:pat_param, $shape:ident| $read:expr
        $(, hint: |$error:ident| $hint:expr)?
    ) => {
        $(#[$docs])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl $($generics)* Results<$x> for $name {
            type Func<P: Params> = Func<P, $core>;

            #[inline(always)]
            fn call<P: Params, M: Mode, A: Allocator>(
                func: &Self::Func<P>,
                frame: &mut Frame<'_, M, A>,
                _: Room,
                params: P,
                $shape: Shape,
            ) -> impl Future<Output = Result<Returned>> {
                frame.invoke_then(func, params, move |$answer, $results| $read)
            }

            $(fn hint<P: Params>(_: &Self::Func<P>, $error: &Error) -> Option<&'static str> {
                $hint
            })?
        }
    };
}

direct! {
    /// An `i64` with the pointer in its upper half and the count in its lower one: `(ptr << 32) | len`.
    ///
    /// What hand-written guests in Rust, Zig, Go and AssemblyScript return where they have one core result only. The
    /// guest gives the bytes away: they are released through its allocator.
    Packed: [] Results<u32>, u64,
    |_, packed, shape| {
        let region = shape.named(packed >> 32, packed & u64::from(u32::MAX));
        Ok(Returned::new(region, Owner::Caller))
    },
    hint: |error| hint::packed(error, hint::PACKED)
}

direct! {
    /// The same the other way round: `(len << 32) | ptr`.
    PackedLenPtr: [] Results<u32>, u64,
    |_, packed, shape| {
        let region = shape.named(packed & u64::from(u32::MAX), packed >> 32);
        Ok(Returned::new(region, Owner::Caller))
    },
    hint: |error| hint::packed(error, hint::PACKED_LEN_PTR)
}

direct! {
    /// Two core results: the pointer, then the count. Compilers call it multi-value.
    Pair: [<X: Pointer>] Results<X>, (X, X),
    |_, (pointer, count), shape| {
        Ok(Returned::new(shape.named(pointer.into(), count.into()), Owner::Caller))
    }
}

direct! {
    /// A returned pointer: to the pointer and the count of a slice (an area that stays the guest's), or to a value.
    ReturnArea: [<X: Pointer>] Results<X>, X,
    |answer, area, shape| {
        let region = shape.in_area::<X>(answer.memory()?, area.into()).map_err(|error| error.answered(area.into()))?;
        Ok(Returned::new(region, Owner::Caller))
    },
    hint: |error| hint::pointed::<X>(error, Some(hint::RETURN_AREA))
}

direct! {
    /// A pointer to elements, with one behind them that is zero: C's strings. The terminator belongs to the block.
    NulTerminated: [<X: Pointer>] Results<X>, X,
    |answer, pointer, shape| located(answer.memory()?, pointer.into(), shape, terminated),
    hint: |error| hint::pointed::<X>(error, None)
}

direct! {
    /// A pointer to a 32-bit header that holds the number of elements, with these behind it: `[u32][elements…]`. The
    /// block is both.
    LengthPrefixed: [<X: Pointer>] Results<X>, X,
    |answer, pointer, shape| located(answer.memory()?, pointer.into(), shape, prefixed),
    hint: |error| hint::pointed::<X>(error, Some(hint::LENGTH_PREFIXED))
}

direct! {
    /// A pointer to elements, with a 32-bit header right before it that holds their number. The block is both.
    LengthBefore: [<X: Pointer>] Results<X>, X,
    |answer, pointer, shape| located(answer.memory()?, pointer.into(), shape, before),
    hint: |error| hint::pointed::<X>(error, Some(hint::LENGTH_BEFORE))
}

/// Elements, and the block that holds them.
type Located = (Region, Region);

/// The elements at an address, and the block that holds them, as what is in memory there tells. At null there are none.
fn located(
    memory: &[u8],
    pointer: u64,
    shape: Shape,
    locate: fn(&[u8], u64, Shape) -> Result<Located>,
) -> Result<Returned> {
    if pointer == 0 {
        return Ok(Returned::new(Region { pointer, len: 0 }, Owner::Caller));
    }
    let (region, block) = locate(memory, pointer, shape).map_err(|error| error.answered(pointer))?;
    Ok(Returned { block, ..Returned::new(region, Owner::Caller) })
}

pub(super) fn terminated(memory: &[u8], pointer: u64, shape: Shape) -> Result<Located> {
    let size = shape.layout().size();
    let len = to_u64(memory.len()).saturating_sub(pointer);
    let rest = Region { pointer, len }.of(memory, 1)?;
    let mut elements = rest.chunks_exact(size.max(1));
    let end = elements.position(|element| element.iter().all(|byte| *byte == 0));
    let count = to_u64(end.ok_or(ErrorKind::Unterminated { pointer, memory: to_u64(memory.len()) })?);
    Ok((Region::of_elements(pointer, count, size), Region::of_elements(pointer, count.saturating_add(1), size)))
}

fn prefixed(memory: &[u8], pointer: u64, shape: Shape) -> Result<Located> {
    let header = Region { pointer, len: HEADER };
    let count = u32::read(header.of(memory, align_of::<u32>())?);
    let region = Region::of_elements(pointer.saturating_add(HEADER), count, shape.layout().size());
    Ok((region, Region { pointer, len: region.len.saturating_add(HEADER) }))
}

fn before(memory: &[u8], pointer: u64, shape: Shape) -> Result<Located> {
    let header = pointer
        .checked_sub(HEADER)
        .ok_or(ErrorKind::OutOfBounds { region: Region { pointer, len: 0 }, memory: to_u64(memory.len()) })?;
    prefixed(memory, header, shape)
}

const HEADER: u64 = 4;
