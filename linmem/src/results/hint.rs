//! What to write instead of a convention, where what was read by it makes no sense: as it does where it was another's.

use crate::error::ErrorKind;

/// Whether what was read for an address or a length is none.
pub(super) fn is_elsewhere(error: &ErrorKind) -> bool {
    matches!(error, ErrorKind::OutOfBounds { .. } | ErrorKind::Misaligned { .. } | ErrorKind::Overlap { .. })
}

pub(super) const RETURN_AREA: &str = "an address and a length were read where the returned address points: if it points at \
    a C string instead, write `returns = linmem::results::NulTerminated`, or `Static<NulTerminated>` if nobody frees it; \
    with a count there or before it, `LengthPrefixed` or `LengthBefore`";

pub(super) const LENGTH_PREFIXED: &str = "a count was read where the returned address points: if it is before that, write \
    `returns = linmem::results::LengthBefore`; for a C string, `NulTerminated`";

pub(super) const LENGTH_BEFORE: &str = "a count was read before the returned address: if it points at the count, write \
    `returns = linmem::results::LengthPrefixed`; for a C string, `NulTerminated`";

pub(super) const PACKED: &str = "the address was taken from the upper half of the `i64`: if the length is there, write \
    `returns = linmem::results::PackedLenPtr`";

pub(super) const PACKED_LEN_PTR: &str = "the length was taken from the upper half of the `i64`: if the address is there, \
    write `returns = linmem::results::Packed`";

pub(super) const MANAGED: &str = "an object that is no `String` and no `ArrayBuffer` was taken for a typed array or an \
    `Array`: if it is a `StaticArray`, write `returns = linmem::results::StaticArray`";

pub(super) const FILLED_ALL_ONES: &str = "that is −1: if it means that the guest has failed, write `returns = \
    linmem::results::Failing<linmem::results::Filled, linmem::results::AllOnes>`";

pub(super) const FILLED_NEGATIVE: &str = "that is a number below zero: if it means that the guest has failed, write \
    `returns = linmem::results::Failing<linmem::results::Filled, linmem::results::Negative>`";
