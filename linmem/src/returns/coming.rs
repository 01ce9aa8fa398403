//! Results by another convention than that of their method.

use super::{Owed, Returns};
use crate::bind::ResultOption;
use crate::convention::{Convention, Returning};
use crate::core::{Params, Signature};
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::received::Received;
use crate::results::{Results, Returned, Room};
use std::marker::PhantomData;

/// A `T` that comes as `R` says, whatever the convention would have said. It is the method's result alone: its arguments may
/// be of types that know that convention and no other.
#[derive(Debug)]
pub struct Coming<T, R>(PhantomData<fn() -> (T, R)>);

impl<C, P, T, R> Returns<C, P> for Coming<T, R>
where
    C: Convention,
    P: Params,
    T: Returns<Returning<C, R>, P>,
    R: Results<C::Pointer>,
{
    type Func = T::Func;
    type Core = T::Core;
    type Raw = T::Raw;
    type Out<'s> = T::Out<'s>;
    const NEEDS_MEMORY: bool = T::NEEDS_MEMORY;
    const BORROWS: bool = T::BORROWS;
    const OPTION: ResultOption = T::OPTION;
    const SIGNATURES: &'static [Signature] = T::SIGNATURES;

    #[inline(always)]
    fn prepare(func: &Self::Func, into: &mut Lowering<'_>) -> Room {
        T::prepare(func, into)
    }

    #[inline(always)]
    fn call<M: Mode>(
        func: &Self::Func,
        frame: &mut Frame<'_, M, C::Allocator>,
        room: Room,
        params: P,
    ) -> impl Future<Output = Result<Self::Core>> {
        T::call(func, frame, room, params)
    }

    #[inline(always)]
    fn len(core: &Self::Core) -> Option<u64> {
        T::len(core)
    }

    #[inline(always)]
    fn read(received: &mut Received<'_>, core: Self::Core) -> (Result<Self::Raw>, Owed) {
        T::read(received, core)
    }

    #[inline(always)]
    fn release<M: Mode>(
        func: &Self::Func,
        frame: &mut Frame<'_, M, C::Allocator>,
        returned: Returned,
    ) -> impl Future<Output = Result<()>> {
        T::release(func, frame, returned)
    }

    fn hint(func: &Self::Func, error: &Error) -> Option<&'static str> {
        T::hint(func, error)
    }

    #[inline(always)]
    fn lift(raw: Self::Raw, memory: &[u8]) -> Result<Self::Out<'_>> {
        T::lift(raw, memory)
    }
}
