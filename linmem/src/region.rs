//! The one place where numbers from the guest become host slices.

use crate::core::narrow;
use crate::error::{Error, ErrorKind, Result};
use std::fmt;

/// A run of bytes in linear memory, as somebody named it: it promises nothing until it is checked.
///
/// Addresses and lengths are unsigned and 64 bits wide whatever the guest's pointers are, so that nothing is
/// sign-extended above 2 GiB and no sum of two of a 32-bit guest's numbers can wrap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Region {
    /// The address of the first byte.
    pub pointer: u64,
    /// The length in bytes.
    pub len: u64,
}

impl Region {
    /// The region of `count` elements of `size` bytes each; a product that overflows becomes a length that no memory
    /// has.
    #[must_use]
    pub fn of_elements(pointer: u64, count: u64, size: usize) -> Self {
        Region { pointer, len: count.saturating_mul(to_u64(size)) }
    }

    /// The address behind the last byte, or none where it overflows.
    #[must_use]
    pub fn end(self) -> Option<u64> {
        self.pointer.checked_add(self.len)
    }

    /// Whether the two have a byte in common. Empty regions have none.
    #[must_use]
    #[inline]
    pub fn overlaps(self, other: Region) -> bool {
        // One must reach the beginning of the other. By distances, because an end may overflow; the distance backwards is
        // longer than any region in a memory.
        let reaches = |one: Region, other: Region| other.pointer.wrapping_sub(one.pointer) < one.len;
        self.len != 0 && other.len != 0 && (reaches(self, other) || reaches(other, self))
    }

    /// The bytes, out of the whole of a memory.
    ///
    /// An empty region reads nothing, so its address is not looked at: guests return dangling ones for empty slices.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfBounds`] and [`ErrorKind::Misaligned`].
    #[inline(always)]
    pub fn of(self, memory: &[u8], align: usize) -> Result<&[u8]> {
        let (size, (start, len)) = (memory.len(), self.bounds(align)?);
        let Some(rest) = memory.get(start..) else { return Err(self.out_of_bounds(size).into()) };
        rest.get(..len).ok_or_else(|| self.out_of_bounds(size).into())
    }

    /// The bytes, writable, out of the whole of a memory.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfBounds`] and [`ErrorKind::Misaligned`].
    #[inline(always)]
    pub fn of_mut(self, memory: &mut [u8], align: usize) -> Result<&mut [u8]> {
        let (size, (start, len)) = (memory.len(), self.bounds(align)?);
        let Some(rest) = memory.get_mut(start..) else { return Err(self.out_of_bounds(size).into()) };
        rest.get_mut(..len).ok_or_else(|| self.out_of_bounds(size).into())
    }

    /// Where it begins and how long it is, for the two slices that are the choke point: the second is of what is left
    /// behind the start, so no sum of the guest's numbers is needed, and none can overflow. What no host can address is
    /// longer than any memory. Each of the two faults leaves from where it is found: brought together, they are worked out
    /// to a flag each, and the flags tested. What is empty begins where memory does, and takes no way of its own: so one
    /// check is seen to do for all that read the same region.
    #[inline(always)]
    fn bounds(self, align: usize) -> Result<(usize, usize), ErrorKind> {
        let (pointer, align) = (if self.len == 0 { 0 } else { self.pointer }, to_u64(align));
        // Alignments are powers of two: a mask, where a remainder would be a division.
        if pointer & align.wrapping_sub(1) != 0 {
            return Err(ErrorKind::Misaligned { pointer, align });
        }
        Ok((usize::try_from(pointer).unwrap_or(usize::MAX), usize::try_from(self.len).unwrap_or(usize::MAX)))
    }

    #[cold]
    fn out_of_bounds(self, memory: usize) -> ErrorKind {
        ErrorKind::OutOfBounds { region: self, memory: to_u64(memory) }
    }
}

/// Pointer and length as the parameters of a 32-bit guest's function.
impl TryFrom<Region> for (u32, u32) {
    type Error = Error;

