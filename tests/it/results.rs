//! Results: what the guest returns, as Rust values, and whose the bytes behind them are.

mod borrowed;
mod conventions;
mod hints;
mod in_time;

use crate::support::{bind, ledger, shapes, wat};
use bytemuck::{Pod, Zeroable};
use linmem::{Error, ErrorKind, Record, wasm_import};

#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable, Record)]
#[repr(C)]
struct Point {
    x: f64,
    y: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable, Record)]
#[repr(C)]
struct Rect {
    min: Point,
    max: Point,
}

/// Identity functions, and so both ways of every scalar.
#[wasm_import]
trait Scalars {
    fn nothing(&mut self) -> linmem::Result<()>;
    fn u8(&mut self, value: u32) -> linmem::Result<u8>;
    fn u16(&mut self, value: u32) -> linmem::Result<u16>;
    fn u32(&mut self, value: u32) -> linmem::Result<u32>;
    fn u64(&mut self, value: u64) -> linmem::Result<u64>;
    fn i8(&mut self, value: i32) -> linmem::Result<i8>;
    fn i16(&mut self, value: i32) -> linmem::Result<i16>;
    fn i32(&mut self, value: i32) -> linmem::Result<i32>;
    fn i64(&mut self, value: i64) -> linmem::Result<i64>;
    fn f32(&mut self, value: f32) -> linmem::Result<f32>;
    fn f64(&mut self, value: f64) -> linmem::Result<f64>;
    fn bool(&mut self, value: u32) -> linmem::Result<bool>;
    fn char(&mut self, value: u32) -> linmem::Result<char>;
}

