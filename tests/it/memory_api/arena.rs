//! The host's arena, for guests without an allocator, and growth.

use super::typed;
use crate::support::{instance, wat};
use linmem::allocator::Found;
use linmem::{ErrorKind, LinearMemory, Region, Settings};
use wasmtime::{Config, Engine, Instance, Module, Store, Val};

const PAGE: u64 = 65_536;

/// One page of the guest's own, which may grow to eight.
fn plain() -> (Store<()>, Instance) {
    instance(&wat(r#"(module (memory (export "memory") 1 8) (data (i32.const 0) "the guest's own")
        (func (export "sum") (param $p i32) (param $n i32) (result i32) (local $s i32)
            (loop $next (if (local.get $n) (then
                (local.set $s (i32.add (local.get $s) (i32.load8_u (local.get $p))))
                (local.set $p (i32.add (local.get $p) (i32.const 1)))
                (local.set $n (i32.sub (local.get $n) (i32.const 1)))
                (br $next))))
            (local.get $s)))"#))
}

#[test]
fn without_grow_an_allocation_says_what_is_missing() {
    let (mut store, instance) = plain();
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let error = memory.alloc(&[1; 100], false, true).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoSpace { size: 100, largest: 0, missing: 100 }), "{error}");
    assert_eq!(memory.size(), 1);

    assert_eq!(memory.grow(1).unwrap(), Region { pointer: PAGE, len: PAGE });
    let allocation = memory.alloc(&[1; 100], false, true).unwrap();
    assert_eq!(allocation.index(), PAGE);
    drop(allocation);
    let error = memory.alloc(&vec![1; 70_000], false, true).unwrap_err();
    let ErrorKind::NoSpace { size, largest, missing } = error.kind() else { panic!("{error}") };
    assert_eq!((*size, *largest, *missing), (70_000, PAGE, 70_000 - PAGE));
    assert_eq!(memory.size(), 2);
}

#[test]
fn with_grow_an_allocation_grows_by_what_is_missing() {
    let (mut store, instance) = plain();
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    assert_eq!(memory.alloc(&[1; 100], true, true).unwrap().index(), PAGE);
    assert_eq!(memory.size(), 2);
    // The free page before the end counts.
    assert_eq!(memory.alloc(&vec![1; 130_000], true, true).unwrap().index(), PAGE);
    assert_eq!(memory.size(), 3);
}

#[test]
fn what_the_guest_owned_is_never_touched() {
    let (mut store, instance) = plain();
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let before = memory.as_slice().to_vec();
    for size in [1, 100, 70_000, 3] {
        assert!(memory.alloc(&vec![0xff; size], true, true).unwrap().index() >= PAGE);
    }
    assert_eq!(memory.as_slice()[..65_536], before);
    assert!(memory.as_slice()[65_536..].iter().all(|byte| *byte == 0));
}

#[test]
fn next_available_says_where_the_next_allocation_goes_and_takes_nothing() {
    let (mut store, instance) = plain();
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    assert_eq!(memory.next_available(1), None);
    memory.grow(1).unwrap();
    assert_eq!(memory.next_available(1), Some(PAGE));
    assert_eq!(memory.next_available(1), Some(PAGE));
    assert_eq!(memory.next_available(65_536), Some(PAGE));
    assert_eq!(memory.next_available(65_537), None);
    assert_eq!(memory.size(), 2);
    let first = memory.alloc(&[1; 20], false, true).unwrap().leave().unwrap();
    let second = memory.alloc(&[1; 20], false, true).unwrap().leave().unwrap();
    assert_eq!((first.region().pointer, second.region().pointer), (PAGE, PAGE + 32));
    assert_eq!(memory.next_available(16), Some(PAGE + 64));
    memory.release(first).unwrap();
    assert_eq!(memory.next_available(16), Some(PAGE), "first fit");
    assert_eq!(memory.next_available(33), Some(PAGE + 64));
    memory.release(second).unwrap();
    assert_eq!(memory.next_available(65_536), Some(PAGE), "neighbours are merged");
}

#[test]
fn grows_by_pages_and_by_bytes_rounded_up() {
    let (mut store, instance) = plain();
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    assert_eq!(memory.grow(2).unwrap(), Region { pointer: PAGE, len: 2 * PAGE });
    assert_eq!(memory.grow_by_bytes(1).unwrap(), Region { pointer: 3 * PAGE, len: PAGE });
    assert_eq!(memory.grow_by_bytes(PAGE).unwrap(), Region { pointer: 4 * PAGE, len: PAGE });
    assert_eq!(memory.grow_by_bytes(PAGE + 1).unwrap(), Region { pointer: 5 * PAGE, len: 2 * PAGE });
    assert_eq!(memory.grow(0).unwrap(), Region { pointer: 7 * PAGE, len: 0 });
    assert_eq!(memory.grow_by_bytes(0).unwrap().len, 0);
    assert_eq!(memory.size(), 7);
    assert_eq!(memory.next_available(6 * 65_536), Some(PAGE), "all of it is the arena's, in one piece");
}

