//! Objects that live in the guest: opaque addresses, and guards that free what they name.

use crate::bind::FoundExport;
use crate::convention::Convention;
use crate::core::{Params, Pointer, Signature, narrow};
use crate::error::{ErrorKind, Result};
use crate::frame::Frame;
use crate::lower::Lower;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::received::Received;
use crate::region::Region;
use crate::results::Room;
use crate::returns::Returns;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use wasmtime::{AsContextMut, TypedFunc};

/// The address of something in a 32-bit guest, which the host neither reads nor frees: a handle.
///
/// `T` says what is there, so that a parser is not passed where a document is wanted; nothing of it is known to the host,
/// and any type will do. It is an argument, a result, and behind `&mut` an out-parameter. A result that may be null is an
/// `Option<GuestPtr<T>>`.
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
pub struct GuestPtr<T>(u32, PhantomData<fn() -> T>);

impl<T> GuestPtr<T> {
    /// The null pointer.
    pub const NULL: Self = GuestPtr(0, PhantomData);

    /// A pointer to that address.
    #[must_use]
    pub const fn new(address: u32) -> Self {
        GuestPtr(address, PhantomData)
    }

    /// Its address.
    #[must_use]
    pub const fn address(self) -> u32 {
        self.0
    }

    /// Whether it is null.
    #[must_use]
    pub const fn is_null(self) -> bool {
        self.0 == 0
    }

    /// A guard that has the guest free what this names, once, when it goes.
    pub fn guard<I: ?Sized, F: FnOnce(&mut I, Self)>(self, instance: &mut I, free: F) -> Freed<'_, I, T, F> {
        Freed { instance, pointer: self, free: Some(free) }
    }
}

impl<T> Clone for GuestPtr<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for GuestPtr<T> {}

impl<T> PartialEq for GuestPtr<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for GuestPtr<T> {}

impl<T> Hash for GuestPtr<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T> fmt::Debug for GuestPtr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GuestPtr({:#x})", self.0)
    }
}

impl<C: Convention, T> Lower<C> for GuestPtr<T> {
    type Core = (C::Pointer,);
    type Placed = ();
    const NEEDS_MEMORY: bool = false;

    #[inline]
    fn lower(&mut self, _: &mut Lowering<'_>) -> Result<(Self::Core, ())> {
        Ok(((narrow(self.0.into())?,), ()))
    }
}

impl<C: Convention, T> Lower<C> for &mut GuestPtr<T> {
    type Core = (C::Pointer,);
    type Placed = Region;
    const COPIES_BACK: bool = true;

    #[inline]
    fn lower(&mut self, into: &mut Lowering<'_>) -> Result<(Self::Core, Region)> {
        let region = into.place(&self.0.to_le_bytes(), align_of::<u32>())?;
        Ok(((narrow(region.pointer)?,), region))
    }

    #[inline]
    fn copy_back(&mut self, placed: Region, from: &mut Received<'_>) -> Result<()> {
        **self = GuestPtr::new(narrow(u32::read(from.bytes(placed, align_of::<u32>())?))?);
        Ok(())
    }
}

macro_rules! returns_pointer {
    ($(#[$docs:meta])* $ty:ty: |$pointer:ident| $read:expr) => {
        $(#[$docs])*
        impl<C: Convention, P: Params, T> Returns<C, P> for $ty {
            type Func = TypedFunc<P, u32>;
            type Raw = Self;
            type Out<'s> = Self;
            const NEEDS_MEMORY: bool = false;

            fn signatures() -> Vec<Signature> {
                <u32 as Returns<C, P>>::signatures()
            }

            fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func> {
                found.func()
            }

            #[inline(always)]
            async fn call<M: Mode>(
                func: &Self::Func,
                frame: &mut Frame<'_, M, C::Allocator>,
                _: Room,
                params: P,
            ) -> Result<Self> {
                let $pointer = GuestPtr::new(frame.invoke(func, params).await?);
                $read
            }

            #[inline]
            fn lift(raw: Self, _: &[u8]) -> Result<Self> {
                Ok(raw)
            }
        }
    };
}

returns_pointer! {
    /// Null is an error here: it is no object.
    GuestPtr<T>: |pointer| if pointer.is_null() { Err(ErrorKind::Null.into()) } else { Ok(pointer) }
}

returns_pointer! {
    /// Null is `None`.
    Option<GuestPtr<T>>: |pointer| Ok(Some(pointer).filter(|pointer| !pointer.is_null()))
}

/// An instance, and the object in it that is freed when this goes. It derefs to the instance.
#[must_use = "the object is freed when this is dropped"]
pub struct Freed<'i, I: ?Sized, T: 'static, F: FnOnce(&mut I, GuestPtr<T>)> {
    instance: &'i mut I,
    pointer: GuestPtr<T>,
    free: Option<F>,
}

impl<I: ?Sized, T, F: FnOnce(&mut I, GuestPtr<T>)> Freed<'_, I, T, F> {
    /// The object.
    #[must_use]
    pub fn pointer(&self) -> GuestPtr<T> {
        self.pointer
    }

    /// Leaves the object to the caller, who has it freed.
    pub fn keep(mut self) -> GuestPtr<T> {
        self.free = None;
        self.pointer
    }
}

impl<I: ?Sized, T, F: FnOnce(&mut I, GuestPtr<T>)> Deref for Freed<'_, I, T, F> {
    type Target = I;

    fn deref(&self) -> &I {
        self.instance
    }
}

impl<I: ?Sized, T, F: FnOnce(&mut I, GuestPtr<T>)> DerefMut for Freed<'_, I, T, F> {
    fn deref_mut(&mut self) -> &mut I {
        self.instance
    }
}

impl<I: ?Sized, T, F: FnOnce(&mut I, GuestPtr<T>)> Drop for Freed<'_, I, T, F> {
    fn drop(&mut self) {
        if let Some(free) = self.free.take() {
            free(self.instance, self.pointer);
        }
    }
}

impl<I: ?Sized, T, F: FnOnce(&mut I, GuestPtr<T>)> fmt::Debug for Freed<'_, I, T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Freed").field("pointer", &self.pointer).finish_non_exhaustive()
    }
}
