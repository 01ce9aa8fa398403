//! linmem
#![forbid(unsafe_code)]

pub mod allocator;
mod arena;
mod bind;
pub mod convention;
mod core;
mod error;
mod export;
mod frame;
mod guest;
mod interface;
mod ledger;
mod lift;
mod lower;
mod memory;
mod mode;
mod owner;
pub mod pass;
mod pod;
mod region;
pub mod results;
mod returns;
mod runtime;
mod scalar;

pub use crate::core::{CoreType, CoreValue, Params, Pointer, Signature};
pub use allocator::Allocator;
pub use arena::Arena;
pub use bind::{Fault, Faults, Finder, Planner, Resolver};
pub use convention::Convention;
pub use error::{Error, ErrorKind, Place, Poisoner, Result};
pub use frame::Frame;
pub use guest::Guest;
pub use interface::{Bound, Handle, Interface, Pre, Settings};
pub use ledger::Block;
pub use lift::Lift;
pub use linmem_macros::{Record, wasm_import};
pub use lower::{After, CopyBack, Lower};
pub use memory::{Allocation, LinearMemory, MemoryFrame, Outcome};
#[cfg(feature = "async")]
pub use mode::Async;
pub use mode::{Blocking, Mode};
pub use pod::Record;
pub use region::Region;
pub use returns::Returns;
pub use scalar::Scalar;

/// What generated code names. It changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use crate::bind::{Planner, Resolver};
    pub use crate::convention::{Convention, Returning};
    pub use crate::export::Export;
    #[cfg(feature = "async")]
    pub use crate::interface::call_async;
    pub use crate::interface::{MethodResult, call};
    use crate::lower::Lower;
    pub use crate::lower::With;
    use crate::{Frame, Mode, Record, Result, Returns};
    pub use wasmtime::AsContextMut;

    /// Says that a type is an argument, at the place where the user wrote it.
    pub fn argument<C: Convention, T: Lower<C>>() {}

    /// Says that a type is a method's result, at the place where the user wrote it.
    pub fn returned<C: Convention, T: MethodResult<Ok: Returns<C, ()>>>() {}

    /// Lowers a record that is passed by value.
    pub async fn lower_record<T, C, M>(record: T, frame: &mut Frame<'_, M, C::Allocator>) -> Result<((C::Pointer,), ())>
    where
        T: Record,
        C: Convention,
        M: Mode,
    {
        Lower::<C>::lower(&record, frame).await
    }
}
