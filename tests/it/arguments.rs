//! Arguments: what the guest sees of a Rust value, and what comes back of a mutable one.

mod naming;
mod placement;
mod restless;

use crate::support::{bind, ledger, shapes, wat};
use bytemuck::{Pod, Zeroable};
use linmem::{Record, wasm_import};

#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable, Record)]
#[repr(C)]
struct Point {
    x: f64,
    y: f64,
}

#[wasm_import]
trait Shapes {
    fn centroid(&mut self, points: &[Point]) -> linmem::Result<Point>;
    fn translate(&mut self, point: &mut Point, dx: f64, dy: f64) -> linmem::Result<()>;
    fn norm(&mut self, point: Point) -> linmem::Result<f64>;
    fn nearest(&mut self, points: &[Point], to: &Point) -> linmem::Result<Option<Point>>;
    fn sum(&mut self, values: &[f64]) -> linmem::Result<f64>;
    fn scale(&mut self, values: &mut [f32], by: f32) -> linmem::Result<()>;
    fn histogram(&mut self, data: &[u8], counts: &mut [u32; 256]) -> linmem::Result<()>;
    fn uppercase(&mut self, text: &mut [u8]) -> linmem::Result<()>;
    fn is_upper(&mut self, text: &str) -> linmem::Result<bool>;
    fn next_letter(&mut self, letter: char) -> linmem::Result<char>;
    fn live_blocks(&mut self) -> linmem::Result<i32>;
}

#[wasm_import]
trait Ledger {
    fn reverse(&mut self, bytes: &mut [u8]) -> linmem::Result<()>;
    fn checksum(&mut self, bytes: &[u8]) -> linmem::Result<u64>;
    fn concat(&mut self, first: &str, second: &[u8], third: &str) -> linmem::Result<String>;
}

/// What the guest sees of a scalar: the core value, its upper half zero where it has 32 bits.
#[wasm_import]
trait Seen {
    fn u8(&mut self, value: u8) -> linmem::Result<u64>;
    fn u16(&mut self, value: u16) -> linmem::Result<u64>;
    fn u32(&mut self, value: u32) -> linmem::Result<u64>;
    fn u64(&mut self, value: u64) -> linmem::Result<u64>;
    fn i8(&mut self, value: i8) -> linmem::Result<u64>;
    fn i16(&mut self, value: i16) -> linmem::Result<u64>;
    fn i32(&mut self, value: i32) -> linmem::Result<u64>;
    fn i64(&mut self, value: i64) -> linmem::Result<u64>;
    fn f32(&mut self, value: f32) -> linmem::Result<u64>;
    fn f64(&mut self, value: f64) -> linmem::Result<u64>;
    fn bool(&mut self, value: bool) -> linmem::Result<u64>;
    fn char(&mut self, value: char) -> linmem::Result<u64>;
}

fn seen() -> SeenInstance<wasmtime::Store<()>> {
    bind(&wat(r#"(module
        (func (export "u8") (export "u16") (export "u32") (export "i8") (export "i16") (export "i32")
            (export "bool") (export "char") (param i32) (result i64) (i64.extend_i32_u (local.get 0)))
        (func (export "u64") (export "i64") (param i64) (result i64) (local.get 0))
        (func (export "f32") (param f32) (result i64) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 0))))
        (func (export "f64") (param f64) (result i64) (i64.reinterpret_f64 (local.get 0))))"#))
}

#[test]
fn passes_unsigned_integers_zero_extended() {
    let mut seen = seen();
    assert_eq!([seen.u8(0).unwrap(), seen.u8(0x80).unwrap(), seen.u8(u8::MAX).unwrap()], [0, 0x80, 0xff]);
    assert_eq!([seen.u16(0x8000).unwrap(), seen.u16(u16::MAX).unwrap()], [0x8000, 0xffff]);
    assert_eq!([seen.u32(0x8000_0000).unwrap(), seen.u32(u32::MAX).unwrap()], [0x8000_0000, 0xffff_ffff]);
    assert_eq!([seen.u64(0).unwrap(), seen.u64(u64::MAX).unwrap()], [0, u64::MAX]);
}

