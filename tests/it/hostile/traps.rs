//! A guest that traps, and host functions that fail.

use super::{argument, assert_error, assert_poisoned, assert_trap, counting, holds};
use crate::support::{bind, engine, ledger, wat};
use linmem::{Bound, Error, Place, Result, wasm_import};
use std::error::Error as _;
use wasmtime::{Config, Engine, Linker, Module, Store, Trap};

#[wasm_import]
trait Trapping {
    fn nothing(&mut self, text: &str) -> Result<()>;
    fn number(&mut self, text: &str) -> Result<u32>;
    fn text(&mut self, text: &str) -> Result<String>;
    fn by_pointer(&mut self, text: &str) -> Result<String>;
    fn by_area(&mut self, text: &str) -> Result<&str>;
    fn by_pair(&mut self, text: &str) -> Result<Option<String>>;
}

const TRAPPING: &str = r#"
    (func (export "nothing") (param i32 i32) (unreachable))
    (func (export "number") (param i32 i32) (result i32) (unreachable))
    (func (export "text") (param i32 i32) (result i64) (unreachable))
    (func (export "by_pointer") (param i32 i32 i32) (unreachable))
    (func (export "by_area") (param i32 i32) (result i32) (unreachable))
    (func (export "by_pair") (param i32 i32) (result i32 i32) (unreachable))"#;

fn trapping() -> Bound<Store<()>, TrappingExports> {
    bind(&counting(TRAPPING))
}

#[test]
fn a_trap_in_the_function_is_told_from_a_fault_in_its_result() {
    assert_trap(&trapping().nothing("x").unwrap_err(), "nothing", Place::Call);
    assert_trap(&trapping().number("x").unwrap_err(), "number", Place::Call);
}

#[test]
fn so_it_is_where_the_result_lies_in_memory() {
    assert_trap(&trapping().text("x").unwrap_err(), "text", Place::Call);
    assert_trap(&trapping().by_pointer("x").unwrap_err(), "by_pointer", Place::Call);
    assert_trap(&trapping().by_area("x").unwrap_err(), "by_area", Place::Call);
    assert_trap(&trapping().by_pair("x").unwrap_err(), "by_pair", Place::Call);
}

/// The innermost cause, by `source` alone.
fn root(error: &Error) -> &(dyn std::error::Error + 'static) {
    let mut cause = error.source().unwrap();
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause
}

#[test]
fn the_trap_is_chained_and_the_message_is_one_line() {
    let error = trapping().nothing("x").unwrap_err();
    assert_eq!(error.to_string().lines().count(), 1);
    assert!(!error.to_string().contains("unreachable"), "{error}");
    // The chain, for who asks for it.
    let told = format!("{error:#}");
    assert!(told.ends_with("wasm trap: wasm `unreachable` instruction executed"), "{told}");
    assert_eq!(told.lines().count(), 1, "wasmtime's backtrace has lines of its own: {told}");
    assert_eq!(root(&error).downcast_ref::<Trap>(), Some(&Trap::UnreachableCodeReached));
    let linmem::ErrorKind::Trap(trap) = error.into_kind() else { panic!() };
    assert_eq!(trap.downcast_ref::<Trap>(), Some(&Trap::UnreachableCodeReached));
}

#[test]
fn a_trap_poisons_the_instance_and_the_export_is_named() {
    let mut guest = trapping();
    assert!(!Bound::is_poisoned(&guest));
    guest.number("x").unwrap_err();
    assert!(Bound::is_poisoned(&guest));
    assert_poisoned(guest.nothing("x"), Some("number"));
    // The first cause stands, and the error is the refused call's.
    let error = guest.text("x").unwrap_err();
    assert_eq!(error.export(), Some("text"));
    assert_poisoned(Err::<(), _>(error), Some("number"));
}

#[test]
fn zeroes_arguments_when_the_guest_traps() {
    let (mut store, instance) = crate::support::instance(&counting(TRAPPING));
    let mut handle = crate::support::handle::<TrappingExports>(&mut store, &instance);
    handle.bind(&mut store).unwrap().nothing("a secret").unwrap_err();
    assert!(!holds(&mut store, &instance, b"secret"));
}

#[wasm_import]
trait Ledger {
    fn trap(&mut self, data: &[u8]) -> Result<()>;
    fn sum_f64(&mut self, values: &[f64]) -> Result<f64>;
    fn trap_alloc_in(&mut self, nth: u32) -> Result<()>;
}

#[test]
fn a_real_guest_that_traps_keeps_nothing_of_its_arguments() {
    for len in [10, 1000, 70_000] {
        let (mut store, instance) = crate::support::instance(ledger());
        let mut handle = crate::support::handle::<LedgerExports>(&mut store, &instance);
        let error = handle.bind(&mut store).unwrap().trap(&vec![0xa5; len]).unwrap_err();
        assert_trap(&error, "trap", Place::Call);
        assert!(!super::holds_run(&mut store, &instance, 0xa5, 8), "{len} bytes");
        assert_poisoned(handle.bind(&mut store).unwrap().sum_f64(&[1.0]), Some("trap"));
    }
}

