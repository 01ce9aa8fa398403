//! What a call returned, as an allocation.

use super::{live, typed};
use crate::support::{instance, ledger, shapes, wat};
use bytemuck::{Pod, Zeroable};
use linmem::{ErrorKind, LinearMemory, Outcome, Region};
use wasmtime::{Instance, Store, Val};

/// At 64 eleven bytes of text; at 192 an area that points at them. No allocator.
fn texts() -> (Store<()>, Instance) {
    instance(&wat(r#"(module (memory (export "memory") 1)
        (data (i32.const 64) "hello there")
        (data (i32.const 192) "\40\00\00\00\0b\00\00\00"))"#))
}

#[test]
fn every_form_of_an_outcome_names_the_same_bytes() {
    fn check(form: &str, outcome: impl Outcome) {
        let (mut store, instance) = texts();
        let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
        let output = memory.get_output(outcome).unwrap();
        assert_eq!(output.region(), Region { pointer: 64, len: 11 }, "{form}");
        assert_eq!(output.as_str().unwrap(), "hello there", "{form}");
        drop(output);
        assert_eq!(memory.as_slice()[64..75], [0; 11], "{form}");
    }
    check("(u32, u32)", (64_u32, 11_u32));
    check("(i32, i32)", (64_i32, 11_i32));
    check("(u64, u64)", (64_u64, 11_u64));
    check("(i64, i64)", (64_i64, 11_i64));
    check("u64", 64_u64 << 32 | 11);
    check("i64", 64_i64 << 32 | 11);
    check("u32", 192_u32);
    check("i32", 192_i32);
    check("Region", Region { pointer: 64, len: 11 });
    check("[i32, i32]", &[Val::I32(64), Val::I32(11)][..]);
    check("[i64, i64]", &[Val::I64(64), Val::I64(11)][..]);
    check("[i64]", &[Val::I64(64 << 32 | 11)][..]);
    check("[i32]", &[Val::I32(192)][..]);
}

#[test]
fn what_names_no_bytes_is_an_error() {
    let (mut store, instance) = texts();
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let mut refused = |values: &[Val]| memory.get_output(values).map(|_| ()).unwrap_err().into_kind();
    assert!(matches!(refused(&[]), ErrorKind::NoAddress { count: 0 }));
    assert!(matches!(refused(&[Val::F64(0)]), ErrorKind::NoAddress { count: 1 }));
    assert!(matches!(refused(&[Val::I32(1), Val::I64(1)]), ErrorKind::NoAddress { count: 2 }));
    assert!(matches!(refused(&[Val::I32(1), Val::I32(1), Val::I32(1)]), ErrorKind::NoAddress { count: 3 }));
    assert!(matches!(refused(&[Val::I32(0)]), ErrorKind::Null));
    assert!(matches!(refused(&[Val::I64(0)]), ErrorKind::Null));
    assert!(matches!(refused(&[Val::I32(193)]), ErrorKind::Misaligned { pointer: 193, align: 4 }));
    let region = Region { pointer: 65_532, len: 8 };
    assert!(
        matches!(refused(&[Val::I32(65_532)]), ErrorKind::OutOfBounds { region: r, memory: 65_536 } if r == region)
    );
    let region = Region { pointer: 64, len: 0xffff_ffff };
    assert!(matches!(refused(&[Val::I32(64), Val::I32(-1)]), ErrorKind::OutOfBounds { region: r, .. } if r == region));
    let region = Region { pointer: u64::MAX, len: 2 };
    assert!(matches!(refused(&[Val::I64(-1), Val::I64(2)]), ErrorKind::OutOfBounds { region: r, .. } if r == region));
}

#[test]
fn results_of_a_guest_with_an_allocator_are_read_and_released() {
    let (mut store, instance) = instance(ledger());
    let greet = typed::<(u32, u32), i64>(&mut store, &instance, "greet");
    let area = typed::<(u32, u32), i32>(&mut store, &instance, "echo_area");
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let mut name = memory.alloc(b"you", true, true).unwrap();
    let name_at = u32::try_from(&name).unwrap();
    let greeting = name.call(&greet, (name_at, 3)).unwrap();
    drop(name);
    let output = memory.get_output(greeting).unwrap();
    assert_eq!(output.as_str().unwrap(), "Hello, you!");
    drop(output);
    let mut frame = memory.frame().unwrap();
    let bytes = frame.alloc(b"an area").unwrap();
    let echo = frame.call(&area, (u32::try_from(bytes.pointer).unwrap(), 7)).unwrap();
    frame.close().unwrap();
    assert_eq!(memory.get_output(echo).unwrap().as_slice(), b"an area");
    drop(memory);
    assert_eq!(live(&mut store, &instance), (0, 0));
}

#[test]
fn an_output_may_be_kept() {
    let (mut store, instance) = instance(ledger());
    let banner = typed::<(), i64>(&mut store, &instance, "banner");
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let text = memory.call(&banner, ()).unwrap();
    for _ in 0..2 {
        // Static: the guest would trap on its release.
        let mut output = memory.get_output(text).unwrap();
        output.set_auto_deallocate(false);
        assert_eq!(output.as_str().unwrap(), "ledger: every block is accounted for");
    }
    assert_eq!(memory.call(&banner, ()).unwrap(), text, "not poisoned");
}

#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
struct Point {
    x: f64,
    y: f64,
}

#[test]
fn an_output_is_seen_as_elements_or_as_one_value() {
    let (mut store, instance) = instance(shapes());
    typed::<(), ()>(&mut store, &instance, "_initialize").call(&mut store, ()).unwrap();
    let nearest = typed::<(u32, u32, u32), u32>(&mut store, &instance, "nearest");
    let count = typed::<(), i32>(&mut store, &instance, "live_blocks");
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let (near, far) = (Point { x: 1.0, y: 2.0 }, Point { x: 8.0, y: 9.0 });
    let mut frame = memory.frame().unwrap();
    let (points, to) = (frame.alloc(&[far, near]).unwrap(), frame.alloc(&[Point { x: 0.0, y: 0.0 }]).unwrap());
    let [points, to] = [points, to].map(|region| u32::try_from(region.pointer).unwrap());
    let found = frame.call(&nearest, (points, 2, to)).unwrap();
    frame.close().unwrap();
    let output = memory.get_output(Region { pointer: found.into(), len: 16 }).unwrap();
    assert_eq!(output.read::<Point>().unwrap(), near);
    assert_eq!(output.as_slice_of::<f64>().unwrap(), [1.0, 2.0]);
    assert!(matches!(output.read::<f64>().unwrap_err().kind(), ErrorKind::WrongSize { len: 16, size: 8 }));
    drop(output);
    let held = memory.call(&count, ()).unwrap();
    drop(memory);
    assert_eq!(held, 1, "the frame's scratch block");
    assert_eq!(count.call(&mut store, ()).unwrap(), 0);
}

#[test]
fn bytes_that_are_no_whole_number_of_elements_are_of_the_wrong_size() {
    let (mut store, instance) = texts();
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let output = memory.get_output((64_u32, 11_u32)).unwrap();
    let error = output.as_slice_of::<u16>().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WrongSize { len: 11, size: 2 }), "{error}");
}

