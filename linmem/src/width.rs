//! `usize` and `isize`, which bytemuck takes for plain data: as elements they would have the host's width, and the guest
//! would read others.

use crate::capacity::{Buf, Capacity, InPlace};
use crate::lower::With;
use crate::out::Out;
use std::marker::PhantomData;
use std::num::{NonZeroIsize, NonZeroUsize, Wrapping};

/// A type of the host's width, or one that consists of such.
pub trait HostWide {}

macro_rules! host_wide {
    ($([$($generics:tt)*] $ty:ty;)*) => {
        $(impl<$($generics)*> HostWide for $ty {})*
    };
}
host_wide! {
    [] usize;
    [] isize;
    [] NonZeroUsize;
    [] NonZeroIsize;
    [T: HostWide] Wrapping<T>;
    [T: HostWide] Option<T>;
    [T: HostWide] Vec<T>;
    [T: HostWide] [T];
    [T: HostWide, const N: usize] [T; N];
    [T: HostWide + ?Sized] &T;
    [T: HostWide + ?Sized] &mut T;
    [T: HostWide] Out<'_, T>;
    [T: HostWide] Buf<'_, T>;
    [T: HostWide] InPlace<'_, T>;
    [T: HostWide] Capacity<T>;
    [D, T: HostWide] With<D, T>;
}

/// Tells whether a type is one of these. Nothing can ask that of a type parameter, but the expansion asks it of types that
/// are written out: of two constants of that name, rustc takes the one that is not a trait's, if the type has it.
#[derive(Debug)]
pub struct Width<T: ?Sized>(PhantomData<T>);

impl<T: HostWide + ?Sized> Width<T> {
    /// It is.
    pub const IS_OF_HOST: bool = true;
}

/// The constant of all other types.
pub trait OtherWidth {
    /// It is not.
    const IS_OF_HOST: bool = false;
}

impl<T: ?Sized> OtherWidth for Width<T> {}

/// Refuses a type of the host's width while the crate compiles.
#[track_caller]
#[allow(clippy::panic, clippy::missing_panics_doc, reason = "a panic in a constant is an error of the compiler's")]
pub const fn has_width(is_of_host: bool) {
    assert!(
        !is_of_host,
        "`usize` and `isize` are as wide as the host's addresses, not the guest's: write `u32` and `i32`, or `u64` and \
         `i64` for a guest with 64-bit addresses"
    );
}
