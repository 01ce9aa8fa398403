//! Core WebAssembly's own vocabulary: value types, signatures, and tuples of values as parameters.

mod params;

pub use params::{Append, CoreResults, CoreValues, Func, Params, Prepend, Wide};

use crate::error::{ErrorKind, Result};
use std::borrow::Cow;
use std::fmt;
use wasmtime::{FuncType, NoExtern, Val, ValType, WasmTy};

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
    /// A reference to something of the host's.
    ExternRef,
    /// A reference to a function.
    FuncRef,
    /// A reference of another kind.
    Ref,
}

impl CoreType {
    /// Whether two are the same, also while compiling, where `==` cannot be used.
    #[must_use]
    pub(crate) const fn is(self, other: CoreType) -> bool {
        matches!(
            (self, other),
            (CoreType::I32, CoreType::I32)
                | (CoreType::I64, CoreType::I64)
                | (CoreType::F32, CoreType::F32)
                | (CoreType::F64, CoreType::F64)
                | (CoreType::V128, CoreType::V128)
                | (CoreType::ExternRef, CoreType::ExternRef)
                | (CoreType::FuncRef, CoreType::FuncRef)
                | (CoreType::Ref, CoreType::Ref)
        )
    }

    /// Its name in the text format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            CoreType::I32 => "i32",
            CoreType::I64 => "i64",
            CoreType::F32 => "f32",
            CoreType::F64 => "f64",
            CoreType::V128 => "v128",
            CoreType::ExternRef => "externref",
            CoreType::FuncRef => "funcref",
            CoreType::Ref => "ref",
        }
    }
}

impl From<ValType> for CoreType {
    fn from(ty: ValType) -> Self {
        match ty {
            ValType::I32 => CoreType::I32,
            ValType::I64 => CoreType::I64,
            ValType::F32 => CoreType::F32,
            ValType::F64 => CoreType::F64,
            ValType::V128 => CoreType::V128,
            ValType::Ref(ty) if ty.heap_type().is_extern() => CoreType::ExternRef,
            ValType::Ref(ty) if ty.heap_type().is_func() => CoreType::FuncRef,
            ValType::Ref(_) => CoreType::Ref,
        }
    }
}

impl fmt::Display for CoreType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The type of a core function. Displayed as `(i32, i32) -> i64`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Signature {
    /// The types of the parameters.
    pub params: Cow<'static, [CoreType]>,
    /// The types of the results.
    pub results: Cow<'static, [CoreType]>,
}

impl Signature {
    /// A signature of these types.
    #[must_use]
    pub const fn new(params: &'static [CoreType], results: &'static [CoreType]) -> Self {
        Signature { params: Cow::Borrowed(params), results: Cow::Borrowed(results) }
    }

    /// Whether a function of that type has it. The type may be long, so it is not copied.
    pub(crate) fn is_of(&self, ty: &FuncType) -> bool {
        let is = |wanted: &[CoreType], found: &mut dyn Iterator<Item = ValType>| {
            wanted.iter().copied().eq(found.map(CoreType::from))
        };
        is(&self.params, &mut ty.params()) && is(&self.results, &mut ty.results())
    }

    /// Its types, to be looked at while compiling, too.
    pub(crate) const fn types(&self) -> Types<'_> {
        #[allow(clippy::ptr_arg, reason = "it dereferences at run time only")]
        const fn row<'a>(types: &'a Cow<'static, [CoreType]>) -> &'a [CoreType] {
            match types {
                Cow::Borrowed(types) => types,
                Cow::Owned(types) => types.as_slice(),
            }
        }
        Types { params: row(&self.params), results: row(&self.results) }
    }
}

/// The types of a [`Signature`], borrowed.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "module"), allow(unreachable_pub, reason = "the expansion names it with that feature only"))]
pub struct Types<'a> {
    pub(crate) params: &'a [CoreType],
    pub(crate) results: &'a [CoreType],
}

#[cfg(feature = "module")]
impl<'a> Types<'a> {
    /// These types.
    #[must_use]
    pub const fn new(params: &'a [CoreType], results: &'a [CoreType]) -> Self {
        Types { params, results }
    }

    /// Whether both are the same.
    pub(crate) const fn is(self, other: Types<'_>) -> bool {
        same(self.params, other.params) && same(self.results, other.results)
    }
}

/// Whether two rows of types are the same.
pub(crate) const fn same(a: &[CoreType], b: &[CoreType]) -> bool {
    matches!(strip(a, b), Some([]))
}

