//! The form of a result that the type of an export tells while the crate compiles.

use crate::bind::ResultOption;
use crate::convention::Convention;
use crate::core::Types;
use crate::lower::Args;
use crate::results::{ByType, Packed, Pair, ReturnArea, ReturnPointer};
use crate::returns::Returns;

/// The form of [`ByType`] that an export of that type has, for a method with arguments `A` that returns `T`: an index for
/// [`Told`]. There is none for a result that is not in memory.
pub const fn form<C, A, T>(found: Types<'_>) -> usize
where
    C: Convention,
    A: Args<C>,
    T: Returns<C, A::Core>,
{
    let (mut signatures, mut index) = (T::SIGNATURES, 0);
    while let (ResultOption::Returns, [first, rest @ ..]) = (T::OPTION, signatures) {
        if first.types().is(found) {
            return index;
        }
        (signatures, index) = (rest, index.saturating_add(1));
    }
    usize::MAX
}

/// The results convention of a [`form`]. Where there is none, [`ByType`] is left to say what it would have taken.
pub type Told<const FORM: usize> = <Form<FORM> as Tell>::Results;

/// A form, by its index among the signatures of [`ByType`].
#[derive(Debug)]
pub struct Form<const FORM: usize>;

/// See [`Told`].
pub trait Tell {
    /// The convention.
    type Results;
}

macro_rules! forms {
    ($($index:expr => $results:ty;)*) => {$(
        impl Tell for Form<{ $index }> {
            type Results = $results;
        }
    )*};
}
forms! {
    0 => ReturnPointer;
    1 => ReturnArea;
    2 => Pair;
    3 => Packed;
    usize::MAX => ByType;
}
