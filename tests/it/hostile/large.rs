//! High addresses, arguments too large for the guest, and memory that grows and moves during a call.

use super::{allocator, argument, assert_error, live};
use crate::support::{engine, handle, instance, ledger, wat};
use linmem::{Bound, ErrorKind, Place, Result, wasm_import};
use std::error::Error as _;
use wasmtime::{Config, Engine, Linker, Module, Store, StoreLimits, StoreLimitsBuilder};

#[wasm_import]
trait High {
    fn echo(&mut self, data: &[u8]) -> Result<Vec<u8>>;
    fn echo_static(&mut self, data: &[u8]) -> Result<&[u8]>;
    fn address(&mut self, data: &[u8]) -> Result<u32>;
    fn fill(&mut self, data: &mut [u8]) -> Result<()>;
    fn beyond(&mut self) -> Result<Vec<u8>>;
}

/// 40,000 pages, of which the allocator uses what lies from 0x9000_0000 on: negative as wasm's `i32`.
fn high() -> Module {
    wat(&format!(
        r#"(module (memory (export "memory") 40000) {}
          (func $copy (param i32 i32) (result i32) (local $to i32)
            (local.set $to (call $alloc (local.get 1)))
            (memory.copy (local.get $to) (local.get 0) (local.get 1))
            (local.get $to))
          (func (export "echo") (param i32 i32) (result i64)
            (i64.or
              (i64.shl (i64.extend_i32_u (call $copy (local.get 0) (local.get 1))) (i64.const 32))
              (i64.extend_i32_u (local.get 1))))
          (func (export "echo_static") (param i32 i32) (result i32 i32)
            (call $copy (local.get 0) (local.get 1)) (local.get 1))
          (func (export "address") (param i32 i32) (result i32) (local.get 0))
          (func (export "fill") (param i32 i32)
            (memory.fill (local.get 0) (i32.const 0x5a) (local.get 1)))
          (func (export "beyond") (result i32 i32) (i32.const 0x9c3fffff) (i32.const 2)))"#,
        allocator(0x9000_0000)
    ))
}

#[test]
fn addresses_above_2_gib_work() {
    let (mut store, instance) = instance(&high());
    let mut guest = handle::<HighExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    assert_eq!(guest.address(b"hello").unwrap(), 0x9000_0040);
    assert_eq!(guest.echo(b"hello").unwrap(), b"hello");
    assert_eq!(guest.echo_static(b"hello").unwrap(), b"hello");
    let long = vec![7; 100_000];
    assert!(guest.address(&long).unwrap() > 0x9000_0000);
    assert_eq!(guest.echo(&long).unwrap(), long);
    let mut data = [0_u8; 40];
    guest.fill(&mut data).unwrap();
    assert_eq!(data, [0x5a; 40]);

    let error = guest.beyond().unwrap_err();
    let ErrorKind::OutOfBounds { region, memory: 0x9c40_0000 } = *error.kind() else { panic!("{error}") };
    assert_eq!((region.pointer, region.len), (0x9c3f_ffff, 2));
    let message = "2 bytes at 0x9c3fffff are outside the guest's memory of 2621440000 bytes";
    assert_error(&error, "beyond", Place::Result, message);

    Bound::trim(&mut guest).unwrap();
    let mut memory = Bound::memory(&mut guest).unwrap();
    let allocation = memory.alloc(b"by hand", true, true).unwrap();
    assert!(allocation.index() > 0x9000_0000);
    assert_eq!(i64::from(i32::try_from(&allocation).unwrap()), allocation.index() as i64 - (1 << 32));
    drop(allocation);
    drop(memory);
    drop(guest);
    assert_eq!(live(&mut store, &instance), 0);
}

#[wasm_import]
trait Takes {
    fn length(&mut self, data: &[u8]) -> Result<u32>;
}

#[test]
fn the_arena_says_that_the_memory_cannot_grow() {
    let module = wat(r#"(module (memory (export "memory") 1 2)
          (func (export "length") (param i32 i32) (result i32) (local.get 1)))"#);
    let mut guest = crate::support::bind::<TakesExports>(&module);
    // 70,000 bytes are two pages; only one more is allowed.
    let error = guest.length(&[1; 70_000]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Grow { pages: 2, size: 65536, .. }), "{error}");
    let message = "the guest's memory cannot grow by 2 pages from 65536 bytes (its maximum, or the store's limiter)";
    assert_error(&error, "length", argument(0, "data"), message);
    assert!(error.source().is_some());
    assert_eq!(guest.length(&[1; 60_000]).unwrap(), 60_000);
    assert_eq!(guest.length(&[1; 65_536]).unwrap(), 65_536);
    assert!(!Bound::is_poisoned(&guest));
}

#[test]
fn a_memory_that_cannot_grow_at_all_holds_no_argument() {
    let module = wat(r#"(module (memory (export "memory") 1 1)
          (func (export "length") (param i32 i32) (result i32) (local.get 1)))"#);
    let mut guest = crate::support::bind::<TakesExports>(&module);
    let error = guest.length(b"x").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Grow { pages: 1, size: 65536, .. }), "{error}");
    assert_eq!(guest.length(b"").unwrap(), 0, "nothing needs no room");
}

#[test]
fn the_arena_minds_the_stores_limiter() {
    let module = wat(r#"(module (memory (export "memory") 1)
          (func (export "length") (param i32 i32) (result i32) (local.get 1)))"#);
    let mut store = Store::new(engine(), StoreLimitsBuilder::new().memory_size(3 << 16).build());
    store.limiter(|limits| limits);
    let mut guest = TakesInstance::instantiate(store, &module, &Linker::new(engine())).unwrap();
    let error = guest.length(&[1; 140_000]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Grow { pages: 3, size: 65536, .. }), "{error}");
    assert_eq!(guest.length(&[1; 2 << 16]).unwrap(), 2 << 16);
    // What the arena has is used again, and asked for no further.
    for _ in 0..10 {
        assert_eq!(guest.length(&[1; 2 << 16]).unwrap(), 2 << 16);
    }
}

