//! More core parameters than wasmtime has tuples for.

use super::balanced;
use crate::hostile::{argument, assert_trap, counting};
use crate::support::{bind, block_on, engine, handle, instance};
use linmem::results::LastPointer;
use linmem::{Bound, ErrorKind, Place, Result, wasm_import};
use std::fmt::Write as _;
use wasmtime::{Linker, Store};

/// `$digits`: so many parameters, each of which must be its position plus one where it is no part of a string; returns
/// how many there are, or how many bytes the strings have.
fn sums() -> String {
    let mut text = String::new();
    for n in [16, 17, 18, 20, 33] {
        let mut check = String::new();
        for i in 0..n {
            write!(check, "(if (i32.ne (local.get {i}) (i32.const {})) (then unreachable))", i + 1).unwrap();
        }
        let params = "i32 ".repeat(n);
        write!(text, r#"(func (export "n{n}") (param {params}) (result i32) {check} (i32.const {n}))"#).unwrap();
    }
    text
}

macro_rules! numbers {
    ($($name:ident, $instance:ident: $export:ident($($param:ident)*);)*) => {$(
        #[wasm_import]
        #[allow(clippy::too_many_arguments, reason = "that is what it is for")]
        trait $name {
            fn $export(&mut self, $($param: u32),*) -> Result<u32>;
        }
    )*};
}
numbers! {
    Sixteen, S: n16(a b c d e f g h i j k l m n o p);
    Seventeen, S: n17(a b c d e f g h i j k l m n o p q);
    Eighteen, S: n18(a b c d e f g h i j k l m n o p q r);
    Twenty, S: n20(a b c d e f g h i j k l m n o p q r s t);
    ThirtyThree, S: n33(a b c d e f g h i j k l m n o p q r s t u v w x y z aa ab ac ad ae af ag);
}

#[test]
fn parameters_keep_their_order_however_many_they_are() {
    let sums = sums();
    balanced::<SixteenExports, _>(&sums, |guest| {
        assert_eq!(guest.n16(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16).unwrap(), 16);
    });
    balanced::<SeventeenExports, _>(&sums, |guest| {
        assert_eq!(guest.n17(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17).unwrap(), 17);
    });
    balanced::<EighteenExports, _>(&sums, |guest| {
        assert_eq!(guest.n18(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18).unwrap(), 18);
    });
    balanced::<TwentyExports, _>(&sums, |guest| {
        assert_eq!(guest.n20(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20).unwrap(), 20);
    });
    balanced::<ThirtyThreeExports, _>(&sums, |guest| {
        let n = guest.n33(
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
            30, 31, 32, 33,
        );
        assert_eq!(n.unwrap(), 33);
    });
}

/// Strings by their two numbers, from the parameter `from` on, are written behind each other to `$to`.
fn joined(from: usize, count: usize) -> String {
    let mut text = String::new();
    for i in (from..).step_by(2).take(count) {
        let len = i + 1;
        write!(
            text,
            "(memory.copy (i32.add (local.get $to) (local.get $at)) (local.get {i}) (local.get {len}))
            (local.set $at (i32.add (local.get $at) (local.get {len})))"
        )
        .unwrap();
    }
    text
}

/// Nine strings, and what is done with them joined: in an area of the guest's, at a leading pointer, at a trailing one,
/// packed, and with numbers of other types between.
fn strings() -> String {
    let nine = "i32 ".repeat(18);
    let eight = "i32 ".repeat(16);
    let locals = "(local $to i32) (local $at i32) (local.set $to (call $alloc (i32.const 1000)))";
    let shrink = "(call $dealloc (local.get $to) (i32.const 1000))
        (local.set $to (call $alloc (local.get $at)))
        (memory.copy (local.get $to) (i32.sub (local.get $to) (i32.const 1024)) (local.get $at))";
    format!(
        r#"(func (export "pair") (param {nine}) (result i32 i32) {locals} {}
          {shrink} (local.get $to) (local.get $at))
        (func (export "front") (param $out i32) (param {nine}) {locals} {}
          {shrink} (i32.store (local.get $out) (local.get $to)) (i32.store offset=4 (local.get $out) (local.get $at)))
        (func (export "front8") (param $out i32) (param {eight}) {locals} {}
          {shrink} (i32.store (local.get $out) (local.get $to)) (i32.store offset=4 (local.get $out) (local.get $at)))
        (func (export "behind") (param {nine}) (param $out i32) {locals} {}
          {shrink} (i32.store (local.get $out) (local.get $to)) (i32.store offset=4 (local.get $out) (local.get $at)))
        (func (export "mixed") (param i64 f32 f64 i32) (param {nine}) (result f64)
          (f64.add (f64.add (f64.convert_i64_s (local.get 0)) (f64.promote_f32 (local.get 1)))
            (f64.add (local.get 2) (f64.convert_i32_u (local.get 21)))))
        (func (export "bad") (param {nine}) (result i32 i32) (i32.const 65530) (i32.const 7))
        (func (export "trap") (param {nine}) unreachable)
        (func (export "back") (param {eight}) (param $p i32) (param $n i32)
          (memory.fill (local.get $p) (i32.const 9) (local.get $n)))"#,
        joined(0, 9),
        joined(1, 9),
        joined(1, 8),
        joined(0, 9),
    )
}

