//! `FreedBy`: an export of its own frees a result, with one, two or three numbers.

use super::balanced;
use crate::hostile::{assert_poisoned, counting, live};
use crate::support::{handle, instance};
use linmem::results::{Failing, Filled, FreedBy, LengthBefore, NulTerminated, Null, Pair, ReturnArea};
use linmem::{Capacity, ErrorKind, Place, Record, Result, export_names, wasm_import};

export_names!(ByAddress = "by_address", ByLength = "by_length", ByLayout = "by_layout", Traps = "traps");

/// What frees compares what it is told with what the block's header holds; `$dealloc` does so with the length.
const GUEST: &str = r#"
    (data (i32.const 64) "hello\00")
    (global $frees (export "frees") (mut i32) (i32.const 0))
    (func $freed (param $p i32) (param $n i32)
      (global.set $frees (i32.add (global.get $frees) (i32.const 1)))
      (call $dealloc (local.get $p) (local.get $n)))
    (func (export "by_address") (param $p i32)
      (call $freed (local.get $p) (i32.load (i32.sub (local.get $p) (i32.const 16)))))
    (func (export "by_length") (param i32 i32) (call $freed (local.get 0) (local.get 1)))
    (func (export "by_layout") (param i32 i32 i32)
      (if (i32.ne (local.get 2) (i32.const 4)) (then unreachable))
      (call $freed (local.get 0) (local.get 1)))
    (func (export "traps") (param i32) unreachable)
    (func $hello (param $n i32) (result i32) (local $p i32)
      (local.set $p (call $alloc (local.get $n)))
      (memory.copy (local.get $p) (i32.const 64) (local.get $n))
      (local.get $p))
    (func (export "text") (result i32) (call $hello (i32.const 6)))
    (func (export "none") (result i32) (i32.const 0))
    (func (export "pair") (param $n i32) (result i32 i32) (call $hello (local.get $n)) (local.get $n))
    (func (export "words") (result i32 i32) (call $hello (i32.const 8)) (i32.const 2))
    (func (export "before") (result i32) (local $p i32)
      (local.set $p (call $hello (i32.const 9))) (i32.store (local.get $p) (i32.const 5))
      (i32.add (local.get $p) (i32.const 4)))
    (func (export "record") (result i32) (call $hello (i32.const 8)))
    (func (export "bad") (result i32) (local $p i32)
      (local.set $p (call $hello (i32.const 6))) (i32.store8 (local.get $p) (i32.const 255)) (local.get $p))
    (func (export "lost") (result i32) (call $hello (i32.const 6)))
    (func (export "far") (result i32 i32) (i32.const 65530) (i32.const 7))
    (func (export "too_many") (result i32 i32) (i32.const 64) (i32.const 0x40000002))"#;

#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable, Record)]
#[repr(C)]
struct Point {
    x: u32,
    y: u32,
}

#[wasm_import]
trait Freeing {
    #[wasm(returns = FreedBy<ByAddress, NulTerminated>)]
    fn text(&mut self) -> Result<String>;
    #[wasm(returns = FreedBy<ByAddress, NulTerminated>)]
    fn none(&mut self) -> Result<Option<String>>;
    #[wasm(returns = FreedBy<ByAddress, NulTerminated>)]
    fn bad(&mut self) -> Result<String>;
    #[wasm(returns = FreedBy<ByLength, Pair>)]
    fn pair(&mut self, len: u32) -> Result<Vec<u8>>;
    #[wasm(returns = FreedBy<ByLayout, Pair>)]
    fn words(&mut self) -> Result<Vec<u32>>;
    #[wasm(returns = FreedBy<ByLength, LengthBefore>)]
    fn before(&mut self) -> Result<Vec<u8>>;
    #[wasm(returns = Failing<FreedBy<ByLayout, ReturnArea>, Null>)]
    fn record(&mut self) -> Result<Point>;
}

#[test]
fn what_frees_is_told_address_length_and_alignment_as_it_takes_them() {
    let (mut store, instance) = instance(&counting(GUEST));
    let mut guest = handle::<FreeingExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    assert_eq!(guest.text().unwrap(), "hello");
    assert_eq!(guest.none().unwrap(), None);
    assert!(matches!(guest.bad().unwrap_err().kind(), ErrorKind::InvalidUtf8 { .. }));
    assert_eq!(guest.pair(5).unwrap(), b"hello");
    assert_eq!(guest.pair(0).unwrap(), b"", "an empty block is one, too");
    assert_eq!(guest.words().unwrap().len(), 2);
    assert_eq!(guest.before().unwrap(), b"o\0\0\0\0");
    assert_eq!(guest.record().unwrap(), Point { x: 0x6c6c_6568, y: 0x6f });
    drop(guest);
    assert_eq!(live(&mut store, &instance), 0);
    assert_eq!(instance.get_global(&mut store, "frees").unwrap().get(&mut store).unwrap_i32(), 7);
}

#[wasm_import(returns = FreedBy<ByLength>)]
trait ByForm {
    fn sret(&mut self) -> Result<Point>;
    fn text_at(&mut self) -> Result<String>;
    #[wasm(returns = FreedBy<ByLength, Filled>)]
    fn fill(&mut self, out: Capacity<u8>, n: u32) -> Result<Vec<u8>>;
}

