//! The forms in which a call's results name a region.

use crate::core::Pointer;
use crate::error::{ErrorKind, Result};
use crate::region::Region;
use wasmtime::Val;

/// What a call returned, as a region of memory:
///
/// | outcome | names |
/// |---|---|
/// | `(u32, u32)`, `(i32, i32)`, `(u64, u64)`, `(i64, i64)` | a pointer and a length |
/// | `u64`, `i64` | both packed, `(ptr << 32) \| len` |
/// | `u32`, `i32` | a pointer to an area that holds a pointer and a length, 32 bits each |
/// | [`Region`] | itself |
/// | `&[Val]` | one of these, as [`Func::call`](wasmtime::Func::call) returned it |
///
/// All are unsigned.
pub trait Outcome {
    /// The region, which is not checked yet.
    ///
    /// # Errors
    /// If an area is out of bounds or misaligned, or the values have no such form.
    fn region(self, memory: &[u8]) -> Result<Region>;
}

impl Outcome for Region {
    fn region(self, _: &[u8]) -> Result<Region> {
        Ok(self)
    }
}

impl Outcome for (u64, u64) {
    fn region(self, _: &[u8]) -> Result<Region> {
        Ok(Region { pointer: self.0, len: self.1 })
    }
}

impl Outcome for (i64, i64) {
    fn region(self, memory: &[u8]) -> Result<Region> {
        (self.0.cast_unsigned(), self.1.cast_unsigned()).region(memory)
    }
}

impl Outcome for (u32, u32) {
    fn region(self, memory: &[u8]) -> Result<Region> {
        (u64::from(self.0), u64::from(self.1)).region(memory)
    }
}

impl Outcome for (i32, i32) {
    fn region(self, memory: &[u8]) -> Result<Region> {
        (self.0.cast_unsigned(), self.1.cast_unsigned()).region(memory)
    }
}

impl Outcome for u64 {
    fn region(self, memory: &[u8]) -> Result<Region> {
        (self >> 32, self & u64::from(u32::MAX)).region(memory)
    }
}

impl Outcome for i64 {
    fn region(self, memory: &[u8]) -> Result<Region> {
        self.cast_unsigned().region(memory)
    }
}

impl Outcome for u32 {
    fn region(self, memory: &[u8]) -> Result<Region> {
        if self == 0 {
            return Err(ErrorKind::Null.into());
        }
        let area = Region { pointer: self.into(), len: 8 }.of(memory, align_of::<u32>())?;
        let (pointer, len) = area.split_at_checked(size_of::<u32>()).unwrap_or_default();
        (u32::read(pointer), u32::read(len)).region(memory)
    }
}

impl Outcome for i32 {
    fn region(self, memory: &[u8]) -> Result<Region> {
        self.cast_unsigned().region(memory)
    }
}

impl Outcome for &[Val] {
    fn region(self, memory: &[u8]) -> Result<Region> {
        match *self {
            [Val::I32(pointer), Val::I32(len)] => (pointer, len).region(memory),
            [Val::I64(pointer), Val::I64(len)] => (pointer, len).region(memory),
            [Val::I64(packed)] => packed.region(memory),
            [Val::I32(area)] => area.region(memory),
            _ => Err(ErrorKind::NoAddress { count: self.len() }.into()),
        }
    }
}
