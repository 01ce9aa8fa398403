//! `LastPointer`, arrays of fixed length, and `InBytes`.

use super::balanced;
use crate::hostile::{allocator, assert_error, assert_trap, counting, refused};
use crate::support::{bind, wat};
use linmem::results::{Failing, InBytes, LastPointer, LengthPrefixed, Negative, Packed, ReturnPointer, Static};
use linmem::{Capacity, ErrorKind, Place, Region, Result, results, wasm_import};

const GUEST: &str = r#"
    (func (export "digest") (param $p i32) (param $n i32) (param $out i32)
      (memory.fill (local.get $out) (i32.load8_u (local.get $p)) (local.get $n)))
    (func (export "nothing") (param $out i32))
    (func (export "trap") (param $p i32) (param $n i32) (param $out i32)
      (memory.fill (local.get $out) (i32.const 7) (i32.const 32)) unreachable)
    (func (export "front") (param $out i32) (param i32) (memory.fill (local.get $out) (local.get 1) (i32.const 32)))
    (func (export "area") (param i32) (result i32) (local.get 0))
    (func (export "text") (param $p i32) (param $n i32) (param $out i32) (local $to i32)
      (local.set $to (call $alloc (local.get $n)))
      (memory.copy (local.get $to) (local.get $p) (local.get $n))
      (i32.store (local.get $out) (local.get $to)) (i32.store offset=4 (local.get $out) (local.get $n)))
    (func (export "say") (param $pointer i32) (param $len i32) (param $out i32)
      (i32.store (local.get $out) (local.get $pointer)) (i32.store offset=4 (local.get $out) (local.get $len)))"#;

#[wasm_import(returns = LastPointer)]
trait Last {
    fn digest(&mut self, data: &[u8]) -> Result<[u8; 32]>;
    fn nothing(&mut self) -> Result<[u64; 4]>;
    fn trap(&mut self, data: &[u8]) -> Result<[u8; 32]>;
    fn text(&mut self, text: &str) -> Result<String>;
    #[wasm(returns = Static<LastPointer>)]
    fn say(&mut self, pointer: u32, len: u32) -> Result<Vec<u8>>;
    #[wasm(returns = results::ByType)]
    fn front(&mut self, byte: u32) -> Result<[u8; 32]>;
    #[wasm(returns = Static)]
    fn area(&mut self, area: u32) -> Result<[u32; 2]>;
}

#[test]
fn a_pointer_behind_the_arguments_says_where_the_result_goes() {
    balanced::<LastExports, _>(GUEST, |guest| {
        assert_eq!(guest.digest(&[5; 32]).unwrap(), [5; 32]);
        assert_eq!(guest.digest(&[6; 3]).unwrap()[..4], [6, 6, 6, 0]);
        assert_eq!(guest.nothing().unwrap(), [0; 4]);
        for len in [1, 5, 5_000] {
            assert_eq!(guest.text(&"x".repeat(len)).unwrap().len(), len);
        }
        assert_eq!(guest.front(9).unwrap(), [9; 32]);
        assert_eq!(guest.area(64).unwrap(), [0; 2]);
    });
}

#[test]
fn what_the_guest_writes_there_is_looked_at_with_care() {
    let module = counting(GUEST);
    let error = refused::<LastExports>(&module, |guest| guest.say(65_530, 7).unwrap_err());
    let message = "7 bytes at 0xfffa are outside the guest's memory of 65536 bytes";
    assert_error(&error, "say", Place::Result, message);
    let error = refused::<LastExports>(&module, |guest| guest.say(0, 7).unwrap_err());
    assert!(matches!(error.kind(), ErrorKind::Null), "{error}");
    balanced::<LastExports, _>(GUEST, |guest| assert_eq!(guest.say(0, 0).unwrap(), []));
    let error = refused::<LastExports>(&module, |guest| guest.area(65_532).unwrap_err());
    assert!(matches!(*error.kind(), ErrorKind::OutOfBounds { region: Region { pointer: 65_532, len: 8 }, .. }));
    let error = refused::<LastExports>(&module, |guest| guest.area(66).unwrap_err());
    assert!(matches!(error.kind(), ErrorKind::Misaligned { pointer: 66, align: 4 }), "{error}");
    let error = refused::<LastExports>(&module, |guest| guest.area(0).unwrap_err());
    assert!(matches!(error.kind(), ErrorKind::Null), "{error}");
    assert_trap(&bind::<LastExports>(&module).trap(b"x").unwrap_err(), "trap", Place::Call);
}

