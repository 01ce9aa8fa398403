//! How a function that returns nothing else says whether it has failed.

use crate::allocator::Allocator;
use crate::bind::{Callable, FoundExport, Helper};
use crate::core::{Func, Params, Signature};
use crate::error::{ErrorKind, Result};
use crate::frame::Frame;
use crate::mode::Mode;
use crate::results::{ExportName, Message, NoMessage, WithMessage};
use std::marker::PhantomData;
use wasmtime::AsContextMut;

/// The status axis of a [`Convention`](crate::Convention): what methods that return `()` are made of.
pub trait Status: 'static {
    /// What is called, with parameters `P`.
    type Func<P: Params>: Callable;

    /// Calls it, and ends with [`ErrorKind::Guest`] if it says that it has failed.
    fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        params: P,
    ) -> impl Future<Output = Result<()>>;
}

/// The export returns nothing.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Status for Silent {
    type Func<P: Params> = Func<P, ()>;

    #[inline(always)]
    fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        params: P,
    ) -> impl Future<Output = Result<()>> {
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
    type Func<P: Params> = WithMessage<Func<P, i32>, u32, N>;

    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        params: P,
    ) -> Result<()> {
        let code = frame.invoke(&func.export, params).await?;
        if K::is(code) {
            return Ok(());
        }
        let message = N::fetch(&func.message, frame).await?;
        Err(ErrorKind::Guest { code: code.into(), message }.into())
    }
}

/// The export returns nothing, and a function without parameters tells afterwards whether there was an error: an `i32` that
/// is not zero, which is the code.
#[derive(Debug)]
pub struct IsError<N, M = NoMessage>(PhantomData<fn() -> (N, M)>);

/// The export, and what tells whether there was an error.
#[derive(Debug)]
pub struct WithFlag<P: Params, N> {
    export: Func<P, ()>,
    is_error: Func<(), i32>,
    name: PhantomData<fn() -> N>,
}

impl<P: Params, N: ExportName> Callable for WithFlag<P, N> {
    const SIGNATURES: &'static [Signature] = Func::<P, ()>::SIGNATURES;

    fn helpers(_: &str) -> Vec<Helper> {
        vec![Helper::new::<Func<(), i32>>(N::NAME)]
    }

    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self> {
        Ok(WithFlag { export: found.func()?, is_error: found.helper()?, name: PhantomData })
    }
}

impl<E: ExportName, N: Message> Status for IsError<E, N> {
    type Func<P: Params> = WithMessage<WithFlag<P, E>, u32, N>;

    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        params: P,
    ) -> Result<()> {
        frame.invoke(&func.export.export, params).await?;
        match frame.invoke(&func.export.is_error, ()).await? {
            0 => Ok(()),
            code => {
                let message = N::fetch(&func.message, frame).await?;
                Err(ErrorKind::Guest { code: code.into(), message }.into())
            }
        }
    }
}
