//! Host functions that panic while the guest is on the stack: the panic passes, and the instance is known to be lost.

use super::{allocator, assert_poisoned, holds};
use crate::support::{engine, wat};
use linmem::{Bound, Handle, Result, wasm_import};
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use wasmtime::{Instance, Linker, Store};

#[wasm_import]
trait Calls {
    fn run(&mut self, text: &str) -> Result<u32>;
    fn answer(&mut self, text: &str) -> Result<&str>;
    fn arm(&mut self, armed: u32) -> Result<()>;
}

/// `run` panics always, the allocator if it was armed with 1, the release with 2.
fn guest() -> (Store<()>, Instance, Handle<CallsExports>) {
    let module = wat(&format!(
        r#"(module (import "host" "panic" (func $panic))
          (memory (export "memory") 1) (global $armed (mut i32) (i32.const 0)) {}
          (func (export "arm") (param i32) (global.set $armed (local.get 0)))
          (func (export "malloc") (param i32) (result i32)
            (if (i32.eq (global.get $armed) (i32.const 1)) (then (call $panic)))
            (call $alloc (local.get 0)))
          (func (export "free") (param i32)
            (if (i32.eq (global.get $armed) (i32.const 2)) (then (call $panic))))
          (func (export "run") (param i32 i32) (result i32) (call $panic) (i32.const 1))
          (func (export "answer") (param i32 i32) (result i32 i32) (call $alloc (i32.const 3)) (i32.const 3)))"#,
        allocator(4096)
    ));
    let mut linker = Linker::new(engine());
    linker.func_wrap("host", "panic", || -> () { panic!("a host function of the test's") }).unwrap();
    let mut store = Store::new(engine(), ());
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let handle = Handle::new(&mut store, &instance).unwrap();
    (store, instance, handle)
}

/// Runs what must panic in the host function, without its message.
#[track_caller]
fn panics<T: Debug>(run: impl FnOnce() -> T) {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if info.payload_as_str() != Some("a host function of the test's") {
                before(info);
            }
        }));
    });
    let panic = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"a host function of the test's"));
}

#[test]
fn a_panic_in_a_call_poisons_and_zeroes() {
    let (mut store, instance, mut handle) = guest();
    panics(|| handle.bind(&mut store).unwrap().run("a secret"));
    assert!(handle.is_poisoned());
    assert!(!holds(&mut store, &instance, b"secret"), "arguments are left in the guest");
    assert_poisoned(handle.bind(&mut store).unwrap().arm(0), Some("run"));
    assert_poisoned(Bound::trim(&mut handle.bind(&mut store).unwrap()), Some("run"));
    assert_poisoned(handle.clone().bind(&mut store).unwrap().arm(0), Some("run"));
}

#[test]
fn a_panic_in_the_allocator_poisons() {
    let (mut store, _, mut handle) = guest();
    handle.bind(&mut store).unwrap().arm(1).unwrap();
    panics(|| handle.bind(&mut store).unwrap().answer("a secret").map(drop));
    assert_poisoned(handle.bind(&mut store).unwrap().arm(0), Some("answer"));
}

#[test]
fn a_panic_in_the_release_of_a_borrowed_result_poisons() {
    let (mut store, instance, mut handle) = guest();
    assert_eq!(handle.bind(&mut store).unwrap().answer("a secret").unwrap(), "\0\0\0");
    // Arming is a call, and gives the result back before.
    handle.bind(&mut store).unwrap().arm(2).unwrap();
    assert_eq!(handle.bind(&mut store).unwrap().answer("a secret").unwrap(), "\0\0\0");
    panics(|| handle.bind(&mut store).unwrap().answer("a secret").map(drop));
    assert_poisoned(handle.bind(&mut store).unwrap().arm(0), Some("answer"));
    assert!(!holds(&mut store, &instance, b"secret"));
}

#[test]
fn a_panic_in_the_release_by_a_trim_poisons() {
    let (mut store, _, mut handle) = guest();
    handle.bind(&mut store).unwrap().answer("x").unwrap();
    handle.bind(&mut store).unwrap().arm(2).unwrap();
    panics(|| Bound::trim(&mut handle.bind(&mut store).unwrap()));
    assert!(handle.is_poisoned(), "the guest was left halfway");
    assert_poisoned(handle.bind(&mut store).unwrap().arm(0), None);
}

#[test]
fn a_panic_in_the_release_by_the_memory_api_poisons() {
    let (mut store, _, mut handle) = guest();
    handle.bind(&mut store).unwrap().arm(2).unwrap();
    let mut bound = handle.bind(&mut store).unwrap();
    let mut memory = Bound::memory(&mut bound).unwrap();
    let allocation = memory.alloc(b"a secret", true, true).unwrap();
    panics(|| drop(allocation));
    drop(memory);
    assert_poisoned(bound.arm(0), None);
}

#[test]
fn a_panic_of_the_users_between_two_calls_poisons_nothing() {
    let (mut store, _, mut handle) = guest();
    panics(|| -> () {
        let mut bound = handle.bind(&mut store).unwrap();
        let _text = bound.answer("x").unwrap();
        panic!("a host function of the test's")
    });
    assert!(!handle.is_poisoned());
    let mut bound = handle.bind(&mut store).unwrap();
    assert_eq!(bound.answer("x").unwrap(), "\0\0\0");
}