    fn try_from(region: Region) -> Result<Self> {
        Ok((narrow(region.pointer)?, narrow(region.len)?))
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes at {:#x}", self.len, self.pointer)
    }
}

/// `usize` is at most 64 bits wide on every target of wasmtime's, so this saturates nowhere.
#[inline(always)]
pub(crate) fn to_u64(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// Zeroes a region that the host has placed. Whatever the guest did, its memory never shrinks, so it lies in it.
#[inline(always)]
pub(crate) fn wipe(memory: &mut [u8], region: Region) {
    if let Ok(placed) = region.of_mut(memory, 1) {
        zero(placed);
    }
}

/// Copies bytes from one place to another that is as long. Most arguments are short, and for these two overlapping moves
/// take less time than the call of a `memcpy` that finds out how to move them. They are as wide as those of a `memcpy` in
/// the guest: a load that spans two stores has to wait until both are written.
#[inline(always)]
pub(crate) fn copy(to: &mut [u8], from: &[u8]) {
    match from.len() {
        16..=32 => ends(to, from, |to: &mut [u8; 16], from: &[u8; 16]| *to = *from),
        8..=15 => ends(to, from, |to: &mut [u8; 8], from: &[u8; 8]| *to = *from),
        _ => to.copy_from_slice(from),
    }
}

#[inline(always)]
fn ends<const N: usize>(to: &mut [u8], from: &[u8], each: impl Fn(&mut [u8; N], &[u8; N])) {
    if let (Some(to), Some(from)) = (to.first_chunk_mut(), from.first_chunk()) {
        each(to, from);
    }
    // Not the same bytes twice: calls whose bytes were written twice, and zeroed twice after them, took an EPYC 2 to 6 ns
    // longer.
    if to.len() != N
        && let (Some(to), Some(from)) = (to.last_chunk_mut(), from.last_chunk())
    {
        each(to, from);
    }
}

/// Zeroes bytes, in the same way.
#[inline(always)]
fn zero(bytes: &mut [u8]) {
    match bytes.len() {
        16..=32 => ends(bytes, &[0; 16], |to: &mut [u8; 16], from| *to = *from),
        8..=15 => ends(bytes, &[0; 8], |to: &mut [u8; 8], from| *to = *from),
        _ => bytes.fill(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::Range;

    /// Which bytes of a memory of that size the region is.
    fn range(pointer: u64, len: u64, memory: usize, align: usize) -> Result<Range<usize>, String> {
        let memory = vec![0; memory];
        let bytes = Region { pointer, len }.of(&memory, align).map_err(|e| e.to_string())?;
        let start = if bytes.is_empty() { 0 } else { bytes.as_ptr().addr() - memory.as_ptr().addr() };
        Ok(start..start + bytes.len())
    }

    #[test]
    fn accepts_up_to_the_last_byte() {
        assert_eq!(range(0, 64, 64, 8), Ok(0..64));
        assert_eq!(range(63, 1, 64, 1), Ok(63..64));
    }

    #[test]
    fn refuses_one_byte_past_the_end() {
        assert_eq!(range(63, 2, 64, 1).unwrap_err(), "2 bytes at 0x3f are outside the guest's memory of 64 bytes");
        assert_eq!(range(64, 1, 64, 1).unwrap_err(), "1 bytes at 0x40 are outside the guest's memory of 64 bytes");
    }

    #[test]
    fn refuses_a_sum_that_overflows() {
        assert!(range(u64::MAX, 2, 64, 1).unwrap_err().contains("outside"));
        assert!(range(8, u64::MAX, 64, 1).unwrap_err().contains("outside"));
        assert!(range(8, u64::MAX - 7, 64, 1).unwrap_err().contains("outside"));
    }

    #[test]
    fn refuses_a_count_whose_bytes_overflow() {
        let region = Region::of_elements(8, u64::MAX / 2, 8);
        assert_eq!(region.len, u64::MAX);
        assert!(region.of(&[0; 64], 8).is_err());
    }

    #[test]
    fn refuses_a_misaligned_address() {
        assert_eq!(
            range(12, 8, 64, 8).unwrap_err(),
            "address 0xc is not a multiple of 8, which the type's alignment asks for"
        );
    }

    #[test]
    fn does_not_look_at_the_address_of_nothing() {
        assert_eq!(range(u64::MAX, 0, 0, 8), Ok(0..0));
    }

    #[test]
    fn tells_overlap_from_adjacency() {
        let at = |pointer, len| Region { pointer, len };
        assert!(at(0, 8).overlaps(at(7, 1)));
        assert!(!at(0, 8).overlaps(at(8, 8)));
        assert!(!at(4, 0).overlaps(at(0, 8)));
        assert!(at(u64::MAX, 8).overlaps(at(u64::MAX - 1, 8)));
    }

    #[test]
    fn short_runs_are_copied_and_zeroed_whole() {
        for len in 0..70_u8 {
            let from: Vec<u8> = (1..=len).collect();
            let mut to = [255; 72];
            let (all, rest) = to.split_at_mut(len.into());
            copy(all, &from);
            assert_eq!(all, from);
            zero(all);
            assert!(all.iter().all(|byte| *byte == 0) && rest.iter().all(|byte| *byte == 255), "{len}");
        }
    }
}