#[test]
fn misaligned_elements_are_refused_with_their_address_in_the_guest() {
    let (mut store, instance) = texts();
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let output = memory.get_output((66_u32, 8_u32)).unwrap();
    let error = output.as_slice_of::<u32>().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Misaligned { pointer: 66, align: 4 }), "{error}");
    assert_eq!(output.as_slice_of::<u16>().unwrap().len(), 4);
    assert_eq!(output.read::<[u8; 8]>().unwrap(), *b"llo ther");
}

#[test]
fn an_output_that_the_host_holds_already_is_refused() {
    let (mut store, instance) = instance(ledger());
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let mut frame = memory.frame().unwrap();
    let scratch = frame.alloc(&[1_u8; 10]).unwrap();
    drop(frame);
    let error = memory.get_output(scratch).map(|_| ()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Overlap { region, .. } if *region == scratch), "{error}");
}

/// Guests in Rust return `(1, 0)` for an empty slice. It is no block, and a C allocator must not be given it.
#[test]
fn an_empty_output_is_not_released() {
    let (mut store, instance) = instance(&wat(r#"(module (memory (export "memory") 1)
        (func (export "malloc") (param i32) (result i32) (i32.const 1024))
        (func (export "free") (param i32) unreachable))"#));
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let output = memory.get_output((1_u32, 0_u32)).unwrap();
    assert!(output.is_empty());
    drop(output);
    let next = memory.frame().map(|_| ());
    assert!(next.is_ok(), "it was released: {next:?}");
}
