//! Lengths in bytes.

use crate::allocator::Allocator;
use crate::core::{Params, Pointer};
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::results::{ByType, Results, Returned, Room, Shape};
use std::alloc::Layout;
use std::marker::PhantomData;

/// The same results, whose lengths are in bytes and not in elements.
#[derive(Debug, Clone, Copy)]
pub struct InBytes<R = ByType>(PhantomData<fn() -> R>);

/// What `R` is to count instead.
fn bytes(shape: Shape) -> Shape {
    match shape {
        Shape::Slice(_) => Shape::Slice(Layout::new::<u8>()),
        Shape::Value(_) => shape,
    }
}

impl<X: Pointer, R: Results<X>> Results<X> for InBytes<R> {
    type Func<P: Params> = R::Func<P>;

    const RELEASES: bool = R::RELEASES;
    const FORMS_OF_VALUES: usize = R::FORMS_OF_VALUES;
    const TAGGED: bool = R::TAGGED;
    const IN_BYTES: bool = true;

    fn prepare<P: Params>(func: &R::Func<P>, into: &mut Lowering<'_>, shape: Shape) -> Room {
        R::prepare::<P>(func, into, bytes(shape))
    }

    fn call<P: Params, M: Mode, A: Allocator>(
        func: &R::Func<P>,
        frame: &mut Frame<'_, M, A>,
        room: Room,
        params: P,
        shape: Shape,
    ) -> impl Future<Output = Result<Returned>> {
        R::call(func, frame, room, params, bytes(shape))
    }

    fn release<P: Params, M: Mode, A: Allocator>(
        func: &R::Func<P>,
        frame: &mut Frame<'_, M, A>,
        returned: Returned,
        shape: Shape,
    ) -> impl Future<Output = Result<()>> {
        R::release(func, frame, returned, shape)
    }

    fn hint<P: Params>(func: &Self::Func<P>, error: &Error) -> Option<&'static str> {
        R::hint::<P>(func, error)
    }
}
