//! Results that lie in what the host holds: nothing may be released twice, or read once it is zeroed.

use super::{FIRST_BLOCK, FIRST_LINE, assert_error, counting, live, refused, region};
use crate::support::{SCRATCH, handle, instance, wat};
use linmem::{Bound, Error, ErrorKind, LinearMemory, Place, Region, Result, results, wasm_import};

#[wasm_import]
trait Owned {
    fn answer(&mut self, text: &str) -> Result<String>;
}

#[wasm_import]
trait Borrowed {
    fn answer(&mut self, text: &str) -> Result<&str>;
}

#[wasm_import]
trait StaticOwned {
    #[wasm(returns = results::Static)]
    fn answer(&mut self, text: &str) -> Result<String>;
}

#[wasm_import]
trait StaticBorrowed {
    #[wasm(returns = results::Static)]
    fn answer(&mut self, text: &str) -> Result<&str>;
}

/// Returns what it was given, from there on and that many bytes shorter.
fn tail(skip: u32, shorter: u32) -> wasmtime::Module {
    counting(&format!(
        r#"(func (export "answer") (param i32 i32) (result i32 i32)
          (i32.add (local.get 0) (i32.const {skip}))
          (i32.sub (local.get 1) (i32.const {shorter})))"#
    ))
}

#[track_caller]
fn assert_overlap(error: &Error, named: Region, held: Region) {
    assert!(matches!(*error.kind(), ErrorKind::Overlap { region: r, held: h } if r == named && h == held), "{error}");
    assert_error(
        error,
        "answer",
        Place::Result,
        &format!(
            "{named} overlap {held}, which linmem holds (a result in there is the guest's: `returns = linmem::results::Static`, copied as a `String` or `Vec`)"
        ),
    );
}

#[test]
fn refuses_a_result_inside_an_argument() {
    let held = region(FIRST_BLOCK, SCRATCH.into());
    for (skip, shorter, named) in [(0, 0, region(FIRST_LINE, 5)), (2, 2, region(FIRST_LINE + 2, 3))] {
        let module = tail(skip, shorter);
        assert_overlap(&refused::<OwnedExports>(&module, |guest| guest.answer("hello").unwrap_err()), named, held);
        assert_overlap(&refused::<BorrowedExports>(&module, |guest| guest.answer("hello").unwrap_err()), named, held);
        assert_overlap(
            &refused::<StaticBorrowedExports>(&module, |guest| guest.answer("hello").unwrap_err()),
            named,
            held,
        );
    }
}

#[test]
fn refuses_a_result_inside_an_argument_with_a_block_of_its_own() {
    let module = wat(&format!(
        r#"(module (memory (export "memory") 8) {}
          (func (export "answer") (param i32 i32) (result i32 i32)
            (i32.add (local.get 0) (i32.const 99999)) (i32.const 2)))"#,
        super::allocator(4096)
    ));
    let long = "x".repeat(100_000);
    let error = refused::<OwnedExports>(&module, |guest| guest.answer(&long).unwrap_err());
    assert_overlap(&error, region(FIRST_BLOCK + 99_999, 2), region(FIRST_BLOCK, 100_000));
}

#[test]
fn an_owned_copy_of_an_argument_that_stays_the_guests_is_fine() {
    let (mut store, instance) = instance(&tail(1, 1));
    let mut guest = handle::<StaticOwnedExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    assert_eq!(guest.answer("hello").unwrap(), "ello");
    Bound::trim(&mut guest).unwrap();
    drop(guest);
    assert_eq!(live(&mut store, &instance), 0);
}

#[test]
fn a_result_that_only_reaches_into_the_scratch_block_is_refused() {
    let module = counting(&format!(
        r#"(func (export "answer") (param i32 i32) (result i32 i32) (i32.const {}) (i32.const 5))"#,
        FIRST_BLOCK - 4
    ));
    let error = refused::<OwnedExports>(&module, |guest| guest.answer("hello").unwrap_err());
    assert_overlap(&error, region(FIRST_BLOCK - 4, 5), region(FIRST_BLOCK, SCRATCH.into()));
}

#[test]
fn a_result_in_the_room_for_the_return_value_is_refused() {
    let module = counting(
        r#"(func (export "answer") (param $ret i32) (param i32 i32)
          (i32.store (local.get $ret) (local.get $ret))
          (i32.store offset=4 (local.get $ret) (i32.const 8)))"#,
    );
    let error = refused::<OwnedExports>(&module, |guest| guest.answer("hello").unwrap_err());
    // Whether the room lies before the arguments or behind them is linmem's affair.
    let ErrorKind::Overlap { region: named, held } = *error.kind() else { panic!("{error}") };
    assert_eq!((named.len, held), (8, region(FIRST_BLOCK, SCRATCH.into())));
    assert_overlap(&error, named, held);
}

/// A Rust or C guest that trims its argument returns just that: a pointer into it, and no bytes.
#[test]
fn an_empty_result_inside_an_argument_is_not_released() {
    for (skip, shorter) in [(0, 5), (5, 5), (2, 5)] {
        let (mut store, instance) = instance(&tail(skip, shorter));
        let mut guest = handle::<OwnedExports>(&mut store, &instance).into_bound(&mut store).unwrap();
        match guest.answer("hello") {
            Ok(text) => assert_eq!(text, ""),
            Err(error) => assert!(matches!(error.kind(), ErrorKind::Overlap { .. }), "{error}"),
        }
        Bound::trim(&mut guest).unwrap();
        drop(guest);
        assert_eq!(live(&mut store, &instance), 0);
    }
}

