//! Results: from core values, and the bytes they may point at, to Rust values.

#[cfg(feature = "module")]
mod coming;

#[cfg(feature = "module")]
pub(crate) use coming::Coming;

use crate::bind::{Callable, ResultOption};
use crate::convention::Convention;
use crate::core::{Params, Signature};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::Frame;
use crate::ledger::{Block, Ledger, Use};
use crate::lift::Lift;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::received::Received;
use crate::region::{Region, to_u64};
use crate::results::{Itself, Owner, Results, Returned, Room, Shape};
use crate::scalar::Scalar;
use crate::status::Status;
use std::future::ready;
use std::mem::ManuallyDrop;

/// A type that a method may return, for an export with parameters `P`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a wasm import",
    label = "not a supported result type",
    note = "supported: `()`, integers of 8 to 64 bits, floats, `bool`, `char`, `String`, `Vec<T>`, `&str`, `&[T]` where `T: bytemuck::Pod`, and `Option` of these",
    note = "a struct by value: `#[derive(Clone, Copy, Pod, Zeroable, linmem::Record)]` with `#[repr(C)]`; any other type: implement `linmem::Returns` for it"
)]
pub trait Returns<C: Convention, P: Params>: Sized {
    /// What is called.
    type Func: Callable;

    /// What came back, not looked at yet.
    type Core;

    /// What is kept between the end of the frame and the return.
    type Raw;

    /// What the caller gets: `Self`, with the lifetime of the store's borrow.
    type Out<'s>;

    /// Whether the guest must have a memory for it.
    const NEEDS_MEMORY: bool = true;

    /// Whether what the caller gets looks into guest memory. A block that is owed for it is released when the next call
    /// begins; what only the convention knows how to release cannot be borrowed.
    const BORROWS: bool = false;

    /// Which option chooses among the signatures. It is for advice only.
    const OPTION: ResultOption = ResultOption::None;

    /// Whether its form is [`ByType`](crate::results::ByType)'s to tell. It is for a check while compiling, which then
    /// asks for the form that the module has.
    #[doc(hidden)]
    const BY_TYPE: Itself<Self> = Itself::NOT_BY_TYPE;

    /// The signatures that would do, the preferred one first.
    const SIGNATURES: &'static [Signature] = <Self::Func as Callable>::SIGNATURES;

    /// Reserves room for the result, before the arguments.
    #[inline(always)]
    fn prepare(func: &Self::Func, into: &mut Lowering<'_>) -> Room {
        let _ = (func, into);
        None
    }

    /// Calls the export.
    fn call<M: Mode>(
        func: &Self::Func,
        frame: &mut Frame<'_, M, C::Allocator>,
        room: Room,
        params: P,
    ) -> impl Future<Output = Result<Self::Core>>;

    /// How many bytes of memory came back, as the guest says.
    #[inline(always)]
    fn len(core: &Self::Core) -> Option<u64> {
        let _ = core;
        None
    }

    /// Reads what must be read while the frame lives, and says what is to be released then, whether or not it could be
    /// read.
    fn read(received: &mut Received<'_>, core: Self::Core) -> (Result<Self::Raw>, Owed);

    /// Releases what the convention releases by itself.
    fn release<M: Mode>(
        func: &Self::Func,
        frame: &mut Frame<'_, M, C::Allocator>,
        returned: Returned,
    ) -> impl Future<Output = Result<()>> {
        let _ = (func, frame, returned);
        ready(Ok(()))
    }

    /// What to write instead, if such an error says that the result came by another convention.
    fn hint(func: &Self::Func, error: &Error) -> Option<&'static str> {
        let _ = (func, error);
        None
    }

    /// Reads the rest, once the frame has ended. Of memory there is nothing to see where it does not borrow.
    ///
    /// # Errors
    /// If what the guest returned is no value of the type.
    fn lift(raw: Self::Raw, memory: &[u8]) -> Result<Self::Out<'_>>;
}

/// What is to be released as soon as a result has been read, or when the next call begins if it is borrowed.
#[derive(Debug, Clone, Copy)]
pub enum Owed {
    /// Nothing, or it is in the ledger.
    Nothing,
    /// A block of the allocator's.
    Block(Block),
    /// What the convention knows how to release. Not of a result that is borrowed: it would stay in the guest.
    Convention(Returned),
}

