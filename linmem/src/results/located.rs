//! Results whose length is found at their address.

use crate::allocator::Allocator;
use crate::bind::FoundExport;
use crate::core::{Params, Pointer, Signature};
use crate::error::{ErrorKind, Result};
use crate::frame::Frame;
use crate::mode::Mode;
use crate::region::{Region, to_u64};
use crate::results::{Owner, Results, Returned, Room, Shape};
use wasmtime::{AsContextMut, TypedFunc};

/// A convention whose export returns a pointer, and nothing else: where the elements and their block lie is told by
/// what is in memory there.
macro_rules! at_a_pointer {
    ($(#[$docs:meta])* $name:ident: $locate:ident) => {
        $(#[$docs])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl<X: Pointer> Results<X> for $name {
            type Func<P: Params> = TypedFunc<P, X>;

            fn signatures<P: Params>(_: Shape) -> Vec<Signature> {
                vec![Signature::new(P::types(), &[X::TYPE])]
            }

            fn resolve<P: Params, S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func<P>> {
                found.func()
            }

            #[inline(always)]
            async fn call<P: Params, M: Mode, A: Allocator>(
                func: &Self::Func<P>,
                frame: &mut Frame<'_, M, A>,
                _: Room,
                params: P,
                shape: Shape,
            ) -> Result<Returned> {
                let pointer = frame.invoke(func, params).await?.into();
                let (region, block) = match pointer {
                    0 => (Region { pointer: 0, len: 0 }, Region { pointer: 0, len: 0 }),
                    _ => $locate(frame.memory()?, pointer, shape)?,
                };
                Ok(Returned { region, block, owner: Owner::Caller })
            }
        }
    };
}

at_a_pointer! {
    /// A pointer to elements, with one behind them that is zero: C's strings. The terminator belongs to the block.
    NulTerminated: terminated
}

at_a_pointer! {
    /// A pointer to a 32-bit header that holds the number of elements, with these behind it: `[u32][elements…]`. The
    /// block is both.
    LengthPrefixed: prefixed
}

at_a_pointer! {
    /// A pointer to elements, with a 32-bit header right before it that holds their number. The block is both.
    LengthBefore: before
}

fn terminated(memory: &[u8], pointer: u64, shape: Shape) -> Result<(Region, Region)> {
    let size = shape.layout().size();
    let len = to_u64(memory.len()).saturating_sub(pointer);
    let rest = Region { pointer, len }.of(memory, 1)?;
    let mut elements = rest.chunks_exact(size.max(1));
    let end = elements.position(|element| element.iter().all(|byte| *byte == 0));
    let count = to_u64(end.ok_or(ErrorKind::Unterminated { pointer, memory: to_u64(memory.len()) })?);
    Ok((Region::of_elements(pointer, count, size), Region::of_elements(pointer, count.saturating_add(1), size)))
}

fn prefixed(memory: &[u8], pointer: u64, shape: Shape) -> Result<(Region, Region)> {
    let header = Region { pointer, len: HEADER };
    let count = u32::read(header.of(memory, align_of::<u32>())?);
    let region = Region::of_elements(pointer.saturating_add(HEADER), count, shape.layout().size());
    Ok((region, Region { pointer, len: region.len.saturating_add(HEADER) }))
}

fn before(memory: &[u8], pointer: u64, shape: Shape) -> Result<(Region, Region)> {
    let header = pointer
        .checked_sub(HEADER)
        .ok_or(ErrorKind::OutOfBounds { region: Region { pointer, len: 0 }, memory: to_u64(memory.len()) })?;
    prefixed(memory, header, shape)
}

const HEADER: u64 = 4;
