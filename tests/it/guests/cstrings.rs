//! C: text that ends with a NUL, arrays of structs, more parameters than tuples have fields, and buffers of the caller's.

mod buffers;

use super::{again, long_text};
use crate::support::{bind, cstrings};
use bytemuck::{Pod, Zeroable};
use linmem::pass::NulTerminated;
use linmem::results::{self, Failing, LastError, LastErrorText, Null, PointerThen, ReturnArea, Static};
use linmem::{Bound, ErrorKind, List, Record, Result, wasm_import};

linmem::export_names!(Error = "last_error", ErrorLen = "last_error_len");

#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable, Record)]
#[repr(C)]
struct Summary {
    sum: i64,
    count: i32,
    max: i32,
}

#[wasm_import]
#[allow(clippy::too_many_arguments, reason = "the guest has them")]
trait CStrings {
    fn live_blocks(&mut self) -> Result<i32>;
    #[wasm(returns = results::NulTerminated)]
    fn greet(&mut self, #[wasm(pass = NulTerminated)] name: &str) -> Result<String>;
    #[wasm(returns = Static<results::NulTerminated>)]
    fn version(&mut self) -> Result<&str>;
    fn parse(&mut self, #[wasm(pass = NulTerminated)] text: &str) -> Result<Option<u32>>;
    #[wasm(returns = PointerThen<ErrorLen>)]
    fn last_error(&mut self) -> Result<&str>;
    fn last_error_len(&mut self) -> Result<u32>;
    fn join_len(&mut self, items: List<'_, &str>) -> Result<u32>;
    #[wasm(returns = results::NulTerminated)]
    fn join(&mut self, items: List<'_, &str>) -> Result<String>;
    #[rustfmt::skip]
    fn mix20(
        &mut self, a0: i32, a1: i32, a2: i32, a3: i32, a4: i32, a5: i32, a6: i32, a7: i32, a8: i32, a9: i32, a10: i32,
        a11: i32, a12: i32, a13: i32, a14: i32, a15: i32, a16: i32, a17: i32, a18: i32, a19: i32,
    ) -> Result<i32>;
    #[rustfmt::skip]
    fn summarize18(
        &mut self, x0: i32, x1: i32, x2: i32, x3: i32, x4: i32, x5: i32, x6: i32, x7: i32, x8: i32, x9: i32, x10: i32,
        x11: i32, x12: i32, x13: i32, x14: i32, x15: i32, x16: i32, x17: i32,
    ) -> Result<Summary>;
    #[rustfmt::skip]
    fn describe17(
        &mut self, out: &mut [u8; 18], x0: i32, x1: i32, x2: i32, x3: i32, x4: i32, x5: i32, x6: i32, x7: i32, x8: i32,
        x9: i32, x10: i32, x11: i32, x12: i32, x13: i32, x14: i32, x15: i32, x16: i32,
    ) -> Result<()>;
}

/// The same exports, bound in other ways.
#[wasm_import]
#[allow(clippy::too_many_arguments, reason = "the guest has them")]
trait Otherwise {
    fn live_blocks(&mut self) -> Result<i32>;
    #[wasm(returns = results::NulTerminated)]
    fn greet(&mut self, #[wasm(pass = NulTerminated)] name: &[u8]) -> Result<String>;
    #[wasm(returns = Failing<ReturnArea, Null, LastError<Error, ErrorLen>>)]
    fn parse(&mut self, #[wasm(pass = NulTerminated)] text: &str) -> Result<[u32; 1]>;
    #[wasm(returns = Static<results::NulTerminated>)]
    fn last_error(&mut self) -> Result<&str>;
    #[wasm(name = "join", returns = results::NulTerminated)]
    fn join_bytes(&mut self, items: List<'_, Vec<u8>>) -> Result<Vec<u8>>;
    #[rustfmt::skip]
    fn describe17(
        &mut self, x0: i32, x1: i32, x2: i32, x3: i32, x4: i32, x5: i32, x6: i32, x7: i32, x8: i32, x9: i32, x10: i32,
        x11: i32, x12: i32, x13: i32, x14: i32, x15: i32, x16: i32,
    ) -> Result<[u8; 18]>;
}

/// The same message, of which only the address is asked for.
#[wasm_import]
trait Terse {
    #[wasm(returns = Failing<ReturnArea, Null, LastErrorText<Error>>)]
    fn parse(&mut self, #[wasm(pass = NulTerminated)] text: &str) -> Result<Option<u32>>;
}

/// Each number up to 19, its own negative where it is odd.
fn mix20(guest: &mut impl CStrings) -> Result<i32> {
    guest.mix20(0, -1, 2, -3, 4, -5, 6, -7, 8, -9, 10, -11, 12, -13, 14, -15, 16, -17, 18, -19)
}

fn summarize18(guest: &mut impl CStrings, last: i32) -> Result<Summary> {
    guest.summarize18(9, -1, 2, -3, 4, -5, 6, -7, 8, -9, 10, -11, 12, -13, 14, -15, 16, last)
}

fn describe17(guest: &mut impl CStrings, out: &mut [u8; 18]) -> Result<()> {
    guest.describe17(out, 10, 1, 22, 3, 34, 5, 46, 7, 58, 9, 10, 11, -1, i32::MIN, i32::MAX, 5, 6)
}

#[test]
fn text_goes_and_comes_back_with_a_nul_behind_it() {
    let mut guest = bind::<CStringsExports>(cstrings());
    assert_eq!(guest.greet("").unwrap(), "Hello, ");
    assert_eq!(guest.greet("Zo\u{eb} \u{1f980}").unwrap(), "Hello, Zo\u{eb} \u{1f980}");
    assert_eq!(guest.greet(&long_text()).unwrap(), format!("Hello, {}", long_text()));
    assert_eq!(guest.version().unwrap(), "cstrings 1.0 \u{e9}");
}

#[test]
fn a_text_with_a_nul_within_never_gets_to_the_guest() {
    let error = bind::<CStringsExports>(cstrings()).greet("he\0lo").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InteriorNul { index: 2 }), "{error}");
}

#[test]
fn a_greeting_that_is_no_text_is_freed() {
    let mut guest = bind::<OtherwiseExports>(cstrings());
    let error = guest.greet(b"caf\xe9").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { valid_up_to: 10, .. }), "{error}");
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live_blocks().unwrap(), 0);
}

#[test]
fn a_null_number_is_none_and_the_guest_says_why() {
    let mut guest = bind::<CStringsExports>(cstrings());
    for (text, number, why) in [
        ("0", Some(0), ""),
        ("4294967295", Some(u32::MAX), ""),
        ("", None, "empty"),
        ("4294967296", None, "too large"),
        ("12a", None, "not a digit: 'a'"),
        ("\u{e9}", None, "not a digit: '?'"),
        ("7", Some(7), ""),
    ] {
        assert_eq!(guest.parse(text).unwrap(), number, "{text}");
        assert_eq!(guest.last_error().unwrap(), why, "{text}");
        assert_eq!(guest.last_error_len().unwrap(), why.len() as u32);
    }
    assert_eq!(guest.parse(&"1".repeat(200_000)).unwrap(), None);
}

#[test]
fn a_null_number_may_be_an_error_with_the_guests_message() {
    let mut guest = bind::<OtherwiseExports>(cstrings());
    assert_eq!(guest.parse("42").unwrap(), [42]);
    let error = guest.parse("x").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Guest { code: 0, message: Some(text) } if text == "not a digit: 'x'"));
    assert_eq!(guest.last_error().unwrap(), "not a digit: 'x'");
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live_blocks().unwrap(), 0);

