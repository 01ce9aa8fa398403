//! Rust's scalars as core values.

use crate::core::CoreValue;
use crate::error::{ErrorKind, Result};

/// A scalar that crosses as one core value: integers of 8 to 64 bits, floats, `bool` and `char`.
///
/// Core WebAssembly has integers of 32 and 64 bits only; narrower ones are extended by their sign, as C's ABI does, and a
/// result out of range is an error, never truncated.
pub trait Scalar: Copy + Sized {
    /// The core value it crosses as.
    type Core: CoreValue;

    /// Its name in Rust.
    const NAME: &'static str;

    /// The core value.
    fn into_core(self) -> Self::Core;

    /// The scalar, if the core value is one.
    fn from_core(core: Self::Core) -> Option<Self>;

    /// The scalar from its bytes in linear memory, little-endian.
    fn from_memory(bytes: &[u8]) -> Option<Self>;

    /// The core value's bits, for messages.
    fn bits(core: Self::Core) -> u64;

    /// The scalar from a core value.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidValue`], which names the type and the number.
    #[inline]
    fn lift(core: Self::Core) -> Result<Self> {
        Self::from_core(core).ok_or_else(|| ErrorKind::InvalidValue { ty: Self::NAME, value: Self::bits(core) }.into())
    }
}

macro_rules! scalars {
    ($($ty:ident as $core:ident, |$value:ident| $into:expr, |$from:ident| $back:expr, |$bits:ident| $show:expr,
        |$raw:ident: $repr:ident| $read:expr;)*) => {$(
        impl Scalar for $ty {
            type Core = $core;
            const NAME: &'static str = stringify!($ty);

            #[inline]
            fn into_core(self) -> $core {
                let $value = self;
                $into
            }

            #[inline]
            fn from_core($from: $core) -> Option<Self> {
                $back
            }

            fn from_memory(bytes: &[u8]) -> Option<Self> {
                let $raw = $repr::from_le_bytes(*bytes.first_chunk()?);
                $read
            }

            fn bits($bits: $core) -> u64 {
                $show
            }
        }
    )*};
}
scalars! {
    u8 as u32, |v| v.into(), |c| c.try_into().ok(), |c| c.into(), |raw: u8| Some(raw);
    u16 as u32, |v| v.into(), |c| c.try_into().ok(), |c| c.into(), |raw: u16| Some(raw);
    u32 as u32, |v| v, |c| Some(c), |c| c.into(), |raw: u32| Some(raw);
    u64 as u64, |v| v, |c| Some(c), |c| c, |raw: u64| Some(raw);
    i8 as i32, |v| v.into(), |c| c.try_into().ok(), |c| c.cast_unsigned().into(), |raw: i8| Some(raw);
    i16 as i32, |v| v.into(), |c| c.try_into().ok(), |c| c.cast_unsigned().into(), |raw: i16| Some(raw);
    i32 as i32, |v| v, |c| Some(c), |c| c.cast_unsigned().into(), |raw: i32| Some(raw);
    i64 as i64, |v| v, |c| Some(c), |c| c.cast_unsigned(), |raw: i64| Some(raw);
    f32 as f32, |v| v, |c| Some(c), |c| c.to_bits().into(), |raw: f32| Some(raw);
    f64 as f64, |v| v, |c| Some(c), |c| c.to_bits(), |raw: f64| Some(raw);
    bool as u32, |v| v.into(), |c| bit(c), |c| c.into(), |raw: u8| bit(raw.into());
    char as u32, |v| v.into(), |c| char::from_u32(c), |c| c.into(), |raw: u32| char::from_u32(raw);
}

#[inline]
fn bit(core: u32) -> Option<bool> {
    match core {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_integers_are_extended_by_their_sign() {
        assert_eq!((-1_i8).into_core(), -1);
        assert_eq!(255_u8.into_core(), 255);
        assert_eq!(i16::MIN.into_core(), -32768);
    }

    #[test]
    fn out_of_range_is_an_error_with_the_number() {
        assert_eq!(u8::lift(256).unwrap_err().to_string(), "0x100 is not a valid `u8`");
        assert_eq!(i8::lift(-129).unwrap_err().to_string(), "0xffffff7f is not a valid `i8`");
        assert_eq!(bool::lift(2).unwrap_err().to_string(), "0x2 is not a valid `bool`");
        assert_eq!(char::lift(0xd800).unwrap_err().to_string(), "0xd800 is not a valid `char`");
    }

    #[test]
    fn memory_holds_them_little_endian() {
        assert_eq!(i16::from_memory(&[0xfe, 0xff]), Some(-2));
        assert_eq!(f64::from_memory(&1.5_f64.to_le_bytes()), Some(1.5));
        assert_eq!(bool::from_memory(&[2]), None);
        assert_eq!(u32::from_memory(&[1, 2]), None);
    }
}
