//! Core WebAssembly's own vocabulary: value types, signatures, and tuples of values as parameters.

use crate::error::{ErrorKind, Result};
use std::fmt;
use wasmtime::{FuncType, ValType, WasmParams, WasmTy};

/// A value type of core WebAssembly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CoreType {
    /// A 32-bit integer.
    I32,
    /// A 64-bit integer.
    I64,
    /// A 32-bit float.
    F32,
    /// A 64-bit float.
    F64,
    /// A 128-bit vector.
    V128,
    /// A reference of any kind.
    Ref,
}

impl From<ValType> for CoreType {
    fn from(ty: ValType) -> Self {
        match ty {
            ValType::I32 => CoreType::I32,
            ValType::I64 => CoreType::I64,
            ValType::F32 => CoreType::F32,
            ValType::F64 => CoreType::F64,
            ValType::V128 => CoreType::V128,
            ValType::Ref(_) => CoreType::Ref,
        }
    }
}

impl fmt::Display for CoreType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CoreType::I32 => "i32",
            CoreType::I64 => "i64",
            CoreType::F32 => "f32",
            CoreType::F64 => "f64",
            CoreType::V128 => "v128",
            CoreType::Ref => "ref",
        })
    }
}

/// The type of a core function. Displayed as `(i32, i32) -> i64`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Signature {
    /// The types of the parameters.
    pub params: Vec<CoreType>,
    /// The types of the results.
    pub results: Vec<CoreType>,
}

impl Signature {
    /// A signature of these types.
    #[must_use]
    pub fn new(params: Vec<CoreType>, results: &[CoreType]) -> Self {
        Signature { params, results: results.to_vec() }
    }
}

impl From<FuncType> for Signature {
    fn from(ty: FuncType) -> Self {
        Signature {
            params: ty.params().map(CoreType::from).collect(),
            results: ty.results().map(CoreType::from).collect(),
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |types: &[CoreType]| types.iter().map(CoreType::to_string).collect::<Vec<_>>().join(", ");
        write!(f, "({})", list(&self.params))?;
        match self.results.as_slice() {
            [] => Ok(()),
            [one] => write!(f, " -> {one}"),
            many => write!(f, " -> ({})", list(many)),
        }
    }
}

/// A Rust type that wasmtime passes as one core value.
pub trait CoreValue: WasmTy + Copy + Sync + fmt::Debug + 'static {
    /// Its core type.
    const TYPE: CoreType;
}

macro_rules! core_values {
    ($($rust:ty => $core:ident),*) => {$(
        impl CoreValue for $rust {
            const TYPE: CoreType = CoreType::$core;
        }
    )*};
}
core_values!(i32 => I32, u32 => I32, i64 => I64, u64 => I64, f32 => F32, f64 => F64);

/// How wide the guest's pointers and lengths are: `u32` for a 32-bit memory, `u64` for memory64.
pub trait Pointer: CoreValue + Into<u64> + TryFrom<u64> + fmt::LowerHex {
    /// Its width.
    const BITS: u32;

    /// Reads one that the guest wrote, little-endian. `bytes` holds as many as a pointer has; missing ones are 0.
    fn read(bytes: &[u8]) -> u64 {
        bytes.iter().take(Self::SIZE).rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
    }

    /// Writes one for the guest, little-endian.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] if it does not fit.
    fn write(value: u64, into: &mut Vec<u8>) -> Result<()> {
        narrow::<Self>(value)?;
        into.extend(value.to_le_bytes().into_iter().take(Self::SIZE));
        Ok(())
    }

    /// Its size in bytes.
    const SIZE: usize = size_of::<Self>();

    /// Parameters behind one leading pointer.
    type Leading<P: Params>: WasmParams + Sync + 'static;

    /// Puts this pointer in front of parameters.
    fn lead<P: Params>(self, params: P) -> Self::Leading<P>;
}

macro_rules! pointers {
    ($($ty:ty),*) => {$(
        impl Pointer for $ty {
            const BITS: u32 = <$ty>::BITS;

            type Leading<P: Params> = <P as Prepend<$ty>>::Out;

            #[inline]
            fn lead<P: Params>(self, params: P) -> Self::Leading<P> {
                params.prepend(self)
            }
        }
    )*};
}
pointers!(u32, u64);

