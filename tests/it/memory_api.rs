//! The memory API, row by row as wasmtime's issue 106 asked for it, with the guest's own allocator.

mod arena;
mod frames;
mod output;

use crate::support::{instance, ledger, shapes, wat};
use linmem::{ErrorKind, Fault, LinearMemory, Region, Settings};
use wasmtime::{Instance, Store, Val, WasmParams, WasmResults};

/// An export that returns one value.
pub(super) fn typed<P: WasmParams, R: WasmResults>(
    store: &mut Store<()>,
    instance: &Instance,
    name: &str,
) -> wasmtime::TypedFunc<P, R> {
    instance.get_typed_func(store, name).unwrap()
}

/// What the ledger guest says the host holds: blocks and bytes.
pub(super) fn live(store: &mut Store<()>, instance: &Instance) -> (u32, u32) {
    let blocks = typed::<(), u32>(store, instance, "live_blocks").call(&mut *store, ()).unwrap();
    (blocks, typed::<(), u32>(store, instance, "live_bytes").call(store, ()).unwrap())
}

#[test]
fn opens_the_memory_called_memory_by_default() {
    let (mut store, instance) = instance(ledger());
    let memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    assert_eq!(memory.as_slice().len() as u64, memory.size() * memory.page_size());
    assert_eq!(memory.page_size(), 65_536);
    let size = memory.size();
    drop(memory);
    let memory = LinearMemory::open(&mut store, &instance, Some("memory")).unwrap();
    assert_eq!(memory.size(), size);
}

const TWO: &str = r#"(module (memory (export "one") 1) (memory (export "two") 2)
    (data (memory 1) (i32.const 8) "second") (func (export "not a memory")))"#;

#[test]
fn opens_a_memory_by_its_name() {
    let (mut store, instance) = instance(&wat(TWO));
    assert_eq!(LinearMemory::open(&mut store, &instance, Some("one")).unwrap().size(), 1);
    let two = LinearMemory::open(&mut store, &instance, Some("two")).unwrap();
    assert_eq!(two.size(), 2);
    assert_eq!(&two.as_slice()[8..14], b"second");
}

#[test]
fn a_missing_memory_is_an_error_that_names_those_there_are() {
    let (mut store, instance) = instance(&wat(TWO));
    for (asked, name) in [(None, "memory"), (Some("three"), "three"), (Some("not a memory"), "not a memory")] {
        let error = LinearMemory::open(&mut store, &instance, asked).unwrap_err();
        let ErrorKind::Bind(faults) = error.kind() else { panic!("{error}") };
        let memories = vec!["one".to_owned(), "two".to_owned()];
        assert_eq!(faults.faults, [Fault::MissingMemory { name: name.to_owned(), memories }]);
        assert!(error.to_string().contains("exports  `one`, `two`"), "{error}");
    }
}

