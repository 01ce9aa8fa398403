//! Text in other encodings than Rust's.

use super::balanced;
use linmem::{ErrorKind, Result, results, wasm_import};

/// `echo` copies code units of $unit bytes; `tail` returns what lies behind the first.
fn guest(unit: u32) -> String {
    format!(
        r#"(func (export "echo") (param $p i32) (param $n i32) (result i32 i32) (local $q i32)
          (local.set $q (call $alloc (i32.mul (local.get $n) (i32.const {unit}))))
          (memory.copy (local.get $q) (local.get $p) (i32.mul (local.get $n) (i32.const {unit})))
          (local.get $q) (local.get $n))
        (func (export "half") (result i32 i32) (i32.store16 (i32.const 64) (i32.const 0xd83e)) (i32.const 64) (i32.const 1))
        (func (export "odd") (result i32 i32) (i32.const 65) (i32.const 1))
        (func (export "units") (param i32 i32) (result i32) (local.get 1))"#
    )
}

#[wasm_import(text = linmem::text::Utf16)]
trait Utf16 {
    fn echo(&mut self, text: &str) -> Result<String>;
    fn units(&mut self, text: &str) -> Result<u32>;
    #[wasm(returns = results::Static)]
    fn half(&mut self) -> Result<String>;
    #[wasm(returns = results::Static)]
    fn odd(&mut self) -> Result<String>;
}

#[wasm_import]
trait Latin1 {
    #[wasm(text = linmem::text::Latin1)]
    fn echo(&mut self, text: &str) -> Result<String>;
    #[wasm(text = linmem::text::Latin1)]
    fn units(&mut self, text: &str) -> Result<u32>;
}

#[test]
fn utf16_is_counted_in_code_units_and_aligned() {
    balanced::<Utf16Exports, _>(&guest(2), |guest| {
        for text in ["a", "z\u{df}\u{6c34}\u{1f34c}"] {
            assert_eq!(guest.echo(text).unwrap(), text);
        }
        assert_eq!(guest.units("\u{1f34c}").unwrap(), 2);
        assert!(matches!(guest.half().unwrap_err().kind(), ErrorKind::InvalidUtf16 { index: 0, unit: 0xd83e }));
        assert!(matches!(guest.odd().unwrap_err().kind(), ErrorKind::Misaligned { pointer: 65, align: 2 }));
    });
}

#[test]
fn latin1_is_a_byte_a_character() {
    balanced::<Latin1Exports, _>(&guest(1), |guest| {
        assert_eq!(guest.echo("na\u{ef}ve").unwrap(), "na\u{ef}ve");
        assert_eq!(guest.units("\u{e9}\u{e8}").unwrap(), 2);
        let error = guest.echo("5 \u{20ac}").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`echo`, argument `text`: '\u{20ac}' at byte 2 of the text does not exist in Latin-1"
        );
    });
}
