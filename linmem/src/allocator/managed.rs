//! Objects of AssemblyScript's collector.

use super::{Allocator, Request, Wanted};
use crate::bind::{Callable, FoundHelpers, Helper};
use crate::core::{Func, Signature, narrow};
use crate::error::Result;
use crate::guest::Guest;
use crate::ledger::Block;
use crate::mode::Mode;
use std::future::ready;
use wasmtime::AsContextMut;

/// AssemblyScript's runtime, which the compiler exports when told so (`--exportRuntime`): `__new` makes an object of a
/// class, `__pin` keeps it from the collector while the host holds it, `__unpin` no more. What is no object of a class is
/// placed in an `ArrayBuffer`.
///
/// Results belong to the collector. Nothing is to be done about them, because they are read before the guest runs again.
///
/// Source: AssemblyScript's documentation, "Runtime".
#[derive(Debug)]
pub struct Managed {
    new: New,
    pin: Func<(u32,), u32>,
    unpin: Func<(u32,), ()>,
}

/// Takes a size and a class.
type New = Func<(u32, u32), u32>;

/// What makes an object.
pub(crate) const NEW: &str = "__new";
pub(crate) const NEW_SIGNATURES: &[Signature] = <New as Callable>::SIGNATURES;
/// What gives one back to the collector.
pub(crate) const UNPIN: &str = "__unpin";

/// The class of an `ArrayBuffer`, in every module.
pub(crate) const ARRAY_BUFFER: u32 = 1;
/// The class of a `String`, in every module.
pub(crate) const STRING: u32 = 2;

impl Allocator for Managed {
    type Pointer = u32;
    const WANTED: Wanted = Wanted::new(
        &[Helper::new::<New>(NEW).unless_named(), Helper::new::<Func<(u32,), u32>>("__pin")],
        &[Helper::new::<Func<(u32,), ()>>(UNPIN).unless_named()],
    );

    fn resolve<S: AsContextMut>(found: &mut FoundHelpers<'_, '_, S>) -> Result<Self> {
        Ok(Managed { new: found.func()?, pin: found.func()?, unpin: found.func()? })
    }

    async fn allocate<M: Mode>(&self, guest: &mut Guest<'_, M>, request: Request) -> Result<Option<Block>> {
        let Request { size, align, class, .. } = request;
        let class = class.unwrap_or(ARRAY_BUFFER);
        let object = guest.call(&self.new, (narrow(size)?, class)).await?;
        let pointer = guest.call(&self.pin, (object,)).await?;
        Ok((pointer != 0).then_some(Block { pointer: pointer.into(), size, align }))
    }

    async fn release<M: Mode>(&self, guest: Guest<'_, M>, block: Block) -> Result<()> {
        guest.last_call(&self.unpin, (narrow(block.pointer)?,)).await
    }

    fn release_result<M: Mode>(&self, _: Guest<'_, M>, _: Block) -> impl Future<Output = Result<()>> {
        ready(Ok(()))
    }
}
