//! After a trap, every way into the instance is closed, and each says why.

use super::{assert_poisoned, counting};
use crate::support::{handle, instance, wat};
use linmem::{Bound, Handle, LinearMemory, Result, wasm_import};
use wasmtime::{Caller, Engine, Linker, Store};

#[wasm_import]
trait Guest {
    fn trap(&mut self, text: &str) -> Result<String>;
    fn number(&mut self) -> Result<u32>;
    fn borrowed(&mut self) -> Result<&str>;
}

const GUEST: &str = r#"
    (func (export "trap") (param i32 i32) (result i64) (unreachable))
    (func (export "number") (result i32) (i32.const 7))
    (func (export "borrowed") (result i32 i32) (call $alloc (i32.const 3)) (i32.const 3))"#;

#[test]
fn no_call_enters_the_guest_again() {
    let (mut store, instance) = instance(&counting(GUEST));
    let mut guest = handle::<GuestExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    assert_eq!(guest.number().unwrap(), 7);
    guest.trap("x").unwrap_err();
    assert_poisoned(guest.number(), Some("trap"));
    assert_poisoned(guest.borrowed(), Some("trap"));
    assert_poisoned(guest.trap("x"), Some("trap"));
    assert_poisoned(Bound::trim(&mut guest), Some("trap"));
    assert_eq!(
        guest.number().unwrap_err().to_string(),
        "`number`: the instance is poisoned: `trap` trapped or was abandoned earlier; make a new one"
    );
}

#[test]
fn every_handle_to_the_instance_knows() {
    let (mut store, instance) = instance(&counting(GUEST));
    let mut first = handle::<GuestExports>(&mut store, &instance);
    let mut before = first.clone();
    first.bind(&mut store).unwrap().trap("x").unwrap_err();
    let mut after = first.clone();
    for handle in [&mut first, &mut before, &mut after] {
        assert!(handle.is_poisoned());
        assert!(format!("{handle:?}").contains("poisoned: true"));
        assert_poisoned(handle.bind(&mut store).unwrap().number(), Some("trap"));
    }
    let mut owned = after.into_bound(&mut store).unwrap();
    assert_poisoned(owned.number(), Some("trap"));
}

#[test]
fn the_memory_api_enters_the_guest_no_more_but_can_still_be_read() {
    let (mut store, instance) = instance(&counting(GUEST));
    let number = instance.get_typed_func::<(), u32>(&mut store, "number").unwrap();
    let mut guest = handle::<GuestExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    let mut memory = Bound::memory(&mut guest).unwrap();
    let block = memory.alloc(b"hello", true, false).unwrap().leave().unwrap();
    drop(memory);
    guest.trap("x").unwrap_err();
    let mut memory = Bound::memory(&mut guest).unwrap();
    assert_poisoned(memory.alloc(b"x", true, true).map(|_| ()), Some("trap"));
    assert_poisoned(memory.alloc(b"", true, true).map(|_| ()), Some("trap"));
    assert_poisoned(memory.frame().map(|_| ()), Some("trap"));
    assert_poisoned(memory.call(&number, ()), Some("trap"));
    assert_poisoned(memory.get_output((64_u32, 3_u32)).map(|_| ()), Some("trap"));
    assert_poisoned(memory.release(block), Some("trap"));
    assert_eq!(memory.as_slice().len(), 65536);
}

#[test]
fn a_trap_through_the_memory_api_poisons_the_bound_instance() {
    let (mut store, instance) = instance(&counting(GUEST));
    let trap = instance.get_typed_func::<(u32, u32), u64>(&mut store, "trap").unwrap();
    let mut guest = handle::<GuestExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    let error = Bound::memory(&mut guest).unwrap().call(&trap, (1, 0)).unwrap_err();
    assert!(matches!(error.kind(), linmem::ErrorKind::Trap(_)));
    assert_poisoned(guest.number(), None);
}

#[test]
fn a_frame_of_the_memory_api_that_saw_a_trap_zeroes_what_it_holds() {
    let (mut store, instance) = instance(&counting(GUEST));
    let trap = instance.get_typed_func::<(u32, u32), u64>(&mut store, "trap").unwrap();
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let mut frame = memory.frame().unwrap();
    frame.alloc(b"a secret").unwrap();
    frame.call(&trap, (1, 0)).unwrap_err();
    assert_poisoned(frame.alloc(&[0_u8; 300]).map(|_| ()), None);
    drop(frame);
    assert!(!memory.as_slice().windows(6).any(|window| window == b"secret"));
    drop(memory);
}

#[test]
fn a_new_instance_from_the_pre_works() {
    let linked = Linker::<()>::new(crate::support::engine()).instantiate_pre(&counting(GUEST)).unwrap();
    let pre = GuestPre::new(linked).unwrap();
    let mut store = super::store();
    let mut guest = pre.instantiate(&mut store).unwrap();
    guest.trap("x").unwrap_err();
    assert_poisoned(guest.number(), Some("trap"));
    assert_eq!(pre.instantiate(&mut store).unwrap().number().unwrap(), 7);
}

/// What a call through one handle did to the instance is seen by the call that it was made in.
#[test]
fn a_trap_in_a_call_back_poisons_even_if_the_host_hides_it() {
    type Host = Option<Handle<CallsExports>>;

    #[wasm_import]
    trait Calls {
        fn run(&mut self, text: &str) -> Result<u32>;
        fn inner(&mut self, text: &str) -> Result<u32>;
    }

    let engine: &Engine = crate::support::engine();
    let module = wat(&format!(
        r#"(module (import "host" "back" (func $back)) (memory (export "memory") 1) {}
          (func (export "run") (param i32 i32) (result i32) (call $back) (i32.load8_u (local.get 0)))
          (func (export "inner") (param i32 i32) (result i32) (unreachable)))"#,
        super::allocator(4096)
    ));
    let mut linker = Linker::new(engine);
    linker
        .func_wrap("host", "back", |mut caller: Caller<'_, Host>| {
            let mut handle = caller.data().clone().unwrap();
            handle.bind(&mut caller).unwrap().inner("of the host").unwrap_err();
        })
        .unwrap();
    let mut store: Store<Host> = Store::new(engine, None);
    let calls = CallsInstance::instantiate(&mut store, &module, &linker).unwrap();
    let (store, mut handle) = Bound::into_parts(calls);
    *store.data_mut() = Some(handle.clone());
    let mut calls = handle.bind(store).unwrap();
    // The guest came back, so its number stands; but it is the last.
    assert_eq!(calls.run("A").unwrap(), 65);
    assert_poisoned(calls.run("A"), Some("inner"));
}
