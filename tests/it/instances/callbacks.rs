//! Host functions that call the guest again while the outer call is under way.

use crate::support::{engine, wat};
use linmem::{ErrorKind, Handle, Place, wasm_import};
use std::panic::{AssertUnwindSafe, catch_unwind};
use wasmtime::{Caller, Linker, Memory, Store};

/// `outer` calls the host, which may call `inner`, and then returns what is left of its arguments. The allocator counts.
const GUEST: &str = r#"(module
    (import "host" "back" (func $back))
    (memory (export "memory") 40)
    (global $next (mut i32) (i32.const 1024))
    (global $live (mut i32) (i32.const 0))
    (func (export "malloc") (param $n i32) (result i32) (local $p i32)
        (global.set $live (i32.add (global.get $live) (i32.const 1)))
        (local.set $p (global.get $next))
        (global.set $next (i32.and (i32.add (i32.add (local.get $p) (local.get $n)) (i32.const 15)) (i32.const -16)))
        (local.get $p))
    (func (export "free") (param i32) (global.set $live (i32.sub (global.get $live) (i32.const 1))))
    (func (export "live") (result i32) (global.get $live))
    (func $sum (export "inner") (param $p i32) (param $n i32) (result i64) (local $s i64)
        (block $done (loop $next
            (br_if $done (i32.eqz (local.get $n)))
            (local.set $s (i64.add (local.get $s) (i64.load8_u (local.get $p))))
            (local.set $p (i32.add (local.get $p) (i32.const 1)))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br $next)))
        (local.get $s))
    (func (export "outer") (param i32 i32) (param i32 i32) (result i64)
        (call $back)
        (i64.add
            (i64.mul (call $sum (local.get 0) (local.get 1)) (i64.const 1000000))
            (call $sum (local.get 2) (local.get 3))))
    (func (export "trap") (param i32 i32) unreachable))"#;

#[wasm_import]
trait Nested {
    fn outer(&mut self, first: &[u8], second: &mut [u8]) -> linmem::Result<u64>;
    fn inner(&mut self, bytes: &[u8]) -> linmem::Result<u64>;
    fn trap(&mut self, bytes: &[u8]) -> linmem::Result<()>;
    fn live(&mut self) -> linmem::Result<i32>;
}

#[derive(Default)]
struct Host {
    handle: Option<Handle<NestedExports>>,
    inner: Vec<u64>,
    memory: Option<Memory>,
}