#[wasm_import]
trait Ledger {
    fn length(&mut self, data: &[u8]) -> Result<u32>;
    fn grow_and_length(&mut self, data: &mut [u8]) -> Result<u32>;
    fn live_blocks(&mut self) -> Result<u32>;
    fn last_released_nonzero(&mut self) -> Result<u32>;
    #[wasm(name = "concat")]
    fn sum(&mut self, a: &[u8], b: &[u8], c: &[u8]) -> Result<Vec<u8>>;
}

fn limited(limits: StoreLimits) -> Bound<Store<StoreLimits>, LedgerExports> {
    let mut store = Store::new(engine(), limits);
    store.limiter(|limits| limits);
    LedgerInstance::instantiate(store, ledger(), &Linker::new(engine())).unwrap()
}

#[test]
fn an_argument_larger_than_the_limiter_allows_is_out_of_memory() {
    let mut guest = limited(StoreLimitsBuilder::new().memory_size(4 << 20).build());
    let error = guest.length(&vec![1; 8 << 20]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::OutOfMemory { size: 8_388_608, align: 1 }), "{error}");
    let message = "the guest's allocator has no room for 8388608 bytes (alignment 1)";
    assert_error(&error, "length", argument(0, "data"), message);
    assert_eq!(guest.length(&vec![1; 1 << 20]).unwrap(), 1 << 20);
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live_blocks().unwrap(), 0);
}

#[test]
fn a_limiter_that_traps_poisons() {
    let limits = StoreLimitsBuilder::new().memory_size(4 << 20).trap_on_grow_failure(true).build();
    let mut guest = limited(limits);
    let error = guest.length(&vec![1; 8 << 20]).unwrap_err();
    super::assert_trap(&error, "length", argument(0, "data"));
    super::assert_poisoned(guest.live_blocks(), Some("length"));
}

/// No host can be asked for 4 GiB twice over; where it has not got them, there is nothing to test.
#[test]
fn an_argument_longer_than_the_guests_pointers_is_refused_before_anything_is_asked_of_it() {
    const LEN: usize = 1 << 32;
    if Vec::<u8>::new().try_reserve_exact(LEN).is_err() {
        return;
    }
    // Zeroed by the system and never touched: it takes no memory.
    let data = vec![0; LEN];
    let mut guest = crate::support::bind::<LedgerExports>(ledger());
    let error = guest.length(&data).unwrap_err();
    let message = "4294967296 does not fit the guest's 32-bit pointers";
    assert!(matches!(error.kind(), ErrorKind::TooLarge { value: 0x1_0000_0000, bits: 32 }), "{error}");
    assert_error(&error, "length", argument(0, "data"), message);
    assert_eq!(guest.live_blocks().unwrap(), 0);
    // Behind one that fits, whose room is given up.
    for _ in 0..5 {
        let error = guest.sum(&[1; 70_000], &data, b"").unwrap_err();
        assert_error(&error, "concat", argument(1, "b"), message);
        assert_eq!(guest.live_blocks().unwrap(), 0);
    }
    assert_eq!(guest.length(&[1; 70_000]).unwrap(), 70_000);
    assert_eq!(guest.live_blocks().unwrap(), 0);
}

#[test]
fn arguments_are_copied_back_and_zeroed_where_memory_grew_during_the_call() {
    for len in [5, 5000, 100_000] {
        let mut guest = crate::support::bind::<LedgerExports>(ledger());
        let mut data = vec![9; len];
        for _ in 0..3 {
            assert_eq!(guest.grow_and_length(&mut data).unwrap() as usize, len);
            assert!(data.iter().all(|&byte| byte == 9));
        }
        Bound::trim(&mut guest).unwrap();
        assert_eq!((guest.live_blocks().unwrap(), guest.last_released_nonzero().unwrap()), (0, 0));
    }
}

#[wasm_import]
trait Moves {
    fn moved(&mut self, data: &mut [u8]) -> Result<&str>;
}

/// Without a reservation the memory has to move each time it grows, so a slice from before would be stale.
#[test]
fn results_are_read_where_the_memory_has_moved_to() {
    let mut config = Config::new();
    config.memory_reservation(0).memory_reservation_for_growth(0).memory_may_move(true);
    let engine = Engine::new(&config).unwrap();
    let module = Module::new(
        &engine,
        format!(
            r#"(module (memory (export "memory") 1) {}
              (func (export "moved") (param i32 i32) (result i32 i32) (local $to i32)
                (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then (unreachable)))
                (local.set $to (call $alloc (i32.const 5)))
                (memory.fill (local.get $to) (i32.const 0x61) (i32.const 5))
                (memory.fill (local.get 0) (i32.const 0x62) (local.get 1))
                (local.get $to) (i32.const 5)))"#,
            allocator(4096)
        ),
    )
    .unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &module).unwrap();
    let memory = instance.get_memory(&mut store, "memory").unwrap();
    let before = memory.data_ptr(&store);
    let mut guest = handle::<MovesExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    let mut data = [1; 20];
    assert_eq!(guest.moved(&mut data).unwrap(), "aaaaa");
    assert_eq!(data, [0x62; 20]);
    Bound::trim(&mut guest).unwrap();
    drop(guest);
    assert_ne!(memory.data_ptr(&store), before, "the memory moved");
    assert_eq!(live(&mut store, &instance), 0);
    assert!(!super::holds(&mut store, &instance, &[0x62; 2]), "the argument was zeroed where it lies now");
}