macro_rules! strings {
    ([$($asyncness:tt)?] $name:ident) => {
        #[wasm_import]
        #[allow(clippy::too_many_arguments, reason = "that is what it is for")]
        trait $name {
            $($asyncness)? fn pair(&mut self, a: &str, b: &str, c: &str, d: &str, e: &str, f: &str, g: &str, h: &str, i: &str) -> Result<String>;
            $($asyncness)? fn front(&mut self, a: &str, b: &str, c: &str, d: &str, e: &str, f: &str, g: &str, h: &str, i: &str) -> Result<String>;
            $($asyncness)? fn front8(&mut self, a: &str, b: &str, c: &str, d: &str, e: &str, f: &str, g: &str, h: &str) -> Result<String>;
            #[wasm(returns = LastPointer)]
            $($asyncness)? fn behind(&mut self, a: &str, b: &str, c: &str, d: &str, e: &str, f: &str, g: &str, h: &str, i: &str) -> Result<String>;
            $($asyncness)? fn mixed(&mut self, v: i64, w: f32, x: f64, y: bool, a: &str, b: &str, c: &str, d: &str, e: &str, f: &str, g: &str, h: &str, i: &str) -> Result<f64>;
            $($asyncness)? fn bad(&mut self, a: &str, b: &str, c: &str, d: &str, e: &str, f: &str, g: &str, h: &str, i: &str) -> Result<String>;
            $($asyncness)? fn trap(&mut self, a: &str, b: &str, c: &str, d: &str, e: &str, f: &str, g: &str, h: &str, i: &str) -> Result<()>;
            $($asyncness)? fn back(&mut self, a: &str, b: &str, c: &str, d: &str, e: &str, f: &str, g: &str, h: &str, out: &mut [u8]) -> Result<()>;
        }
    };
}
strings!([] Blocking);
strings!([async] Waiting);

/// The same calls in both modes.
macro_rules! calls {
    ($guest:ident $(, $wait:tt)*) => {
        let long = "x".repeat(900);
        assert_eq!($guest.pair("a", "", "c", "d", "e", "f", "g", "h", "i")$(.$wait)*.unwrap(), "acdefghi");
        assert_eq!($guest.front("a", "b", "c", "d", "e", "f", "g", "h", &long)$(.$wait)*.unwrap(), format!("abcdefgh{long}"));
        assert_eq!($guest.front8("a", "b", "c", "d", "e", "f", "g", "h")$(.$wait)*.unwrap(), "abcdefgh");
        assert_eq!($guest.behind("a", "b", "c", "d", "e", "f", "g", "h", "i")$(.$wait)*.unwrap(), "abcdefghi");
        assert_eq!($guest.mixed(-1, 0.5, 2.25, true, "", "", "", "", "", "", "", "", "four")$(.$wait)*.unwrap(), 5.75);
        let mut out = [0; 300];
        $guest.back("a", "b", "c", "d", "e", "f", "g", "h", &mut out)$(.$wait)*.unwrap();
        assert_eq!(out, [9; 300]);
        let error = $guest.bad("a", "b", "c", "d", "e", "f", "g", "h", "i")$(.$wait)*.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutOfBounds { .. }), "{error}");
        assert_eq!((error.export(), error.place()), (Some("bad"), Some(Place::Result)));
    };
}

#[test]
fn strings_among_many_parameters_come_and_go() {
    balanced::<BlockingExports, _>(&strings(), |guest| {
        calls!(guest);
    });
    let mut guest = bind::<BlockingExports>(&counting(&strings()));
    let error = guest.trap("a", "b", "c", "d", "e", "f", "g", "h", "i").unwrap_err();
    assert_trap(&error, "trap", Place::Call);
    assert!(Bound::is_poisoned(&guest));
}

#[test]
fn an_argument_far_behind_is_named_when_it_finds_no_room() {
    let (mut store, instance) = instance(&counting(&strings()));
    let mut guest = handle::<BlockingExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    let error = guest.pair("a", "b", "c", "d", "e", "f", "g", "h", &"x".repeat(66_000)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::BadAllocation { .. }), "{error}");
    assert_eq!(error.place(), Some(argument(8, "i")));
}

#[test]
fn strings_among_many_parameters_come_and_go_in_async_calls() {
    let module = counting(&strings());
    block_on(async {
        let linker = Linker::new(engine());
        let store = Store::new(engine(), ());
        let mut guest = Bound::<_, WaitingExports>::instantiate_async(store, &module, &linker).await.unwrap();
        calls!(guest, await);
        let error = guest.trap("a", "b", "c", "d", "e", "f", "g", "h", "i").await.unwrap_err();
        assert_trap(&error, "trap", Place::Call);
    });
}

#[test]
fn an_export_that_takes_fewer_is_a_fault_that_names_both_types() {
    let sums = sums().replace("\"n17\"", "\"other\"").replace("\"n18\"", "\"n17\"");
    let (mut store, instance) = instance(&counting(&sums));
    let error = linmem::Handle::<SeventeenExports>::new(&mut store, &instance).map(drop).unwrap_err().to_string();
    let types = |n: usize| format!("({}) -> i32\n", ["i32"; 33][..n].join(", "));
    assert!(error.contains(&types(18)) && error.contains(&types(17)), "{error}");
}
