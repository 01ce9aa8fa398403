//! Objects of AssemblyScript's collector.

use super::{Allocator, Request};
use crate::bind::{Finder, Resolver, Role};
use crate::core::{Func, Signature, narrow};
use crate::error::Result;
use crate::guest::Guest;
use crate::interface::Settings;
use crate::ledger::Block;
use crate::mode::Mode;
use std::future::ready;
use wasmtime::{AsContextMut, ModuleExport};

/// AssemblyScript's runtime, which the compiler exports when told so (`--exportRuntime`): `__new` makes an object of a
/// class, `__pin` keeps it from the collector while the host holds it, `__unpin` no more. What is no object of a class is
/// placed in an `ArrayBuffer`.
///
/// Results belong to the collector. Nothing is to be done about them, because they are read before the guest runs again.
///
/// Source: AssemblyScript's documentation, "Runtime".
#[derive(Debug)]
pub struct Managed {
    new: Func<(u32, u32), u32>,
    pin: Func<(u32,), u32>,
    unpin: Func<(u32,), ()>,
}

/// What makes an object.
pub(crate) const NEW: &str = "__new";
/// What gives one back to the collector.
pub(crate) const UNPIN: &str = "__unpin";

/// The class of an `ArrayBuffer`, in every module.
pub(crate) const ARRAY_BUFFER: u32 = 1;
/// The class of a `String`, in every module.
pub(crate) const STRING: u32 = 2;

impl Allocator for Managed {
    type Pointer = u32;
    type Plan = Option<[(ModuleExport, usize); 3]>;
    const NAMED: Option<[&'static [Signature]; 2]> =
        Some([&[Func::<(u32, u32), u32>::SIGNATURE], &[Func::<(u32,), ()>::SIGNATURE]]);

    fn plan(finder: &mut Finder<'_>, settings: &Settings<'_>) -> Self::Plan {
        let new = settings.allocator.unwrap_or(NEW);
        let unpin = settings.deallocator.unwrap_or(UNPIN);
        let new = finder.named_function(Role::Allocator, new, &[Func::<(u32, u32), u32>::SIGNATURE]);
        let pin = finder.named_function(Role::Allocator, "__pin", &[Func::<(u32,), u32>::SIGNATURE]);
        let unpin = finder.named_function(Role::Deallocator, unpin, &[Func::<(u32,), ()>::SIGNATURE]);
        Some([new?, pin?, unpin?])
    }

    fn resolve<S: AsContextMut>(plan: &Self::Plan, resolver: &mut Resolver<'_, S>) -> Result<Self> {
        let [new, pin, unpin] = plan.as_ref().ok_or_else(crate::bind::other_module)?;
        Ok(Managed { new: resolver.callable(new)?, pin: resolver.callable(pin)?, unpin: resolver.callable(unpin)? })
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
