//! Objects that live in the guest: opaque addresses, and guards that free what they name.

use crate::convention::Convention;
use crate::core::{Params, Pointer, narrow};
use crate::error::{ErrorKind, Result};
use crate::frame::Frame;
use crate::lower::Lower;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::received::Received;
use crate::region::Region;
use crate::results::Room;
use crate::returns::{Owed, Returns};
use crate::status::Status;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// The address of something in a guest (a 32-bit one, unless `X` is `u64`), which the host neither reads nor frees: a handle.
///
/// `T` says what is there, so that a parser is not passed where a document is wanted; nothing of it is known to the host,
/// and any type will do. It is an argument, a result, and behind `&mut` an out-parameter. A result that may be null is an
/// `Option<GuestPtr<T>>`. [`guest_handles!`](crate::guest_handles) makes types of your own over it.
///
/// ```
/// use linmem::{GuestPtr, wasm_import};
///
/// enum Parser {}
///
/// #[wasm_import]
/// trait Xml {
///     fn parser_new(&mut self) -> linmem::Result<GuestPtr<Parser>>;
///     fn parser_feed(&mut self, parser: GuestPtr<Parser>, text: &str) -> linmem::Result<u32>;
///     fn parser_free(&mut self, parser: GuestPtr<Parser>) -> linmem::Result<()>;
/// }
///
/// fn count(xml: &mut dyn Xml, text: &str) -> linmem::Result<u32> {
///     let parser = xml.parser_new()?;
///     // Freed once, when the guard goes, whichever way.
///     let mut xml = parser.guard(xml, |xml, parser| drop(xml.parser_free(parser)));
///     xml.parser_feed(parser, text)
/// }
/// ```
pub struct GuestPtr<T, X = u32>(X, PhantomData<fn() -> T>);

impl<T, X: Pointer> GuestPtr<T, X> {
    /// The null pointer.
    pub const NULL: Self = GuestPtr(X::NULL, PhantomData);

    /// A pointer to that address.
    #[must_use]
    pub const fn new(address: X) -> Self {
        GuestPtr(address, PhantomData)
    }

    /// Its address.
    #[must_use]
    pub const fn address(self) -> X {
        self.0
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.0.into() == 0
    }

    /// A guard that has the guest free what this names, once, when it goes.
    pub fn guard<I: ?Sized, F: FnOnce(&mut I, Self)>(self, instance: &mut I, free: F) -> Freed<'_, I, T, F, X> {
        Freed { instance, pointer: self, free: Some(free) }
    }
}

impl<T, X: Copy> Clone for GuestPtr<T, X> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, X: Copy> Copy for GuestPtr<T, X> {}

impl<T, X: PartialEq> PartialEq for GuestPtr<T, X> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T, X: Eq> Eq for GuestPtr<T, X> {}

impl<T, X: Hash> Hash for GuestPtr<T, X> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T, X: fmt::LowerHex> fmt::Debug for GuestPtr<T, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GuestPtr({:#x})", self.0)
    }
}

impl<X: Pointer, C: Convention<Pointer = X>, T> Lower<C> for GuestPtr<T, X> {
    type Core = (X,);
    type Placed = ();
    const NEEDS_MEMORY: bool = false;

    #[inline(always)]
    fn lower(&mut self, _: &mut Lowering<'_>) -> Result<(Self::Core, ())> {
        Ok(((self.0,), ()))
    }
}

impl<X: Pointer, C: Convention<Pointer = X>, T> Lower<C> for &mut GuestPtr<T, X> {
    type Core = (X,);
    type Placed = Region;
    const COPIES_BACK: bool = true;

    fn lower(&mut self, into: &mut Lowering<'_>) -> Result<(Self::Core, Region)> {
        let mut bytes = Vec::with_capacity(X::SIZE);
        X::write(self.0.into(), &mut bytes)?;
        let region = into.place(&bytes, align_of::<X>())?;
        Ok(((narrow(region.pointer)?,), region))
    }

    fn copy_back(&mut self, placed: Region, from: &mut Received<'_>) -> Result<()> {
        **self = GuestPtr::new(narrow(X::read(from.bytes(placed, align_of::<X>())?))?);
        Ok(())
    }
}

macro_rules! returns_pointer {
    ($(#[$docs:meta])* $ty:ty: |$pointer:ident| $read:expr) => {
        $(#[$docs])*
        impl<X: Pointer, C: Convention<Pointer = X>, P: Params, T> Returns<C, P> for $ty {
            type Func = <C::Status as Status>::Func<P, X>;
            type Core = X;
            type Raw = X;
            type Out<'s> = Self;
            const NEEDS_MEMORY: bool = <C::Status as Status>::NEEDS_MEMORY;

            #[inline(always)]
            fn prepare(func: &Self::Func, into: &mut Lowering<'_>) -> Room {
                C::Status::prepare::<P, X>(func, into)
            }

            #[inline(always)]
            fn call<M: Mode>(
                func: &Self::Func,
                frame: &mut Frame<'_, M, C::Allocator>,
                room: Room,
                params: P,
            ) -> impl Future<Output = Result<X>> {
                C::Status::call(func, frame, room, params)
            }

            #[inline(always)]
            fn read(_: &mut Received<'_>, address: X) -> (Result<X>, Owed) {
                (Ok(address), Owed::Nothing)
            }

            #[inline(always)]
            fn lift(address: X, _: &[u8]) -> Result<Self> {
                let $pointer = GuestPtr::new(address);
                $read
            }
        }
    };
}

returns_pointer! {
    /// Null is an error here: it is no object.
    GuestPtr<T, X>: |pointer| if pointer.is_null() { Err(ErrorKind::Null.into()) } else { Ok(pointer) }
}

returns_pointer! {
    /// Null is `None`.
    Option<GuestPtr<T, X>>: |pointer| Ok(Some(pointer).filter(|pointer| !pointer.is_null()))
}

/// An instance, and the object in it that is freed when this goes. It derefs to the instance.
#[must_use = "the object is freed when this is dropped"]
pub struct Freed<'i, I: ?Sized, T: 'static, F: FnOnce(&mut I, GuestPtr<T, X>), X: Pointer = u32> {
    instance: &'i mut I,
    pointer: GuestPtr<T, X>,
    free: Option<F>,
}

impl<I: ?Sized, T, F: FnOnce(&mut I, GuestPtr<T, X>), X: Pointer> Freed<'_, I, T, F, X> {
    /// The object.
    #[must_use]
    pub fn pointer(&self) -> GuestPtr<T, X> {
        self.pointer
    }

    /// Leaves the object to the caller, who has it freed.
    pub fn keep(mut self) -> GuestPtr<T, X> {
        self.free = None;
        self.pointer
    }
}

impl<I: ?Sized, T, F: FnOnce(&mut I, GuestPtr<T, X>), X: Pointer> Deref for Freed<'_, I, T, F, X> {
    type Target = I;

    fn deref(&self) -> &I {
        self.instance
    }
}