/// What core values alone answer, and a status perhaps.
macro_rules! returns_core {
    ($($ty:ty as $core:ty, |$answer:pat_param| $lift:expr;)*) => {$(
        impl<C: Convention, P: Params> Returns<C, P> for $ty {
            type Func = <C::Status as Status>::Func<P, $core>;
            type Core = $core;
            type Raw = $core;
            type Out<'s> = $ty;
            const NEEDS_MEMORY: bool = <C::Status as Status>::NEEDS_MEMORY;
            // A status beside a result leaves no mark on the type that could be told from another result.
            const OPTION: ResultOption =
                if size_of::<$ty>() == 0 { ResultOption::Status } else { ResultOption::None };

            #[inline(always)]
            fn prepare(func: &Self::Func, into: &mut Lowering<'_>) -> Room {
                C::Status::prepare::<P, $core>(func, into)
            }

            #[inline(always)]
            fn call<M: Mode>(
                func: &Self::Func,
                frame: &mut Frame<'_, M, C::Allocator>,
                room: Room,
                params: P,
            ) -> impl Future<Output = Result<$core>> {
                C::Status::call(func, frame, room, params)
            }

            #[inline(always)]
            fn read(_: &mut Received<'_>, core: $core) -> (Result<$core>, Owed) {
                (Ok(core), Owed::Nothing)
            }

            #[inline(always)]
            fn lift($answer: $core, _: &[u8]) -> Result<Self> {
                $lift
            }
        }
    )*};
}

returns_core!(() as (), |()| Ok(()););

macro_rules! returns_scalars {
    ($($ty:ty)*) => {
        returns_core!($($ty as <$ty as Scalar>::Core, |core| <$ty as Scalar>::lift(core);)*);
    };
}
returns_scalars!(u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 bool char);

/// A result is borrowed until the next call, and a convention that releases it by itself does so at once.
const fn released_in_time(borrows: bool, by_convention: bool) {
    assert!(!borrows || !by_convention, "this convention releases a result at once: return an owned type");
}

/// The first so many.
const fn first(signatures: &'static [Signature], count: usize) -> &'static [Signature] {
    match signatures.split_at_checked(count) {
        Some((first, _)) => first,
        None => signatures,
    }
}

#[diagnostic::do_not_recommend]
impl<C: Convention, P: Params, T: Lift> Returns<C, P> for T {
    type Func = <C::Results as Results<C::Pointer>>::Func<P>;
    type Core = Returned;
    type Raw = T::Raw;
    type Out<'s> = T::Out<'s>;
    const OPTION: ResultOption = ResultOption::Returns;
    const BY_TYPE: Itself<Self> = <C::Results as Results<C::Pointer>>::BY_TYPE.of_result();
    const BORROWS: bool = T::BORROWS;
    const SIGNATURES: &'static [Signature] = first(
        <Self::Func as Callable>::SIGNATURES,
        if T::IS_SLICE { usize::MAX } else { <C::Results as Results<C::Pointer>>::FORMS_OF_VALUES },
    );

    #[inline(always)]
    fn prepare(func: &Self::Func, into: &mut Lowering<'_>) -> Room {
        C::Results::prepare::<P>(func, into, T::shape::<C>())
    }

    #[inline(always)]
    fn call<M: Mode>(
        func: &Self::Func,
        frame: &mut Frame<'_, M, C::Allocator>,
        room: Room,
        params: P,
    ) -> impl Future<Output = Result<Returned>> {
        const { released_in_time(T::BORROWS, C::Results::RELEASES) };
        C::Results::call(func, frame, room, params, T::shape::<C>())
    }

    #[inline(always)]
    fn len(returned: &Returned) -> Option<u64> {
        Some(returned.region.len)
    }

    #[inline(always)]
    fn read(received: &mut Received<'_>, returned: Returned) -> (Result<T::Raw>, Owed) {
        let Returned { region, block, owner, room } = returned;
        // Each fault leaves from where it is found: then the compiler sees that what is read at the end lies in memory.
        if let Some(room) = room.filter(|room| region.len > room.len) {
            return (Err(overflow::<C, T>(region, block, owner, room)), given_up(returned));
        }
        // Room of the host's may well begin where memory does.
        if region.pointer == 0 && owner != Owner::Frame {
            return (null::<C, T>(region), given_up(returned));
        }
        // Of what a convention releases by itself, a tag may say that there is no more than the tag.
        if owner != Owner::Convention
            && let Err(out_of_bounds) = received.bytes(region, 1)
        {
            return (Err(wrong_size::<C, T>(region).map_or(out_of_bounds, Error::from)), Owed::Nothing);
        }
        match accept::<C, T>(received, returned) {
            Ok(owed) => match wrong_size::<C, T>(region) {
                Some(wrong_size) => (Err(wrong_size.into()), owed),
                None => {
                    let block = if let Owed::Block(block) = owed { Some(block) } else { None };
                    let unread = Unread { ledger: received.ledger, block };
                    let raw = T::read::<C>(received.memory, region);
                    unread.disarm();
                    (raw, owed)
                }
            },
            Err(error) => (Err(error), Owed::Nothing),
        }
    }

    fn release<M: Mode>(
        func: &Self::Func,
        frame: &mut Frame<'_, M, C::Allocator>,
        returned: Returned,
    ) -> impl Future<Output = Result<()>> {
        C::Results::release(func, frame, returned, T::shape::<C>())
    }

    fn hint(func: &Self::Func, error: &Error) -> Option<&'static str> {
        // Of a single value, most conventions read neither an address nor a length.
        if T::IS_SLICE { C::Results::hint(func, error) } else { None }
    }

    #[inline(always)]
    fn lift(raw: T::Raw, memory: &[u8]) -> Result<T::Out<'_>> {
        T::lift(raw, memory)
    }
}