    let mut guest = bind::<TerseExports>(cstrings());
    assert_eq!(guest.parse("42").unwrap(), Some(42));
    assert_eq!(guest.parse("").unwrap_err().to_string(), "`parse`, result: the guest failed: empty");
}

#[test]
fn items_are_an_array_of_structs() {
    let mut guest = bind::<CStringsExports>(cstrings());
    assert_eq!((guest.join_len(List(&[])).unwrap(), guest.join(List(&[])).unwrap()), (0, String::new()));
    assert_eq!(guest.join(List(&["", "na\u{ef}ve", ""])).unwrap(), ", na\u{ef}ve, ");
    let (long, many) = (long_text(), vec!["four"; 30_000]);
    assert_eq!(guest.join(List(&[&long, "", &long])).unwrap(), format!("{long}, , {long}"));
    assert_eq!(guest.join_len(List(&many)).unwrap(), 120_000);
    assert_eq!(guest.join(List(&many)).unwrap(), many.join(", "));
    let items = [b"\xff\xfe".to_vec(), vec![]];
    assert_eq!(bind::<OtherwiseExports>(cstrings()).join_bytes(List(&items)).unwrap(), b"\xff\xfe, ");
}

#[test]
fn twenty_parameters_keep_their_order() {
    let mut guest = bind::<CStringsExports>(cstrings());
    assert_eq!(mix20(&mut guest).unwrap(), (0..20).map(|i| if i % 2 == 0 { i * i } else { -i * i }).sum::<i32>());
    let last = summarize18(&mut guest, i32::MAX).unwrap();
    let sum = (0..17).map(|i: i64| if i % 2 == 0 { i * i } else { -i * i }).sum::<i64>() + 17 * i64::from(i32::MAX);
    assert_eq!(last, Summary { sum, count: 18, max: i32::MAX });
    assert_eq!(summarize18(&mut guest, i32::MIN).unwrap().max, 16);

    let mut out = [0; 18];
    describe17(&mut guest, &mut out).unwrap();
    assert_eq!(&out, b"012345678901--756\n");
    let mut guest = bind::<OtherwiseExports>(cstrings());
    assert_eq!(
        guest.describe17(10, 1, 22, 3, 34, 5, 46, 7, 58, 9, 10, 11, -1, i32::MIN, i32::MAX, 5, 6).unwrap(),
        *b"012345678901--756\n"
    );
}

#[test]
fn nothing_is_left_behind() {
    let mut guest = bind::<CStringsExports>(cstrings());
    let mut out = [0; 18];
    again(&mut guest, |guest| {
        assert_eq!(guest.greet("you").unwrap(), "Hello, you");
        assert_eq!(guest.greet("").unwrap(), "Hello, ");
        assert_eq!(guest.version().unwrap().len(), 15);
        assert_eq!(guest.parse("17").unwrap(), Some(17));
        assert_eq!(guest.last_error().unwrap(), "");
        assert_eq!(guest.parse("x").unwrap(), None);
        assert_eq!(guest.last_error_len().unwrap(), 16);
        assert_eq!(guest.join_len(List(&["a", "bc"])).unwrap(), 3);
        assert_eq!(guest.join(List(&["a", "bc"])).unwrap(), "a, bc");
        assert_eq!(guest.join(List(&[])).unwrap(), "");
        assert_eq!(mix20(guest).unwrap(), -190);
        assert_eq!(summarize18(guest, 0).unwrap().count, 18);
        describe17(guest, &mut out).unwrap();
    });
    assert_eq!(guest.live_blocks().unwrap(), 0);
}