/// A length or an address as the guest's pointers hold it.
#[inline]
pub(crate) fn narrow<X: Pointer>(value: u64) -> Result<X> {
    X::try_from(value).map_err(|_| ErrorKind::TooLarge { value, bits: X::BITS }.into())
}

/// The core parameters of one function: a tuple of at most 16 core values.
///
/// wasmtime takes tuples of up to 17; one is left for a leading return pointer.
#[diagnostic::on_unimplemented(
    message = "the arguments take more core parameters than linmem passes: at most 16",
    note = "a string or slice takes two: pass fewer arguments, or a struct by reference"
)]
pub trait Params: WasmParams + Sync + Prepend<u32> + Prepend<u64> + 'static {
    /// The types of the values.
    fn types() -> Vec<CoreType>;
}

/// A tuple of parameters with one more in front.
pub trait Prepend<X> {
    /// The longer tuple.
    type Out: WasmParams + Sync + 'static;

    /// Adds `first` in front.
    fn prepend(self, first: X) -> Self::Out;
}

/// A tuple of parameters with those of another behind.
#[diagnostic::on_unimplemented(
    message = "the arguments take more core parameters than linmem passes: at most 16",
    note = "a string or slice takes two: pass fewer arguments, or a struct by reference"
)]
pub trait Append<T> {
    /// The longer tuple.
    type Out;

    /// Adds `tail` behind.
    fn append(self, tail: T) -> Self::Out;
}

macro_rules! params {
    ($($p:ident)*) => {
        impl<$($p: CoreValue,)*> Params for ($($p,)*) {
            fn types() -> Vec<CoreType> {
                vec![$($p::TYPE,)*]
            }
        }

        impl<X: CoreValue, $($p: CoreValue,)*> Prepend<X> for ($($p,)*) {
            type Out = (X, $($p,)*);

            #[inline]
            #[allow(non_snake_case, reason = "one name serves as type and as variable")]
            fn prepend(self, first: X) -> Self::Out {
                let ($($p,)*) = self;
                (first, $($p,)*)
            }
        }

        params!(@append [$($p)*] []);
        params!(@append [$($p)*] [X0]);
        params!(@append [$($p)*] [X0 X1]);
        params!(@append [$($p)*] [X0 X1 X2]);
    };
    (@append [$($p:ident)*] [$($t:ident)*]) => {
        impl<$($p,)* $($t,)*> Append<($($t,)*)> for ($($p,)*) {
            type Out = ($($p,)* $($t,)*);

            #[inline]
            #[allow(non_snake_case, clippy::unused_unit, reason = "one name serves as type and as variable, or none")]
            fn append(self, tail: ($($t,)*)) -> Self::Out {
                let (($($p,)*), ($($t,)*)) = (self, tail);
                ($($p,)* $($t,)*)
            }
        }
    };
}
params!();
params!(A);
params!(A B);
params!(A B C);
params!(A B C D);
params!(A B C D E);
params!(A B C D E F);
params!(A B C D E F G);
params!(A B C D E F G H);
params!(A B C D E F G H I);
params!(A B C D E F G H I J);
params!(A B C D E F G H I J K);
params!(A B C D E F G H I J K L);
params!(A B C D E F G H I J K L M);
params!(A B C D E F G H I J K L M N);
params!(A B C D E F G H I J K L M N O);
params!(A B C D E F G H I J K L M N O P);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_read_like_the_text_format() {
        use CoreType::{F64, I32, I64};
        assert_eq!(Signature::new(vec![I32, I32], &[I64]).to_string(), "(i32, i32) -> i64");
        assert_eq!(Signature::new(vec![], &[]).to_string(), "()");
        assert_eq!(Signature::new(vec![F64], &[I32, I32]).to_string(), "(f64) -> (i32, i32)");
    }

    #[test]
    fn pointers_are_read_unsigned() {
        assert_eq!(u32::read(&[0xff, 0xff, 0xff, 0xff, 1]), 0xffff_ffff);
        assert_eq!(u64::read(&[1, 0, 0, 0, 0, 0, 0, 0x80]), 0x8000_0000_0000_0001);
    }

    #[test]
    fn tuples_grow_at_both_ends() {
        assert_eq!((1u32, 2.0f64).append((3u32, 4u32)).prepend(0u32), (0, 1, 2.0, 3, 4));
        assert_eq!(<(u32, f64)>::types(), [CoreType::I32, CoreType::F64]);
    }
}
