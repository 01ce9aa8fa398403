//! The form of a result that the type of an export tells while the crate compiles.

use crate::convention::Convention;
use crate::core::Types;
use crate::lower::Args;
use crate::results::{Packed, Pair, ReturnArea, ReturnPointer};
use crate::returns::{Coming, Returns};

/// The form of [`ByType`](crate::results::ByType) that an export of that type has, for a method with arguments `A` that
/// returns `T`: an index for [`Told`]. There is none for a result that comes by another convention, or not in memory.
pub const fn form<C, A, T>(found: Types<'_>) -> usize
where
    C: Convention,
    A: Args<C>,
    T: Returns<C, A::Core>,
{
    let (mut signatures, mut index) = (T::SIGNATURES, 0);
    while let (true, [first, rest @ ..]) = (T::BY_TYPE.is_by_type(), signatures) {
        if first.types().is(found) {
            return index;
        }
        (signatures, index) = (rest, index.saturating_add(1));
    }
    usize::MAX
}

/// A result `T` that comes in a [`form`]. Where there is none, `T` is left to say what it would have taken.
pub type Told<const FORM: usize, T> = <Form<FORM> as Tell<T>>::Result;

/// A form, by its index among the signatures of [`ByType`](crate::results::ByType).
#[derive(Debug)]
pub struct Form<const FORM: usize>;

/// See [`Told`].
pub trait Tell<T> {
    /// The result.
    type Result;
}

macro_rules! forms {
    ($($index:expr => $results:ty;)*) => {$(
        impl<T> Tell<T> for Form<{ $index }> {
            type Result = $results;
        }
    )*};
}
forms! {
    0 => Coming<T, ReturnPointer>;
    1 => Coming<T, ReturnArea>;
    2 => Coming<T, Pair>;
    3 => Coming<T, Packed>;
    usize::MAX => T;
}
