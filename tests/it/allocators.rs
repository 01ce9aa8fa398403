//! Allocators that fail, lie and trap.

use crate::hostile::{FIRST_LINE, argument, assert_error, assert_poisoned, assert_trap, live, region};
use crate::support::{SCRATCH, bind, handle, instance, ledger, wat};
use bytemuck::{Pod, Zeroable};
use linmem::{Bound, Error, ErrorKind, LinearMemory, Place, Region, Result, wasm_import};
use wasmtime::Store;

#[wasm_import]
trait Takes {
    fn one(&mut self, first: &[u8]) -> Result<u32>;
    fn two(&mut self, first: &[u8], second: &[u8]) -> Result<u32>;
    fn longs(&mut self, values: &[u64]) -> Result<u32>;
    fn text(&mut self) -> Result<String>;
}

const LONG: usize = 70_000;

/// Eight pages, with that body for `malloc`. The functions return their last pointer; `text` a pointer and a length in
/// the room that it is given.
fn guest(malloc: &str) -> Bound<Store<()>, TakesExports> {
    bind(&wat(&format!(
        r#"(module (memory (export "memory") 8) (global $calls (mut i32) (i32.const 0))
          (func (export "malloc") (param $size i32) (result i32)
            (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
            {malloc})
          (func (export "free") (param i32))
          (func (export "one") (param i32 i32) (result i32) (local.get 0))
          (func (export "two") (param i32 i32 i32 i32) (result i32) (local.get 2))
          (func (export "longs") (param i32 i32) (result i32) (local.get 0))
          (func (export "text") (param i32)))"#
    )))
}

#[track_caller]
fn assert_out_of_memory(error: &Error, export: &'static str, place: Place, size: u64, align: u64) {
    assert!(
        matches!(*error.kind(), ErrorKind::OutOfMemory { size: s, align: a } if s == size && a == align),
        "{error}"
    );
    let message = format!("the guest's allocator has no room for {size} bytes (alignment {align})");
    assert_error(error, export, place, &message);
}

#[test]
fn null_is_out_of_memory_with_what_was_asked_for() {
    let mut guest = guest("(i32.const 0)");
    assert_out_of_memory(&guest.one(b"hello").unwrap_err(), "one", argument(0, "first"), 5, 1);
    assert_out_of_memory(&guest.one(&[0; LONG]).unwrap_err(), "one", argument(0, "first"), 70_000, 1);
    assert_out_of_memory(&guest.longs(&[1, 2]).unwrap_err(), "longs", argument(0, "values"), 16, 8);
    // Nothing needs no allocator.
    assert_eq!(guest.one(b"").unwrap(), 1);
    assert_eq!(guest.longs(&[]).unwrap(), 8);
    assert_out_of_memory(&guest.two(b"", b"x").unwrap_err(), "two", argument(1, "second"), 1, 1);
    // The room for the return value is the result's.
    assert_out_of_memory(&guest.text().unwrap_err(), "text", Place::Result, 8, 4);
    assert!(!Bound::is_poisoned(&guest));
}

#[test]
fn a_guest_with_room_for_the_bytes_but_not_for_a_scratch_block_is_called() {
    let mut guest = guest("(select (i32.const 0) (i32.const 64) (i32.gt_u (local.get $size) (i32.const 16)))");
    assert_eq!(guest.one(b"hello").unwrap(), 64);
    assert_eq!(guest.longs(&[1, 2]).unwrap(), 64);
    assert_out_of_memory(&guest.one(&[0; 17]).unwrap_err(), "one", argument(0, "first"), 17, 1);
}

#[track_caller]
fn assert_bad(error: &Error, pointer: u64, len: u64) {
    let found = region(pointer, len);
    assert!(
        matches!(*error.kind(), ErrorKind::BadAllocation { region, memory: 524_288 } if region == found),
        "{error}"
    );
    let message = format!("the guest's allocator returned {found}, outside its memory of 524288 bytes");
    assert_error(error, "one", argument(0, "first"), &message);
}

