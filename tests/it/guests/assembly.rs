//! AssemblyScript: text, buffers and arrays are objects of a collector's, and text is UTF-16.

use super::{again, long_text};
use crate::support::{assembly, bind, instance};
use linmem::convention::AssemblyScript;
use linmem::pass::TypedArray;
use linmem::results::StaticArray;
use linmem::{Bound, ErrorKind, Result, wasm_import};

/// Classes, as this module's compiler numbered them.
const FLOAT64ARRAY: u32 = 4;
const UINT8ARRAY: u32 = 5;

#[wasm_import(convention = AssemblyScript)]
trait Assembly {
    fn live_blocks(&mut self) -> Result<i32>;
    #[wasm(name = "__collect")]
    fn collect(&mut self) -> Result<()>;
    fn greet(&mut self, name: &str) -> Result<String>;
    fn length(&mut self, text: &str) -> Result<u32>;
    fn sum(&mut self, #[wasm(pass = TypedArray<FLOAT64ARRAY>)] values: &[f64]) -> Result<f64>;
    fn doubled(&mut self, #[wasm(pass = TypedArray<UINT8ARRAY>)] values: &[u8]) -> Result<Vec<u8>>;
    fn reversed(&mut self, values: &[u8]) -> Result<Vec<u8>>;
    #[wasm(returns = StaticArray)]
    fn squares(&mut self, n: i32) -> Result<Vec<u32>>;
}

/// The same exports, given and read as what they are not.
#[wasm_import(convention = AssemblyScript)]
trait Otherwise {
    fn live_blocks(&mut self) -> Result<i32>;
    #[wasm(name = "__collect")]
    fn collect(&mut self) -> Result<()>;
    fn greet(&mut self, units: &[u16]) -> Result<String>;
    fn reversed(&mut self, values: &[u8]) -> Result<String>;
    #[wasm(name = "doubled")]
    fn misread(&mut self, #[wasm(pass = TypedArray<UINT8ARRAY>)] values: &[u8]) -> Result<Vec<u32>>;
}

#[test]
fn classes_are_those_that_the_module_exports() {
    let (mut store, instance) = instance(assembly());
    for (name, class) in [("FLOAT64ARRAY_ID", FLOAT64ARRAY), ("UINT8ARRAY_ID", UINT8ARRAY)] {
        let global = instance.get_global(&mut store, name).unwrap();
        assert_eq!(global.get(&mut store).unwrap_i32() as u32, class, "{name}");
    }
}

#[test]
fn text_goes_and_comes_back_as_utf16() {
    let mut guest = bind::<AssemblyExports>(assembly());
    for (text, units) in [("", 0), ("Zo\u{eb}", 3), ("\u{1f980}\0\u{1f980}", 5), (&*long_text(), 108_000)] {
        assert_eq!(guest.greet(text).unwrap(), format!("Hello, {text}"));
        assert_eq!(guest.length(text).unwrap(), units);
    }
}

#[test]
fn a_slice_is_a_typed_array_or_a_buffer() {
    let mut guest = bind::<AssemblyExports>(assembly());
    assert_eq!(guest.sum(&[]).unwrap(), 0.0);
    assert_eq!(guest.sum(&[0.5, -1.25, 1e300]).unwrap(), 1e300);
    assert_eq!(guest.sum(&vec![0.5; 50_000]).unwrap(), 25_000.0);
    let long: Vec<u8> = (0..200_000_u32).map(|i| i as u8).collect();
    for bytes in [&b""[..], &[1, 2, 200], &long] {
        let doubled: Vec<u8> = bytes.iter().map(|byte| byte.wrapping_mul(2)).collect();
        assert_eq!(guest.doubled(bytes).unwrap(), doubled);
        let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
        assert_eq!(guest.reversed(bytes).unwrap(), reversed);
    }
}

#[test]
fn a_static_array_is_the_data_itself() {
    let mut guest = bind::<AssemblyExports>(assembly());
    assert_eq!(guest.squares(0).unwrap(), []);
    assert_eq!(guest.squares(4).unwrap(), [0, 1, 4, 9]);
    assert_eq!(guest.squares(50_000).unwrap()[49_999], 49_999 * 49_999_u32);
}

#[test]
fn an_array_of_a_negative_length_traps() {
    let mut guest = bind::<AssemblyExports>(assembly());
    let error = guest.squares(-1).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Trap(_)), "{error}");
    assert!(matches!(guest.squares(1).unwrap_err().kind(), ErrorKind::Poisoned { .. }));
}

#[test]
fn half_a_surrogate_pair_is_no_text() {
    let mut guest = bind::<OtherwiseExports>(assembly());
    assert_eq!(guest.greet(&[0xe9, 0xd83e, 0xdd80]).unwrap(), "Hello, \u{e9}\u{1f980}");
    let error = guest.greet(&[0xe9, 0xdd80]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidUtf16 { index: 8, unit: 0xdd80 }), "{error}");
    Bound::trim(&mut guest).unwrap();
    guest.collect().unwrap();
    assert_eq!(guest.live_blocks().unwrap(), 0);
}

#[test]
fn an_object_that_holds_half_an_element_is_refused() {
    let mut guest = bind::<OtherwiseExports>(assembly());
    assert_eq!(guest.misread(&[1, 2, 3, 4]).unwrap(), [0x0806_0402]);
    let error = guest.misread(&[1, 2, 3]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WrongSize { len: 3, size: 4 }), "{error}");
    assert_eq!(guest.reversed(b"\0a").unwrap(), "a");
    let error = guest.reversed(b"b\0a").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WrongSize { len: 3, size: 2 }), "{error}");
}

#[test]
fn nothing_is_left_behind() {
    let mut guest = bind::<AssemblyExports>(assembly());
    again(&mut guest, |guest| {
        assert_eq!(guest.greet("you").unwrap(), "Hello, you");
        assert_eq!(guest.length("\u{1f980}").unwrap(), 2);
        assert_eq!(guest.sum(&[1.0, 2.5]).unwrap(), 3.5);
        assert_eq!(guest.doubled(&[1, 2]).unwrap(), [2, 4]);
        assert_eq!(guest.reversed(b"abc").unwrap(), b"cba");
        assert_eq!(guest.squares(3).unwrap(), [0, 1, 4]);
    });
    guest.collect().unwrap();
    assert_eq!(guest.live_blocks().unwrap(), 0);
}

#[allow(dead_code, reason = "there is no instance to call it on")]
#[wasm_import]
trait Unmanaged {
    fn length(&mut self, #[wasm(pass = linmem::pass::Ptr)] text: &str) -> Result<u32>;
}

#[test]
fn without_its_convention_it_is_refused_and_the_convention_named() {
    let error = UnmanagedPre::check(crate::support::assembly()).unwrap_err();
    assert!(error.to_string().contains("help     `convention = linmem::convention::AssemblyScript`"), "{error}");
}