/// `free(ptr)` knows no length, so a pointer to nothing at the start of the argument would free the argument.
#[test]
fn an_empty_result_at_an_argument_does_not_free_it_by_its_address() {
    let module = wat(r#"(module (memory (export "memory") 1)
          (global $live (export "live") (mut i32) (i32.const 0))
          (func (export "malloc") (param i32) (result i32)
            (global.set $live (i32.add (global.get $live) (i32.const 1))) (i32.const 1024))
          (func (export "free") (param i32)
            (if (i32.eqz (global.get $live)) (then (unreachable)))
            (global.set $live (i32.sub (global.get $live) (i32.const 1))))
          (func (export "answer") (param i32 i32) (result i32 i32) (local.get 0) (i32.const 0)))"#);
    let (mut store, instance) = instance(&module);
    let mut guest = handle::<OwnedExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    let _ = guest.answer("hello");
    drop(guest);
    assert_eq!(live(&mut store, &instance), 1, "the scratch block is still held");
}

/// What is not in memory was never allocated: there is nothing to release, whatever the pointer to nothing is.
#[test]
fn an_empty_result_outside_memory_is_not_released() {
    for pointer in [65_536_u32, 0x8000_0000, 0xffff_ffff] {
        let (mut store, instance) = instance(&counting(&format!(
            r#"(func (export "answer") (param i32 i32) (result i32 i32) (i32.const {pointer}) (i32.const 0))"#
        )));
        let mut guest = handle::<OwnedExports>(&mut store, &instance).into_bound(&mut store).unwrap();
        assert_eq!(guest.answer("hello").unwrap(), "");
        Bound::trim(&mut guest).unwrap();
        drop(guest);
        assert_eq!(live(&mut store, &instance), 0);
    }
}

#[test]
fn a_block_returned_twice_is_released_once_at_a_time() {
    // The guest returns one and the same block at every call; the host gives it back in between.
    let module = counting(
        r#"(global $block (mut i32) (i32.const 0))
          (func (export "answer") (param i32 i32) (result i32 i32)
            (if (i32.eqz (global.get $block)) (then (global.set $block (call $alloc (i32.const 3)))))
            (i32.store offset=4 (i32.sub (global.get $block) (i32.const 16)) (i32.const 0x600d))
            (i32.store (global.get $block) (i32.const 0x616161))
            (global.get $block) (i32.const 3))"#,
    );
    let (mut store, instance) = instance(&module);
    let mut guest = handle::<BorrowedExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    for _ in 0..3 {
        assert_eq!(guest.answer("hello").unwrap(), "aaa");
    }
}

/// The memory API of a bound instance looks at the same guest, and must not release what the handle holds.
#[test]
fn the_memory_api_takes_over_nothing_that_the_handle_holds() {
    let module = counting(
        r#"(func (export "answer") (param i32 i32) (result i32 i32) (call $alloc (i32.const 3)) (i32.const 3))"#,
    );
    let (mut store, instance) = instance(&module);
    let mut guest = handle::<BorrowedExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    assert_eq!(guest.answer("hello").unwrap(), "\0\0\0");
    let scratch = region(FIRST_BLOCK, SCRATCH.into());
    let mut memory = Bound::memory(&mut guest).unwrap();
    let error = memory.get_output(scratch).map(|allocation| allocation.leave()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Overlap { held, .. } if *held == scratch), "{error}");
    drop(memory);
    Bound::trim(&mut guest).unwrap();
}

#[test]
fn the_memory_api_refuses_what_its_own_guards_hold() {
    let (mut store, instance) = instance(&tail(0, 0));
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let first = memory.alloc(b"hello", true, true).unwrap();
    let held = first.region();
    let block = first.leave().unwrap();
    memory.release(block).unwrap();
    // Released: linmem holds it no longer, so it may be anything.
    let error = memory.get_output((70_000_u32, 5_u32)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::OutOfBounds { region: r, memory: 65536 } if r.pointer == 70_000));
    assert_eq!(held, region(FIRST_BLOCK, 5));
}

/// A handle that is forgotten, and not dropped, has run no destructor: the next one cleans up after it.
#[test]
fn forgotten_guards_are_zeroed_and_released_by_the_next_frame() {
    let (mut store, instance) = instance(&tail(0, 0));
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let secret = memory.alloc(b"secret", true, true).unwrap();
    let at = usize::try_from(secret.index()).unwrap();
    std::mem::forget(secret);
    let mut frame = memory.frame().unwrap();
    let region = frame.alloc(b"also secret").unwrap();
    std::mem::forget(frame);
    drop(memory.frame().unwrap());
    assert_eq!(memory.as_slice()[at..at + 6], [0; 6]);
    let at = usize::try_from(region.pointer).unwrap();
    assert_eq!(memory.as_slice()[at..at + 11], [0; 11]);
}

/// Nor is a forgotten guard's block let go before it is zeroed, if a trim comes first.
#[test]
fn forgotten_guards_are_zeroed_by_a_trim() {
    let (mut store, instance) = instance(&tail(0, 0));
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let mut frame = memory.frame().unwrap();
    let region = frame.alloc(b"secret").unwrap();
    std::mem::forget(frame);
    // Its drop is a trim.
    drop(memory);
    let memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    let at = usize::try_from(region.pointer).unwrap();
    assert_eq!(memory.as_slice()[at..at + 6], [0; 6]);
}

/// A block that was left in one instance is none of another's.
#[test]
fn a_leaked_block_is_released_only_where_it_was_left() {
    let module = tail(0, 0);
    let ((mut one, first), (mut two, second)) = (instance(&module), instance(&module));
    let mut one = LinearMemory::open(&mut one, &first, None).unwrap();
    let mut two = LinearMemory::open(&mut two, &second, None).unwrap();
    let leaked = one.alloc(b"one", true, false).unwrap().leave().unwrap();
    let error = two.release(leaked).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ForeignBlock), "{error}");
}