#[test]
fn all_bytes_may_be_read_and_written() {
    let (mut store, instance) = instance(&wat(r#"(module (memory (export "memory") 1)
        (func (export "at") (param i32) (result i32) (i32.load8_u (local.get 0))))"#));
    let at = typed::<u32, u32>(&mut store, &instance, "at");
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    memory.as_mut_slice()[65_535] = 0xfe;
    assert_eq!(memory.as_slice()[65_535], 0xfe);
    assert_eq!(memory.call(&at, 65_535).unwrap(), 0xfe);
}

#[test]
fn an_allocation_knows_where_it_is() {
    let (mut store, instance) = instance(ledger());
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let base = memory.as_slice().as_ptr();
    let mut allocation = memory.alloc(b"hello", false, true).unwrap();
    let index = allocation.index();
    assert_eq!(allocation.base(), base.wrapping_add(index as usize));
    assert_eq!((allocation.len(), allocation.is_empty()), (5, false));
    assert_eq!(allocation.region(), Region { pointer: index, len: 5 });
    assert_eq!(allocation.as_slice(), b"hello");
    assert_eq!(allocation.as_str().unwrap(), "hello");
    assert_eq!(index % 16, 0);
    assert!(allocation.auto_deallocate());
    allocation.as_mut_slice()[0] = b'J';
    assert_eq!(allocation.as_str().unwrap(), "Jello");
    allocation.zero();
    assert_eq!(allocation.as_slice(), [0; 5]);
}

#[test]
fn an_allocation_becomes_a_core_value() {
    let (mut store, instance) = instance(ledger());
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let allocation = memory.alloc(b"x", false, true).unwrap();
    let index = u32::try_from(allocation.index()).unwrap();
    assert_eq!(u32::try_from(&allocation).unwrap(), index);
    assert_eq!(i32::try_from(&allocation).unwrap(), index as i32);
    assert!(matches!(Val::from(&allocation), Val::I32(value) if value == index as i32));
}

#[test]
fn an_allocation_is_zeroed_and_released_when_it_is_dropped() {
    let (mut store, instance) = instance(ledger());
    let released = typed::<(), u32>(&mut store, &instance, "last_released_nonzero");
    let sum = typed::<(u32, u32), u64>(&mut store, &instance, "checksum");
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let mut allocation = memory.alloc(&[1; 100], false, true).unwrap();
    let address = u32::try_from(&allocation).unwrap();
    assert_eq!(allocation.call(&sum, (address, 100)).unwrap(), 100);
    drop(allocation);
    assert_eq!(memory.as_slice()[address as usize..][..100], [0; 100]);
    assert_eq!(memory.call(&released, ()).unwrap(), 0);
    drop(memory);
    assert_eq!(live(&mut store, &instance), (0, 0));
}

#[test]
fn an_allocation_without_auto_deallocate_stays() {
    let (mut store, instance) = instance(ledger());
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let allocation = memory.alloc(b"stays", false, false).unwrap();
    let index = allocation.index() as usize;
    assert!(!allocation.auto_deallocate());
    drop(allocation);
    assert_eq!(&memory.as_slice()[index..index + 5], b"stays");
    let mut allocation = memory.alloc(b"goes", false, false).unwrap();
    allocation.set_auto_deallocate(true);
    drop(allocation);
    drop(memory);
    assert_eq!(live(&mut store, &instance), (1, 5));
}

#[test]
fn what_was_left_is_released_later_zeroed() {
    let (mut store, instance) = instance(ledger());
    let count = typed::<(), u32>(&mut store, &instance, "live_blocks");
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let block = memory.alloc(b"for later", false, true).unwrap().leave().unwrap();
    let at = block.region().pointer as usize;
    assert_eq!(&memory.as_slice()[at..at + 9], b"for later");
    assert_eq!(memory.call(&count, ()).unwrap(), 1);
    memory.release(block).unwrap();
    assert_eq!(memory.as_slice()[at..at + 9], [0; 9]);
    assert_eq!(memory.call(&count, ()).unwrap(), 0);
}

#[test]
fn nothing_needs_no_room() {
    let (mut store, instance) = instance(ledger());
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let empty = memory.alloc(&[], false, true).unwrap();
    assert!(empty.is_empty());
    assert_eq!((empty.index(), empty.len(), empty.as_slice()), (16, 0, &[][..]));
    assert!(empty.leave().is_none());
    drop(memory);
    assert_eq!(live(&mut store, &instance), (0, 0));
}

#[test]
fn an_allocator_that_the_host_cannot_name_is_named_by_the_user() {
    let (mut store, instance) = instance(&wat(r#"(module (memory (export "m") 1)
        (global $live (mut i32) (i32.const 0))
        (func (export "take") (param i32 i32) (result i32)
            (global.set $live (i32.add (global.get $live) (i32.const 1))) (i32.const 4096))
        (func (export "give") (param i32 i32 i32) (global.set $live (i32.sub (global.get $live) (i32.const 1))))
        (func (export "live") (result i32) (global.get $live)))"#));
    let held = typed::<(), i32>(&mut store, &instance, "live");
    let settings = Settings::new().memory("m").allocator("take").deallocator("give");
    let mut memory: LinearMemory<'_, _> = LinearMemory::with(&mut store, &instance, settings).unwrap();
    let mut allocation = memory.alloc(b"here", false, true).unwrap();
    assert_eq!(allocation.index(), 4096);
    assert_eq!(allocation.call(&held, ()).unwrap(), 1);
    drop(allocation);
    assert_eq!(memory.call(&held, ()).unwrap(), 0);
}

#[test]
fn zeroing_may_be_switched_off() {
    let (mut store, instance) = instance(ledger());
    let released = typed::<(), u32>(&mut store, &instance, "last_released_nonzero");
    let settings = Settings::new().zero(false);
    let mut memory: LinearMemory<'_, _> = LinearMemory::with(&mut store, &instance, settings).unwrap();
    drop(memory.alloc(&[1; 64], false, true).unwrap());
    assert_eq!(memory.call(&released, ()).unwrap(), 64);
}

#[test]
fn the_guests_next_free_place_is_the_guests_secret() {
    let (mut store, instance) = instance(shapes());
    typed::<(), ()>(&mut store, &instance, "_initialize").call(&mut store, ()).unwrap();
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    assert_eq!(memory.next_available(1), None);
    drop(memory.alloc(b"x", true, true).unwrap());
    assert_eq!(memory.next_available(1), None);
}
