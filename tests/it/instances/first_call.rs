//! What is resolved when: nothing by instantiation, the allocator by the first call of any handle to the instance.

use crate::support::{bind, ledger};
use linmem::allocator::{Found, Request, Wanted};
use linmem::{Allocator, Block, Bound, ErrorKind, FoundHelpers, Guest, Mode, Result, wasm_import};
use std::cell::Cell;
use wasmtime::{AsContextMut, Store};

thread_local! {
    /// How often an allocator was resolved in this test, and how often that is still to fail.
    static RESOLVED: Cell<u32> = const { Cell::new(0) };
    static FAILING: Cell<u32> = const { Cell::new(0) };
}

/// The guest's own, which tells when it is resolved.
#[derive(Debug)]
struct Told(Found);

impl Allocator for Told {
    type Pointer = u32;
    const WANTED: Wanted = Found::<u32>::WANTED;

    fn resolve<S: AsContextMut>(found: &mut FoundHelpers<'_, '_, S>) -> Result<Self> {
        RESOLVED.set(RESOLVED.get() + 1);
        if let Some(fewer) = FAILING.get().checked_sub(1) {
            FAILING.set(fewer);
            return Err(ErrorKind::NoMemory.into());
        }
        Found::resolve(found).map(Told)
    }

    async fn allocate<M: Mode>(&self, guest: &mut Guest<'_, M>, request: Request) -> Result<Option<Block>> {
        self.0.allocate(guest, request).await
    }

    fn release<M: Mode>(&self, guest: Guest<'_, M>, block: Block) -> impl Future<Output = Result<()>> {
        self.0.release(guest, block)
    }
}

#[wasm_import(allocator = Told)]
trait Ledger {
    fn greet(&mut self, name: &str) -> Result<String>;
    fn length(&mut self, bytes: &[u8]) -> Result<u32>;
    fn live_blocks(&mut self) -> Result<u32>;
}

fn guest() -> LedgerInstance<Store<()>> {
    bind::<LedgerExports>(ledger())
}

#[test]
fn the_first_call_resolves_the_allocator_and_no_other_does() {
    let mut guest = guest();
    Bound::trim(&mut guest).unwrap();
    assert_eq!(RESOLVED.get(), 0);
    assert_eq!(guest.length(b"four").unwrap(), 4);
    assert_eq!(guest.greet("you").unwrap(), "Hello, you!");
    assert_eq!(guest.length(b"four").unwrap(), 4);
    assert_eq!(RESOLVED.get(), 1);
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live_blocks().unwrap(), 0);
}

#[test]
fn handles_cloned_before_the_first_call_share_the_allocator() {
    let (mut store, mut first) = LedgerInstance::into_parts(guest());
    let mut second = first.clone();
    for handle in [&mut second, &mut first] {
        assert_eq!(handle.bind(&mut store).unwrap().greet("you").unwrap(), "Hello, you!");
    }
    assert_eq!(RESOLVED.get(), 1);
    for handle in [&mut first, &mut second] {
        Bound::trim(&mut handle.bind(&mut store).unwrap()).unwrap();
    }
    assert_eq!(first.bind(&mut store).unwrap().live_blocks().unwrap(), 0);
}

#[test]
fn the_memory_has_its_allocator_before_any_call() {
    let mut guest = guest();
    for _ in 0..2 {
        let mut memory = Bound::memory(&mut guest).unwrap();
        let bytes = memory.alloc(b"four", false, true).unwrap();
        assert_eq!((bytes.as_slice(), RESOLVED.get()), (&b"four"[..], 1));
    }
    assert_eq!(guest.length(b"four").unwrap(), 4);
    assert_eq!(RESOLVED.get(), 1);
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live_blocks().unwrap(), 0);
}

#[test]
fn an_allocator_that_cannot_be_resolved_fails_the_call_and_is_tried_again() {
    let mut guest = guest();
    FAILING.set(2);
    assert!(matches!(Bound::memory(&mut guest).map(drop).unwrap_err().kind(), ErrorKind::NoMemory));
    let error = guest.length(b"four").unwrap_err();
    assert!(error.to_string().starts_with("`length`"), "{error}");
    assert!(!Bound::is_poisoned(&guest));
    assert_eq!(guest.length(b"four").unwrap(), 4);
    assert_eq!(RESOLVED.get(), 3);
}