#[test]
fn a_block_outside_memory_is_refused() {
    for pointer in [524_287_u32, 524_288, 0x8000_0000, 0xffff_ffff, 0xffff_fff0] {
        let mut guest = guest(&format!("(i32.const {pointer})"));
        assert_bad(&guest.one(b"hello").unwrap_err(), pointer.into(), 5);
        assert_bad(&guest.one(&[0; LONG]).unwrap_err(), pointer.into(), 70_000);
        assert!(!Bound::is_poisoned(&guest));
        assert_eq!(guest.one(b"").unwrap(), 1);
    }
    // The end of it is outside.
    assert_bad(&guest("(i32.const 524200)").one(&[0; LONG]).unwrap_err(), 524_200, 70_000);
    // Just in: it is the very end.
    assert_eq!(guest("(i32.sub (i32.const 524288) (local.get $size))").one(&[0; LONG]).unwrap(), 454_288);
}

#[track_caller]
fn assert_overlap(error: &Error, export: &'static str, place: Place, named: Region, held: Region) {
    assert!(matches!(*error.kind(), ErrorKind::Overlap { region: r, held: h } if r == named && h == held), "{error}");
    assert_error(
        error,
        export,
        place,
        &format!(
            "{named} overlap {held}, which linmem holds (a result in there is the guest's: `returns = linmem::results::Static`, copied as a `String` or `Vec`)"
        ),
    );
}

#[test]
fn a_block_handed_out_twice_in_one_call_is_refused() {
    let mut guest = guest("(i32.const 1024)");
    let error = guest.two(&[1; LONG], &[2; LONG + 1]).unwrap_err();
    let (named, held) = (region(1024, 70_001), region(1024, 70_000));
    assert_overlap(&error, "two", argument(1, "second"), named, held);
    // The first is released, so the next call may have it.
    assert_eq!(guest.one(&[1; LONG]).unwrap(), 1024);
}

#[test]
fn a_block_that_reaches_into_another_is_refused() {
    // The second begins one byte before the end of the first, or ends one byte behind its beginning.
    for (second, len) in [(100_000 + 69_999_u32, 70_000), (100_000 - 69_999, 70_000)] {
        let mut guest = guest(&format!(
            "(select (i32.const 100000) (i32.const {second}) (i32.eq (global.get $calls) (i32.const 1)))"
        ));
        let error = guest.two(&[1; LONG], &[2; LONG]).unwrap_err();
        let (named, held) = (region(second.into(), len), region(100_000, 70_000));
        assert_overlap(&error, "two", argument(1, "second"), named, held);
    }
    // Neighbours that touch are apart.
    let mut guest = guest("(select (i32.const 100000) (i32.const 170000) (i32.eq (global.get $calls) (i32.const 1)))");
    assert_eq!(guest.two(&[1; LONG], &[2; LONG]).unwrap(), 170_000);
}

#[test]
fn a_block_inside_the_scratch_block_is_refused() {
    let mut guest = guest("(select (i32.const 1024) (i32.const 1040) (i32.eq (global.get $calls) (i32.const 1)))");
    assert_eq!(guest.one(b"hello").unwrap(), 1024, "now there is a scratch block");
    let error = guest.one(&[1; LONG]).unwrap_err();
    assert_overlap(&error, "one", argument(0, "first"), region(1040, 70_000), region(1024, u64::from(SCRATCH)));
    // Behind a small argument that lies in it.
    let error = guest.two(b"hello", &[1; LONG]).unwrap_err();
    assert_overlap(&error, "two", argument(1, "second"), region(1040, 70_000), region(1024, u64::from(SCRATCH)));
}

/// `malloc` of a multiple of 4 that is not one of 8 or 16: a guest in C may rely on no more.
#[test]
fn a_misaligned_block_is_asked_for_again_with_more_room() {
    let mut guest = guest("(i32.add (i32.mul (global.get $calls) (i32.const 1024)) (i32.const 4))");
    let address = guest.longs(&[1, 2]).unwrap();
    assert_eq!(address % 8, 0, "{address:#x}");
    let address = guest.longs(&[1; 10_000]).unwrap();
    assert_eq!(address % 8, 0, "{address:#x}");
}

