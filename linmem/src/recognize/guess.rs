//! What a core type may mean.

use super::{Function, Preset};
use crate::core::CoreType;
use std::fmt;

/// A type in the signature of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RustType {
    /// `u32`.
    U32,
    /// `u64`.
    U64,
    /// `f32`.
    F32,
    /// `f64`.
    F64,
    /// `&[u8]`, or `Vec<u8>` if it is a result: something in memory, with its length.
    Bytes,
}

/// The guess of a method's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// The parameters, after `&mut self`.
    pub params: Vec<RustType>,
    /// The result inside of `Result<_>`, unless it is `()`.
    pub result: Option<RustType>,
}

/// Why a function has no method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unsupported {
    /// Its name is empty.
    Unnamed,
    /// It takes or returns a value that is no number.
    Type(CoreType),
    /// It returns that many values.
    Results(usize),
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unsupported::Unnamed => f.write_str("an export without a name cannot be called"),
            Unsupported::Type(ty) => write!(f, "no argument and no result is a `{ty}`"),
            Unsupported::Results(count) => write!(f, "it is not known what {count} results mean"),
        }
    }
}

/// Guesses a method. `pointer` is the type of addresses, if bytes can be passed at all.
pub(super) fn guess(
    function: &Function,
    preset: Preset,
    pointer: Option<CoreType>,
    is_exported: impl Fn(&str) -> bool,
) -> Result<Guess, Unsupported> {
    let Function { name, signature } = function;
    if name.is_empty() {
        return Err(Unsupported::Unnamed);
    }
    let params: Vec<_> = signature.params.iter().map(|ty| number(*ty)).collect::<Result<_, _>>()?;
    let results: Vec<_> = signature.results.iter().map(|ty| number(*ty)).collect::<Result<_, _>>()?;
    if let Some(pointer) = pointer.map(number).transpose()? {
        let has_post = || is_exported(&format!("cabi_post_{name}"));
        if let Some(params) = beside_bytes(preset, pointer, &params, &results, has_post) {
            return Ok(Guess { params: pairs(params, pointer), result: Some(RustType::Bytes) });
        }
    }
    match results[..] {
        [] => Ok(Guess { params, result: None }),
        [result] => Ok(Guess { params, result: Some(result) }),
        // An error, and whether it is one, behind the answer.
        [result, RustType::U32, RustType::U32] if preset == Preset::WasmBindgen => {
            Ok(Guess { params, result: Some(result) })
        }
        _ => Err(Unsupported::Results(results.len())),
    }
}

/// The parameters besides what returns bytes, if it looks as if the function did.
fn beside_bytes<'p>(
    preset: Preset,
    pointer: RustType,
    params: &'p [RustType],
    results: &[RustType],
    has_post: impl Fn() -> bool,
) -> Option<&'p [RustType]> {
    let has_pair = |params: &[RustType]| params.array_windows().any(|pair: &[_; 2]| *pair == [pointer; 2]);
    let is = match (preset, results) {
        (Preset::WasmBindgen, []) => {
            // A return pointer in front.
            return params
                .split_first()
                .filter(|(first, rest)| **first == pointer && has_pair(rest))
                .map(|(_, rest)| rest);
        }
        (Preset::WasmBindgen, _) => matches!(results.len(), 2 | 4) && results.iter().all(|result| *result == pointer),
        (Preset::Canonical, [area]) => *area == pointer && has_post(),
        // What has no allocator returns no blocks, and its `i64` is a number.
        (Preset::C | Preset::ByHand, [packed]) => {
            pointer == RustType::U32 && *packed == RustType::U64 && has_pair(params)
        }
        (Preset::C | Preset::ByHand | Preset::Unknown, [address, count]) => [*address, *count] == [pointer; 2],
        _ => false,
    };
    is.then_some(params)
}

/// Each pointer with the length behind it.
fn pairs(params: &[RustType], pointer: RustType) -> Vec<RustType> {
    match params {
        [first, second, rest @ ..] if [*first, *second] == [pointer; 2] => {
            [vec![RustType::Bytes], pairs(rest, pointer)].concat()
        }
        [first, rest @ ..] => [vec![*first], pairs(rest, pointer)].concat(),
        [] => Vec::new(),
    }
}

fn number(ty: CoreType) -> Result<RustType, Unsupported> {
    match ty {
        CoreType::I32 => Ok(RustType::U32),
        CoreType::I64 => Ok(RustType::U64),
        CoreType::F32 => Ok(RustType::F32),
        CoreType::F64 => Ok(RustType::F64),
        other => Err(Unsupported::Type(other)),
    }
}
