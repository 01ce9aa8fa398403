//! Allocators that have one buffer to give: where the guest's input goes.

use super::{Allocator, Request, Supply, Wanted};
use crate::bind::{FoundHelpers, Helper, Number};
use crate::core::{Func, Pointer, narrow};
use crate::error::Result;
use crate::guest::Guest;
use crate::ledger::Block;
use crate::mode::Mode;
use crate::results::ExportName;
use std::fmt;
use std::future::ready;
use std::marker::PhantomData;
use wasmtime::AsContextMut;

/// An export `(size) -> pointer` that reserves the one buffer for the guest's input, and remembers how long that is. It is
/// called before each call that places anything.
///
/// ```
/// use linmem::allocator::Reserve;
/// use linmem::pass::Implied;
/// use linmem::{export_names, wasm_import};
///
/// export_names!(Input = "reserve_input");
///
/// #[wasm_import(allocator = Reserve<Input>)]
/// trait Checker {
///     /// `check()` looks at what was reserved last.
///     fn check(&mut self, #[wasm(pass = Implied)] text: &str) -> linmem::Result<bool>;
/// }
/// ```
pub struct Reserve<N, X: Pointer = u32> {
    reserve: Func<(X,), X>,
    name: PhantomData<fn() -> N>,
}

impl<N: ExportName, X: Pointer> Allocator for Reserve<N, X> {
    type Pointer = X;
    const WANTED: Wanted = Wanted::new(&[Helper::new::<Func<(X,), X>>(N::NAME)], &[]);
    const SUPPLY: Supply = Supply::Anew;

    fn resolve<S: AsContextMut>(found: &mut FoundHelpers<'_, '_, S>) -> Result<Self> {
        Ok(Reserve { reserve: found.func()?, name: PhantomData })
    }

    async fn allocate<M: Mode>(&self, guest: &mut Guest<'_, M>, request: Request) -> Result<Option<Block>> {
        let Request { size, align, .. } = request;
        let pointer = guest.call(&self.reserve, (narrow(size)?,)).await?.into();
        // Nothing may well lie at null.
        Ok((pointer != 0 || size == 0).then_some(Block { pointer, size, align }))
    }

    fn release<M: Mode>(&self, _: Guest<'_, M>, _: Block) -> impl Future<Output = Result<()>> {
        ready(Ok(()))
    }
}

/// A buffer of the guest's own, whose address and capacity in bytes are exported: each as a function without parameters,
/// or as a global.
///
/// An address of a global of C's or Rust's is the address of where the number is, and not the number: read the
/// documentation of the module.
pub struct Buffer<P, C, X: Pointer = u32> {
    pointer: Number<X>,
    capacity: Number<X>,
    names: PhantomData<fn() -> (P, C)>,
}

impl<P: ExportName, C: ExportName, X: Pointer> Allocator for Buffer<P, C, X> {
    type Pointer = X;
    const WANTED: Wanted = Wanted::new(&[Helper::number::<X>(P::NAME), Helper::number::<X>(C::NAME)], &[]);
    const SUPPLY: Supply = Supply::One;

    fn resolve<S: AsContextMut>(found: &mut FoundHelpers<'_, '_, S>) -> Result<Self> {
        Ok(Buffer { pointer: found.number()?, capacity: found.number()?, names: PhantomData })
    }

    async fn allocate<M: Mode>(&self, guest: &mut Guest<'_, M>, request: Request) -> Result<Option<Block>> {
        let pointer = self.pointer.get(guest).await?;
        let capacity = self.capacity.get(guest).await?;
        let block = Block { pointer, size: capacity, align: request.align };
        Ok((block.region().len >= request.size).then_some(block))
    }

    fn release<M: Mode>(&self, _: Guest<'_, M>, _: Block) -> impl Future<Output = Result<()>> {
        ready(Ok(()))
    }
}

impl<N: ExportName, X: Pointer> fmt::Debug for Reserve<N, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reserve").field(&N::NAME).finish()
    }
}

impl<P: ExportName, C: ExportName, X: Pointer> fmt::Debug for Buffer<P, C, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Buffer").field(&P::NAME).field(&C::NAME).finish()
    }
}

/// The `LEN` bytes at `ADDRESS`, which the module leaves to the host.
#[derive(Debug)]
pub struct Fixed<const ADDRESS: u64, const LEN: u64, X = u32>(PhantomData<fn() -> X>);

impl<const ADDRESS: u64, const LEN: u64, X: Pointer> Allocator for Fixed<ADDRESS, LEN, X> {
    type Pointer = X;
    const SUPPLY: Supply = Supply::One;

    fn resolve<S: AsContextMut>(_: &mut FoundHelpers<'_, '_, S>) -> Result<Self> {
        Ok(Fixed(PhantomData))
    }

    fn allocate<M: Mode>(&self, _: &mut Guest<'_, M>, request: Request) -> impl Future<Output = Result<Option<Block>>> {
        let block = Block { pointer: ADDRESS, size: LEN, align: request.align };
        ready(Ok((block.region().len >= request.size).then_some(block)))
    }

    fn release<M: Mode>(&self, _: Guest<'_, M>, _: Block) -> impl Future<Output = Result<()>> {
        ready(Ok(()))
    }
}