#[test]
fn what_was_misaligned_goes_back_and_so_does_the_larger_one() {
    let module = wat(&format!(
        r#"(module (memory (export "memory") 16) {}
          (func (export "allocate") (param i32) (result i32)
            (i32.add (call $alloc (i32.add (local.get 0) (i32.const 4))) (i32.const 4)))
          (func (export "deallocate") (param i32 i32)
            (call $dealloc (i32.sub (local.get 0) (i32.const 4)) (i32.add (local.get 1) (i32.const 4))))
          (func (export "address") (param i32 i32) (result i32) (local.get 0)))"#,
        crate::hostile::allocator(4096)
    ));
    let (mut store, instance) = instance(&module);
    let mut guest = handle::<OddExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    for count in [1, 100, 20_000] {
        assert_eq!(guest.address(&vec![1; count]).unwrap() % 8, 0);
    }
    Bound::trim(&mut guest).unwrap();
    drop(guest);
    assert_eq!(live(&mut store, &instance), 0);
}

#[wasm_import]
trait Twice {
    fn both(&mut self, first: &[u64], second: &[u64]) -> Result<()>;
    fn frees(&mut self) -> Result<u32>;
}

/// An address that is misaligned goes back before another is asked for, but not if it is that of a block in use.
#[test]
fn a_misaligned_block_that_is_held_already_is_not_released() {
    let module = wat(r#"(module (memory (export "memory") 8) (global $frees (mut i32) (i32.const 0))
          (func (export "malloc") (param i32) (result i32) (i32.const 1028))
          (func (export "free") (param i32) (global.set $frees (i32.add (global.get $frees) (i32.const 1))))
          (func (export "frees") (result i32) (global.get $frees))
          (func (export "both") (param i32 i32 i32 i32)))"#);
    let mut guest = bind::<TwiceExports>(&module);
    let error = guest.both(&[1; 10_000], &[2; 10_000]).unwrap_err();
    assert!(matches!(*error.kind(), ErrorKind::Overlap { held, .. } if held.pointer == 1028), "{error}");
    assert_eq!(error.place(), Some(argument(1, "second")));
    // Once as misaligned, once at the end of the call; the second argument's is the first one's.
    assert_eq!(guest.frees().unwrap(), 2);
}

#[wasm_import(alloc = "allocate", free = "deallocate")]
trait Odd {
    fn address(&mut self, values: &[u64]) -> Result<u32>;
}

#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct Vector([f32; 16]);

#[wasm_import]
trait Vectors {
    fn alignment(&mut self, first: u32, vectors: &[Vector]) -> Result<u32>;
}

/// Types may ask for more than the 16 bytes that `malloc` promises.
#[test]
fn an_argument_of_a_type_aligned_to_64_is_aligned_to_64() {
    for module in [
        wat(r#"(module (memory (export "memory") 1) (global $next (mut i32) (i32.const 1040))
          (func (export "malloc") (param i32) (result i32)
            (global.set $next (i32.add (global.get $next) (i32.const 2048)))
            (global.get $next))
          (func (export "free") (param i32))
          (func (export "alignment") (param i32 i32 i32) (result i32) (local.get 1)))"#),
        wat(r#"(module (memory (export "memory") 1)
          (func (export "alignment") (param i32 i32 i32) (result i32) (local.get 1)))"#),
    ] {
        let mut guest = bind::<VectorsExports>(&module);
        for count in [1, 2, 3, 40] {
            let address = guest.alignment(0, &vec![Vector([1.0; 16]); count]).unwrap();
            assert_eq!(address % 64, 0, "{count} at {address:#x}");
        }
    }
}

