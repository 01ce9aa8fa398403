//! How a function that returns nothing else says whether it has failed.

use crate::allocator::Allocator;
use crate::bind::{FoundExport, Helper};
use crate::core::{CoreType, Params, Signature};
use crate::error::{ErrorKind, Result};
use crate::frame::Frame;
use crate::mode::Mode;
use crate::results::{Message, NoMessage};
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use wasmtime::{AsContextMut, TypedFunc};

/// The status axis of a [`Convention`](crate::Convention): what methods that return `()` are made of.
pub trait Status: 'static {
    /// The export, resolved to be called with parameters `P`.
    type Func<P: Params>: Send + Sync + 'static;

    /// The signatures that would do.
    fn signatures<P: Params>() -> Vec<Signature>;

    /// The functions that are called besides the export.
    fn helpers() -> Vec<Helper> {
        Vec::new()
    }

    /// Resolves the export and its helpers.
    ///
    /// # Errors
    /// If the functions have other types than were planned with.
    fn resolve<P: Params, S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func<P>>;

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
    type Func<P: Params> = TypedFunc<P, ()>;

    fn signatures<P: Params>() -> Vec<Signature> {
        vec![Signature::new(P::types(), &[])]
    }

    fn resolve<P: Params, S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func<P>> {
        found.func()
    }

    #[inline(always)]
    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        params: P,
    ) -> Result<()> {
        frame.invoke(func, params).await
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

/// The export, and where it says why it has failed.
pub struct WithCode<P, M> {
    export: TypedFunc<P, i32>,
    message: M,
}

impl<P, M> fmt::Debug for WithCode<P, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithCode").finish_non_exhaustive()
    }
}

impl<K: Success, N: Message> Status for Code<K, N> {
    type Func<P: Params> = WithCode<P, N::Func<u32>>;

    fn signatures<P: Params>() -> Vec<Signature> {
        vec![Signature::new(P::types(), &[CoreType::I32])]
    }

    fn helpers() -> Vec<Helper> {
        N::helpers::<u32>()
    }

    fn resolve<P: Params, S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func<P>> {
        Ok(WithCode { export: found.func()?, message: N::resolve::<u32, S>(found, 0)? })
    }

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
