//! Bytes and numbers that are no value of their type.

use super::{assert_error, counting, live, refused};
use crate::support::{bind, handle, instance, wat};
use linmem::{Bound, Error, ErrorKind, Place, Result, wasm_import};

macro_rules! answers {
    ($($name:ident: [$($ty:tt)*])*) => {$(
        #[wasm_import]
        trait $name {
            fn answer(&mut self) -> Result<$($ty)*>;
        }
    )*};
}
answers! {
    Text: [String]
    BorrowedText: [&str]
    MaybeText: [Option<&str>]
    Bool: [bool]
    Char: [char]
    Byte: [u8]
    Short: [u16]
    SignedByte: [i8]
    SignedShort: [i16]
    MaybeBool: [Option<bool>]
    MaybeChar: [Option<char>]
}

/// Hands over a block of five bytes, `ab\xffcd`.
const NOT_UTF8: &str = r#"(data (i32.const 64) "ab\ffcd")
    (func (export "answer") (result i32 i32) (local $block i32)
      (local.set $block (call $alloc (i32.const 5)))
      (memory.copy (local.get $block) (i32.const 64) (i32.const 5))
      (local.get $block) (i32.const 5))"#;

#[test]
fn refuses_text_that_is_not_utf8_and_releases_it() {
    let module = counting(NOT_UTF8);
    for error in [
        refused::<TextExports>(&module, |guest| guest.answer().unwrap_err()),
        refused::<BorrowedTextExports>(&module, |guest| guest.answer().unwrap_err()),
        refused::<MaybeTextExports>(&module, |guest| guest.answer().unwrap_err()),
    ] {
        let ErrorKind::InvalidUtf8 { valid_up_to: 2, source } = error.kind() else { panic!("{error}") };
        assert_eq!((source.valid_up_to(), source.error_len()), (2, Some(1)));
        let message = "the text is not valid UTF-8 (valid up to byte 2); return bytes where it need not be";
        assert_error(&error, "answer", Place::Result, message);
        let source = std::error::Error::source(&error).unwrap();
        assert!(source.is::<std::str::Utf8Error>());
    }
}

#[test]
fn text_that_ends_amid_a_character_is_refused() {
    let module = counting(
        r#"(data (i32.const 64) "\e2\82\ac") (func (export "answer") (result i32 i32) (local $block i32)
          (local.set $block (call $alloc (i32.const 2)))
          (memory.copy (local.get $block) (i32.const 64) (i32.const 2))
          (local.get $block) (i32.const 2))"#,
    );
    let error = refused::<TextExports>(&module, |guest| guest.answer().unwrap_err());
    assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { valid_up_to: 0, .. }));
}

#[test]
fn borrowed_text_that_is_not_utf8_goes_back_at_the_next_call() {
    let (mut store, instance) = instance(&counting(NOT_UTF8));
    let mut guest = handle::<BorrowedTextExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    for _ in 0..3 {
        guest.answer().unwrap_err();
    }
    drop(guest);
    assert_eq!(live(&mut store, &instance), 1, "the last one only");
}

/// A module without a memory whose answer is that number.
fn number<I: linmem::Interface>(value: i32) -> Bound<wasmtime::Store<()>, I> {
    bind(&wat(&format!(r#"(module (func (export "answer") (result i32) (i32.const {value})))"#)))
}

#[track_caller]
fn assert_invalid(error: &Error, ty: &'static str, value: u64) {
    assert!(matches!(*error.kind(), ErrorKind::InvalidValue { ty: t, value: v } if t == ty && v == value), "{error}");
    assert_error(error, "answer", Place::Result, &format!("{value:#x} is not a valid `{ty}`"));
}

#[test]
fn refuses_numbers_that_are_no_value_of_the_type() {
    for (value, bits) in [(2, 2), (-1, 0xffff_ffff), (256, 0x100)] {
        assert_invalid(&number::<BoolExports>(value).answer().unwrap_err(), "bool", bits);
    }
    for (value, bits) in [(0xd800, 0xd800), (0xdfff, 0xdfff), (0x11_0000, 0x11_0000), (-1, 0xffff_ffff)] {
        assert_invalid(&number::<CharExports>(value).answer().unwrap_err(), "char", bits);
    }
    for (value, bits) in [(256, 0x100), (-1, 0xffff_ffff)] {
        assert_invalid(&number::<ByteExports>(value).answer().unwrap_err(), "u8", bits);
    }
    for (value, bits) in [(65536, 0x1_0000), (-1, 0xffff_ffff)] {
        assert_invalid(&number::<ShortExports>(value).answer().unwrap_err(), "u16", bits);
    }
    for (value, bits) in [(128, 0x80), (-129, 0xffff_ff7f)] {
        assert_invalid(&number::<SignedByteExports>(value).answer().unwrap_err(), "i8", bits);
    }
    for (value, bits) in [(32768, 0x8000), (-32769, 0xffff_7fff)] {
        assert_invalid(&number::<SignedShortExports>(value).answer().unwrap_err(), "i16", bits);
    }
}

#[test]
fn accepts_the_outermost_numbers() {
    assert!(number::<BoolExports>(1).answer().unwrap());
    assert_eq!(number::<CharExports>(0x10_ffff).answer().unwrap(), char::MAX);
    assert_eq!(number::<ByteExports>(255).answer().unwrap(), u8::MAX);
    assert_eq!(number::<ShortExports>(65535).answer().unwrap(), u16::MAX);
    assert_eq!(number::<SignedByteExports>(-128).answer().unwrap(), i8::MIN);
    assert_eq!(number::<SignedShortExports>(-32768).answer().unwrap(), i16::MIN);
}

#[test]
fn an_invalid_scalar_behind_a_pointer_is_refused_and_released() {
    let answer = |len: u32, value: u32| {
        counting(&format!(
            r#"(func (export "answer") (result i32) (local $block i32)
              (local.set $block (call $alloc (i32.const {len})))
              (i32.store (local.get $block) (i32.const {value}))
              (local.get $block))"#
        ))
    };
    let error = refused::<MaybeBoolExports>(&answer(1, 2), |guest| guest.answer().unwrap_err());
    assert_invalid(&error, "bool", 2);
    let error = refused::<MaybeCharExports>(&answer(4, 0xd800), |guest| guest.answer().unwrap_err());
    assert_invalid(&error, "char", 0xd800);
}

#[test]
fn a_value_that_is_refused_poisons_nothing() {
    let mut guest = number::<BoolExports>(2);
    guest.answer().unwrap_err();
    assert!(!Bound::is_poisoned(&guest));
    assert_invalid(&guest.answer().unwrap_err(), "bool", 2);
}