impl<I: ?Sized, T, F: FnOnce(&mut I, GuestPtr<T, X>), X: Pointer> DerefMut for Freed<'_, I, T, F, X> {
    fn deref_mut(&mut self) -> &mut I {
        self.instance
    }
}

impl<I: ?Sized, T, F: FnOnce(&mut I, GuestPtr<T, X>), X: Pointer> Drop for Freed<'_, I, T, F, X> {
    fn drop(&mut self) {
        if let Some(free) = self.free.take() {
            free(self.instance, self.pointer);
        }
    }
}

impl<I: ?Sized, T, F: FnOnce(&mut I, GuestPtr<T, X>), X: Pointer> fmt::Debug for Freed<'_, I, T, F, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Freed").field("pointer", &self.pointer).finish_non_exhaustive()
    }
}

/// Makes types of a user's own for the objects of a guest: newtypes over [`GuestPtr`], which are arguments and results as it
/// is. Null is an error; where it may come, return an `Option<GuestPtr<T>>`.
///
/// ```
/// use linmem::wasm_import;
///
/// linmem::guest_handles! {
///     /// A parser of the guest's.
///     pub struct Parser;
/// }
///
/// #[wasm_import]
/// pub trait Xml {
///     fn parser_new(&mut self) -> linmem::Result<Parser>;
///     fn parser_feed(&mut self, parser: Parser, text: &str) -> linmem::Result<u32>;
///     fn parser_free(&mut self, parser: Parser) -> linmem::Result<()>;
/// }
///
/// fn count(xml: &mut dyn Xml, text: &str) -> linmem::Result<u32> {
///     let parser = xml.parser_new()?;
///     // Freed once, when the guard goes, whichever way.
///     let mut xml = parser.pointer().guard(xml, |xml, _| drop(xml.parser_free(parser)));
///     xml.parser_feed(parser, text)
/// }
/// ```
#[macro_export]
macro_rules! guest_handles {
    ($($(#[$attr:meta])* $vis:vis struct $name:ident;)*) => {$(
        $(#[$attr])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        $vis struct $name($crate::GuestPtr<$name>);

        impl $name {
            /// Its address in the guest.
            #[must_use]
            #[allow(dead_code, reason = "not every handle is guarded")]
            $vis const fn pointer(self) -> $crate::GuestPtr<$name> {
                self.0
            }
        }

        impl<C: $crate::Convention<Pointer = u32>> $crate::Lower<C> for $name {
            type Core = (u32,);
            type Placed = ();
            const NEEDS_MEMORY: bool = false;

            fn lower(&mut self, into: &mut $crate::Lowering<'_>) -> $crate::Result<((u32,), ())> {
                $crate::Lower::<C>::lower(&mut self.0, into)
            }
        }

        impl<C: $crate::Convention<Pointer = u32>, P: $crate::Params> $crate::Returns<C, P> for $name {
            type Func = <$crate::GuestPtr<$name> as $crate::Returns<C, P>>::Func;
            type Core = u32;
            type Raw = u32;
            type Out<'s> = $name;
            const NEEDS_MEMORY: bool = <$crate::GuestPtr<$name> as $crate::Returns<C, P>>::NEEDS_MEMORY;

            fn prepare(func: &Self::Func, into: &mut $crate::Lowering<'_>) -> $crate::results::Room {
                <$crate::GuestPtr<$name> as $crate::Returns<C, P>>::prepare(func, into)
            }

            fn call<M: $crate::Mode>(
                func: &Self::Func,
                frame: &mut $crate::Frame<'_, M, C::Allocator>,
                room: $crate::results::Room,
                params: P,
            ) -> impl ::core::future::Future<Output = $crate::Result<u32>> {
                <$crate::GuestPtr<$name> as $crate::Returns<C, P>>::call(func, frame, room, params)
            }

            fn read(received: &mut $crate::Received<'_>, core: u32) -> ($crate::Result<u32>, $crate::Owed) {
                <$crate::GuestPtr<$name> as $crate::Returns<C, P>>::read(received, core)
            }

            fn lift(raw: u32, memory: &[u8]) -> $crate::Result<$name> {
                <$crate::GuestPtr<$name> as $crate::Returns<C, P>>::lift(raw, memory).map($name)
            }
        }
    )*};
}