#[test]
fn a_memory_at_its_maximum_says_so() {
    let (mut store, instance) = plain();
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    for error in [
        memory.grow(8).unwrap_err(),
        memory.grow_by_bytes(7 * PAGE + 1).unwrap_err(),
        memory.alloc(&vec![0; 8 * 65_536], true, true).map(|_| ()).unwrap_err(),
    ] {
        assert!(matches!(error.kind(), ErrorKind::Grow { pages: 8 | 9, size: PAGE, .. }), "{error}");
    }
    for error in [memory.grow(u64::MAX).unwrap_err(), memory.grow_by_bytes(u64::MAX).unwrap_err()] {
        assert!(matches!(error.kind(), ErrorKind::Grow { size: PAGE, .. }), "{error}");
    }
    assert_eq!(memory.size(), 1);
    assert_eq!(memory.grow(7).unwrap().len, 7 * PAGE);
}

#[test]
fn pages_may_have_another_size() {
    let engine = Engine::new(Config::new().wasm_custom_page_sizes(true)).unwrap();
    let module = r#"(module (memory (export "memory") 10 4000 (pagesize 1)))"#;
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &Module::new(&engine, module).unwrap(), &[]).unwrap();
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    assert_eq!((memory.page_size(), memory.size(), memory.as_slice().len()), (1, 10, 10));
    assert_eq!(memory.grow_by_bytes(7).unwrap(), Region { pointer: 10, len: 7 });
    assert_eq!(memory.grow(3).unwrap(), Region { pointer: 17, len: 3 });
    // Free from 10 to 20, and a multiple of 16 is wanted.
    assert_eq!(memory.next_available(4), Some(16));
    assert_eq!(memory.next_available(5), None);
    let allocation = memory.alloc(b"seventeen bytes..", true, true).unwrap();
    assert_eq!((allocation.index(), allocation.as_slice()), (16, &b"seventeen bytes.."[..]));
    drop(allocation);
    assert!(memory.as_slice().iter().all(|byte| *byte == 0));
}

#[test]
fn everything_works_above_2_gib() {
    // 40,000 pages of the guest's own, so that the arena begins at 2,621,440,000. Nothing of them is ever touched.
    let (mut store, instance) = instance(&wat(r#"(module (memory (export "memory") 40000)
        (func (export "first") (param i32 i32) (result i32) (i32.load8_u (local.get 0)))
        (func (export "same") (param i32 i32) (result i64)
            (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1)))))"#));
    let first = typed::<(i32, i32), u32>(&mut store, &instance, "first");
    let same = typed::<(i32, i32), i64>(&mut store, &instance, "same");
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let mut allocation = memory.alloc(b"high up", true, true).unwrap();
    assert_eq!(allocation.index(), 40_000 * PAGE);
    assert_eq!(u32::try_from(&allocation).unwrap(), 2_621_440_000);
    let negative = i32::try_from(&allocation).unwrap();
    assert_eq!(negative, -1_673_527_296);
    assert!(matches!(Val::from(&allocation), Val::I32(value) if value == negative));
    assert_eq!(allocation.call(&first, (negative, 7)).unwrap(), u32::from(b'h'));
    let packed = allocation.call(&same, (negative, 7)).unwrap();
    assert!(packed < 0);
    drop(allocation);
    memory.as_mut_slice()[2_621_440_000] = b'H';
    let output = memory.get_output((negative, 7)).unwrap().leave().unwrap();
    assert_eq!(output.region(), Region { pointer: 2_621_440_000, len: 7 });
    let output = memory.get_output(packed).unwrap();
    assert_eq!((output.index(), output.as_slice()), (2_621_440_000, &b"H\0\0\0\0\0\0"[..]));
    drop(output);
    assert_eq!(memory.as_slice()[2_621_440_000], 0, "an output is zeroed as well");
}

#[test]
fn addresses_may_have_64_bits() {
    let engine = Engine::new(Config::new().wasm_memory64(true)).unwrap();
    let module = r#"(module (memory (export "memory") i64 1)
        (func (export "first") (param i64) (result i32) (i32.load8_u (local.get 0))))"#;
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &Module::new(&engine, module).unwrap(), &[]).unwrap();
    let first = typed::<u64, u32>(&mut store, &instance, "first");
    let mut memory: LinearMemory<'_, _, Found<u64>> =
        LinearMemory::with(&mut store, &instance, Settings::new()).unwrap();
    let mut allocation = memory.alloc(b"wide", true, true).unwrap();
    assert!(matches!(Val::from(&allocation), Val::I64(65_536)));
    let index = allocation.index();
    assert_eq!(allocation.call(&first, index).unwrap(), u32::from(b'w'));
}

/// In a guest without an allocator, an output lies in memory that is the guest's own: reading it must not hand that
/// memory to the arena.
#[test]
fn an_output_in_the_guests_own_memory_does_not_become_the_arenas() {
    let (mut store, instance) = plain();
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    drop(memory.get_output((256_u32, 4096_u32)).unwrap());
    assert_eq!(memory.next_available(100), None);
    assert!(memory.alloc(&[1; 100], true, true).unwrap().index() >= PAGE);
}
