//! Lists of strings.

use super::balanced;
use crate::support::{bind, ledger};
use linmem::pass::Given;
use linmem::{ErrorKind, List, Result, wasm_import};

/// `join` copies all items behind each other; `lens` adds up what the records say; `take` frees list and items.
const LISTS: &str = r#"
    (func (export "join") (param $list i32) (param $n i32) (result i32 i32)
      (local $total i32) (local $to i32) (local $at i32) (local $record i32) (local $end i32)
      (local.set $end (i32.add (local.get $list) (i32.mul (local.get $n) (i32.const 8))))
      (local.set $record (local.get $list))
      (loop $next (if (i32.lt_u (local.get $record) (local.get $end)) (then
        (local.set $total (i32.add (local.get $total) (i32.load offset=4 (local.get $record))))
        (local.set $record (i32.add (local.get $record) (i32.const 8)))
        (br $next))))
      (local.set $to (call $alloc (local.get $total)))
      (local.set $at (local.get $to))
      (local.set $record (local.get $list))
      (loop $next (if (i32.lt_u (local.get $record) (local.get $end)) (then
        (memory.copy (local.get $at) (i32.load (local.get $record)) (i32.load offset=4 (local.get $record)))
        (local.set $at (i32.add (local.get $at) (i32.load offset=4 (local.get $record))))
        (local.set $record (i32.add (local.get $record) (i32.const 8)))
        (br $next))))
      (local.get $to) (local.get $total))
    (func (export "take") (param $list i32) (param $n i32) (result i32) (local $i i32) (local $record i32)
      (loop $next (if (i32.lt_u (local.get $i) (local.get $n)) (then
        (local.set $record (i32.add (local.get $list) (i32.mul (local.get $i) (i32.const 8))))
        (call $dealloc (i32.load (local.get $record)) (i32.load offset=4 (local.get $record)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next))))
      (call $dealloc (local.get $list) (i32.mul (local.get $n) (i32.const 8)))
      (local.get $n))"#;

#[wasm_import]
trait Lists {
    #[wasm(name = "join")]
    fn join(&mut self, items: List<'_, &str>) -> Result<String>;
    fn take(&mut self, #[wasm(pass = Given)] items: List<'_, Vec<u8>>) -> Result<u32>;
}

#[test]
fn a_list_of_strings_is_an_array_of_records() {
    balanced::<ListsExports, _>(LISTS, |guest| {
        assert_eq!(guest.join(List(&["one", "", "three"])).unwrap(), "onethree");
        let many: Vec<String> = (0..300).map(|n| n.to_string()).collect();
        let borrowed: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(guest.join(List(&borrowed)).unwrap(), many.concat());
    });
}

#[test]
fn a_list_that_is_given_is_given_with_its_items() {
    balanced::<ListsExports, _>(LISTS, |guest| {
        assert_eq!(guest.take(List(&[b"one".to_vec(), b"two".to_vec()])).unwrap(), 2);
    });
}

#[wasm_import]
trait Failing {
    #[wasm(name = "length")]
    fn records(&mut self, items: List<'_, &str>) -> Result<u32>;
    fn fail_alloc_in(&mut self, n: u32) -> Result<()>;
    fn live_blocks(&mut self) -> Result<i32>;
}

#[test]
fn a_list_that_finds_no_room_leaves_nothing_behind() {
    let mut guest = bind::<FailingExports>(ledger());
    let long = "x".repeat(70_000);
    for n in 1..=3 {
        guest.fail_alloc_in(n).unwrap();
        let error = guest.records(List(&[&long, &long, &long])).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutOfMemory { size: 70_000, .. }), "{error}");
        linmem::Bound::trim(&mut guest).unwrap();
        assert_eq!(guest.live_blocks().unwrap(), 0, "{n}");
    }
    guest.fail_alloc_in(0).unwrap();
    assert_eq!(guest.records(List(&[&long, &long])).unwrap(), 2);
}
