//! The canonical ABI: arguments are the guest's, and results lie in an area that a function of each export's own frees.

use super::{again, long_text};
use crate::support::{bind, canonical};
use bytemuck::{Pod, Zeroable};
use linmem::convention::Canonical;
use linmem::results::Shape;
use linmem::{Bound, Convention, ErrorKind, Lift, List, Record, Region, Result, wasm_import};
use std::alloc::Layout;

#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable, Record)]
#[repr(C)]
struct Point {
    x: f64,
    y: f64,
}

#[wasm_import(convention = Canonical)]
trait Api {
    #[wasm(name = "demo:text/api#shout")]
    fn shout(&mut self, text: &str) -> Result<String>;
    #[wasm(name = "demo:text/api#evens")]
    fn evens(&mut self, values: &[u32]) -> Result<Vec<u32>>;
    #[wasm(name = "demo:text/api#total")]
    fn total(&mut self, values: &[f64]) -> Result<f64>;
    #[wasm(name = "demo:text/api#middle")]
    fn middle(&mut self, points: &[Point]) -> Result<Point>;
    #[wasm(name = "demo:text/api#norm")]
    fn norm(&mut self, x: f64, y: f64) -> Result<f64>;
    #[wasm(name = "demo:text/api#find")]
    fn find(&mut self, text: &str, letter: char) -> Result<Option<u32>>;
    #[wasm(name = "demo:text/api#last-word")]
    fn last_word(&mut self, text: &str) -> Result<Option<String>>;
    #[wasm(name = "demo:text/api#parse")]
    fn parse(&mut self, text: &str) -> Result<Result<u32, String>>;
    #[wasm(name = "demo:text/api#check")]
    fn check(&mut self, text: &str) -> Result<Result<(), String>>;
    #[wasm(name = "demo:text/api#join")]
    fn join(&mut self, words: List<'_, &str>) -> Result<String>;
    #[wasm(name = "demo:text/api#split")]
    fn split(&mut self, text: &str) -> Result<Words>;
    #[wasm(name = "demo:text/api#live-blocks")]
    fn live_blocks(&mut self) -> Result<u32>;
    #[wasm(name = "demo:text/api#live-bytes")]
    fn live_bytes(&mut self) -> Result<u32>;
}

/// The same exports, given and read as what they are not.
#[wasm_import(convention = Canonical)]
trait Otherwise {
    #[wasm(name = "demo:text/api#join")]
    fn join(&mut self, words: List<'_, &[u8]>) -> Result<String>;
    #[wasm(name = "demo:text/api#parse")]
    fn parse(&mut self, text: &str) -> Result<Result<char, String>>;
    #[wasm(name = "demo:text/api#live-blocks")]
    fn live_blocks(&mut self) -> Result<u32>;
}

/// A list of strings: an array of addresses and lengths.
#[derive(Debug, PartialEq)]
struct Words(Vec<String>);

impl Lift for Words {
    const IS_SLICE: bool = true;
    const BORROWS: bool = false;
    type Raw = Self;
    type Out<'s> = Self;

    fn shape<C: Convention>() -> Shape {
        Shape::Slice(Layout::new::<[u32; 2]>())
    }

    fn read<C: Convention>(memory: &[u8], region: Region) -> Result<Self> {
        let pairs = Vec::<[u32; 2]>::read::<C>(memory, region)?.into_iter();
        let words =
            pairs.map(|[pointer, len]| String::read::<C>(memory, Region::of_elements(pointer.into(), len.into(), 1)));
        Ok(Words(words.collect::<Result<_>>()?))
    }

