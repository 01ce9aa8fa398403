//! Objects of the guest's: created, used and freed by its own functions.

use super::balanced;
use linmem::{ErrorKind, GuestPtr, Result, wasm_import};

enum Counter {}

const COUNTERS: &str = r#"
    (func (export "counter_new") (param i32) (result i32) (local $c i32)
      (local.set $c (call $alloc (i32.const 4)))
      (i32.store (local.get $c) (local.get 0))
      (local.get $c))
    (func (export "counter_open") (param $out i32) (param i32)
      (i32.store (local.get $out) (call $alloc (i32.const 4)))
      (i32.store (i32.load (local.get $out)) (local.get 1)))
    (func (export "counter_next") (param $c i32) (result i32)
      (i32.store (local.get $c) (i32.add (i32.load (local.get $c)) (i32.const 1)))
      (i32.load (local.get $c)))
    (func (export "counter_find") (param i32) (result i32) (i32.const 0))
    (func (export "counter_free") (param $c i32) (call $dealloc (local.get $c) (i32.const 4)))"#;

#[wasm_import]
trait Counters {
    fn counter_new(&mut self, start: u32) -> Result<GuestPtr<Counter>>;
    fn counter_open(&mut self, out: &mut GuestPtr<Counter>, start: u32) -> Result<()>;
    fn counter_next(&mut self, counter: GuestPtr<Counter>) -> Result<u32>;
    fn counter_find(&mut self, value: u32) -> Result<Option<GuestPtr<Counter>>>;
    fn counter_free(&mut self, counter: GuestPtr<Counter>) -> Result<()>;
}

#[test]
fn a_guard_frees_its_object_once() {
    balanced::<CountersExports, _>(COUNTERS, |guest| {
        let counter = guest.counter_new(5).unwrap();
        let mut counters = counter.guard(guest, |guest, counter| guest.counter_free(counter).unwrap());
        assert_eq!(counters.counter_next(counter).unwrap(), 6);
        assert_eq!(counters.counter_next(counter).unwrap(), 7);
        // Another, in the meantime, which is kept for longer.
        let other = counters.counter_new(0).unwrap();
        drop(counters);
        let kept = other.guard(guest, |guest, counter| guest.counter_free(counter).unwrap()).keep();
        assert_eq!(guest.counter_next(kept).unwrap(), 1);
        guest.counter_free(kept).unwrap();
    });
}

#[test]
fn a_guard_frees_its_object_through_a_trait_object_too() {
    fn count(counters: &mut dyn Counters) -> Result<u32> {
        let counter = counters.counter_new(1)?;
        let mut counters = counter.guard(counters, |counters, counter| drop(counters.counter_free(counter)));
        counters.counter_next(counter)
    }
    balanced::<CountersExports, _>(COUNTERS, |guest| assert_eq!(count(guest).unwrap(), 2));
}

#[test]
fn a_handle_may_come_through_an_out_parameter() {
    balanced::<CountersExports, _>(COUNTERS, |guest| {
        let mut counter = GuestPtr::NULL;
        guest.counter_open(&mut counter, 41).unwrap();
        assert!(!counter.is_null());
        assert_eq!(guest.counter_next(counter).unwrap(), 42);
        guest.counter_free(counter).unwrap();
    });
}

#[test]
fn null_is_no_object() {
    #[wasm_import]
    trait Strict {
        fn counter_find(&mut self, value: u32) -> Result<GuestPtr<Counter>>;
    }
    balanced::<CountersExports, _>(COUNTERS, |guest| assert_eq!(guest.counter_find(1).unwrap(), None));
    let error = balanced::<StrictExports, _>(COUNTERS, |guest| guest.counter_find(1).unwrap_err());
    assert!(matches!(error.kind(), ErrorKind::Null), "{error}");
}