/// A result that is about to be read by code which may panic, a text encoding of the user's, say. If it does, what is owed
/// is due.
struct Unread<'a> {
    ledger: &'a mut Ledger,
    block: Option<Block>,
}

impl Unread<'_> {
    #[inline(always)]
    fn disarm(self) {
        let _ = ManuallyDrop::new(self);
    }
}

impl Drop for Unread<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(Block { pointer, size, align }) = self.block {
            self.ledger.owe(pointer, size, align);
        }
    }
}

/// What is owed where nothing is read: nothing, as nothing was allocated; but a convention is told.
fn given_up(returned: Returned) -> Owed {
    if returned.owner == Owner::Convention { Owed::Convention(returned) } else { Owed::Nothing }
}

/// More than there was room for. What is not even a number of bytes is told as the guest has said it. It takes the parts
/// of what came back, because they are in registers, and the types in the place of a shape, which every call would put into
/// memory for it.
#[cold]
fn overflow<C: Convention, T: Lift>(region: Region, block: Region, owner: Owner, room: Region) -> Error {
    let shape = T::shape::<C>();
    let said = Returned { region, block, owner, room: Some(room) }.said();
    let count = said.filter(|_| region.len == u64::MAX).unwrap_or(shape.count(region));
    let error = Error::from(ErrorKind::Overflow { count, capacity: shape.count(room) });
    match said {
        Some(said) => error.answered(said),
        None => error,
    }
}

/// Sees to it that what came back is released in time, if it may be: what overlaps an argument would be released twice.
#[inline(always)]
fn accept<C: Convention, T: Lift>(received: &mut Received<'_>, returned: Returned) -> Result<Owed> {
    let Returned { region, block, owner, .. } = returned;
    let align = T::shape::<C>().layout().align();
    match owner {
        // Before anybody's code sees the bytes, which may panic.
        Owner::Caller if T::BORROWS => {
            if let Some(block) = received.releasable(block, align)? {
                received.ledger.lend(block);
            }
        }
        Owner::Caller => match received.releasable(block, align)? {
            Some(block) if received.releases_results_last() => received.ledger.hold(block, Use::ResultDue),
            Some(block) => return Ok(Owed::Block(block)),
            None => {}
        },
        Owner::Guest | Owner::Frame if T::BORROWS => received.ledger.admit(region)?,
        Owner::Guest | Owner::Frame => {}
        Owner::Convention => return Ok(Owed::Convention(returned)),
    }
    Ok(Owed::Nothing)
}

/// A value has the size of its type, whatever length the guest gives.
#[inline]
fn wrong_size<C: Convention, T: Lift>(region: Region) -> Option<ErrorKind> {
    let shape = T::shape::<C>();
    let size = to_u64(shape.layout().size());
    let wrong = matches!(shape, Shape::Value(_)) && region.len != size;
    if wrong { Some(ErrorKind::WrongSize { len: region.len, size }) } else { None }
}

/// Null means "nothing" to an `Option`. Otherwise it may stand for an empty slice, as it does in C.
#[cold]
fn null<C: Convention, T: Lift>(region: Region) -> Result<T::Raw> {
    match (T::null(), T::shape::<C>()) {
        (Err(_), Shape::Slice(_)) if region.len == 0 => T::read::<C>(&[], region),
        // Where a tag says whether there is a value, the tag must be somewhere.
        (_, Shape::Value(_)) if <C::Results as Results<C::Pointer>>::TAGGED => Err(ErrorKind::Null.into()),
        (null, _) => null,
    }
}
