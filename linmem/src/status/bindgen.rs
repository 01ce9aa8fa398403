//! wasm-bindgen's functions that answer by nothing or a scalar, and may fail.

use super::{CoreAnswer, Status};
use crate::allocator::Allocator;
use crate::bind::{Callable, FoundExport};
use crate::core::{Func, Params, Pointer, Signature, narrow};
use crate::error::{ErrorKind, Result};
use crate::frame::Frame;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::results::Room;
use std::fmt;
use wasmtime::AsContextMut;

/// What wasm-bindgen's functions return besides their answer, if they can fail: an error, and whether it is one. They come
/// behind the answer (multi-value), or with it through a leading return pointer (classic). See
/// [`results::Bindgen`](crate::results::Bindgen) for what the code of the error is.
///
/// Source: wasm-bindgen's `src/convert/impls.rs`, `ResultAbi`.
#[derive(Debug, Clone, Copy)]
pub struct Bindgen;

/// The export of a [`Bindgen`] method.
pub enum BindgenFunc<P: Params, R: CoreAnswer> {
    /// Cannot fail.
    Plain(Func<P, R>),
    /// Returns an error and whether it is one, too.
    Flagged(Func<P, R::Flagged>),
    /// Takes a return pointer in front.
    ReturnPointer(Func<<u32 as Pointer>::Leading<P>, ()>),
}

impl<P: Params, R: CoreAnswer> fmt::Debug for BindgenFunc<P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BindgenFunc::Plain(_) => "Plain",
            BindgenFunc::Flagged(_) => "Flagged",
            BindgenFunc::ReturnPointer(_) => "ReturnPointer",
        })
    }
}

impl<P: Params, R: CoreAnswer> Callable for BindgenFunc<P, R> {
    const SIGNATURES: &'static [Signature] = &[
        Func::<P, R>::SIGNATURE,
        Func::<P, R::Flagged>::SIGNATURE,
        Func::<<u32 as Pointer>::Leading<P>, ()>::SIGNATURE,
    ];

    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self> {
        Ok(match found.signature() {
            0 => BindgenFunc::Plain(found.func()?),
            1 => BindgenFunc::Flagged(found.func()?),
            _ => BindgenFunc::ReturnPointer(found.func()?),
        })
    }
}

/// The answer at the return pointer, and the two words behind it.
const AREA: usize = 16;

impl Status for Bindgen {
    type Func<P: Params, R: CoreAnswer> = BindgenFunc<P, R>;

    const NEEDS_MEMORY: bool = true;

    fn prepare<P: Params, R: CoreAnswer>(func: &BindgenFunc<P, R>, into: &mut Lowering<'_>) -> Room {
        match func {
            BindgenFunc::ReturnPointer(_) => into.place(&[0; AREA], align_of::<u64>()).ok(),
            BindgenFunc::Plain(_) | BindgenFunc::Flagged(_) => None,
        }
    }

    async fn call<P: Params, R: CoreAnswer, M: Mode, A: Allocator>(
        func: &BindgenFunc<P, R>,
        frame: &mut Frame<'_, M, A>,
        room: Room,
        params: P,
    ) -> Result<R> {
        let (answer, error, flag) = match func {
            BindgenFunc::Plain(func) => return frame.invoke(func, params).await,
            BindgenFunc::Flagged(func) => R::of_flagged(frame.invoke(func, params).await?),
            BindgenFunc::ReturnPointer(func) => {
                let room = room.ok_or_else(|| ErrorKind::NoRoom)?;
                frame.invoke(func, narrow::<u32>(room.pointer)?.lead(params)).await?;
                let area = frame.bytes(room, align_of::<u64>())?;
                let (answer, rest) = area.split_at_checked(R::SIZE).unwrap_or_default();
                let (words, _) = rest.as_chunks();
                let word = |index| words.get(index).copied().map_or(0, u32::from_le_bytes);
                (R::of_memory(answer).ok_or_else(|| ErrorKind::NoRoom)?, word(0), word(1))
            }
        };
        match flag {
            0 => Ok(answer),
            _ => Err(ErrorKind::Guest { code: error.into(), message: None }.into()),
        }
    }
}
