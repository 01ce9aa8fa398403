//! Releases: what traps there, what is given back wrongly, and that all that was placed is zeroed before.

use crate::hostile::{assert_poisoned, assert_trap, counting, holds_run};
use crate::support::{bind, handle, instance, ledger, wat};
use linmem::{
    Bound, Convention, ErrorKind, LinearMemory, Lower, Lowering, Place, Record, Result, results, wasm_import,
};
use wasmtime::Store;

#[wasm_import]
trait Ledger {
    fn trap_dealloc_in(&mut self, nth: u32) -> Result<()>;
    fn length(&mut self, data: &[u8]) -> Result<u32>;
    fn echo_packed(&mut self, data: &[u8]) -> Result<Vec<u8>>;
    fn reverse(&mut self, data: &mut [u8]) -> Result<()>;
    fn greet(&mut self, name: &[u8]) -> Result<String>;
    fn concat(&mut self, a: &[u8], b: &[u8], c: &[u8]) -> Result<Vec<u8>>;
    fn live_blocks(&mut self) -> Result<u32>;
    fn last_released_nonzero(&mut self) -> Result<u32>;
    fn banner(&mut self) -> Result<String>;
    fn doubled_u32(&mut self, values: &[u32]) -> Result<Vec<u32>>;
}

#[wasm_import]
trait Borrowing {
    fn greet(&mut self, name: &[u8]) -> Result<&str>;
    fn echo_packed(&mut self, data: &[u8]) -> Result<&[u8]>;
    fn live_blocks(&mut self) -> Result<u32>;
    fn trap_dealloc_in(&mut self, nth: u32) -> Result<()>;
    #[wasm(returns = results::Static)]
    fn banner(&mut self) -> Result<&str>;
    fn doubled_u32(&mut self, values: &[u32]) -> Result<&[u32]>;
}

const LONG: usize = 70_000;

#[test]
fn a_trap_while_an_argument_is_released_is_told_and_poisons() {
    let (mut store, instance) = instance(ledger());
    let mut handle = handle::<LedgerExports>(&mut store, &instance);
    let mut guest = handle.bind(&mut store).unwrap();
    guest.trap_dealloc_in(1).unwrap();
    assert_trap(&guest.length(&[7; LONG]).unwrap_err(), "length", Place::Release);
    assert_poisoned(guest.live_blocks(), Some("length"));
    assert!(!holds_run(&mut store, &instance, 7, 1000), "zeroed before it was released");
}

#[test]
fn a_trap_in_the_second_release_of_three_leaves_all_three_zeroed() {
    for nth in 1..=4 {
        let (mut store, instance) = instance(ledger());
        let mut handle = handle::<LedgerExports>(&mut store, &instance);
        let mut guest = handle.bind(&mut store).unwrap();
        guest.trap_dealloc_in(nth).unwrap();
        let error = guest.concat(&[7; LONG], &[7; LONG], &[7; LONG]).unwrap_err();
        assert_trap(&error, "concat", Place::Release);
        assert_poisoned(guest.live_blocks(), Some("concat"));
        // What the guest itself had copied is its own: three times as long.
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        let runs: Vec<_> =
            memory.data(&store).chunk_by(|a, b| a == b).filter(|run| run[0] == 7 && run.len() > 1000).collect();
        assert!(runs.iter().all(|run| run.len() > 2 * LONG), "{:?}", runs.iter().map(|r| r.len()).collect::<Vec<_>>());
    }
}

#[test]
fn a_trap_while_an_owned_result_is_released_is_told_and_poisons() {
    let mut guest = bind::<LedgerExports>(ledger());
    guest.trap_dealloc_in(1).unwrap();
    assert_trap(&guest.greet(b"you").unwrap_err(), "greet", Place::Release);
    assert_poisoned(guest.live_blocks(), Some("greet"));
}

#[test]
fn a_trap_while_a_borrowed_result_is_released_is_the_next_calls() {
    let mut guest = bind::<BorrowingExports>(ledger());
    guest.trap_dealloc_in(1).unwrap();
    assert_eq!(guest.greet(b"you").unwrap(), "Hello, you!");
    assert_trap(&guest.live_blocks().unwrap_err(), "live_blocks", Place::Release);
    assert_poisoned(guest.live_blocks(), Some("live_blocks"));
}

