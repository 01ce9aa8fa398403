//! Objects of the guest's: created, used and freed by its own functions.

use super::balanced;
use linmem::{ErrorKind, GuestPtr, Out, Result, wasm_import};

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

const BUFFERS: &str = r#"
    (func (export "text") (param $out i32) (param $len i32) (param $from i32) (param $n i32) (result i32) (local $to i32)
      (if (i32.eqz (local.get $n)) (then (return (i32.const 9))))
      (local.set $to (call $alloc (local.get $n)))
      (memory.copy (local.get $to) (local.get $from) (local.get $n))
      (i32.store (local.get $out) (local.get $to))
      (i32.store (local.get $len) (local.get $n))
      (i32.const 0))
    (func (export "nothing") (param i32 i32) (result i32) (i32.const 0))
    (func (export "lie") (param i32 i32) (result i32)
      (i32.store (local.get 0) (i32.const 65530)) (i32.store (local.get 1) (i32.const 7)) (i32.const 0))
    (func (export "own") (param i32 i32) (result i32)
      (i32.store (local.get 0) (local.get 0)) (i32.store (local.get 1) (i32.const 4)) (i32.const 0))"#;

#[wasm_import(status = linmem::status::Code)]
trait Buffers {
    fn text(&mut self, out: Out<'_, String>, from: &str) -> Result<()>;
    fn nothing(&mut self, out: Out<'_, Vec<u64>>) -> Result<()>;
    fn lie(&mut self, out: Out<'_, Vec<u8>>) -> Result<()>;
    fn own(&mut self, out: Out<'_, Vec<u8>>) -> Result<()>;
}

#[test]
fn a_buffer_comes_through_out_parameters_and_is_released() {
    balanced::<BuffersExports, _>(BUFFERS, |guest| {
        let mut text = "before".to_owned();
        for _ in 0..100 {
            guest.text(Out(&mut text), "hello").unwrap();
            assert_eq!(text, "hello");
        }
        // After a failure they are not looked at.
        assert!(matches!(guest.text(Out(&mut text), "").unwrap_err().kind(), ErrorKind::Guest { code: 9, .. }));
        assert_eq!(text, "hello");
        let mut longs = vec![1];
        guest.nothing(Out(&mut longs)).unwrap();
        assert_eq!(longs, [1]);
    });
}

#[test]
fn a_buffer_that_the_guest_lies_about_is_refused_and_the_argument_named() {
    balanced::<BuffersExports, _>(BUFFERS, |guest| {
        let mut bytes = Vec::new();
        let error = guest.lie(Out(&mut bytes)).unwrap_err();
        let message = "`lie`, argument `out`: 7 bytes at 0xfffa are outside the guest's memory of 65536 bytes";
        assert_eq!(error.to_string(), message);
        let error = guest.own(Out(&mut bytes)).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Overlap { region, .. } if region.len == 4), "{error}");
        assert!(bytes.is_empty());
    });
}

linmem::guest_handles! {
    /// A counter of the guest's.
    struct Counting;
}

#[wasm_import]
trait Countings {
    fn counter_new(&mut self, start: u32) -> Result<Counting>;
    fn counter_next(&mut self, counter: Counting) -> Result<u32>;
    #[wasm(name = "counter_find")]
    fn nothing(&mut self, value: u32) -> Result<Counting>;
    fn counter_free(&mut self, counter: Counting) -> Result<()>;
}

#[test]
fn a_newtype_over_a_handle_is_one() {
    balanced::<CountingsExports, _>(COUNTERS, |guest| {
        let counter = guest.counter_new(5).unwrap();
        assert_ne!(counter.pointer().address(), 0);
        let mut guarded = counter.pointer().guard(guest, |guest, _| guest.counter_free(counter).unwrap());
        assert_eq!(guarded.counter_next(counter).unwrap(), 6);
        drop(guarded);
        assert!(matches!(guest.nothing(1).unwrap_err().kind(), ErrorKind::Null));
    });
}
