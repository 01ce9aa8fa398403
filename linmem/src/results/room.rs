//! A pointer to room of the host's, into which the guest writes its result.

use crate::allocator::Allocator;
use crate::core::{Func, Params, Pointer, narrow};
use crate::error::{ErrorKind, Result};
use crate::frame::Frame;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::region::Region;
use crate::results::{Owner, Results, Returned, Room, Shape};
use either::Either;
use std::alloc::Layout;
use std::future::ready;

/// A pointer that the host passes in front, to room where the guest writes: the pointer and the count of a slice, or a
/// value itself. It is how C, C++ and Rust compile a function that returns a struct.
#[derive(Debug, Clone, Copy)]
pub struct ReturnPointer;

/// The same, with the pointer behind the arguments.
///
/// ```
/// # use linmem::wasm_import;
/// #[wasm_import(returns = linmem::results::LastPointer)]
/// trait Hash {
///     /// `void sha256(const uint8_t *data, size_t len, uint8_t digest[32])`
///     fn sha256(&mut self, data: &[u8]) -> linmem::Result<[u8; 32]>;
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct LastPointer;

macro_rules! room {
    ($($name:ident: $params:ident, $join:ident;)*) => {$(
        impl<X: Pointer> Results<X> for $name {
            type Func<P: Params> = Func<X::$params<P>, ()>;

            #[inline(always)]
            fn prepare<P: Params>(_: &Self::Func<P>, into: &mut Lowering<'_>, shape: Shape) -> Room {
                Some(reserve::<X>(into, shape))
            }

            #[inline(always)]
            fn call<P: Params, M: Mode, A: Allocator>(
                func: &Self::Func<P>,
                frame: &mut Frame<'_, M, A>,
                room: Room,
                params: P,
                shape: Shape,
            ) -> impl Future<Output = Result<Returned>> {
                let (Some(room), Some(Ok(pointer))) = (room, room.map(|room| narrow::<X>(room.pointer))) else {
                    return M::either(Either::Left(ready(Err(ErrorKind::NoRoom.into()))));
                };
                M::either(Either::Right(frame.invoke_then(func, pointer.$join(params), move |answer, ()| match shape {
                    Shape::Value(_) => Ok(Returned::new(room, Owner::Frame)),
                    Shape::Slice(_) => {
                        Ok(Returned::new(shape.in_area::<X>(answer.memory()?, room.pointer)?, Owner::Caller))
                    }
                })))
            }
        }
    )*};
}
room! {
    ReturnPointer: Leading, lead;
    LastPointer: Trailing, trail;
}

/// Room for a value, or for the pointer and the count of a slice.
#[inline(always)]
fn reserve<X: Pointer>(into: &mut Lowering<'_>, shape: Shape) -> Region {
    let room = match shape {
        Shape::Value(layout) => layout,
        Shape::Slice(_) => Layout::new::<[X; 2]>(),
    };
    into.reserve(room.size(), room.align())
}