/// Each returns a block of its own, and its length in bytes.
const BYTES: &str = r#"
    (func $block (param $n i32) (result i32) (local $p i32)
      (local.set $p (call $alloc (local.get $n)))
      (memory.fill (local.get $p) (i32.const 1) (local.get $n))
      (local.get $p))
    (func (export "pair") (param $n i32) (result i32 i32) (call $block (local.get $n)) (local.get $n))
    (func (export "packed") (param $n i32) (result i64)
      (i64.or (i64.shl (i64.extend_i32_u (call $block (local.get $n))) (i64.const 32)) (i64.extend_i32_u (local.get $n))))
    (func (export "pointer") (param $out i32) (param $n i32)
      (i32.store (local.get $out) (call $block (local.get $n))) (i32.store offset=4 (local.get $out) (local.get $n)))
    (func (export "prefixed") (param $n i32) (result i32) (local $p i32)
      (local.set $p (call $block (i32.add (local.get $n) (i32.const 4))))
      (i32.store (local.get $p) (local.get $n)) (local.get $p))
    (func (export "say") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))"#;

#[wasm_import(returns = InBytes)]
trait Bytes {
    fn pair(&mut self, len: u32) -> Result<Vec<u32>>;
    #[wasm(returns = InBytes<Packed>)]
    fn packed(&mut self, len: u32) -> Result<Vec<u16>>;
    #[wasm(returns = InBytes<ReturnPointer>)]
    fn pointer(&mut self, len: u32) -> Result<Vec<u64>>;
    #[wasm(returns = InBytes<LengthPrefixed>)]
    fn prefixed(&mut self, len: u32) -> Result<Vec<u16>>;
    #[wasm(returns = InBytes<Static>)]
    fn say(&mut self, pointer: u32, len: u32) -> Result<&[u32]>;
}

#[test]
fn a_length_in_bytes_is_that_of_the_block() {
    balanced::<BytesExports, _>(BYTES, |guest| {
        assert_eq!(guest.pair(8).unwrap(), [0x0101_0101; 2]);
        assert_eq!(guest.packed(6).unwrap(), [0x0101; 3]);
        assert_eq!(guest.pointer(16).unwrap(), [0x0101_0101_0101_0101; 2]);
        assert_eq!(guest.prefixed(4).unwrap(), [0x0101; 2]);
        assert_eq!(guest.say(64, 8).unwrap(), [0; 2]);
        assert_eq!(guest.say(0, 0).unwrap(), []);
        assert_eq!(guest.say(65, 0).unwrap(), [], "the address of nothing is any");
    });
}

#[test]
fn bytes_that_are_no_whole_elements_are_refused_and_released() {
    balanced::<BytesExports, _>(BYTES, |guest| {
        assert!(matches!(guest.pair(7).unwrap_err().kind(), ErrorKind::WrongSize { len: 7, size: 4 }));
        assert!(matches!(guest.packed(3).unwrap_err().kind(), ErrorKind::WrongSize { len: 3, size: 2 }));
        assert!(matches!(guest.pointer(9).unwrap_err().kind(), ErrorKind::WrongSize { len: 9, size: 8 }));
        assert!(matches!(guest.prefixed(5).unwrap_err().kind(), ErrorKind::WrongSize { len: 5, size: 2 }));
        assert!(matches!(guest.say(64, 6).map(drop).unwrap_err().kind(), ErrorKind::WrongSize { len: 6, size: 4 }));
        assert!(matches!(guest.say(66, 8).map(drop).unwrap_err().kind(), ErrorKind::Misaligned { .. }));
        assert!(matches!(guest.say(65_532, 8).map(drop).unwrap_err().kind(), ErrorKind::OutOfBounds { .. }));
        assert!(matches!(guest.say(8, u32::MAX).map(drop).unwrap_err().kind(), ErrorKind::OutOfBounds { .. }));
    });
}

#[wasm_import]
trait High {
    #[wasm(returns = Failing<results::Filled, Negative>)]
    fn fill(&mut self, out: Capacity<u8>, count: i32) -> Result<Vec<u8>>;
}

#[test]
fn room_above_2_gib_is_no_failure() {
    let module = wat(&format!(
        r#"(module (memory (export "memory") 40000) {}
          (func (export "fill") (param i32 i32 i32) (result i32)
            (memory.fill (local.get 0) (i32.const 7) (local.get 1)) (local.get 2)))"#,
        allocator(0x9000_0000)
    ));
    let mut guest = bind::<HighExports>(&module);
    assert_eq!(guest.fill(Capacity::new(3), 3).unwrap(), [7; 3]);
    assert!(matches!(guest.fill(Capacity::new(3), -2).unwrap_err().kind(), ErrorKind::Guest { code: -2, .. }));
}