#[test]
fn a_trap_while_a_trim_releases_is_told() {
    let mut guest = bind::<LedgerExports>(ledger());
    guest.trap_dealloc_in(1).unwrap();
    assert_eq!(guest.length(b"x").unwrap(), 1);
    let error = Bound::trim(&mut guest).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Trap(_)));
    assert_eq!((error.export(), error.place()), (None, Some(Place::Release)));
    assert_eq!(
        error.to_string(),
        "release: the call did not return: the guest trapped, or a host function failed; make a new instance"
    );
    assert!(Bound::is_poisoned(&guest));
}

#[test]
fn a_trim_that_traps_does_not_blame_the_call_before() {
    let mut guest = bind::<LedgerExports>(ledger());
    guest.trap_dealloc_in(1).unwrap();
    assert_eq!(guest.length(b"x").unwrap(), 1);
    Bound::trim(&mut guest).unwrap_err();
    // `length` returned long ago.
    assert_poisoned(guest.live_blocks(), None);
}

#[test]
fn a_trap_in_the_release_of_a_memory_frame_is_told_when_it_is_closed() {
    let (mut store, instance) = instance(ledger());
    let trap = instance.get_typed_func::<u32, ()>(&mut store, "trap_dealloc_in").unwrap();
    let mut memory = LinearMemory::open(&mut store, &instance, None).unwrap();
    memory.call(&trap, 1).unwrap();
    let mut frame = memory.frame().unwrap();
    frame.alloc(&[7_u8; LONG]).unwrap();
    let error = frame.close().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Trap(_)));
    assert_eq!((error.export(), error.place()), (None, Some(Place::Release)));
    assert_poisoned(memory.frame().map(|_| ()), None);
    drop(memory);
    assert!(!holds_run(&mut store, &instance, 7, 1000));
}

/// The guest says that its static text is the host's to give back, and traps when it is.
#[test]
fn a_static_result_declared_as_owned_is_a_trap_in_the_release() {
    let mut guest = bind::<LedgerExports>(ledger());
    assert_trap(&guest.banner().unwrap_err(), "banner", Place::Release);
    assert_poisoned(guest.live_blocks(), Some("banner"));
    // Declared as static it is released by nobody.
    let mut guest = bind::<BorrowingExports>(ledger());
    for _ in 0..3 {
        assert_eq!(guest.banner().unwrap(), "ledger: every block is accounted for");
    }
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live_blocks().unwrap(), 0);
}

#[test]
fn every_result_goes_back_in_its_own_length() {
    for len in [0_usize, 1, 15, 16, 300, LONG] {
        let data = vec![3; len];
        let mut owned = bind::<LedgerExports>(ledger());
        let mut borrowed = bind::<BorrowingExports>(ledger());
        for _ in 0..3 {
            assert_eq!(owned.echo_packed(&data).unwrap(), data);
            assert_eq!(borrowed.echo_packed(&data).unwrap(), data);
        }
        Bound::trim(&mut owned).unwrap();
        Bound::trim(&mut borrowed).unwrap();
        assert_eq!((owned.live_blocks().unwrap(), borrowed.live_blocks().unwrap()), (0, 0), "{len} bytes");
    }
}

#[test]
fn text_that_is_not_utf8_goes_back_too() {
    let mut owned = bind::<LedgerExports>(ledger());
    let error = owned.greet(b"\xff").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { valid_up_to: 7, .. }));
    assert_eq!((error.export(), error.place()), (Some("greet"), Some(Place::Result)));
    Bound::trim(&mut owned).unwrap();
    assert_eq!(owned.live_blocks().unwrap(), 0);

    let mut borrowed = bind::<BorrowingExports>(ledger());
    let error = borrowed.greet(b"\xff").map(str::to_owned).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { valid_up_to: 7, .. }));
    assert_eq!(borrowed.live_blocks().unwrap(), 1, "the scratch block: the result went before this call");
    Bound::trim(&mut borrowed).unwrap();
    assert_eq!(borrowed.live_blocks().unwrap(), 0);
}

#[derive(Debug, Clone, Copy, PartialEq, bytemuck::Pod, bytemuck::Zeroable, Record)]
#[repr(C)]
struct Four([u8; 4]);

#[wasm_import]
trait Records {
    #[wasm(returns = results::Packed)]
    fn echo_packed(&mut self, data: &[u8]) -> Result<Four>;
    fn live_blocks(&mut self) -> Result<u32>;
}