    fn lift(words: Self, _: &[u8]) -> Result<Self> {
        Ok(words)
    }
}

fn words(words: &[&str]) -> Words {
    Words(words.iter().map(|word| (*word).to_owned()).collect())
}

#[test]
fn text_is_given_and_taken() {
    let mut guest = bind::<ApiExports>(canonical());
    for text in ["", "Stra\u{df}e \u{1f980}", &long_text()] {
        assert_eq!(guest.shout(text).unwrap(), text.to_uppercase());
    }
}

#[test]
fn lists_and_records_keep_their_alignment() {
    let mut guest = bind::<ApiExports>(canonical());
    assert_eq!(guest.evens(&[]).unwrap(), []);
    assert_eq!(guest.evens(&[1, 3]).unwrap(), []);
    assert_eq!(guest.evens(&[4, 7, u32::MAX, u32::MAX - 1]).unwrap(), [4, u32::MAX - 1]);
    assert_eq!(guest.evens(&(0..100_000).collect::<Vec<_>>()).unwrap().len(), 50_000);
    assert_eq!(guest.total(&[]).unwrap(), 0.0);
    assert_eq!(guest.total(&vec![0.5; 100_000]).unwrap(), 50_000.0);
    let points = [Point { x: 1.0, y: -2.0 }, Point { x: 4.0, y: 4.0 }];
    assert_eq!(guest.middle(&points).unwrap(), Point { x: 2.5, y: 1.0 });
    assert!(guest.middle(&[]).unwrap().x.is_nan());
    assert_eq!(guest.norm(3.0, -4.0).unwrap(), 5.0);
}

#[test]
fn a_tag_tells_some_from_none() {
    let mut guest = bind::<ApiExports>(canonical());
    assert_eq!(guest.find("na\u{ef}ve \u{1f980}", '\u{1f980}').unwrap(), Some(6));
    assert_eq!(guest.find("na\u{ef}ve", 'n').unwrap(), Some(0));
    assert_eq!(guest.find("", 'n').unwrap(), None);
    assert_eq!(guest.find(&long_text(), '!').unwrap(), None);
    assert_eq!(guest.last_word("one tw\u{f6} ").unwrap().as_deref(), Some("tw\u{f6}"));
    assert_eq!(guest.last_word(&"x".repeat(200_000)).unwrap().map(|word| word.len()), Some(200_000));
    assert_eq!(guest.last_word(" ").unwrap(), None);
    assert_eq!(guest.last_word("").unwrap(), None);
}

#[test]
fn a_tag_tells_a_value_from_an_error() {
    let mut guest = bind::<ApiExports>(canonical());
    for (text, number) in [
        ("4294967295", Ok(u32::MAX)),
        ("4294967296", Err("number too large to fit in target type")),
        ("", Err("cannot parse integer from empty string")),
        ("\u{1f980}", Err("invalid digit found in string")),
        (&*long_text(), Err("invalid digit found in string")),
    ] {
        let number = number.map_err(str::to_owned);
        assert_eq!(guest.parse(text).unwrap(), number);
        assert_eq!(guest.check(text).unwrap(), number.map(drop));
    }
}

#[test]
fn lists_of_strings_go_and_come_back() {
    let mut guest = bind::<ApiExports>(canonical());
    assert_eq!(guest.join(List(&[])).unwrap(), "");
    assert_eq!(guest.join(List(&["", "na\u{ef}ve", ""])).unwrap(), " na\u{ef}ve ");
    assert_eq!(guest.split("").unwrap(), words(&[]));
    assert_eq!(guest.split("  na\u{ef}ve \u{1f980}").unwrap(), words(&["na\u{ef}ve", "\u{1f980}"]));
    let (long, many) = (long_text(), vec!["four"; 30_000]);
    assert_eq!(guest.join(List(&[&long, &long])).unwrap(), format!("{long} {long}"));
    let joined = guest.join(List(&many)).unwrap();
    assert_eq!(joined, many.join(" "));
    assert_eq!(guest.split(&joined).unwrap(), words(&many));
}

#[test]
fn what_cannot_be_read_is_freed_all_the_same() {
    let mut guest = bind::<OtherwiseExports>(canonical());
    let error = guest.join(List(&[b"caf", b"\xe9"])).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { valid_up_to: 4, .. }), "{error}");
    assert_eq!(guest.parse("233").unwrap(), Ok('\u{e9}'));
    let error = guest.parse("55296").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidValue { ty: "char", value: 0xd800 }), "{error}");
    guest.parse("x").unwrap().unwrap_err();
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live_blocks().unwrap(), 0);
}

#[test]
fn nothing_is_left_behind() {
    let mut guest = bind::<ApiExports>(canonical());
    again(&mut guest, |guest| {
        assert_eq!(guest.shout("you").unwrap(), "YOU");
        assert_eq!(guest.evens(&[1, 2]).unwrap(), [2]);
        assert_eq!(guest.total(&[1.0, 2.5]).unwrap(), 3.5);
        assert_eq!(guest.middle(&[Point { x: 1.0, y: 2.0 }]).unwrap(), Point { x: 1.0, y: 2.0 });
        assert_eq!(guest.norm(0.0, 1.0).unwrap(), 1.0);
        assert_eq!(guest.find("ab", 'b').unwrap(), Some(1));
        assert_eq!(guest.last_word("a b").unwrap().as_deref(), Some("b"));
        assert_eq!(guest.last_word("").unwrap(), None);
        assert_eq!(guest.parse("1").unwrap(), Ok(1));
        assert!(guest.parse("x").unwrap().is_err());
        assert_eq!(guest.check("1").unwrap(), Ok(()));
        assert!(guest.check("x").unwrap().is_err());
        assert_eq!(guest.join(List(&["a", "b"])).unwrap(), "a b");
        assert_eq!(guest.split("a b").unwrap(), words(&["a", "b"]));
    });
    assert_eq!((guest.live_blocks().unwrap(), guest.live_bytes().unwrap()), (0, 0));
}