#[test]
fn passes_signed_integers_sign_extended_to_their_core_type() {
    let mut seen = seen();
    assert_eq!([seen.i8(-1), seen.i8(i8::MIN), seen.i8(i8::MAX)].map(Result::unwrap), [0xffff_ffff, 0xffff_ff80, 0x7f]);
    assert_eq!([seen.i16(-1), seen.i16(i16::MIN)].map(Result::unwrap), [0xffff_ffff, 0xffff_8000]);
    assert_eq!(seen.i16(i16::MAX).unwrap(), 0x7fff);
    assert_eq!([seen.i32(-1), seen.i32(i32::MIN)].map(Result::unwrap), [0xffff_ffff, 0x8000_0000]);
    assert_eq!(seen.i64(i64::MIN).unwrap(), 1 << 63);
    assert_eq!(seen.i64(-2).unwrap(), u64::MAX - 1);
}

#[test]
fn passes_the_bits_of_floats() {
    let mut seen = seen();
    for bits in [0, 0x8000_0000, 1, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0xffc0_1234, f32::MAX.to_bits()] {
        assert_eq!(seen.f32(f32::from_bits(bits)).unwrap(), bits.into(), "{bits:#x}");
    }
    let nan = 0xfff8_0000_dead_beef;
    for bits in [0, 1 << 63, 1, f64::INFINITY.to_bits(), f64::NEG_INFINITY.to_bits(), nan, f64::MIN.to_bits()] {
        assert_eq!(seen.f64(f64::from_bits(bits)).unwrap(), bits, "{bits:#x}");
    }
}

#[test]
fn passes_bools_as_0_and_1_and_chars_as_scalar_values() {
    let mut seen = seen();
    assert_eq!([seen.bool(false).unwrap(), seen.bool(true).unwrap()], [0, 1]);
    assert_eq!(['\0', 'a', 'ß', '\u{d7ff}', '\u{e000}'].map(|c| seen.char(c).unwrap()), [0, 97, 223, 0xd7ff, 0xe000]);
    assert_eq!(['🦀', char::MAX].map(|c| seen.char(c).unwrap()), [0x1f980, 0x10ffff]);
}

#[test]
fn a_c_guest_counts_chars_beyond_the_basic_plane() {
    let mut shapes = bind::<ShapesExports>(shapes());
    assert_eq!(shapes.next_letter('🦀').unwrap(), '🦁');
    assert_eq!(shapes.next_letter('\u{d7ff}').unwrap(), '\u{e000}');
}

#[test]
fn passes_text_as_its_utf8_bytes() {
    let mut ledger = bind::<LedgerExports>(ledger());
    assert_eq!(ledger.concat("grüße ", "🦀 ".as_bytes(), "\0ende").unwrap(), "grüße 🦀 \0ende");
    let mut shapes = bind::<ShapesExports>(shapes());
    assert!(shapes.is_upper("ÄÖ ABC").unwrap());
    assert!(!shapes.is_upper("ABc").unwrap());
    assert!(!shapes.is_upper("").unwrap());
}

#[test]
fn several_slices_of_one_call_do_not_overlap() {
    let mut ledger = bind::<LedgerExports>(ledger());
    assert_eq!(ledger.concat("a", b"bc", "def").unwrap(), "abcdef");
    assert_eq!(ledger.concat("", b"", "").unwrap(), "");
    assert_eq!(ledger.concat("", b"only", "").unwrap(), "only");
    // The first is in the scratch block, the second outgrows it, the third fits again.
    let long = "x".repeat(100_000);
    let joined = ledger.concat("<", long.as_bytes(), ">").unwrap();
    assert_eq!(joined, format!("<{long}>"));
    let joined = ledger.concat(&long, b"|", &long).unwrap();
    assert_eq!(joined, format!("{long}|{long}"));
}

