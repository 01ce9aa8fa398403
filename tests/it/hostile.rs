//! Guests that lie, fail and trap: a typed error with its numbers each time, nothing lost, and no panic.
//!
//! Here are the hostile guests' common parts; the modules below are by subject.

mod churn;
mod fuzz;
mod hidden;
mod large;
mod overlaps;
mod panics;
mod pointers;
mod poison;
mod traps;
mod values;

use crate::support::{engine, handle, instance, wat};
use linmem::{Bound, Error, ErrorKind, Interface, Place, Region};
use std::fmt::Debug;
use wasmtime::{Instance, Module, Store};

/// An allocator that counts what the host holds in the exported global `live`, and traps if it is given anything but a
/// block of its own in its full length. Its first block lies 16 bytes behind `heap`.
pub(crate) fn allocator(heap: u32) -> String {
    format!(
        r#"(global $heap (mut i32) (i32.const {heap}))
        (global $live (export "live") (mut i32) (i32.const 0))
        (func $alloc (export "alloc") (param $len i32) (result i32) (local $block i32)
          (i32.store (global.get $heap) (local.get $len))
          (i32.store offset=4 (global.get $heap) (i32.const 0x600d))
          (local.set $block (i32.add (global.get $heap) (i32.const 16)))
          (global.set $heap (i32.and (i32.add (i32.add (local.get $block) (local.get $len)) (i32.const 15))
            (i32.const -16)))
          (global.set $live (i32.add (global.get $live) (i32.const 1)))
          (local.get $block))
        (func $dealloc (export "dealloc") (param $block i32) (param $len i32) (local $header i32)
          (local.set $header (i32.sub (local.get $block) (i32.const 16)))
          (if (i32.or
              (i32.ne (i32.load (local.get $header)) (local.get $len))
              (i32.ne (i32.load offset=4 (local.get $header)) (i32.const 0x600d)))
            (then (unreachable)))
          (i32.store offset=4 (local.get $header) (i32.const 0))
          (global.set $live (i32.sub (global.get $live) (i32.const 1))))"#
    )
}

/// Where the first block of [`counting`] guests lies: their scratch block, if they are called with an argument.
pub(crate) const FIRST_BLOCK: u64 = 4096 + 16;
/// Where the first argument lies, if that is the scratch block.
pub(crate) const FIRST_LINE: u64 = FIRST_BLOCK.next_multiple_of(64);

/// A guest of one page with that allocator. Its lower 4096 bytes are free for data.
pub(crate) fn counting(functions: &str) -> Module {
    wat(&format!(r#"(module (memory (export "memory") 1) {} {functions})"#, allocator(4096)))
}

/// What the guest says the host holds.
pub(crate) fn live(store: &mut Store<()>, instance: &Instance) -> i32 {
    instance.get_global(&mut *store, "live").unwrap().get(store).unwrap_i32()
}

/// Binds a [`counting`] guest, makes a call that must fail, and sees that the guest has everything back after a trim.
#[track_caller]
pub(crate) fn refused<I: Interface>(
    module: &Module,
    call: impl FnOnce(&mut Bound<&mut Store<()>, I>) -> Error,
) -> Error {
    let (mut store, instance) = instance(module);
    let mut bound = handle::<I>(&mut store, &instance).into_bound(&mut store).unwrap();
    let error = call(&mut bound);
    Bound::trim(&mut bound).unwrap();
    drop(bound);
    assert_eq!(live(&mut store, &instance), 0, "blocks are left after: {error}");
    error
}

/// Asserts where an error arose and what it says, whatever the result's convention adds to that.
#[track_caller]
pub(crate) fn assert_error(error: &Error, export: &'static str, place: Place, message: &str) {
    let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
    assert_ne!(hint, "; ", "{error}");
    assert_eq!(error.to_string(), format!("`{export}`, {place}: {message}{hint}"));
    assert_eq!(error.export(), Some(export));
    assert_eq!(error.place(), Some(place));
}

/// Asserts that a trap was reported from there, and that it is chained by `source`.
#[track_caller]
pub(crate) fn assert_trap(error: &Error, export: &'static str, place: Place) {
    assert!(matches!(error.kind(), ErrorKind::Trap(_)), "{error}");
    assert!(std::error::Error::source(error).is_some());
    assert_error(
        error,
        export,
        place,
        "the call did not return: the guest trapped, or a host function failed; make a new instance",
    );
}

/// Asserts that a call was refused because an earlier one of that export had poisoned the instance.
#[track_caller]
pub(crate) fn assert_poisoned<T: Debug>(outcome: linmem::Result<T>, by: Option<&'static str>) {
    let error = outcome.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Poisoned { by: found } if found.export() == by), "{error}");
    let by = by.map_or("a call".to_owned(), |by| format!("`{by}`"));
    let message = format!("the instance is poisoned: {by} trapped or was abandoned earlier; make a new one");
    assert!(error.to_string().ends_with(&message), "{error}");
    assert_eq!(error.place(), None);
}

/// The place of an argument.
pub(crate) fn argument(index: usize, name: &'static str) -> Place {
    Place::Argument { index, name }
}

/// A region, shortly.
pub(crate) fn region(pointer: u64, len: u64) -> Region {
    Region { pointer, len }
}

/// Whether those bytes lie anywhere in the instance's memory.
pub(crate) fn holds(store: &mut Store<()>, instance: &Instance, bytes: &[u8]) -> bool {
    let memory = instance.get_memory(&mut *store, "memory").unwrap();
    memory.data(&*store).windows(bytes.len()).any(|window| window == bytes)
}

/// Whether any byte of that value lies in the memory from that address on.
pub(crate) fn holds_run(store: &mut Store<()>, instance: &Instance, byte: u8, len: usize) -> bool {
    let memory = instance.get_memory(&mut *store, "memory").unwrap();
    memory.data(&*store).chunk_by(|a, b| a == b).any(|run| run[0] == byte && run.len() >= len)
}

/// A store of the tests' engine.
pub(crate) fn store() -> Store<()> {
    Store::new(engine(), ())
}
