//! `Buf`: a buffer of the caller's, with its length behind a pointer.

use super::balanced;
use crate::hostile::{argument, assert_error, assert_trap, counting, holds, refused};
use crate::support::{handle, instance};
use linmem::status::Code;
use linmem::{Buf, ErrorKind, Place, Result, wasm_import};

#[wasm_import(status = Code)]
trait Zlib {
    fn compress(&mut self, dest: Buf<'_, Vec<u8>>, source: &str) -> Result<()>;
    fn reversed(&mut self, source: &str, dest: Buf<'_, Vec<u8>>) -> Result<()>;
    fn lie(&mut self, dest: Buf<'_, Vec<u32>>, n: u32) -> Result<()>;
    fn own(&mut self, dest: Buf<'_, Vec<u8>>) -> Result<()>;
    fn two(&mut self, a: Buf<'_, String>, b: Buf<'_, Vec<u16>>) -> Result<()>;
    fn crash(&mut self, dest: Buf<'_, Vec<u8>>) -> Result<()>;
    fn hash(&mut self, dest: Buf<'_, [u8; 4]>, n: u32) -> Result<()>;
}

const ZLIB: &str = r#"
    (func $compress (export "compress") (param $to i32) (param $len i32) (param $p i32) (param $n i32) (result i32)
      (if (i32.gt_u (local.get $n) (i32.load (local.get $len))) (then (return (i32.const -5))))
      (memory.copy (local.get $to) (local.get $p) (local.get $n))
      (i32.store (local.get $len) (local.get $n))
      (i32.const 0))
    (func (export "reversed") (param $p i32) (param $n i32) (param $to i32) (param $len i32) (result i32)
      (call $compress (local.get $to) (local.get $len) (local.get $p) (local.get $n)))
    (func (export "lie") (param $to i32) (param $len i32) (param $n i32) (result i32)
      (i32.store (local.get $len) (local.get $n)) (i32.const 0))
    (func (export "own") (param $to i32) (param $len i32) (result i32) (i32.const 0))
    (func (export "two") (param $to i32) (param $len i32) (param i32 i32) (result i32)
      (i32.store8 (local.get $to) (i32.const 0x61)) (i32.store (local.get $len) (i32.const 1))
      (i32.store16 (local.get 2) (i32.const 7)) (i32.store (local.get 3) (i32.const 2)) (i32.const 0))
    (func (export "crash") (param $to i32) (param $len i32) (result i32)
      (i64.store (local.get $to) (i64.const 0x7465726365732061)) unreachable)
    (func (export "hash") (param $to i32) (param $len i32) (param i32) (result i32)
      (i32.store (local.get $to) (i32.const 0x04030201)) (i32.store (local.get $len) (local.get 2)) (i32.const 0))"#;

#[test]
fn a_length_behind_a_pointer_is_the_capacity_before_and_the_length_after() {
    balanced::<ZlibExports, _>(ZLIB, |guest| {
        let (mut bytes, mut text, mut words) = (vec![9], String::new(), Vec::new());
        for len in [0, 5, 300, 8_000] {
            guest.compress(Buf::new(&mut bytes, 8_000), &"x".repeat(len)).unwrap();
            assert_eq!(bytes, vec![b'x'; len]);
        }
        guest.reversed("hello", Buf::new(&mut bytes, 5)).unwrap();
        assert_eq!(bytes, b"hello");
        // What was not written is zero, and the length the capacity.
        guest.own(Buf::new(&mut bytes, 3)).unwrap();
        assert_eq!(bytes, [0; 3]);
        guest.two(Buf::new(&mut text, 4), Buf::new(&mut words, 2)).unwrap();
        assert_eq!((text.as_str(), words.as_slice()), ("a", &[7, 0][..]));
        let mut hash = [0; 4];
        guest.hash(Buf::new(&mut hash, 1), 4).unwrap();
        assert_eq!(hash, [1, 2, 3, 4]);
        assert!(matches!(
            guest.hash(Buf::new(&mut hash, 1), 3).unwrap_err().kind(),
            ErrorKind::WrongSize { len: 3, size: 4 }
        ));
    });
}

#[test]
fn a_length_beyond_the_capacity_leaves_the_buffer_as_it_was() {
    let module = counting(ZLIB);
    for count in [4, 0x4000_0001, u32::MAX] {
        let error = refused::<ZlibExports>(&module, |guest| {
            let mut words = vec![5];
            let error = guest.lie(Buf::new(&mut words, 3), count).unwrap_err();
            assert_eq!(words, [5]);
            error
        });
        let message = format!("the guest wrote {count} elements where there was room for 3");
        assert_error(&error, "lie", argument(0, "dest"), &message);
    }
    let error = refused::<ZlibExports>(&module, |guest| {
        let mut bytes = vec![5];
        let error = guest.compress(Buf::new(&mut bytes, 3), "four").unwrap_err();
        assert_eq!(bytes, [5]);
        error
    });
    assert!(matches!(error.kind(), ErrorKind::Guest { code: -5, .. }), "{error}");
}

#[test]
fn a_buffer_is_zeroed_after_a_trap_and_refused_without_end() {
    let (mut store, instance) = instance(&counting(ZLIB));
    let mut guest = handle::<ZlibExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    let mut bytes = Vec::new();
    let error = guest.own(Buf::new(&mut bytes, usize::MAX)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TooLarge { bits: 32, .. }), "{error}");
    assert_eq!(error.place(), Some(argument(0, "dest")));
    guest.compress(Buf::new(&mut bytes, 8), "a secret").unwrap();
    assert_trap(&guest.crash(Buf::new(&mut bytes, 8)).unwrap_err(), "crash", Place::Call);
    drop(guest);
    assert!(!holds(&mut store, &instance, b"secret"));
    assert_eq!(bytes, b"a secret");
}
