//! What functions answer by core values alone: nothing, or one.

use crate::core::{CoreResults, CoreType, CoreValue};
use wasmtime::Val;

/// Nothing, or one core value: the answer of a method that returns `()`, a scalar or a [`GuestPtr`](crate::GuestPtr).
pub trait CoreAnswer: CoreResults {
    /// What is returned where a code takes the place of nothing.
    type Coded: CoreResults;

    /// The answer, or the code.
    fn of_coded(coded: Self::Coded) -> (Self, Option<i32>);

    /// What is returned where two more values behind it tell of an error.
    type Flagged: CoreResults;

    /// The answer, and these two.
    fn of_flagged(flagged: Self::Flagged) -> (Self, u32, u32);

    /// Its size in memory.
    const SIZE: usize;

    /// Reads it from memory. `bytes` has as many as it needs.
    fn of_memory(bytes: &[u8]) -> Option<Self>;

    /// Its bits, and how many they are; none if it is no integer.
    fn bits(self) -> Option<(u64, u32)>;
}

impl CoreAnswer for () {
    type Coded = i32;

    fn of_coded(code: i32) -> ((), Option<i32>) {
        ((), Some(code))
    }

    type Flagged = (u32, u32);

    fn of_flagged((error, flag): (u32, u32)) -> ((), u32, u32) {
        ((), error, flag)
    }

    const SIZE: usize = 0;

    fn of_memory(_: &[u8]) -> Option<()> {
        Some(())
    }

    fn bits(self) -> Option<(u64, u32)> {
        None
    }
}

impl<X: CoreValue> CoreAnswer for X {
    type Coded = X;

    fn of_coded(value: X) -> (X, Option<i32>) {
        (value, None)
    }

    type Flagged = (X, u32, u32);

    fn of_flagged(flagged: (X, u32, u32)) -> (X, u32, u32) {
        flagged
    }

    const SIZE: usize = match X::TYPE {
        CoreType::I64 | CoreType::F64 => 8,
        _ => 4,
    };

    fn of_memory(bytes: &[u8]) -> Option<X> {
        let word = || bytes.first_chunk().copied();
        let wide = || bytes.first_chunk().copied();
        X::from_val(&match X::TYPE {
            CoreType::I32 => Val::I32(i32::from_le_bytes(word()?)),
            CoreType::F32 => Val::F32(u32::from_le_bytes(word()?)),
            CoreType::I64 => Val::I64(i64::from_le_bytes(wide()?)),
            CoreType::F64 => Val::F64(u64::from_le_bytes(wide()?)),
            CoreType::V128 | CoreType::ExternRef | CoreType::FuncRef | CoreType::Ref => return None,
        })
    }

    fn bits(self) -> Option<(u64, u32)> {
        match self.into_val() {
            Val::I32(value) => Some((value.cast_unsigned().into(), u32::BITS)),
            Val::I64(value) => Some((value.cast_unsigned(), u64::BITS)),
            _ => None,
        }
    }
}
