//! Addresses and lengths that do not lie in the guest's memory, in every form in which a result comes back.

use super::{assert_error, counting, refused, region};
use crate::support::{bind, wat};
use bytemuck::{Pod, Zeroable};
use linmem::{Convention, Error, ErrorKind, Place, Record, Result, allocator, pass, results, wasm_import};
use std::time::{Duration, Instant};
use wasmtime::Module;

#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable, Record)]
#[repr(C)]
struct Point {
    x: f64,
    y: f64,
}

macro_rules! answers {
    ($($name:ident: $(#[$option:meta])* [$($ty:tt)*])*) => {$(
        #[wasm_import]
        trait $name {
            $(#[$option])*
            fn answer(&mut self) -> Result<$($ty)*>;
        }
    )*};
}
answers! {
    Text: [String]
    BorrowedText: [&str]
    Longs: [Vec<u64>]
    BorrowedLongs: [&[u64]]
    OnePoint: [Point]
    MaybePoint: [Option<Point>]
    MaybeText: [Option<String>]
    MaybeLong: [Option<u64>]
    StaticText: #[wasm(returns = results::Static)] [&str]
    PackedPoint: #[wasm(returns = results::Packed)] [Point]
    PairPoint: #[wasm(returns = results::Pair)] [Point]
}

fn packed(pointer: u32, len: u32) -> String {
    let packed = u64::from(pointer) << 32 | u64::from(len);
    format!(r#"(func (export "answer") (result i64) (i64.const {packed}))"#)
}

fn pair(pointer: u32, len: u32) -> String {
    format!(r#"(func (export "answer") (result i32 i32) (i32.const {pointer}) (i32.const {len}))"#)
}

fn return_pointer(pointer: u32, len: u32) -> String {
    format!(
        r#"(func (export "answer") (param i32)
          (i32.store (local.get 0) (i32.const {pointer}))
          (i32.store offset=4 (local.get 0) (i32.const {len})))"#
    )
}

fn return_area(pointer: u32, len: u32) -> String {
    format!(
        r#"(func (export "answer") (result i32)
          (i32.store (i32.const 16) (i32.const {pointer}))
          (i32.store (i32.const 20) (i32.const {len}))
          (i32.const 16))"#
    )
}

/// Returns one number: the address of an area, or of a value.
fn address(pointer: u32) -> Module {
    counting(&format!(r#"(func (export "answer") (result i32) (i32.const {pointer}))"#))
}

/// All forms of a slice.
const FORMS: [fn(u32, u32) -> String; 4] = [packed, pair, return_pointer, return_area];

fn text(module: &Module) -> Error {
    refused::<TextExports>(module, |guest| guest.answer().unwrap_err())
}

#[track_caller]
fn assert_out_of_bounds(error: &Error, pointer: u64, len: u64) {
    let ErrorKind::OutOfBounds { region: found, memory } = *error.kind() else { panic!("{error}") };
    assert_eq!((found, memory), (region(pointer, len), 65536));
    let message = format!("{len} bytes at {pointer:#x} are outside the guest's memory of 65536 bytes");
    assert_error(error, "answer", Place::Result, &message);
}

#[track_caller]
fn assert_misaligned(error: &Error, pointer: u64, align: u64) {
    let ErrorKind::Misaligned { pointer: found, align: wanted } = *error.kind() else { panic!("{error}") };
    assert_eq!((found, wanted), (pointer, align));
    let message = format!("address {pointer:#x} is not a multiple of {align}, which the type's alignment asks for");
    assert_error(error, "answer", Place::Result, &message);
}

/// At the end, behind it, at the last address, with sums of 2^32 and more: of 32-bit numbers every one would wrap.
const OUTSIDE: [(u32, u32); 8] = [
    (65_530, 7),
    (65_536, 1),
    (16, 65_521),
    (u32::MAX, 1),
    (u32::MAX, u32::MAX),
    (16, u32::MAX - 15),
    (0x8000_0000, 0x8000_0000),
    (0xffff_fff0, 32),
];

#[test]
fn refuses_bytes_outside_memory_in_every_form() {
    for form in FORMS {
        for (pointer, len) in OUTSIDE {
            let module = counting(&form(pointer, len));
            let expected = (u64::from(pointer), u64::from(len));
            for error in [
                text(&module),
                refused::<BorrowedTextExports>(&module, |guest| guest.answer().unwrap_err()),
                refused::<MaybeTextExports>(&module, |guest| guest.answer().unwrap_err()),
                refused::<StaticTextExports>(&module, |guest| guest.answer().unwrap_err()),
            ] {
                assert_out_of_bounds(&error, expected.0, expected.1);
            }
        }
    }
}

#[test]
fn accepts_bytes_up_to_the_very_end() {
    // Static, because these are nobody's block.
    let module = counting(&pair(65_531, 5));
    let (mut store, instance) = crate::support::instance(&module);
    let mut guest = crate::support::handle::<StaticTextExports>(&mut store, &instance);
    assert_eq!(guest.bind(&mut store).unwrap().answer().unwrap(), "\0\0\0\0\0");
}

#[test]
fn a_count_of_elements_does_not_overflow_as_bytes() {
    // Times eight these are 8, 0 and 0xffff_fff8 in 32 bits.
    for count in [0x2000_0001_u32, 0x2000_0000, u32::MAX] {
        for form in FORMS {
            let module = counting(&form(64, count));
            for error in [
                refused::<LongsExports>(&module, |guest| guest.answer().unwrap_err()),
                refused::<BorrowedLongsExports>(&module, |guest| guest.answer().unwrap_err()),
            ] {
                assert_out_of_bounds(&error, 64, u64::from(count) * 8);
            }
        }
    }
}

#[test]
fn refuses_misaligned_elements_and_releases_them() {
    // A block of the guest's own, at an address one too high for its header to be any but its own.
    let functions = r#"(func (export "answer") (result i32 i32) (local $block i32)
        (local.set $block (i32.add (call $alloc (i32.const 64)) (i32.const 20)))
        (i32.store (i32.sub (local.get $block) (i32.const 16)) (i32.const 16))
        (i32.store (i32.sub (local.get $block) (i32.const 12)) (i32.const 0x600d))
        (local.get $block) (i32.const 2))"#;
    let module = counting(functions);
    for error in [
        refused::<LongsExports>(&module, |guest| guest.answer().unwrap_err()),
        refused::<BorrowedLongsExports>(&module, |guest| guest.answer().unwrap_err()),
    ] {
        assert_misaligned(&error, 4096 + 16 + 20, 8);
    }
}

#[test]
fn refuses_a_return_area_outside_memory() {
    for pointer in [65_532_u32, 65_536, 0x8000_0000, 0xffff_fffc] {
        let module = address(pointer);
        let errors = [text(&module), refused::<BorrowedLongsExports>(&module, |guest| guest.answer().unwrap_err())];
        for error in errors {
            assert!(
                matches!(*error.kind(), ErrorKind::OutOfBounds { region: found, memory: 65_536 }
                    if found == region(pointer.into(), 8)),
                "{error}"
            );
            assert_eq!(error.place(), Some(Place::ReturnArea));
        }
    }
}

#[test]
fn refuses_a_misaligned_return_area() {
    for pointer in [1_u32, 18, 0xffff_ffff] {
        let error = text(&address(pointer));
        assert!(
            matches!(*error.kind(), ErrorKind::Misaligned { pointer: found, align: 4 } if found == pointer.into()),
            "{error}"
        );
        let message = "`answer`, result, taken for the address of a pointer and a length: address";
        assert!(error.to_string().starts_with(message), "{error}");
    }
}

#[test]
fn refuses_a_value_outside_memory() {
    for pointer in [65_528_u32, 65_536, 0xffff_fff8] {
        let module = address(pointer);
        for error in [
            refused::<OnePointExports>(&module, |guest| guest.answer().unwrap_err()),
            refused::<MaybePointExports>(&module, |guest| guest.answer().unwrap_err()),
        ] {
            assert_out_of_bounds(&error, pointer.into(), 16);
        }
    }
    let error = refused::<MaybeLongExports>(&address(65_532), |guest| guest.answer().unwrap_err());
    assert_out_of_bounds(&error, 65_532, 8);
}

#[test]
fn refuses_a_misaligned_value_and_releases_it() {
    let module = counting(
        r#"(func (export "answer") (result i32) (local $block i32)
          (local.set $block (i32.add (call $alloc (i32.const 64)) (i32.const 20)))
          (i32.store (i32.sub (local.get $block) (i32.const 16)) (i32.const 16))
          (i32.store (i32.sub (local.get $block) (i32.const 12)) (i32.const 0x600d))
          (local.get $block))"#,
    );
    for error in [
        refused::<OnePointExports>(&module, |guest| guest.answer().unwrap_err()),
        refused::<MaybePointExports>(&module, |guest| guest.answer().unwrap_err()),
    ] {
        assert_misaligned(&error, 4096 + 16 + 20, 8);
    }
}

#[test]
fn refuses_null_where_there_must_be_a_value() {
    const MESSAGE: &str = "the guest returned a null pointer; return an `Option` where null is a valid answer";
    for form in FORMS {
        let module = counting(&form(0, 5));
        for error in [text(&module), refused::<BorrowedTextExports>(&module, |guest| guest.answer().unwrap_err())] {
            assert!(matches!(error.kind(), ErrorKind::Null));
            assert_error(&error, "answer", Place::Result, MESSAGE);
        }
    }
    let error = refused::<OnePointExports>(&address(0), |guest| guest.answer().unwrap_err());
    assert!(matches!(error.kind(), ErrorKind::Null));
    assert_error(&error, "answer", Place::Result, MESSAGE);
    for form in [packed, pair] {
        let module = counting(&form(0, 0));
        let error = if form(0, 0).contains("i64") {
            refused::<PackedPointExports>(&module, |guest| guest.answer().unwrap_err())
        } else {
            refused::<PairPointExports>(&module, |guest| guest.answer().unwrap_err())
        };
        assert!(matches!(error.kind(), ErrorKind::Null), "{error}");
    }
    // What lies at null is no return area, whatever it says.
    let module = counting(
        r#"(data (i32.const 0) "\10\00\00\00\05\00\00\00") (func (export "answer") (result i32) (i32.const 0))"#,
    );
    assert_eq!(bind::<TextExports>(&module).answer().unwrap(), "");
}

#[test]
fn refuses_a_value_of_another_size() {
    for len in [0_u32, 15, 17, u32::MAX] {
        // `free` does not care what it is given: the guest lies about that, too.
        let answer = |form: &str| {
            wat(&format!(
                r#"(module (memory (export "memory") 1) {form}
                  (func (export "malloc") (param i32) (result i32) (i32.const 1024))
                  (func (export "free") (param i32)))"#
            ))
        };
        let mut by_packed = bind::<PackedPointExports>(&answer(&packed(64, len)));
        let mut by_pair = bind::<PairPointExports>(&answer(&pair(64, len)));
        for error in [by_packed.answer().unwrap_err(), by_pair.answer().unwrap_err()] {
            assert!(
                matches!(*error.kind(), ErrorKind::WrongSize { len: found, size: 16 } if found == u64::from(len)),
                "{error}"
            );
            let message = format!("the guest returned {len} bytes where the type has 16");
            assert_error(&error, "answer", Place::Result, &message);
        }
    }
}

#[test]
fn releases_a_value_of_another_size() {
    // What the guest handed over is the host's to give back, even if it is no value of the type.
    let module = counting(r#"(func (export "answer") (result i32 i32) (call $alloc (i32.const 24)) (i32.const 24))"#);
    let error = refused::<PairPointExports>(&module, |guest| guest.answer().unwrap_err());
    assert!(matches!(error.kind(), ErrorKind::WrongSize { len: 24, size: 16 }), "{error}");
}

/// The check comes before anything is allocated on the host: `Region::of` is what `Vec` and `String` are copied from,
/// so an allocation of that length cannot happen without a slice of guest memory of that length. There is no counting
/// host allocator here (that takes `unsafe`); 4 GiB that were allocated and filled would take a second.
#[test]
fn a_result_of_4_gib_from_a_guest_of_64_kib_is_refused_at_once() {
    let started = Instant::now();
    for form in FORMS {
        assert_out_of_bounds(&text(&counting(&form(8, u32::MAX))), 8, 0xffff_ffff);
        // The longest claim there is: 32 GiB.
        let error = refused::<LongsExports>(&counting(&form(8, u32::MAX)), |guest| guest.answer().unwrap_err());
        assert_out_of_bounds(&error, 8, 0x7_ffff_fff8);
    }
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

/// 64-bit pointers: there the sums and products overflow 64 bits.
struct Wide;

impl Convention for Wide {
    type Pointer = u64;
    type Allocator = allocator::Found<u64>;
    type Pass = pass::PtrLen;
    type Results = results::Pair;
    type Text = linmem::text::Utf8;
    type Status = linmem::status::Silent;
}

#[wasm_import(convention = Wide)]
trait WideText {
    fn answer(&mut self) -> Result<String>;
}

#[wasm_import(convention = Wide)]
trait WideLongs {
    fn answer(&mut self) -> Result<&[u64]>;
}

#[test]
fn sums_and_products_of_64_bits_do_not_overflow() {
    for (pointer, len) in [(u64::MAX, u64::MAX), (8, u64::MAX - 7), (u64::MAX - 7, 8), (1 << 63, 1 << 63)] {
        let module = crate::support::wat(&format!(
            r#"(module (memory (export "memory") i64 1)
              (func (export "answer") (result i64 i64) (i64.const {pointer}) (i64.const {len})))"#
        ));
        let mut guest = crate::support::bind::<WideTextExports>(&module);
        assert_out_of_bounds(&guest.answer().unwrap_err(), pointer, len);
        let mut guest = crate::support::bind::<WideLongsExports>(&module);
        let error = guest.answer().unwrap_err();
        match pointer % 8 {
            0 => assert_out_of_bounds(&error, pointer, len.saturating_mul(8)),
            _ => assert!(matches!(error.kind(), ErrorKind::OutOfBounds { .. } | ErrorKind::Misaligned { .. })),
        }
    }
}