#[test]
fn a_trap_in_the_allocator_is_the_arguments() {
    let mut guest = bind::<LedgerExports>(ledger());
    guest.trap_alloc_in(1).unwrap();
    let error = guest.sum_f64(&[1.0, 2.0]).unwrap_err();
    assert_trap(&error, "sum_f64", argument(0, "values"));
    assert_poisoned(guest.sum_f64(&[1.0]), Some("sum_f64"));
}

#[wasm_import]
trait Calls {
    fn run(&mut self, text: &str) -> Result<u32>;
    fn answer(&mut self, text: &str) -> Result<String>;
}

fn calling(engine: &Engine) -> Module {
    let text = format!(
        r#"(module (import "host" "fail" (func $fail))
          (memory (export "memory") 1) {}
          (func (export "run") (param i32 i32) (result i32) (call $fail) (i32.const 1))
          (func (export "answer") (param i32 i32) (result i64) (call $fail) (i64.const 0)))"#,
        super::allocator(4096)
    );
    Module::new(engine, text).unwrap()
}

#[derive(Debug, PartialEq)]
struct Refused(u32);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "refused {}", self.0)
    }
}

impl std::error::Error for Refused {}

#[test]
fn a_host_functions_error_is_found_at_the_end_of_the_chain() {
    let without_backtraces = Engine::new(Config::new().wasm_backtrace_max_frames(None)).unwrap();
    for engine in [engine(), &without_backtraces] {
        let mut linker = Linker::new(engine);
        linker.func_wrap("host", "fail", || -> wasmtime::Result<()> { Err(wasmtime::Error::new(Refused(7))) }).unwrap();
        let mut guest = CallsInstance::instantiate(Store::new(engine, ()), &calling(engine), &linker).unwrap();
        let error = guest.run("x").unwrap_err();
        assert_trap(&error, "run", Place::Call);
        assert_eq!(error.to_string().lines().count(), 1);
        assert_eq!(root(&error).downcast_ref::<Refused>(), Some(&Refused(7)));
        assert_poisoned(guest.answer("x"), Some("run"));
    }
}

#[test]
fn a_guest_that_does_not_start_is_an_error_of_instantiation() {
    let module = wat(r#"(module (memory (export "memory") 1) (func $start (unreachable)) (start $start)
      (func (export "run") (param i32 i32) (result i32) (i32.const 1))
      (func (export "answer") (param i32 i32) (result i64) (i64.const 0)))"#);
    let error = CallsInstance::instantiate(super::store(), &module, &Linker::new(engine())).unwrap_err();
    assert!(matches!(error.kind(), linmem::ErrorKind::Instantiate(_)));
    let told = error.to_string();
    assert_eq!(told, "the module could not be instantiated: wasm trap: wasm `unreachable` instruction executed");
    assert_eq!(root(&error).downcast_ref::<Trap>(), Some(&Trap::UnreachableCodeReached));
    // Nor if an import is missing.
    let error = CallsInstance::instantiate(super::store(), &calling(engine()), &Linker::new(engine())).unwrap_err();
    assert!(matches!(error.kind(), linmem::ErrorKind::Instantiate(_)));
    assert!(error.source().unwrap().to_string().contains("host::fail"), "{:?}", error.source());
    assert!(error.to_string().contains("`imports = linmem::Stub::Trap`"), "{error}");
    assert_eq!(format!("{error:?}").matches("nobody defines").count(), 1, "{error:?}");
    assert_eq!((error.export(), error.place()), (None, None));
}

#[test]
fn an_initialize_that_traps_is_an_error_of_instantiation() {
    let module = wat(r#"(module (memory (export "memory") 1) (func (export "_initialize") (unreachable))
      (func (export "run") (param i32 i32) (result i32) (i32.const 1))
      (func (export "answer") (param i32 i32) (result i64) (i64.const 0)))"#);
    let error = CallsInstance::instantiate(super::store(), &module, &Linker::new(engine())).unwrap_err();
    assert!(matches!(error.kind(), linmem::ErrorKind::Instantiate(_)));
    assert_eq!(root(&error).downcast_ref::<Trap>(), Some(&Trap::UnreachableCodeReached));
}

#[test]
fn running_out_of_stack_is_a_trap() {
    let module = counting(
        r#"(func $deep (param i32) (result i32) (call $deep (local.get 0)))
          (func (export "run") (param i32 i32) (result i32) (call $deep (i32.const 0)))
          (func (export "answer") (param i32 i32) (result i64) (i64.const 0))"#,
    );
    let mut guest = bind::<CallsExports>(&module);
    let error = guest.run("x").unwrap_err();
    assert_eq!(root(&error).downcast_ref::<Trap>(), Some(&Trap::StackOverflow));
    assert_error(
        &error,
        "run",
        Place::Call,
        "the call did not return: the guest trapped, or a host function failed; make a new instance",
    );
    assert_poisoned(guest.run("x"), Some("run"));
}
