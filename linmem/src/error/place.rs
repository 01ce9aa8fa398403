//! Where in a call an error arose.

use std::fmt;

/// Where in a call an [`Error`](crate::Error) arose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// While this argument was lowered into the guest, or copied back out of it.
    Argument {
        /// Its position, from 0, without `self`.
        index: usize,
        /// Its name in the trait.
        name: &'static str,
    },
    /// In the exported function itself.
    Call,
    /// While what the function returned was read.
    Result,
    /// While a pointer and a length were read, at the address that the function returned.
    ReturnArea,
    /// While a block was given back to the guest's allocator.
    Release,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Argument { index, name: "" } => write!(f, "argument {index}"),
            Place::Argument { name, .. } => write!(f, "argument `{name}`"),
            Place::Call => f.write_str("call"),
            Place::Result => f.write_str("result"),
            Place::ReturnArea => f.write_str("result, taken for the address of a pointer and a length"),
            Place::Release => f.write_str("release"),
        }
    }
}
