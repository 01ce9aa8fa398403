//! Several allocations around a call.

use super::{live, typed};
use crate::support::{SCRATCH, instance, ledger, wat};
use linmem::{LinearMemory, Region};
use std::panic::{AssertUnwindSafe, catch_unwind};
use wasmtime::{Caller, Linker, Memory, Store};

fn pointer(region: Region) -> u32 {
    u32::try_from(region.pointer).unwrap()
}

#[test]
fn a_call_sees_all_allocations_of_its_frame() {
    let (mut store, instance) = instance(ledger());
    let concat = typed::<(u32, u32, u32, u32, u32, u32), i64>(&mut store, &instance, "concat");
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let mut frame = memory.frame().unwrap();
    let long = [b'-'; 70_000];
    let (a, b, c) = (frame.alloc(b"<").unwrap(), frame.alloc(&long).unwrap(), frame.alloc(b">").unwrap());
    let packed = frame.call(&concat, (pointer(a), 1, pointer(b), 70_000, pointer(c), 1)).unwrap();
    assert_eq!((frame.bytes(a).unwrap(), frame.bytes(c).unwrap()), (&b"<"[..], &b">"[..]));
    frame.close().unwrap();
    assert!([a, b, c].iter().all(|region| {
        let at = region.pointer as usize;
        memory.as_slice()[at..at + region.len as usize].iter().all(|byte| *byte == 0)
    }));
    let output = memory.get_output(packed).unwrap();
    assert_eq!(output.len(), 70_002);
    assert!(output.as_slice().starts_with(b"<--") && output.as_slice().ends_with(b"-->"));
    drop(output);
    drop(memory);
    assert_eq!(live(&mut store, &instance), (0, 0));
}

#[test]
fn typed_slices_are_aligned_and_read_back() {
    let (mut store, instance) = instance(ledger());
    let sum = typed::<(u32, u32), f64>(&mut store, &instance, "sum_f64");
    let reverse = typed::<(u32, u32), ()>(&mut store, &instance, "reverse");
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let mut frame = memory.frame().unwrap();
    let odd = frame.alloc(b"odd").unwrap();
    let values = frame.alloc(&[0.5, 1.5]).unwrap();
    assert_eq!((values.pointer % 8, values.len), (0, 16));
    // Traps on misaligned values.
    assert_eq!(frame.call(&sum, (pointer(values), 2)).unwrap(), 2.0);
    assert_eq!(frame.slice::<f64>(values).unwrap(), [0.5, 1.5]);
    frame.call(&reverse, (pointer(odd), 3)).unwrap();
    assert_eq!(frame.bytes(odd).unwrap(), b"ddo");
    frame.bytes_mut(odd).unwrap().copy_from_slice(b"new");
    assert_eq!(frame.bytes(odd).unwrap(), b"new");
    let empty = frame.alloc::<u64>(&[]).unwrap();
    assert_eq!(empty, Region { pointer: 8, len: 0 });
}

#[test]
fn a_dropped_frame_releases_and_the_memory_keeps_one_scratch_block() {
    let (mut store, instance) = instance(ledger());
    let (count, bytes) =
        (typed::<(), u32>(&mut store, &instance, "live_blocks"), typed::<(), u32>(&mut store, &instance, "live_bytes"));
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    for _ in 0..100 {
        let mut frame = memory.frame().unwrap();
        frame.alloc(&[1_u8; 100]).unwrap();
        frame.alloc(&[1_u8; 80_000]).unwrap();
        frame.alloc(&[1_u64; 80_000]).unwrap();
        assert_eq!(frame.call(&count, ()).unwrap(), 3);
        drop(frame);
        assert_eq!((memory.call(&count, ()).unwrap(), memory.call(&bytes, ()).unwrap()), (1, SCRATCH));
    }
    drop(memory);
    assert_eq!(live(&mut store, &instance), (0, 0));
}

#[test]
fn a_panic_while_a_frame_lives_leaves_zeroed_memory() {
    let (mut store, instance) = instance(ledger());
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let panic = catch_unwind(AssertUnwindSafe(|| {
        let mut frame = memory.frame().unwrap();
        frame.alloc(&[0xab_u8; 100]).unwrap();
        let large = frame.alloc(&[0xab_u8; 80_000]).unwrap();
        assert_eq!(frame.bytes(large).unwrap()[79_999], 0xab);
        panic!("on purpose");
    }));
    assert_eq!(panic.unwrap_err().downcast_ref(), Some(&"on purpose"));
    assert!(memory.as_slice().windows(8).all(|bytes| bytes != [0xab; 8]));
    drop(memory);
    assert_eq!(live(&mut store, &instance), (0, 0), "the guest was not running, so it was released too");
}

#[test]
fn a_panic_in_a_host_function_leaves_zeroed_memory_and_a_poisoned_instance() {
    let mut linker = Linker::<Option<Memory>>::new(crate::support::engine());
    linker.func_wrap("host", "fail", |_: Caller<'_, Option<Memory>>| -> () { panic!("on purpose") }).unwrap();
    let module = wat(r#"(module (import "host" "fail" (func $fail)) (memory (export "memory") 1)
        (func (export "run") (call $fail)))"#);
    let mut store = Store::new(crate::support::engine(), None);
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let run = instance.get_typed_func::<(), ()>(&mut store, "run").unwrap();
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let panic = catch_unwind(AssertUnwindSafe(|| {
        let mut frame = memory.frame().unwrap();
        frame.alloc(&[0xab_u8; 300]).unwrap();
        frame.call(&run, ()).unwrap();
    }));
    assert!(panic.is_err());
    assert!(memory.as_slice().iter().all(|byte| *byte == 0));
    let error = memory.alloc(b"x", true, true).map(|_| ()).unwrap_err();
    assert!(matches!(error.kind(), linmem::ErrorKind::Poisoned { by } if by.export().is_none()), "{error}");
}

#[test]
fn one_allocation_that_fails_leaves_the_others_in_place() {
    let (mut store, instance) = instance(ledger());
    let fail_in = typed::<u32, ()>(&mut store, &instance, "fail_alloc_in");
    let sum = typed::<(u32, u32), u64>(&mut store, &instance, "checksum");
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let mut frame = memory.frame().unwrap();
    let first = frame.alloc(&[1_u8; 70_000]).unwrap();
    frame.call(&fail_in, 1).unwrap();
    let error = frame.alloc(&[2_u8; 90_000]).unwrap_err();
    assert!(matches!(error.kind(), linmem::ErrorKind::OutOfMemory { size: 90_000, align: 1 }), "{error}");
    assert_eq!(frame.call(&sum, (pointer(first), 70_000)).unwrap(), 70_000);
    let again = frame.alloc(&[2_u8; 90_000]).unwrap();
    assert_eq!(frame.call(&sum, (pointer(again), 90_000)).unwrap(), 180_000);
    frame.close().unwrap();
    drop(memory);
    assert_eq!(live(&mut store, &instance), (0, 0));
}
