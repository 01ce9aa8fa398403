//! Zig: packed slices, of which those without bytes are at an address outside the memory.

use super::{ROUNDS, again, long_text};
use crate::support::{bind, zig};
use linmem::{Bound, ErrorKind, Result, wasm_import};

#[wasm_import]
trait Zig {
    fn live_bytes(&mut self) -> Result<u32>;
    fn reverse(&mut self, bytes: &[u8]) -> Result<Vec<u8>>;
    fn repeat(&mut self, text: &str, times: u32) -> Result<String>;
    fn digits(&mut self, n: u32) -> Result<Vec<u32>>;
}

/// The same exports, with text where there may be none, and with results that are borrowed.
#[wasm_import]
trait Otherwise {
    fn live_bytes(&mut self) -> Result<u32>;
    fn reverse(&mut self, text: &str) -> Result<String>;
    fn repeat(&mut self, text: &str, times: u32) -> Result<&str>;
    fn digits(&mut self, n: u32) -> Result<&[u32]>;
}

#[test]
fn slices_go_and_come_back() {
    let mut guest = bind::<ZigExports>(zig());
    let long: Vec<u8> = (0..200_000_u32).map(|i| i as u8).collect();
    for bytes in [&b"a"[..], b"\xff\0\x80", &long] {
        assert_eq!(guest.reverse(bytes).unwrap(), bytes.iter().rev().copied().collect::<Vec<_>>());
    }
    assert_eq!(guest.repeat("na\u{ef}ve \u{1f980}", 3).unwrap(), "na\u{ef}ve \u{1f980}".repeat(3));
    assert_eq!(guest.repeat(&long_text(), 2).unwrap(), long_text().repeat(2));
    assert_eq!(guest.digits(0).unwrap(), [0]);
    assert_eq!(guest.digits(4_096_001).unwrap(), [4, 0, 9, 6, 0, 0, 1]);
}

#[test]
fn nothing_may_lie_outside_the_memory() {
    let mut guest = bind::<ZigExports>(zig());
    assert_eq!(guest.reverse(b"").unwrap(), b"");
    assert_eq!(guest.repeat("", 1_000_000).unwrap(), "");
    assert_eq!(guest.repeat("a", 0).unwrap(), "");
    assert_eq!(bind::<OtherwiseExports>(zig()).repeat("a", 0).unwrap(), "");
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live_bytes().unwrap(), 0);
}

#[test]
fn a_borrowed_result_is_released_in_bytes() {
    let mut guest = bind::<OtherwiseExports>(zig());
    for _ in 0..ROUNDS {
        assert_eq!(guest.digits(u32::MAX).unwrap(), [4, 2, 9, 4, 9, 6, 7, 2, 9, 5]);
        assert_eq!(guest.repeat("ab", 3).unwrap(), "ababab");
    }
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live_bytes().unwrap(), 0);
}

#[test]
fn text_backwards_is_no_text_and_released() {
    let mut guest = bind::<OtherwiseExports>(zig());
    let error = guest.reverse("e\u{e9}a").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { valid_up_to: 1, .. }), "{error}");
    assert_eq!(guest.reverse("abc").unwrap(), "cba");
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live_bytes().unwrap(), 0);
}

#[test]
fn a_result_that_there_is_no_memory_for_traps() {
    // Longer than an address can tell, and longer than there is memory.
    for times in [u32::MAX, 1 << 31] {
        let mut guest = bind::<ZigExports>(zig());
        let error = guest.repeat("ab", times).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Trap(_)), "{error}");
        assert!(matches!(guest.digits(1).unwrap_err().kind(), ErrorKind::Poisoned { .. }));
    }
}

#[test]
fn nothing_is_left_behind() {
    let mut guest = bind::<ZigExports>(zig());
    again(&mut guest, |guest| {
        assert_eq!(guest.reverse(b"abc").unwrap(), b"cba");
        assert_eq!(guest.reverse(b"").unwrap(), b"");
        assert_eq!(guest.repeat("ab", 2).unwrap(), "abab");
        assert_eq!(guest.digits(1234).unwrap(), [1, 2, 3, 4]);
    });
    assert_eq!(guest.live_bytes().unwrap(), 0);
}
