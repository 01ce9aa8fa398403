//! What to write instead of a convention, where what was read by it makes no sense: as it does where it was another's. A
//! hint names what it takes the place of, for a wrapper around that has to stay: without `Static`, static bytes would be freed.

use crate::core::Pointer;
use crate::error::{Error, ErrorKind};

/// Whether what was read for an address or a length is none.
fn is_elsewhere(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::OutOfBounds { .. } | ErrorKind::Misaligned { .. })
}

/// For what points at something that says where the result lies.
pub(super) fn pointed<X: Pointer>(error: &Error, hint: Option<&'static str>) -> Option<&'static str> {
    let answer = error.answer();
    if let Some(failing) = answer.and_then(|answer| failing::<X>(answer, ADDRESS_ALL_ONES, ADDRESS_NEGATIVE)) {
        return Some(failing);
    }
    match (error.kind(), answer) {
        // Nothing lies there, whatever it was taken for.
        (ErrorKind::OutOfBounds { memory, .. }, Some(answer)) if answer >= *memory => None,
        _ => hint.filter(|_| is_elsewhere(error)),
    }
}

/// For halves of an `i64`.
pub(super) fn packed(error: &Error, hint: &'static str) -> Option<&'static str> {
    let failing = match *error.kind() {
        ErrorKind::OutOfBounds { region, .. } => failing::<u32>(region.pointer, ADDRESS_ALL_ONES, ADDRESS_NEGATIVE),
        ErrorKind::Misaligned { pointer, .. } => failing::<u32>(pointer, ADDRESS_ALL_ONES, ADDRESS_NEGATIVE),
        _ => None,
    };
    failing.or(Some(hint)).filter(|_| is_elsewhere(error))
}

/// For a count.
pub(super) fn filled<X: Pointer>(error: &Error) -> Option<&'static str> {
    let ErrorKind::Overflow { .. } = error.kind() else { return None };
    failing::<X>(error.answer()?, FILLED_ALL_ONES, FILLED_NEGATIVE)
}

/// What a number says that would be below zero if it had a sign.
fn failing<X: Pointer>(number: u64, all_ones: &'static str, negative: &'static str) -> Option<&'static str> {
    let ones = u64::MAX >> u64::BITS.saturating_sub(X::BITS);
    match number {
        _ if number == ones => Some(all_ones),
        _ if number > ones >> 1 => Some(negative),
        _ => None,
    }
}

pub(super) const RETURN_AREA: &str = "an address and a length are looked for where the returned address points: if it \
    points at a C string instead, write `linmem::results::NulTerminated` in place of `ReturnArea` or `ByType`, within \
    `Static<…>` if nobody frees it; with a count there or before it, `LengthPrefixed` or `LengthBefore`";

pub(super) const LENGTH_PREFIXED: &str = "a count is looked for where the returned address points: if it is before that, \
    write `linmem::results::LengthBefore` in place of `LengthPrefixed`; for a C string, `NulTerminated`";

pub(super) const LENGTH_BEFORE: &str = "a count is looked for before the returned address: if it points at the count, \
    write `linmem::results::LengthPrefixed` in place of `LengthBefore`; for a C string, `NulTerminated`";

pub(super) const PACKED: &str = "the address was taken from the upper half of the `i64`: if the length is there, write \
    `linmem::results::PackedLenPtr` in place of `Packed` or `ByType`, within `Static<…>` if nobody frees it";

pub(super) const PACKED_LEN_PTR: &str = "the length was taken from the upper half of the `i64`: if the address is there, \
    write `linmem::results::Packed` in place of `PackedLenPtr`";

pub(super) const MANAGED: &str = "an object that is no `String` and no `ArrayBuffer` was taken for a typed array or an \
    `Array`: if it is a `StaticArray`, write `linmem::results::StaticArray` in place of `Managed`";

const ADDRESS_ALL_ONES: &str = "the address is −1: if that means that the guest has failed, write `returns = \
    linmem::results::Failing<R, linmem::results::AllOnes>`, where `R` is what `returns` names now, or `ByType`";

const ADDRESS_NEGATIVE: &str = "the address is below zero, read as a signed number: if that means that the guest has \
    failed, write `returns = linmem::results::Failing<R, linmem::results::Negative>`, where `R` is what `returns` names \
    now, or `ByType`";

const FILLED_ALL_ONES: &str = "the count is −1: if that means that the guest has failed, write `linmem::results::Failing` \
    around it: `Failing<linmem::results::Filled, linmem::results::AllOnes>`";

const FILLED_NEGATIVE: &str = "the count is below zero, read as a signed number: if that means that the guest has failed, \
    write `linmem::results::Failing` around it: `Failing<linmem::results::Filled, linmem::results::Negative>`";
