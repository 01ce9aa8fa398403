//! Conventions: what a module's ABI chooses on each axis.

use crate::allocator::{Allocator, Found};
use crate::core::Pointer;
use crate::pass::{Pass, PtrLen};
use crate::results::{ByType, Results};
use std::marker::PhantomData;

/// One choice per axis. The attribute takes any type that implements it: `#[wasm_import(convention = MyModule)]`.
///
/// ```
/// use linmem::{allocator, convention::Convention, pass, results, wasm_import};
///
/// /// Length before pointer, results packed into an `i64`.
/// struct MyModule;
///
/// impl Convention for MyModule {
///     type Pointer = u32;
///     type Allocator = allocator::Found;
///     type Pass = pass::LenPtr;
///     type Results = results::Packed;
/// }
///
/// #[wasm_import(convention = MyModule)]
/// trait Codec {
///     fn encode(&mut self, data: &[u8]) -> linmem::Result<Vec<u8>>;
/// }
/// ```
pub trait Convention: 'static {
    /// The width of the guest's pointers and lengths: `u32`, or `u64` for memory64.
    type Pointer: Pointer;
    /// Where bytes are placed.
    type Allocator: Allocator;
    /// How bytes that were placed are passed.
    type Pass: Pass<Self::Pointer>;
    /// How results in memory come back.
    type Results: Results<Self::Pointer>;
}

/// The default: 32-bit pointers, the module's own allocator if it has a known one, pointer and length, and results as
/// the export's type tells ([`ByType`]).
#[derive(Debug, Clone, Copy)]
pub struct Standard;

impl Convention for Standard {
    type Pointer = u32;
    type Allocator = Found;
    type Pass = PtrLen;
    type Results = ByType;
}

/// A convention with another way to pass bytes.
#[derive(Debug)]
pub struct Passing<C, D>(PhantomData<fn() -> (C, D)>);

impl<C: Convention, D: Pass<C::Pointer>> Convention for Passing<C, D> {
    type Pointer = C::Pointer;
    type Allocator = C::Allocator;
    type Pass = D;
    type Results = C::Results;
}

/// A convention with another way to return what lies in memory.
#[derive(Debug)]
pub struct Returning<C, R>(PhantomData<fn() -> (C, R)>);

impl<C: Convention, R: Results<C::Pointer>> Convention for Returning<C, R> {
    type Pointer = C::Pointer;
    type Allocator = C::Allocator;
    type Pass = C::Pass;
    type Results = R;
}