/// What a row holds behind `prefix`, if it begins with that.
pub(crate) const fn strip<'a>(mut row: &'a [CoreType], mut prefix: &[CoreType]) -> Option<&'a [CoreType]> {
    while let [wanted, behind @ ..] = prefix {
        match row {
            [first, rest @ ..] if first.is(*wanted) => (row, prefix) = (rest, behind),
            _ => return None,
        }
    }
    Some(row)
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
        match &*self.results {
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

    /// The value, with its type beside it.
    fn into_val(self) -> Val;

    /// The value, if it is one of this type.
    fn from_val(val: &Val) -> Option<Self>;
}

macro_rules! core_values {
    ($($rust:ty => $core:ident, |$value:ident| $into:expr, |$val:ident| $from:expr;)*) => {$(
        impl CoreValue for $rust {
            const TYPE: CoreType = CoreType::$core;

            fn into_val(self) -> Val {
                let $value = self;
                $into
            }

            fn from_val($val: &Val) -> Option<Self> {
                $from
            }
        }
    )*};
}
core_values! {
    i32 => I32, |value| Val::I32(value), |val| val.i32();
    u32 => I32, |value| Val::I32(value.cast_signed()), |val| val.i32().map(i32::cast_unsigned);
    i64 => I64, |value| Val::I64(value), |val| val.i64();
    u64 => I64, |value| Val::I64(value.cast_signed()), |val| val.i64().map(i64::cast_unsigned);
    f32 => F32, |value| Val::F32(value.to_bits()), |val| val.f32();
    f64 => F64, |value| Val::F64(value.to_bits()), |val| val.f64();
    Option<NoExtern> => ExternRef, |_value| Val::ExternRef(None), |val| val.externref()?.is_none().then_some(None);
}

/// How wide the guest's pointers and lengths are: `u32` for a 32-bit memory, `u64` for memory64.
pub trait Pointer: CoreValue + Into<u64> + TryFrom<u64> + fmt::LowerHex {
    /// Its width.
    const BITS: u32;

    /// The null pointer.
    const NULL: Self;

    /// Its size in bytes.
    const SIZE: usize = size_of::<Self>();

    /// An address or a length as a pointer holds it.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] if it does not fit.
    #[inline(always)]
    fn narrow(value: u64) -> Result<Self> {
        Self::try_from(value).map_err(|_| ErrorKind::TooLarge { value, bits: Self::BITS }.into())
    }

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

    /// Parameters behind one leading pointer.
    type Leading<P: Params>: Params;

    /// Puts this pointer in front of parameters.
    fn lead<P: Params>(self, params: P) -> Self::Leading<P>;

    /// Parameters before one trailing pointer.
    type Trailing<P: Params>: Params;

    /// Puts this pointer behind parameters.
    fn trail<P: Params>(self, params: P) -> Self::Trailing<P>;
}

macro_rules! pointers {
    ($($ty:ty),*) => {$(
        impl Pointer for $ty {
            const BITS: u32 = <$ty>::BITS;
            const NULL: $ty = 0;

            type Leading<P: Params> = <P as Prepend<$ty>>::Out;

            #[inline]
            fn lead<P: Params>(self, params: P) -> Self::Leading<P> {
                params.prepend(self)
            }

            type Trailing<P: Params> = <P as Append<($ty,)>>::Out;

            #[inline]
            fn trail<P: Params>(self, params: P) -> Self::Trailing<P> {
                params.append((self,))
            }
        }
    )*};
}
pointers!(u32, u64);

/// The same, where the width is inferred.
#[inline(always)]
pub(crate) fn narrow<X: Pointer>(value: u64) -> Result<X> {
    X::narrow(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_read_like_the_text_format() {
        use CoreType::{F64, I32, I64};
        assert_eq!(Signature::new(&[I32, I32], &[I64]).to_string(), "(i32, i32) -> i64");
        assert_eq!(Signature::new(&[], &[]).to_string(), "()");
        assert_eq!(Signature::new(&[F64], &[I32, I32]).to_string(), "(f64) -> (i32, i32)");
    }

    #[test]
    fn pointers_are_read_unsigned() {
        assert_eq!(u32::read(&[0xff, 0xff, 0xff, 0xff, 1]), 0xffff_ffff);
        assert_eq!(u64::read(&[1, 0, 0, 0, 0, 0, 0, 0x80]), 0x8000_0000_0000_0001);
    }
}
