//! Results that may be no result: a value that means failure, and where the guest says why.

use crate::allocator::Allocator;
use crate::bind::{Besides, Callable, FoundExport, Helpers, Named};
use crate::core::{Func, Params, Pointer, Signature};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::Frame;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::region::Region;
use crate::results::{ByType, ExportName, Owner, Results, Returned, Room, Shape};
use std::alloc::Layout;
use std::fmt;
use std::marker::PhantomData;
use wasmtime::AsContextMut;

/// The same results, of which some mean that the guest has failed: [`ErrorKind::Guest`] with the code, and with the
/// message if the module has one.
///
/// ```
/// use linmem::results::{AllOnes, Failing, LastError, LengthThen};
/// use linmem::{export_names, wasm_import};
///
/// export_names!(Buffer = "buffer", Message = "error_message", MessageLen = "error_message_len");
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

/// A pointer or a length below zero means failure, and is the code: POSIX's way.
#[derive(Debug, Clone, Copy)]
pub struct Negative;

impl Failure for Negative {
    fn code<X: Pointer>(pointer: u64, count: u64) -> Option<i64> {
        let unused = u64::BITS.saturating_sub(X::BITS);
        let signed = |value: u64| value.unbounded_shl(unused).cast_signed() >> unused;
        [signed(pointer), signed(count)].into_iter().find(|value| *value < 0)
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
    /// The functions that tell.
    type Func<X: Pointer>: Besides;

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

    async fn fetch<X: Pointer, M: Mode, A: Allocator>((): &(), _: &mut Frame<'_, M, A>) -> Result<Option<String>> {
        Ok(None)
    }
}

/// Two getters without parameters, of the message's address and of its length in bytes. The message is the guest's, in
/// UTF-8; what is none in it is replaced.
#[derive(Debug)]
pub struct LastError<P, L>(PhantomData<fn() -> (P, L)>);

/// A getter without parameters, of the address of a message that ends with a NUL: C's `const char *last_error(void)`.
#[derive(Debug)]
pub struct LastErrorText<P>(PhantomData<fn() -> P>);

/// A getter of the name `N`.
type Getter<N, X> = Named<N, Func<(), X>>;

impl<P: ExportName, L: ExportName> Message for LastError<P, L> {
    type Func<X: Pointer> = (Getter<P, X>, Getter<L, X>);

    fn fetch<X: Pointer, M: Mode, A: Allocator>(
        (pointer, len): &Self::Func<X>,
        frame: &mut Frame<'_, M, A>,
    ) -> impl Future<Output = Result<Option<String>>> {
        fetch(&pointer.func, Some(&len.func), frame)
    }
}

impl<P: ExportName> Message for LastErrorText<P> {
    type Func<X: Pointer> = Getter<P, X>;

    fn fetch<X: Pointer, M: Mode, A: Allocator>(
        pointer: &Getter<P, X>,
        frame: &mut Frame<'_, M, A>,
    ) -> impl Future<Output = Result<Option<String>>> {
        fetch(&pointer.func, None, frame)
    }
}

/// Without a length, the message ends with a NUL.
async fn fetch<X: Pointer, M: Mode, A: Allocator>(
    pointer: &Func<(), X>,
    len: Option<&Func<(), X>>,
    frame: &mut Frame<'_, M, A>,
) -> Result<Option<String>> {
    let pointer = frame.invoke(pointer, ()).await?.into();
    if pointer == 0 {
        return Ok(None);
    }
    let region = match len {
        Some(len) => Region { pointer, len: frame.invoke(len, ()).await?.into() },
        None => super::direct::terminated(frame.memory()?, pointer, Shape::Slice(Layout::new::<u8>()))?.0,
    };
    Ok(Some(String::from_utf8_lossy(frame.bytes(region, 1)?).into_owned()))
}

/// What is called, and where it says why it has failed.
pub struct WithMessage<F, X: Pointer, N: Message> {
    pub(crate) export: F,
    pub(crate) message: N::Func<X>,
}

impl<F: fmt::Debug, X: Pointer, N: Message> fmt::Debug for WithMessage<F, X, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithMessage").field("export", &self.export).finish_non_exhaustive()
    }
}

impl<F: Callable, X: Pointer, N: Message> Callable for WithMessage<F, X, N> {
    const SIGNATURES: &'static [Signature] = F::SIGNATURES;

    const HELPERS: Helpers = Helpers::Both(&F::HELPERS, &N::Func::<X>::HELPERS);

    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self> {
        Ok(WithMessage { export: F::resolve(found)?, message: N::Func::resolve(&mut found.helpers)? })
    }
}

impl<X: Pointer, R: Results<X>, F: Failure, N: Message> Results<X> for Failing<R, F, N> {
    type Func<P: Params> = WithMessage<R::Func<P>, X, N>;

    const RELEASES: bool = R::RELEASES;
    const FORMS_OF_VALUES: usize = R::FORMS_OF_VALUES;
    const TAGGED: bool = R::TAGGED;
    const IN_BYTES: bool = R::IN_BYTES;

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
        let returned = match R::call(&func.export, frame, room, params, shape).await {
            Ok(returned) => returned,
            // What says that it has failed may be no address, of what was to be read there.
            Err(error) => {
                return Err(match error.answer().and_then(|answer| F::code::<X>(answer, 1)) {
                    Some(code) => ErrorKind::Guest { code, message: N::fetch(&func.message, frame).await? }.into(),
                    None => error,
                });
            }
        };
        // Where the room is the host's, its address says nothing.
        let pointer = if returned.owner == Owner::Frame { 1 } else { returned.region.pointer };
        let count = match returned.said() {
            Some(said) => said,
            None if R::IN_BYTES => returned.region.len,
            None => shape.count(returned.region),
        };
        match F::code::<X>(pointer, count) {
            None => Ok(returned),
            Some(code) => {
                let message = N::fetch(&func.message, frame).await?;
                let Region { pointer, len } = returned.block;
                // What says that it has failed may be no address at all.
                let is_block = pointer != 0 && frame.bytes(Region { pointer, len: len.max(1) }, 1).is_ok();
                if returned.owner == Owner::Convention && is_block {
                    R::release(&func.export, frame, returned, shape).await?;
                }
                Err(ErrorKind::Guest { code, message }.into())
            }
        }
    }

    fn release<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        returned: Returned,
        shape: Shape,
    ) -> impl Future<Output = Result<()>> {
        R::release(&func.export, frame, returned, shape)
    }

    fn hint<P: Params>(func: &Self::Func<P>, error: &Error) -> Option<&'static str> {
        R::hint::<P>(&func.export, error)
    }
}