#[test]
fn a_value_of_the_wrong_size_goes_back_too() {
    let mut guest = bind::<RecordsExports>(ledger());
    assert_eq!(guest.echo_packed(&[1, 0, 0, 0]).unwrap(), Four([1, 0, 0, 0]));
    let error = guest.echo_packed(b"hello").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WrongSize { len: 5, size: 4 }), "{error}");
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live_blocks().unwrap(), 0);
}

#[test]
fn arguments_are_zero_when_they_go_back() {
    for len in [1, 255, 256, 257, 5000, 65_536, LONG] {
        let mut guest = bind::<LedgerExports>(ledger());
        let data = vec![0x77; len];
        let mut both = data.clone();
        for _ in 0..3 {
            guest.length(&data).unwrap();
            guest.reverse(&mut both).unwrap();
        }
        Bound::trim(&mut guest).unwrap();
        assert_eq!((guest.last_released_nonzero().unwrap(), guest.live_blocks().unwrap()), (0, 0), "{len}");
    }
}

#[test]
fn no_byte_of_an_argument_is_left_between_calls() {
    for len in [1, 75, 5000, LONG / 4] {
        // What the guest returns is twice that: no byte of it is an argument's.
        let values = vec![0x7171_7171; len];
        let (mut store, instance) = instance(ledger());
        let mut owning = handle::<LedgerExports>(&mut store, &instance);
        let mut borrowing = handle::<BorrowingExports>(&mut store, &instance);
        let gone = |store: &mut Store<()>| !holds_run(store, &instance, 0x71, 3);
        for _ in 0..3 {
            owning.bind(&mut store).unwrap().length(&vec![0x71; len]).unwrap();
            assert!(gone(&mut store), "{len}, a number");
            owning.bind(&mut store).unwrap().doubled_u32(&values).unwrap();
            assert!(gone(&mut store), "{len}, owned");
            assert_eq!(borrowing.bind(&mut store).unwrap().doubled_u32(&values).unwrap()[0], 0xe2e2_e2e2);
            assert!(gone(&mut store), "{len}, borrowed");
        }
    }
}

#[test]
fn no_byte_of_an_argument_is_left_where_a_result_is_at_fault() {
    #[wasm_import]
    trait Texts {
        #[wasm(name = "echo_packed")]
        fn owned(&mut self, data: &[u8]) -> Result<String>;
        #[wasm(name = "echo_ret")]
        fn borrowed(&mut self, data: &[u8]) -> Result<&str>;
    }
    for (borrows, len) in [false, true].into_iter().flat_map(|borrows| [3, 300, LONG].map(|len| (borrows, len))) {
        let mut guest = bind::<TextsExports>(ledger());
        let data = vec![0xff; len];
        let outcome = if borrows { guest.borrowed(&data).map(drop) } else { guest.owned(&data).map(drop) };
        let error = outcome.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { .. }), "{error}");
        let memory = Bound::memory(&mut guest).unwrap();
        let runs = memory.as_slice().chunk_by(|a, b| a == b).filter(|run| run[0] == 0xff && run.len() >= 3).count();
        assert_eq!(runs, 1, "{len}: the guest's own copy, and no argument");
    }
}

#[test]
fn no_byte_of_an_argument_is_left_where_a_result_lies_nowhere() {
    #[wasm_import]
    trait Nowhere {
        fn owned(&mut self, data: &[u8]) -> Result<Vec<u8>>;
        fn borrowed(&mut self, data: &[u8]) -> Result<&[u8]>;
    }
    let wat = wat(r#"(module (memory (export "memory") 3)
        (func (export "owned") (export "borrowed") (param i32 i32) (result i32 i32) (i32.const -1) (i32.const 5)))"#);
    for (borrows, len) in [false, true].into_iter().flat_map(|borrows| [3, 300, LONG].map(|len| (borrows, len))) {
        let mut guest = bind::<NowhereExports>(&wat);
        let data = vec![0xff; len];
        let outcome = if borrows { guest.borrowed(&data).map(drop) } else { guest.owned(&data).map(drop) };
        let error = outcome.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutOfBounds { .. }), "{error}");
        assert!(!Bound::memory(&mut guest).unwrap().as_slice().contains(&0xff), "{len}");
    }
}

#[wasm_import(zero = false)]
trait Keeping {
    fn length(&mut self, data: &[u8]) -> Result<u32>;
    fn last_released_nonzero(&mut self) -> Result<u32>;
    fn live_blocks(&mut self) -> Result<u32>;
}