fn scalars() -> ScalarsInstance<wasmtime::Store<()>> {
    // No memory: scalars need none.
    bind(&wat(r#"(module
        (func (export "nothing"))
        (func (export "u8") (export "u16") (export "u32") (export "i8") (export "i16") (export "i32")
            (export "bool") (export "char") (param i32) (result i32) (local.get 0))
        (func (export "u64") (export "i64") (param i64) (result i64) (local.get 0))
        (func (export "f32") (param f32) (result f32) (local.get 0))
        (func (export "f64") (param f64) (result f64) (local.get 0)))"#))
}

#[test]
fn reads_integers_up_to_their_extremes() {
    let mut scalars = scalars();
    scalars.nothing().unwrap();
    assert_eq!([0, 255].map(|n| scalars.u8(n).unwrap()), [0, u8::MAX]);
    assert_eq!([0, 65_535].map(|n| scalars.u16(n).unwrap()), [0, u16::MAX]);
    assert_eq!(scalars.u32(u32::MAX).unwrap(), u32::MAX);
    assert_eq!(scalars.u64(u64::MAX).unwrap(), u64::MAX);
    assert_eq!([-128, -1, 127].map(|n| scalars.i8(n).unwrap()), [i8::MIN, -1, i8::MAX]);
    assert_eq!([-32_768, -1, 32_767].map(|n| scalars.i16(n).unwrap()), [i16::MIN, -1, i16::MAX]);
    assert_eq!([i32::MIN, i32::MAX].map(|n| scalars.i32(n).unwrap()), [i32::MIN, i32::MAX]);
    assert_eq!([i64::MIN, i64::MAX].map(|n| scalars.i64(n).unwrap()), [i64::MIN, i64::MAX]);
}

#[test]
fn reads_the_bits_of_floats() {
    let mut scalars = scalars();
    for bits in [0x8000_0000, 0x7fc0_0001, 0xff80_0000, 1] {
        assert_eq!(scalars.f32(f32::from_bits(bits)).unwrap().to_bits(), bits);
    }
    for bits in [1 << 63, 0x7ff8_0000_0000_0001, 0xfff0 << 48, 1] {
        assert_eq!(scalars.f64(f64::from_bits(bits)).unwrap().to_bits(), bits);
    }
}

#[test]
fn reads_bools_and_chars() {
    let mut scalars = scalars();
    assert!(!scalars.bool(0).unwrap());
    assert!(scalars.bool(1).unwrap());
    assert_eq!([0, 0x1f980, 0x10_ffff].map(|c| scalars.char(c).unwrap()), ['\0', '🦀', char::MAX]);
}

#[test]
fn a_number_out_of_range_is_an_error_and_never_truncated() {
    let mut scalars = scalars();
    let invalid = |error: Error| match error.into_kind() {
        ErrorKind::InvalidValue { ty, value } => (ty, value),
        other => panic!("{other}"),
    };
    assert_eq!(invalid(scalars.u8(256).unwrap_err()), ("u8", 256));
    assert_eq!(invalid(scalars.i16(-32_769).unwrap_err()), ("i16", 0xffff_7fff));
    assert_eq!(invalid(scalars.bool(2).unwrap_err()), ("bool", 2));
    assert_eq!(invalid(scalars.char(0xdfff).unwrap_err()), ("char", 0xdfff));
    assert_eq!(scalars.u8(255).unwrap(), 255, "and the instance is not poisoned by it");
}

#[wasm_import]
trait Shapes {
    fn centroid(&mut self, points: &[Point]) -> linmem::Result<Point>;
    fn bounding_box(&mut self, points: &[Point]) -> linmem::Result<Rect>;
    fn nearest(&mut self, points: &[Point], to: &Point) -> linmem::Result<Option<Point>>;
    fn initials(&mut self, text: &str) -> linmem::Result<Option<String>>;
    fn live_blocks(&mut self) -> linmem::Result<i32>;
}

#[test]
fn reads_structs_through_a_return_pointer() {
    let mut shapes = bind::<ShapesExports>(shapes());
    let points = [Point { x: 1.0, y: 6.0 }, Point { x: 3.0, y: 2.0 }];
    assert_eq!(shapes.centroid(&points).unwrap(), Point { x: 2.0, y: 4.0 });
    let expected = Rect { min: Point { x: 1.0, y: 2.0 }, max: Point { x: 3.0, y: 6.0 } };
    assert_eq!(shapes.bounding_box(&points).unwrap(), expected);
    let none = shapes.bounding_box(&[]).unwrap();
    assert_eq!((none.min.x, none.max.y), (f64::INFINITY, f64::NEG_INFINITY));
    assert!(shapes.centroid(&[]).unwrap().x.is_nan());
}

#[test]
fn reads_structs_at_a_returned_pointer_and_frees_them() {
    let mut shapes = bind::<ShapesExports>(shapes());
    let (a, b) = (Point { x: 1.0, y: 1.0 }, Point { x: 5.0, y: 5.0 });
    assert_eq!(shapes.nearest(&[a, b], &Point { x: 4.0, y: 4.0 }).unwrap(), Some(b));
    assert_eq!(shapes.nearest(&[], &a).unwrap(), None);
    assert_eq!(shapes.live_blocks().unwrap(), 1, "the scratch block");
}

#[test]
fn reads_text_through_a_return_area_and_frees_its_buffer() {
    let mut shapes = bind::<ShapesExports>(shapes());
    assert_eq!(shapes.initials("wasm ßet österreich").unwrap().as_deref(), Some("wßö"));
    assert_eq!(shapes.initials("  ").unwrap(), None);
    assert_eq!(shapes.live_blocks().unwrap(), 1, "the scratch block");
}

#[test]
fn a_null_slice_is_empty_where_it_is_not_an_option() {
    #[wasm_import]
    trait Plain {
        fn initials(&mut self, text: &str) -> linmem::Result<String>;
    }
    let mut plain = bind::<PlainExports>(shapes());
    assert_eq!(plain.initials("").unwrap(), "");
    assert_eq!(plain.initials("a b").unwrap(), "ab");
}

#[wasm_import]
trait Ledger {
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
    fn echo_packed(&mut self, bytes: &[u8]) -> linmem::Result<Vec<u8>>;
    fn find_word(&mut self, text: &str, needle: &str) -> linmem::Result<Option<String>>;
    fn doubled_u32(&mut self, values: &[u32]) -> linmem::Result<Vec<u32>>;
    fn live_blocks(&mut self) -> linmem::Result<u32>;
}

#[test]
fn reads_owned_text_and_bytes() {
    let mut ledger = bind::<LedgerExports>(ledger());
    assert_eq!(ledger.greet("wörld 🦀").unwrap(), "Hello, wörld 🦀!");
    assert_eq!(ledger.echo_packed(b"\0\xff\x80").unwrap(), b"\0\xff\x80");
    let long: Vec<u8> = (0..=255).cycle().take(1 << 20).collect();
    assert!(ledger.echo_packed(&long).unwrap() == long);
    assert_eq!(ledger.live_blocks().unwrap(), 1, "the scratch block");
}

#[test]
fn reads_slices_of_elements() {
    let mut ledger = bind::<LedgerExports>(ledger());
    assert_eq!(ledger.doubled_u32(&[1, 0x4000_0000, u32::MAX]).unwrap(), [2, 0x8000_0000, 0xffff_fffe]);
    assert_eq!(ledger.live_blocks().unwrap(), 1, "12 bytes were released, and not 3");
}

#[test]
fn empty_results_are_empty_and_dangling_ones_harmless() {
    let mut ledger = bind::<LedgerExports>(ledger());
    assert_eq!(ledger.echo_packed(&[]).unwrap(), []);
    assert_eq!(ledger.doubled_u32(&[]).unwrap(), []);
    assert_eq!(ledger.find_word("abc", "c").unwrap().as_deref(), Some("c"));
    assert_eq!(ledger.find_word("abc", "").unwrap().as_deref(), Some("abc"));
    assert_eq!(ledger.live_blocks().unwrap(), 1, "the scratch block");
}

#[test]
fn null_is_none() {
    let mut ledger = bind::<LedgerExports>(ledger());
    assert_eq!(ledger.find_word("a haystack", "needle").unwrap(), None);
    assert_eq!(ledger.find_word("a haystack", "stack").unwrap().as_deref(), Some("stack"));
    assert_eq!(ledger.find_word("", "").unwrap().as_deref(), Some(""), "empty is not nothing");
}

#[test]
fn a_guest_around_a_library_renders_markdown() {
    #[wasm_import]
    trait Markdown {
        fn render(&mut self, text: &str) -> linmem::Result<String>;
        fn headings(&mut self, text: &str) -> linmem::Result<String>;
        fn live_blocks(&mut self) -> linmem::Result<u32>;
    }
    let mut markdown = bind::<MarkdownExports>(crate::support::markdown());
    let before = markdown.live_blocks().unwrap();
    assert_eq!(markdown.render("# Hi\n\n*you*").unwrap(), "<h1>Hi</h1>\n<p><em>you</em></p>\n");
    assert_eq!(markdown.headings("# One\ntext\n## Two").unwrap().trim_end(), "One\nTwo");
    assert_eq!(markdown.render("").unwrap(), "");
    MarkdownInstance::trim(&mut markdown).unwrap();
    assert_eq!(markdown.live_blocks().unwrap(), before);
}

#[derive(Debug, PartialEq)]
enum AppError {
    Guest(String),
}

impl From<Error> for AppError {
    fn from(error: Error) -> Self {
        AppError::Guest(error.to_string())
    }
}

#[wasm_import]
trait Custom {
    fn greet(&mut self, name: &[u8]) -> Result<String, AppError>;
    fn live_blocks(&mut self) -> Result<u32, Box<dyn std::error::Error + Send + Sync>>;
}

#[test]
fn an_error_type_of_the_users_own_receives_linmems() {
    let mut custom = bind::<CustomExports>(ledger());
    assert_eq!(custom.greet(b"you").unwrap(), "Hello, you!");
    let AppError::Guest(message) = custom.greet(b"\xff").unwrap_err();
    assert_eq!(
        message,
        "`greet`, result: the text is not valid UTF-8 (valid up to byte 7); return bytes where it need not be"
    );
    assert_eq!(custom.live_blocks().unwrap(), 1, "the refused result was released");
}

/// The business code that is the same for the guest and for a mock.
fn welcome(greeter: &mut dyn Greeter) -> linmem::Result<String> {
    Ok(format!("{} {}", greeter.greet("you")?, greeter.banner()?))
}

#[wasm_import]
trait Greeter {
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
    #[wasm(returns = linmem::results::Static)]
    fn banner(&mut self) -> linmem::Result<&str>;
}

#[test]
fn a_trait_object_is_the_guest_or_a_mock() {
    struct Mock(Vec<String>);

    impl Greeter for Mock {
        fn greet(&mut self, name: &str) -> linmem::Result<String> {
            self.0.push(name.to_owned());
            Ok("Hi".to_owned())
        }

        fn banner(&mut self) -> linmem::Result<&str> {
            Ok(self.0.last().map_or("", String::as_str))
        }
    }

    let mut guest = bind::<GreeterExports>(ledger());
    assert_eq!(welcome(&mut guest).unwrap(), "Hello, you! ledger: every block is accounted for");
    let mut boxed: Box<dyn Greeter> = Box::new(guest);
    assert_eq!(boxed.greet("box").unwrap(), "Hello, box!");
    assert_eq!(welcome(&mut Mock(Vec::new())).unwrap(), "Hi you");
}

/// C's empty slice: null and zero, whatever the element's alignment.
#[test]
fn null_and_zero_is_an_empty_slice_of_any_element() {
    #[wasm_import]
    trait Empty {
        fn nothing(&mut self) -> linmem::Result<Vec<f64>>;
        #[wasm(name = "nothing_too")]
        fn borrowed(&mut self) -> linmem::Result<&[u64]>;
    }
    let module = wat(r#"(module (memory (export "memory") 1)
        (func (export "nothing") (export "nothing_too") (result i32 i32) (i32.const 0) (i32.const 0)))"#);
    let mut empty = bind::<EmptyExports>(&module);
    assert_eq!(empty.nothing().unwrap(), [0.0; 0]);
    assert_eq!(empty.borrowed().unwrap(), [0; 0]);
}
