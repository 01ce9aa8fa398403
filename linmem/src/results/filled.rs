//! Results that the guest writes into room of the caller's, and counts.

use crate::allocator::Allocator;
use crate::core::{Func, Params, Pointer};
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::mode::Mode;
use crate::results::{Results, Returned, Room, Shape, hint};

/// The export writes into room that an argument has reserved, and returns the number of elements that it wrote. The
/// argument is a [`Capacity`](crate::Capacity), wherever the export takes it, or an [`InPlace`](crate::InPlace).
///
/// A count beyond the room is [`ErrorKind::Overflow`](crate::ErrorKind::Overflow); where it means failure, say so with
/// [`Failing`](super::Failing).
#[derive(Debug, Clone, Copy)]
pub struct Filled;

impl<X: Pointer> Results<X> for Filled {
    type Func<P: Params> = Func<P, X>;

    // The room is gone when the call is over.
    const RELEASES: bool = true;

    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        _: Room,
        params: P,
        shape: Shape,
    ) -> Result<Returned> {
        let room = frame.output()?;
        let count = frame.invoke(func, params).await?.into();
        Ok(Returned::filled(room, count, shape))
    }

    fn hint<P: Params>(_: &Self::Func<P>, error: &Error) -> Option<&'static str> {
        hint::filled::<X>(error)
    }
}
