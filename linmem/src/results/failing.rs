//! Results that may be no result: a value that means failure, and where the guest says why.

use crate::allocator::Allocator;
use crate::bind::{FoundExport, Helper};
use crate::core::{Params, Pointer, Signature};
use crate::error::{ErrorKind, Result};
use crate::frame::Frame;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::region::Region;
use crate::results::{ByType, ExportName, Results, Returned, Room, Shape};
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use wasmtime::{AsContextMut, TypedFunc};

/// The same results, of which some mean that the guest has failed: [`ErrorKind::Guest`] with the code, and with the
/// message if the module has one.
///
/// ```
/// use linmem::results::{AllOnes, ExportName, Failing, LastError, LengthThen};
/// use linmem::wasm_import;
///
/// macro_rules! exports {
///     ($($ty:ident = $name:literal),*) => {$(
///         struct $ty;
///
///         impl ExportName for $ty {
///             const NAME: &'static str = $name;
///         }
///     )*};
/// }
/// exports!(Buffer = "buffer", Message = "error_message", MessageLen = "error_message_len");
///
/// #[wasm_import(alloc = "malloc_u8", free = "free_u8")]
/// trait Gzip {
///     /// Returns the length, or `0xffff_ffff`; the rest is behind getters.
///     #[wasm(returns = Failing<LengthThen<Buffer>, AllOnes, LastError<Message, MessageLen>>)]
///     fn gzip_compress(&mut self, data: &[u8], flags: u32) -> linmem::Result<Vec<u8>>;
/// }
/// ```
#[derive(Debug)]
pub struct Failing<R = ByType, F = Null, M = NoMessage>(PhantomData<(R, F, M)>);

/// Which results mean failure.
pub trait Failure: 'static {
    /// The code, if it is one.
    fn code<X: Pointer>(pointer: u64, count: u64) -> Option<i64>;
}

/// A null pointer means failure.
#[derive(Debug, Clone, Copy)]
pub struct Null;

impl Failure for Null {
    fn code<X: Pointer>(pointer: u64, _: u64) -> Option<i64> {
        (pointer == 0).then_some(0)
    }
}

/// A pointer or a length with all bits set means failure: −1, as C has it.
#[derive(Debug, Clone, Copy)]
pub struct AllOnes;

impl Failure for AllOnes {
    fn code<X: Pointer>(pointer: u64, count: u64) -> Option<i64> {
        let ones = u64::MAX >> u64::BITS.saturating_sub(X::BITS);
        (pointer == ones || count == ones).then_some(-1)
    }
}

/// Where the guest says why it has failed.
pub trait Message: 'static {
    /// The functions that tell, resolved.
    type Func<X: Pointer>: Send + Sync + 'static;

    /// Their names and types.
    fn helpers<X: Pointer>() -> Vec<Helper>;

    /// Resolves them; the first is the helper of that index.
    ///
    /// # Errors
    /// If the functions have other types than were planned with.
    fn resolve<X: Pointer, S: AsContextMut>(found: &mut FoundExport<'_, '_, S>, first: usize) -> Result<Self::Func<X>>;

    /// Fetches the message.
    fn fetch<X: Pointer, M: Mode, A: Allocator>(
        func: &Self::Func<X>,
        frame: &mut Frame<'_, M, A>,
    ) -> impl Future<Output = Result<Option<String>>>;
}

/// It does not say.
#[derive(Debug, Clone, Copy)]
pub struct NoMessage;

impl Message for NoMessage {
    type Func<X: Pointer> = ();

    fn helpers<X: Pointer>() -> Vec<Helper> {
        Vec::new()
    }

    fn resolve<X: Pointer, S: AsContextMut>(_: &mut FoundExport<'_, '_, S>, _: usize) -> Result<()> {
        Ok(())
    }

    async fn fetch<X: Pointer, M: Mode, A: Allocator>((): &(), _: &mut Frame<'_, M, A>) -> Result<Option<String>> {
        Ok(None)
    }
}

/// Two getters without parameters, of the message's address and of its length in bytes. The message is the guest's, in
/// UTF-8; what is none in it is replaced.
#[derive(Debug)]
pub struct LastError<P, L>(PhantomData<fn() -> (P, L)>);

/// The getters of a message.
pub struct Getters<X> {
    pointer: TypedFunc<(), X>,
    len: TypedFunc<(), X>,
}

impl<X> fmt::Debug for Getters<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Getters").finish_non_exhaustive()
    }
}

impl<P: ExportName, L: ExportName> Message for LastError<P, L> {
    type Func<X: Pointer> = Getters<X>;

    fn helpers<X: Pointer>() -> Vec<Helper> {
        let getter = |name: &str| {
            let signatures = vec![Signature::new(vec![], &[X::TYPE])];
            Helper { name: name.to_owned(), signatures, optional: false }
        };
        vec![getter(P::NAME), getter(L::NAME)]
    }

    fn resolve<X: Pointer, S: AsContextMut>(found: &mut FoundExport<'_, '_, S>, first: usize) -> Result<Getters<X>> {
        Ok(Getters { pointer: found.helper(first)?, len: found.helper(first.saturating_add(1))? })
    }

    async fn fetch<X: Pointer, M: Mode, A: Allocator>(
        func: &Getters<X>,
        frame: &mut Frame<'_, M, A>,
    ) -> Result<Option<String>> {
        let pointer = frame.invoke(&func.pointer, ()).await?.into();
        let len = frame.invoke(&func.len, ()).await?.into();
        let message = frame.bytes(Region { pointer, len }, 1)?;
        Ok(Some(String::from_utf8_lossy(message).into_owned()))
    }
}

/// The export, and where it says why it has failed.
pub struct WithMessage<F, M> {
    export: F,
    message: M,
}

impl<F, M> fmt::Debug for WithMessage<F, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithMessage").finish_non_exhaustive()
    }
}

impl<X: Pointer, R: Results<X>, F: Failure, N: Message> Results<X> for Failing<R, F, N> {
    type Func<P: Params> = WithMessage<R::Func<P>, N::Func<X>>;

    const RELEASES: bool = R::RELEASES;

    fn signatures<P: Params>(shape: Shape) -> Vec<Signature> {
        R::signatures::<P>(shape)
    }

    fn helpers(export: &str) -> Vec<Helper> {
        [R::helpers(export), N::helpers::<X>()].concat()
    }

    fn resolve<P: Params, S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func<P>> {
        let first = R::helpers(found.export()).len();
        Ok(WithMessage { export: R::resolve::<P, S>(found)?, message: N::resolve::<X, S>(found, first)? })
    }

    fn prepare<P: Params>(func: &Self::Func<P>, into: &mut Lowering<'_>, shape: Shape) -> Room {
        R::prepare::<P>(&func.export, into, shape)
    }

    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        room: Room,
        params: P,
        shape: Shape,
    ) -> Result<Returned> {
        let returned = R::call(&func.export, frame, room, params, shape).await?;
        match F::code::<X>(returned.region.pointer, shape.count(returned.region)) {
            None => Ok(returned),
            Some(code) => {
                let message = N::fetch(&func.message, frame).await?;
                Err(ErrorKind::Guest { code, message }.into())
            }
        }
    }

    async fn release<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        returned: Returned,
    ) -> Result<()> {
        R::release(&func.export, frame, returned).await
    }
}