#[wasm_import]
trait Ledger {
    fn fail_alloc_in(&mut self, nth: u32) -> Result<()>;
    fn trap_alloc_in(&mut self, nth: u32) -> Result<()>;
    fn concat(&mut self, a: &[u8], b: &[u8], c: &[u8]) -> Result<Vec<u8>>;
    fn live_blocks(&mut self) -> Result<u32>;
    fn live_bytes(&mut self) -> Result<u32>;
    fn last_released_nonzero(&mut self) -> Result<u32>;
}

const NAMES: [&str; 3] = ["a", "b", "c"];

#[test]
fn failure_of_the_nth_allocation_releases_all_before_it_zeroed() {
    let long = [vec![1; 70_000], vec![2; 80_000], vec![3; 90_000]];
    for nth in 1..=3 {
        let (mut store, instance) = instance(ledger());
        let mut handle = handle::<LedgerExports>(&mut store, &instance);
        let mut guest = handle.bind(&mut store).unwrap();
        guest.fail_alloc_in(nth).unwrap();
        let error = guest.concat(&long[0], &long[1], &long[2]).unwrap_err();
        let index = nth as usize - 1;
        assert_out_of_memory(&error, "concat", argument(index, NAMES[index]), long[index].len() as u64, 1);
        // Nothing waits for a later call, and what was released was zero.
        assert_eq!((guest.live_blocks().unwrap(), guest.live_bytes().unwrap()), (0, 0), "{nth}");
        assert_eq!(guest.last_released_nonzero().unwrap(), 0);
        for byte in 1..=3 {
            assert!(!crate::hostile::holds_run(&mut store, &instance, byte, 1000), "argument {byte} is left, {nth}");
        }
        let mut guest = handle.bind(&mut store).unwrap();
        assert_eq!(guest.concat(&long[0], &long[1], &long[2]).unwrap(), long.concat());
        Bound::trim(&mut guest).unwrap();
        assert_eq!((guest.live_blocks().unwrap(), guest.live_bytes().unwrap()), (0, 0));
    }
}

#[test]
fn a_trap_in_the_nth_allocation_zeroes_all_before_it_and_poisons() {
    let long = [vec![1; 70_000], vec![2; 80_000], vec![3; 90_000]];
    for nth in 1..=3 {
        let (mut store, instance) = instance(ledger());
        let mut handle = handle::<LedgerExports>(&mut store, &instance);
        let mut guest = handle.bind(&mut store).unwrap();
        guest.trap_alloc_in(nth).unwrap();
        let error = guest.concat(&long[0], &long[1], &long[2]).unwrap_err();
        let index = nth as usize - 1;
        assert_trap(&error, "concat", argument(index, NAMES[index]));
        assert_poisoned(guest.live_blocks(), Some("concat"));
        for byte in 1..=3 {
            assert!(!crate::hostile::holds_run(&mut store, &instance, byte, 1000), "argument {byte} is left, {nth}");
        }
    }
}

#[test]
fn failure_amid_small_and_large_arguments_leaves_nothing() {
    let (small, long) = (vec![1; 100], vec![2; 70_000]);
    for nth in 1..=4 {
        let mut guest = bind::<LedgerExports>(ledger());
        guest.fail_alloc_in(nth).unwrap();
        match guest.concat(&small, &long, &small) {
            Ok(all) => assert_eq!(all, [small.as_slice(), &long, &small].concat()),
            Err(error) => assert!(matches!(error.kind(), ErrorKind::OutOfMemory { .. }), "{error}"),
        }
        guest.fail_alloc_in(0).unwrap();
        assert_eq!(guest.concat(&small, &long, &small).unwrap().len(), 70_200);
        Bound::trim(&mut guest).unwrap();
        assert_eq!((guest.live_blocks().unwrap(), guest.last_released_nonzero().unwrap()), (0, 0), "{nth}");
    }
}