#[test]
fn room_of_the_hosts_is_not_the_guests_to_free() {
    let functions = r#"
        (func (export "sret") (param $out i32) (i64.store align=4 (local.get $out) (i64.const 0x0000000200000001)))
        (func (export "text_at") (param $out i32)
          (i32.store (local.get $out) (call $hello (i32.const 5))) (i32.store offset=4 (local.get $out) (i32.const 5)))
        (func (export "fill") (param i32 i32 i32) (result i32) (local.get 2))"#;
    balanced::<ByFormExports, _>(&format!("{GUEST} {functions}"), |guest| {
        // Its address is the scratch block's, and the guest's allocator would take that back.
        assert_eq!(guest.sret().unwrap(), Point { x: 1, y: 2 });
        assert_eq!(guest.text_at().unwrap(), "hello");
        assert_eq!(guest.fill(Capacity::new(2), 2).unwrap(), [0; 2]);
        assert!(matches!(
            guest.fill(Capacity::new(2), 3).unwrap_err().kind(),
            ErrorKind::Overflow { count: 3, capacity: 2 }
        ));
        assert_eq!(guest.sret().unwrap(), Point { x: 1, y: 2 });
    });
}

#[wasm_import(returns = FreedBy<ByLength>)]
trait Same {
    fn same(&mut self, text: &str, skip: u32) -> Result<String>;
    #[wasm(name = "same_by_address", returns = FreedBy<ByAddress>)]
    fn by_address(&mut self, text: &str, skip: u32) -> Result<String>;
}

#[test]
fn an_argument_that_comes_back_is_not_the_guests_to_free() {
    let functions = r#"
        (func $same (export "same") (param i32 i32 i32) (result i32 i32)
          (i32.add (local.get 0) (local.get 2)) (i32.sub (local.get 1) (local.get 2)))
        (func (export "same_by_address") (param i32 i32 i32) (result i32 i32)
          (call $same (local.get 0) (local.get 1) (local.get 2)))"#;
    balanced::<SameExports, _>(&format!("{GUEST} {functions}"), |guest| {
        for skip in [0, 3] {
            let error = guest.same("hello", skip).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Overlap { .. }), "{error}");
            assert_eq!(error.place(), Some(Place::Release));
        }
        // Even where nothing is left of it.
        let error = guest.by_address("hello", 5).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Overlap { .. }), "{error}");
    });
}

#[wasm_import]
trait Trapping {
    #[wasm(returns = FreedBy<Traps, NulTerminated>)]
    fn lost(&mut self) -> Result<String>;
}

#[test]
fn what_traps_while_it_frees_poisons_and_says_so() {
    let (mut store, instance) = instance(&counting(GUEST));
    let mut guest = handle::<TrappingExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    let error = guest.lost().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Trap(_)));
    assert_eq!((error.export(), error.place()), (Some("lost"), Some(Place::Release)));
    assert_poisoned(guest.lost(), Some("lost"));
}

#[wasm_import]
trait Far {
    #[wasm(returns = FreedBy<ByLayout, Pair>)]
    fn far(&mut self) -> Result<Vec<u8>>;
    #[wasm(returns = FreedBy<ByLayout, Pair>)]
    fn too_many(&mut self) -> Result<Vec<u32>>;
}

#[test]
fn bytes_outside_memory_are_an_error_whatever_freeing_them_does() {
    let (mut store, instance) = instance(&counting(GUEST));
    let mut guest = handle::<FarExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    // The guest is told all the same, and traps on an alignment that it does not know. The first error is the one to tell.
    let error = guest.far().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::OutOfBounds { .. }), "{error}");
    assert_eq!(error.place(), Some(Place::Result));
    assert_poisoned(guest.far(), Some("far"));
}

#[test]
fn what_frees_is_told_no_length_that_its_numbers_cannot_hold() {
    let (mut store, instance) = instance(&counting(GUEST));
    let mut guest = handle::<FarExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    // The low bits of so many bytes are 8, and somebody else's block may have them.
    let error = guest.too_many().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::OutOfBounds { .. }), "{error}");
    drop(guest);
    assert_eq!(instance.get_global(&mut store, "frees").unwrap().get(&mut store).unwrap_i32(), 0);
}

#[test]
fn what_frees_must_be_there_and_take_such_numbers() {
    let module = counting(
        &GUEST.replace("(export \"by_length\") (param i32 i32)", "(export \"by_length\") (param i32 i32 i64)"),
    );
    let (mut store, instance) = instance(&module);
    let error = linmem::Handle::<FreeingExports>::new(&mut store, &instance).map(drop).unwrap_err().to_string();
    assert!(
        error.contains("`by_length` has another type")
            && error.contains("wanted   (i32)\n      or       (i32, i32)\n      or       (i32, i32, i32)\n")
            && error.contains("found    (i32, i32, i64)\n"),
        "{error}"
    );
    balanced::<TrappingExports, _>(
        &GUEST.replace("unreachable)", "(call $freed (local.get 0) (i32.const 6)))"),
        |guest| {
            assert_eq!(guest.lost().unwrap(), "hello");
        },
    );
}
