//! wasm-bindgen's results.

use crate::allocator::Allocator;
use crate::bind::{Callable, FoundExport};
use crate::core::{Func, Params, Pointer, Signature};
use crate::error::{ErrorKind, Result};
use crate::frame::Frame;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::results::{Owner, Results, Returned, Room, Shape};
use std::fmt;
use wasmtime::AsContextMut;

/// What wasm-bindgen's functions return: a pointer and a length, and, if they can fail, an error and whether it is one.
/// They come through a leading return pointer (classic), or as two or four results (multi-value).
///
/// A function that fails ends with [`ErrorKind::Guest`]; the code is the error as the module's imports know it: the index
/// of an object that they have made. A function that cannot fail has the same type as one that can, so its room is long
/// enough for both, and zero.
///
/// Source: wasm-bindgen's `src/convert/slices.rs` and `src/convert/impls.rs`, `ResultAbi`.
#[derive(Debug, Clone, Copy)]
pub struct Bindgen;

/// The export of a [`Bindgen`] method.
pub enum BindgenFunc<P: Params> {
    /// Takes a return pointer in front.
    ReturnPointer(Func<<u32 as Pointer>::Leading<P>, ()>),
    /// Returns a pointer and a length.
    Pair(Func<P, (u32, u32)>),
    /// Returns these, an error, and whether it is one.
    Fallible(Func<P, (u32, u32, u32, u32)>),
}

impl<P: Params> fmt::Debug for BindgenFunc<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BindgenFunc::ReturnPointer(_) => "ReturnPointer",
            BindgenFunc::Pair(_) => "Pair",
            BindgenFunc::Fallible(_) => "Fallible",
        })
    }
}

impl<P: Params> Callable for BindgenFunc<P> {
    const SIGNATURES: &'static [Signature] = &[
        Func::<<u32 as Pointer>::Leading<P>, ()>::SIGNATURE,
        Func::<P, (u32, u32)>::SIGNATURE,
        Func::<P, (u32, u32, u32, u32)>::SIGNATURE,
    ];

    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self> {
        Ok(match found.signature() {
            0 => BindgenFunc::ReturnPointer(found.func()?),
            1 => BindgenFunc::Pair(found.func()?),
            _ => BindgenFunc::Fallible(found.func()?),
        })
    }
}

impl Results<u32> for Bindgen {
    type Func<P: Params> = BindgenFunc<P>;

    fn prepare<P: Params>(func: &BindgenFunc<P>, into: &mut Lowering<'_>, _: Shape) -> Room {
        match func {
            BindgenFunc::ReturnPointer(_) => into.place(&[0; size_of::<[u32; 4]>()], align_of::<u32>()).ok(),
            BindgenFunc::Pair(_) | BindgenFunc::Fallible(_) => None,
        }
    }

    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &BindgenFunc<P>,
        frame: &mut Frame<'_, M, A>,
        room: Room,
        params: P,
        shape: Shape,
    ) -> Result<Returned> {
        let (pointer, len, error, is_error) = match func {
            BindgenFunc::Fallible(func) => frame.invoke(func, params).await?,
            BindgenFunc::Pair(func) => {
                let (pointer, len) = frame.invoke(func, params).await?;
                (pointer, len, 0, 0)
            }
            BindgenFunc::ReturnPointer(func) => {
                let room = room.ok_or(ErrorKind::NoRoom)?;
                let (pointer, _) = room.try_into()?;
                frame.invoke(func, u32::lead(pointer, params)).await?;
                let mut words = frame.bytes(room, align_of::<u32>())?.as_chunks().0.iter().copied();
                let mut word = || words.next().map_or(0, u32::from_le_bytes);
                (word(), word(), word(), word())
            }
        };
        if is_error != 0 {
            return Err(ErrorKind::Guest { code: error.into(), message: None }.into());
        }
        Ok(Returned::new(shape.named(pointer.into(), len.into()), Owner::Caller))
    }
}