#[test]
fn zeroing_can_be_switched_off_and_blocks_go_back_all_the_same() {
    let mut guest = bind::<KeepingExports>(ledger());
    guest.length(&[0x77; LONG]).unwrap();
    assert_eq!(guest.last_released_nonzero().unwrap() as usize, LONG);
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live_blocks().unwrap(), 0);
}

#[wasm_import]
trait Trimming {
    fn echo(&mut self, data: &[u8]) -> Result<&[u8]>;
}

/// Every order of trims and calls gives each block back once: the guest traps on a second time.
#[test]
fn trims_between_calls_release_each_block_once() {
    let module = counting(
        r#"(func (export "echo") (param i32 i32) (result i32 i32) (local $to i32)
          (local.set $to (call $alloc (local.get 1)))
          (memory.copy (local.get $to) (local.get 0) (local.get 1))
          (local.get $to) (local.get 1))"#,
    );
    for pattern in 0_u32..64 {
        let (mut store, instance) = instance(&module);
        let mut guest = handle::<TrimmingExports>(&mut store, &instance).into_bound(&mut store).unwrap();
        for step in 0..6 {
            if pattern >> step & 1 == 0 {
                assert_eq!(guest.echo(b"hello").unwrap(), b"hello");
            } else {
                Bound::trim(&mut guest).unwrap();
            }
        }
        Bound::trim(&mut guest).unwrap();
        Bound::trim(&mut guest).unwrap();
        drop(guest);
        assert_eq!(crate::hostile::live(&mut store, &instance), 0, "{pattern:06b}");
    }
}

/// It asks for room that becomes the guest's, and when it is lowered again for none: which `Lower` forbids.
struct Fickle(bool);

impl<C: Convention<Pointer = u32>> Lower<C> for Fickle {
    type Core = (u32, u32);
    type Placed = ();

    fn lower(&mut self, into: &mut Lowering<'_>) -> Result<(Self::Core, ())> {
        if std::mem::replace(&mut self.0, true) {
            return Ok(((0, 0), ()));
        }
        Ok((into.give(|into| into.place(&[1; 16], 1))?.try_into()?, ()))
    }
}

#[wasm_import]
trait Fickleness {
    #[wasm(name = "nonzero_bytes")]
    fn fickle(&mut self, bytes: Fickle) -> Result<u32>;
    #[wasm(name = "length")]
    fn given(&mut self, #[wasm(pass = linmem::pass::Given)] bytes: &[u8]) -> Result<u32>;
    fn live_blocks(&mut self) -> Result<i32>;
}

#[test]
fn a_block_that_was_given_is_not_handed_out_again() {
    let mut guest = bind::<FicklenessExports>(ledger());
    guest.fickle(Fickle(false)).unwrap();
    assert_eq!(guest.given(&[1; 16]).unwrap(), 16);
    assert_eq!(guest.live_blocks().unwrap(), 2);
}

#[wasm_import(zero = false)]
trait Unzeroed {
    fn concat(&mut self, a: &[u8], b: &[u8], c: &[u8]) -> Result<Vec<u8>>;
    fn greet(&mut self, name: &[u8]) -> Result<String>;
    fn trap_dealloc_in(&mut self, nth: u32) -> Result<()>;
    fn live_blocks(&mut self) -> Result<u32>;
    fn last_released_nonzero(&mut self) -> Result<u32>;
}

/// What is not zeroed is released before the result, so that the next argument lies where the host has read last.
#[test]
fn results_of_calls_with_long_arguments_are_released_last_where_nothing_is_zeroed() {
    let mut guest = bind::<UnzeroedExports>(ledger());
    let long = vec![1; 100_000];
    for _ in 0..3 {
        assert_eq!(guest.concat(&long, &long, &[]).unwrap().len(), 200_000);
        assert_eq!(guest.last_released_nonzero().unwrap(), 200_000);
        assert_eq!(guest.live_blocks().unwrap(), 0);
    }
    // Also if it cannot be read.
    let error = guest.greet(&[0xff; LONG]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { valid_up_to: 7, .. }), "{error}");
    assert_eq!(guest.last_released_nonzero().unwrap() as usize, LONG + "Hello, !".len());
    assert_eq!(guest.live_blocks().unwrap(), 0);
    guest.trap_dealloc_in(3).unwrap();
    let error = guest.concat(&long, &long, &[]).unwrap_err();
    assert_trap(&error, "concat", Place::Release);
}