/// What a call has not got is asked for anew by the next: nothing of a failed call is left over.
#[test]
fn failed_calls_leave_nothing_behind_for_later_ones() {
    let mut guest = bind::<LedgerExports>(ledger());
    let long = vec![1; 70_000];
    for _ in 0..5 {
        guest.fail_alloc_in(1).unwrap();
        assert_out_of_memory(&guest.concat(&long, b"", b"").unwrap_err(), "concat", argument(0, "a"), 70_000, 1);
        assert_eq!(guest.live_blocks().unwrap(), 0);
    }
    guest.fail_alloc_in(0).unwrap();
    assert_eq!(guest.concat(&long, b"x", b"y").unwrap().len(), 70_002);
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live_blocks().unwrap(), 0);
}

#[test]
fn failed_allocations_by_hand_leave_nothing_behind_for_later_ones() {
    let (mut store, instance) = instance(ledger());
    let fail = instance.get_typed_func::<u32, ()>(&mut store, "fail_alloc_in").unwrap();
    let blocks = instance.get_typed_func::<(), u32>(&mut store, "live_blocks").unwrap();
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let long = vec![1_u8; 70_000];
    for _ in 0..5 {
        memory.call(&fail, 1).unwrap();
        let mut frame = memory.frame().unwrap();
        let error = frame.alloc(&long).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutOfMemory { size: 70_000, align: 1 }), "{error}");
        // In the same frame, too.
        let region = frame.alloc(&long).unwrap();
        assert_eq!(frame.bytes(region).unwrap(), long);
        assert_eq!(frame.call(&blocks, ()).unwrap(), 1);
        frame.close().unwrap();
        memory.call(&fail, 1).unwrap();
        memory.frame().unwrap().alloc(&long).unwrap_err();
    }
    let mut frame = memory.frame().unwrap();
    frame.alloc(&long).unwrap();
    assert_eq!(frame.call(&blocks, ()).unwrap(), 1);
    frame.close().unwrap();
    assert_eq!(memory.call(&blocks, ()).unwrap(), 0);
}

/// A scratch block that cannot grow is no fault of a call whose arguments fit.
#[test]
fn a_scratch_block_that_cannot_grow_stops_no_call() {
    let mut guest = bind::<LedgerExports>(ledger());
    let data = vec![5; 1000];
    assert_eq!(guest.concat(b"a", b"b", b"c").unwrap(), b"abc");
    assert_eq!(guest.concat(b"a", &data, b"c").unwrap().len(), 1002);
    // It would now be taken before the call.
    guest.fail_alloc_in(1).unwrap();
    assert_eq!(guest.concat(b"a", &data, b"c").unwrap().len(), 1002);
    guest.fail_alloc_in(0).unwrap();
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live_blocks().unwrap(), 0);
}

#[test]
fn the_first_block_is_where_the_counting_guest_says() {
    let module = crate::hostile::counting(r#"(func (export "address") (param i32 i32) (result i32) (local.get 0))"#);
    let mut guest = bind::<PlainExports>(&module);
    assert_eq!(u64::from(guest.address(b"x").unwrap()), FIRST_LINE);
}

#[wasm_import]
trait Plain {
    fn address(&mut self, data: &[u8]) -> Result<u32>;
}

#[linmem::wasm_import(allocator = linmem::allocator::Reserve<Input>)]
#[allow(dead_code, reason = "it is bound, and not called")]
trait Numbers {
    fn add(&mut self, a: u32, b: u32) -> linmem::Result<u32>;
}

linmem::export_names!(Input = "reserve_input");

#[test]
fn an_allocator_that_a_trait_names_is_missed_also_where_it_places_nothing() {
    let module = crate::support::wat(r#"(module (func (export "add") (param i32 i32) (result i32) unreachable))"#);
    let error = NumbersPre::check(&module).unwrap_err().to_string();
    assert!(
        error.contains("1 fault\n  - allocator: no export `reserve_input`\n      wanted   (i32) -> i32"),
        "{error}"
    );
    // It could not be named otherwise.
    assert!(!error.contains("help"), "{error}");
}