#[test]
fn passes_slices_of_elements_and_their_count() {
    let mut shapes = bind::<ShapesExports>(shapes());
    assert_eq!(shapes.sum(&[1.5, -2.0, 0.25]).unwrap(), -0.25);
    assert_eq!(shapes.sum(&[]).unwrap(), 0.0);
    let many: Vec<f64> = (0..100_000).map(f64::from).collect();
    assert_eq!(shapes.sum(&many).unwrap(), 4_999_950_000.0);
    let points = [Point { x: 0.0, y: 0.0 }, Point { x: 4.0, y: 2.0 }];
    assert_eq!(shapes.centroid(&points).unwrap(), Point { x: 2.0, y: 1.0 });
}

#[test]
fn passes_structs_by_value_and_by_reference() {
    let mut shapes = bind::<ShapesExports>(shapes());
    assert_eq!(shapes.norm(Point { x: 3.0, y: -4.0 }).unwrap(), 5.0);
    let (near, far) = (Point { x: 1.0, y: 1.0 }, Point { x: 9.0, y: 9.0 });
    assert_eq!(shapes.nearest(&[far, near], &Point { x: 0.0, y: 0.0 }).unwrap(), Some(near));
}

#[test]
fn copies_mutable_slices_back() {
    let mut shapes = bind::<ShapesExports>(shapes());
    let mut values = [1.0_f32, -2.5, f32::INFINITY];
    shapes.scale(&mut values, 2.0).unwrap();
    assert_eq!(values, [2.0, -5.0, f32::INFINITY]);
    let mut many = vec![1.0_f32; 1 << 18];
    shapes.scale(&mut many, 0.5).unwrap();
    assert!(many.iter().all(|value| *value == 0.5));
}

#[test]
fn copies_mutable_bytes_back() {
    let mut ledger = bind::<LedgerExports>(ledger());
    let mut bytes = *b"\0stressed\xff";
    ledger.reverse(&mut bytes).unwrap();
    assert_eq!(&bytes, b"\xffdesserts\0");
    ledger.reverse(&mut []).unwrap();
    let mut shapes = bind::<ShapesExports>(shapes());
    let mut text = "weiß, not black".to_owned().into_bytes();
    shapes.uppercase(&mut text[..5]).unwrap();
    assert_eq!(text, "WEIß, not black".as_bytes());
}

#[test]
fn copies_mutable_values_back() {
    let mut shapes = bind::<ShapesExports>(shapes());
    let mut point = Point { x: 1.0, y: 2.0 };
    shapes.translate(&mut point, 10.0, -0.5).unwrap();
    assert_eq!(point, Point { x: 11.0, y: 1.5 });
}

#[test]
fn in_and_out_arguments_carry_state_from_call_to_call() {
    let mut shapes = bind::<ShapesExports>(shapes());
    let mut counts = [0; 256];
    shapes.histogram(b"hello", &mut counts).unwrap();
    shapes.histogram(b"world", &mut counts).unwrap();
    assert_eq!(counts[usize::from(b'l')], 3);
    assert_eq!(counts[usize::from(b'o')], 2);
    assert_eq!(counts.iter().sum::<u32>(), 10);
}

#[test]
fn what_a_c_guest_was_given_is_freed() {
    let mut shapes = bind::<ShapesExports>(shapes());
    for _ in 0..100 {
        shapes.sum(&[1.0; 20_000]).unwrap();
        shapes.nearest(&[Point { x: 1.0, y: 1.0 }], &Point { x: 0.0, y: 0.0 }).unwrap();
    }
    assert_eq!(shapes.live_blocks().unwrap(), 1, "the scratch block");
    ShapesInstance::trim(&mut shapes).unwrap();
    assert_eq!(shapes.live_blocks().unwrap(), 0);
}

#[test]
fn arguments_of_every_size_arrive_whole() {
    let mut ledger = bind::<LedgerExports>(ledger());
    let data: Vec<u8> = (0..=255).cycle().take(16 << 20).collect();
    let sizes = [0, 1, 15, 16, 17, 255, 256, 257, 1000, 4096, 65_535, 65_536, 65_537, 1 << 20, 3, 200_000, 16 << 20, 5];
    for size in sizes {
        let expected: u64 = data[..size].iter().copied().map(u64::from).sum();
        assert_eq!(ledger.checksum(&data[..size]).unwrap(), expected, "{size} bytes");
    }
}
