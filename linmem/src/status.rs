//! How a function that returns nothing, or a scalar, says whether it has failed.

mod answer;
mod bindgen;

pub use answer::CoreAnswer;
pub use bindgen::{Bindgen, BindgenFunc};

use crate::allocator::Allocator;
use crate::bind::{Besides, Callable, FoundExport, Helpers, Named};
use crate::core::{Func, Params, Signature};
use crate::error::{ErrorKind, Result};
use crate::frame::Frame;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::results::{ExportName, Failure, Message, NoMessage, Room, WithMessage};
use std::marker::PhantomData;
use wasmtime::AsContextMut;

/// The status axis of a [`Convention`](crate::Convention): how a function that returns nothing, or a scalar, says besides
/// whether it has failed.
pub trait Status: 'static {
    /// What is called, with parameters `P`, for an answer `R`.
    type Func<P: Params, R: CoreAnswer>: Callable;

    /// Whether the guest must have a memory for it.
    const NEEDS_MEMORY: bool = false;

    /// Reserves room for the answer, before the arguments.
    #[inline(always)]
    fn prepare<P: Params, R: CoreAnswer>(func: &Self::Func<P, R>, into: &mut Lowering<'_>) -> Room {
        let _ = (func, into);
        None
    }

    /// Calls it, and ends with [`ErrorKind::Guest`] if it says that it has failed.
    fn call<P: Params, R: CoreAnswer, M: Mode, A: Allocator>(
        func: &Self::Func<P, R>,
        frame: &mut Frame<'_, M, A>,
        room: Room,
        params: P,
    ) -> impl Future<Output = Result<R>>;
}

/// The export says nothing.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Status for Silent {
    type Func<P: Params, R: CoreAnswer> = Func<P, R>;

    #[inline(always)]
    fn call<P: Params, R: CoreAnswer, M: Mode, A: Allocator>(
        func: &Self::Func<P, R>,
        frame: &mut Frame<'_, M, A>,
        _: Room,
        params: P,
    ) -> impl Future<Output = Result<R>> {
        frame.invoke(func, params)
    }
}

/// Which `i32` means success.
pub trait Success: 'static {
    /// Whether this one does.
    fn is(code: i32) -> bool;
}

macro_rules! successes {
    ($($(#[$docs:meta])* $name:ident: |$code:ident| $is:expr;)*) => {$(
        $(#[$docs])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl Success for $name {
            fn is($code: i32) -> bool {
                $is
            }
        }
    )*};
}
successes! {
    /// Zero is success, and anything else an error code: C's way.
    Zero: |code| code == 0;
    /// Anything but zero is success: a `bool`, or a count that must not be none.
    NonZero: |code| code != 0;
    /// Zero and above are success, and below are error codes: POSIX's way.
    NonNegative: |code| code >= 0;
}

/// The export returns an `i32`, of which `K` says what means success. Anything else is [`ErrorKind::Guest`] with the code,
/// and with the message if the module has one.
///
/// ```
/// # use linmem::wasm_import;
/// use linmem::status::{Code, Zero};
///
/// #[wasm_import(status = Code<Zero>)]
/// trait Database {
///     fn open(&mut self, name: &str) -> linmem::Result<()>;
///     fn close(&mut self) -> linmem::Result<()>;
/// }
/// ```
#[derive(Debug)]
pub struct Code<K = Zero, M = NoMessage>(PhantomData<fn() -> (K, M)>);

impl<K: Success, N: Message> Status for Code<K, N> {
    type Func<P: Params, R: CoreAnswer> = WithMessage<Func<P, R::Coded>, u32, N>;

    async fn call<P: Params, R: CoreAnswer, M: Mode, A: Allocator>(
        func: &Self::Func<P, R>,
        frame: &mut Frame<'_, M, A>,
        _: Room,
        params: P,
    ) -> Result<R> {
        let (answer, code) = R::of_coded(frame.invoke(&func.export, params).await?);
        match code.filter(|code| !K::is(*code)) {
            None => Ok(answer),
            Some(code) => failed::<N, M, A, R>(&func.message, frame, code).await,
        }
    }
}

/// That the guest has failed, with the code and the message that it has for it.
async fn failed<N: Message, M: Mode, A: Allocator, R>(
    message: &N::Func<u32>,
    frame: &mut Frame<'_, M, A>,
    code: impl Into<i64>,
) -> Result<R> {
    let message = N::fetch(message, frame).await?;
    Err(ErrorKind::Guest { code: code.into(), message }.into())
}

/// The export returns its answer, or nothing, and a function without parameters tells afterwards whether there was an
/// error: an `i32` that is not zero, which is the code.
#[derive(Debug)]
pub struct IsError<N, M = NoMessage>(PhantomData<fn() -> (N, M)>);

/// The export, and what tells whether there was an error.
#[derive(Debug)]
pub struct WithFlag<P: Params, R: CoreAnswer, N> {
    export: Func<P, R>,
    is_error: Func<(), i32>,
    name: PhantomData<fn() -> N>,
}

impl<P: Params, R: CoreAnswer, N: ExportName> Callable for WithFlag<P, R, N> {
    const SIGNATURES: &'static [Signature] = Func::<P, R>::SIGNATURES;

    const HELPERS: Helpers = Named::<N, Func<(), i32>>::HELPERS;

    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self> {
        Ok(WithFlag { export: found.func()?, is_error: found.helpers.func()?, name: PhantomData })
    }
}

impl<E: ExportName, N: Message> Status for IsError<E, N> {
    type Func<P: Params, R: CoreAnswer> = WithMessage<WithFlag<P, R, E>, u32, N>;

    async fn call<P: Params, R: CoreAnswer, M: Mode, A: Allocator>(
        func: &Self::Func<P, R>,
        frame: &mut Frame<'_, M, A>,
        _: Room,
        params: P,
    ) -> Result<R> {
        let answer = frame.invoke(&func.export.export, params).await?;
        match frame.invoke(&func.export.is_error, ()).await? {
            0 => Ok(answer),
            code => failed::<N, M, A, R>(&func.message, frame, code).await,
        }
    }
}

/// The export returns a scalar, of which some values mean that it has failed: a count or an index that is −1, or an
/// `errno` below zero.
///
/// ```
/// # use linmem::wasm_import;
/// use linmem::results::Negative;
/// use linmem::status::Sentinel;
///
/// #[wasm_import(status = Sentinel<Negative>)]
/// trait Index {
///     /// The position, or −1.
///     fn find(&mut self, text: &str, word: &str) -> linmem::Result<u32>;
/// }
/// ```
#[derive(Debug)]
pub struct Sentinel<F, M = NoMessage>(PhantomData<fn() -> (F, M)>);

impl<F: Failure, N: Message> Status for Sentinel<F, N> {
    type Func<P: Params, R: CoreAnswer> = WithMessage<Func<P, R>, u32, N>;

    async fn call<P: Params, R: CoreAnswer, M: Mode, A: Allocator>(
        func: &Self::Func<P, R>,
        frame: &mut Frame<'_, M, A>,
        _: Room,
        params: P,
    ) -> Result<R> {
        let answer = frame.invoke(&func.export, params).await?;
        let code = match answer.bits() {
            Some((bits, u32::BITS)) => F::code::<u32>(bits, bits),
            Some((bits, _)) => F::code::<u64>(bits, bits),
            None => None,
        };
        match code {
            None => Ok(answer),
            Some(code) => failed::<N, M, A, R>(&func.message, frame, code).await,
        }
    }
}