fn nested(
    back: impl Fn(Caller<'_, Host>) -> wasmtime::Result<()> + Send + Sync + 'static,
) -> (Store<Host>, Handle<NestedExports>) {
    let mut linker = Linker::new(engine());
    linker.func_wrap("host", "back", back).unwrap();
    let guest = NestedInstance::instantiate(Store::new(engine(), Host::default()), &wat(GUEST), &linker).unwrap();
    let (mut store, handle) = NestedInstance::into_parts(guest);
    store.data_mut().handle = Some(handle.clone());
    (store, handle)
}

fn call_inner(mut caller: Caller<'_, Host>) -> wasmtime::Result<()> {
    let mut handle = caller.data().handle.clone().unwrap();
    // Small enough for a scratch block, and too large for one.
    for len in [8, 300, 70_000] {
        let sum = handle.bind(&mut caller)?.inner(&vec![1; len])?;
        caller.data_mut().inner.push(sum);
    }
    Ok(())
}

#[test]
fn the_outer_calls_arguments_outlive_an_inner_call() {
    let (mut store, mut handle) = nested(call_inner);
    for len in [1, 100, 1000, 100_000] {
        let mut second = vec![2; len];
        assert_eq!(handle.bind(&mut store).unwrap().outer(&[3; 5], &mut second).unwrap(), 15_000_000 + 2 * len as u64);
        assert!(second.iter().all(|byte| *byte == 2));
        assert_eq!(std::mem::take(&mut store.data_mut().inner), [8, 300, 70_000]);
    }
}

#[test]
fn a_thousand_nested_calls_leave_nothing() {
    let (mut store, mut handle) = nested(|mut caller| {
        let mut handle = caller.data().handle.clone().unwrap();
        handle.bind(&mut caller)?.inner(&[1; 20])?;
        Ok(())
    });
    for _ in 0..1000 {
        handle.bind(&mut store).unwrap().outer(b"one", &mut [1, 2]).unwrap();
    }
    assert_eq!(handle.bind(&mut store).unwrap().live().unwrap(), 2, "a scratch block for each depth");
    linmem::Bound::trim(&mut handle.bind(&mut store).unwrap()).unwrap();
    assert_eq!(handle.bind(&mut store).unwrap().live().unwrap(), 0);
}

#[test]
fn a_handle_taken_out_of_the_data_and_put_back_serves_as_well() {
    let (mut store, mut handle) = nested(|mut caller| {
        let handle = caller.data_mut().handle.take().unwrap();
        let mut guest = handle.into_bound(&mut caller)?;
        let sum = guest.inner(&[5; 5])?;
        let (caller, handle) = NestedInstance::into_parts(guest);
        caller.data_mut().inner.push(sum);
        caller.data_mut().handle = Some(handle);
        Ok(())
    });
    handle.bind(&mut store).unwrap().outer(b"", &mut []).unwrap();
    handle.bind(&mut store).unwrap().outer(b"", &mut []).unwrap();
    assert_eq!(store.data().inner, [25, 25]);
}

#[test]
fn the_caller_itself_may_be_the_bound_store() {
    let (mut store, mut handle) = nested(|caller| {
        let handle = caller.data().handle.clone().unwrap();
        let mut guest: NestedInstance<Caller<'_, Host>> = handle.into_bound(caller)?;
        let sum = guest.inner(&[7; 3])?;
        NestedInstance::into_parts(guest).0.data_mut().inner.push(sum);
        Ok(())
    });
    handle.bind(&mut store).unwrap().outer(b"x", &mut []).unwrap();
    assert_eq!(store.data().inner, [21]);
}

#[test]
fn a_trap_in_the_inner_call_that_the_host_hides_poisons_the_outer_handle_too() {
    let (mut store, mut handle) = nested(|mut caller| {
        let mut handle = caller.data().handle.clone().unwrap();
        let error = handle.bind(&mut caller)?.trap(&[1]).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Trap(_)), "{error}");
        Ok(())
    });
    // The outer call was under way already; what counts is that the guest is not entered again.
    let _ = handle.bind(&mut store).unwrap().outer(b"x", &mut []);
    assert!(handle.is_poisoned());
    let error = handle.bind(&mut store).unwrap().live().unwrap_err();
    let ErrorKind::Poisoned { by } = error.kind() else { panic!("{error}") };
    assert_eq!(by.export(), Some("trap"));
}

#[test]
fn a_host_functions_error_reaches_the_caller_as_the_traps_source() {
    let (mut store, mut handle) = nested(|_| wasmtime::bail!("the disk is full"));
    let error = handle.bind(&mut store).unwrap().outer(b"x", &mut []).unwrap_err();
    let ErrorKind::Trap(source) = error.kind() else { panic!("{error}") };
    assert!(source.to_string().contains("disk") || source.root_cause().to_string().contains("disk"), "{source:?}");
    assert_eq!((error.export(), error.place()), (Some("outer"), Some(Place::Call)));
}

#[test]
fn a_panic_in_a_host_function_leaves_the_arguments_zeroed_and_the_instance_poisoned() {
    let (mut store, mut handle) = nested(|mut caller| {
        let memory = caller.get_export("memory").and_then(|export| export.into_memory()).unwrap();
        assert_eq!(memory.data(&caller).iter().filter(|byte| **byte == 0xab).count(), 70_040, "placed by now");
        caller.data_mut().memory = Some(memory);
        panic!("on purpose")
    });
    let panic = catch_unwind(AssertUnwindSafe(|| {
        let _ = handle.bind(&mut store).unwrap().outer(&[0xab; 40], &mut [0xab; 70_000]);
    }));
    assert_eq!(panic.unwrap_err().downcast_ref(), Some(&"on purpose"));
    let memory = store.data().memory.unwrap();
    assert!(memory.data(&store).iter().all(|byte| *byte != 0xab));
    assert!(handle.is_poisoned());
    let error = handle.bind(&mut store).unwrap().inner(b"x").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Poisoned { by } if by.export() == Some("outer")), "{error}");
}
