//! Handles: bound to their store for a few calls, cloned, dropped.

use crate::support::{bind, engine, handle, instance, ledger, shapes, wat};
use linmem::{Bound, ErrorKind, Handle, LinearMemory, wasm_import};
use wasmtime::{AsContext, AsContextMut, Linker, Store};

#[wasm_import]
trait Ledger {
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
    fn echo_packed(&mut self, bytes: &[u8]) -> linmem::Result<&[u8]>;
    fn live_blocks(&mut self) -> linmem::Result<u32>;
    fn live_bytes(&mut self) -> linmem::Result<u32>;
    fn trap(&mut self, bytes: &[u8]) -> linmem::Result<()>;
}

#[wasm_import]
trait Account {
    fn live_blocks(&mut self) -> linmem::Result<u32>;
}

#[wasm_import]
trait Shapes {
    fn sum(&mut self, values: &[f64]) -> linmem::Result<f64>;
}

#[test]
fn two_modules_live_in_one_store() {
    let mut store = Store::new(engine(), 0_u32);
    let linker = Linker::new(engine());
    let guest = LedgerInstance::instantiate(&mut store, ledger(), &linker).unwrap();
    let (_, mut greeter) = LedgerInstance::into_parts(guest);
    let guest = ShapesInstance::instantiate(&mut store, shapes(), &linker).unwrap();
    let (_, mut adder) = ShapesInstance::into_parts(guest);
    for round in 0..10 {
        let sum = adder.bind(&mut store).unwrap().sum(&[1.0, f64::from(round)]).unwrap();
        *store.data_mut() += 1;
        let greeting = greeter.bind(&mut store).unwrap().greet(&sum.to_string()).unwrap();
        assert_eq!(greeting, format!("Hello, {}!", round + 1));
    }
    assert_eq!(*store.data(), 10);
}

#[test]
fn two_traits_are_bound_to_one_instance() {
    let (mut store, instance) = instance(ledger());
    let mut guest = handle::<LedgerExports>(&mut store, &instance);
    let mut account = handle::<AccountExports>(&mut store, &instance);
    assert_eq!(account.bind(&mut store).unwrap().live_blocks().unwrap(), 0);
    guest.bind(&mut store).unwrap().greet("you").unwrap();
    assert_eq!(account.bind(&mut store).unwrap().live_blocks().unwrap(), 1);
}

#[test]
fn a_bound_instance_owns_its_store_or_borrows_it() {
    fn greet<S: AsContextMut>(guest: &mut LedgerInstance<S>) -> String {
        guest.greet("you").unwrap()
    }
    let linker = Linker::new(engine());
    let mut owned = LedgerInstance::instantiate(Store::new(engine(), "data"), ledger(), &linker).unwrap();
    assert_eq!(greet(&mut owned), "Hello, you!");
    let (mut store, handle) = LedgerInstance::into_parts(owned);
    let mut borrowed: LedgerInstance<&mut Store<_>> = handle.into_bound(&mut store).unwrap();
    assert_eq!(greet(&mut borrowed), "Hello, you!");
    let (_, handle) = LedgerInstance::into_parts(borrowed);
    let mut context = handle.into_bound(store.as_context_mut()).unwrap();
    assert_eq!(greet(&mut context), "Hello, you!");
    assert_eq!(*context.as_context().data(), "data");
}

#[test]
fn the_stores_data_is_in_reach_between_calls() {
    let linker = Linker::new(engine());
    let mut guest = LedgerInstance::instantiate(Store::new(engine(), 1), ledger(), &linker).unwrap();
    guest.greet("you").unwrap();
    *guest.as_context_mut().data_mut() += 41;
    guest.greet("you").unwrap();
    assert_eq!(*guest.as_context().data(), 42);
    // Data that is replaced, not changed, is the same store's.
    let (mut store, mut handle) = LedgerInstance::into_parts(guest);
    *store.data_mut() = 7;
    assert_eq!(handle.bind(&mut store).unwrap().greet("you").unwrap(), "Hello, you!");
}

#[test]
fn a_store_that_has_moved_is_the_same_store() {
    let (store, mut handle) = LedgerInstance::into_parts(bind::<LedgerExports>(ledger()));
    let mut elsewhere = Box::new(store);
    assert_eq!(handle.bind(&mut *elsewhere).unwrap().greet("you").unwrap(), "Hello, you!");
}

#[test]
fn a_clone_serves_the_same_instance_with_a_scratch_block_of_its_own() {
    let (mut store, mut one) = LedgerInstance::into_parts(bind::<LedgerExports>(ledger()));
    let mut two = one.clone();
    one.bind(&mut store).unwrap().greet("one").unwrap();
    two.bind(&mut store).unwrap().greet("two").unwrap();
    assert_eq!(one.bind(&mut store).unwrap().live_blocks().unwrap(), 2);
}

#[test]
fn clones_share_the_poison() {
    let (mut store, mut one) = LedgerInstance::into_parts(bind::<LedgerExports>(ledger()));
    let mut two = one.clone();
    let error = one.bind(&mut store).unwrap().trap(b"x").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Trap(_)));
    let mut three = one.clone();
    for handle in [&mut one, &mut two, &mut three] {
        assert!(handle.is_poisoned());
        let error = handle.bind(&mut store).unwrap().greet("you").unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Poisoned { by } if by.export() == Some("trap")), "{error}");
    }
}

#[test]
fn handles_that_others_made_to_the_same_instance_do_not_share_the_poison() {
    // Nothing connects the two but the instance, which linmem is not asked about. So the account can be read afterwards.
    let (mut store, instance) = instance(ledger());
    let mut guest = handle::<LedgerExports>(&mut store, &instance);
    let mut account = handle::<AccountExports>(&mut store, &instance);
    guest.bind(&mut store).unwrap().trap(&[1; 70_000]).unwrap_err();
    assert_eq!(account.bind(&mut store).unwrap().live_blocks().unwrap(), 1, "the guest is not entered to release");
}

fn size(store: &mut Store<()>, handle: &mut Handle<LedgerExports>) -> u64 {
    Bound::memory(&mut handle.bind(store).unwrap()).unwrap().size()
}

/// One thousand rounds of a clone that is used and dropped, without the first handle's doing anything.
fn clones_leave(use_it: impl Fn(&mut Bound<&mut Store<()>, LedgerExports>)) {
    let (mut store, mut first) = LedgerInstance::into_parts(bind::<LedgerExports>(ledger()));
    let round = |store: &mut Store<()>, first: &Handle<LedgerExports>| {
        let mut clone = first.clone().into_bound(store).unwrap();
        use_it(&mut clone);
        clone.live_blocks().unwrap()
    };
    let after: Vec<_> = (0..10).map(|_| round(&mut store, &first)).collect();
    let pages = size(&mut store, &mut first);
    for _ in 0..990 {
        let live = round(&mut store, &first);
        assert!(live <= after[9], "{live} blocks, after ten rounds {after:?}");
    }
    assert_eq!(size(&mut store, &mut first), pages);
    let mut bound = first.bind(&mut store).unwrap();
    Bound::trim(&mut bound).unwrap();
    assert_eq!((bound.live_blocks().unwrap(), bound.live_bytes().unwrap()), (0, 0));
}

#[test]
fn dropped_clones_leave_their_scratch_block_to_the_next() {
    clones_leave(|guest| assert_eq!(guest.greet("you").unwrap(), "Hello, you!"));
}

#[test]
fn dropped_clones_leave_no_borrowed_result() {
    clones_leave(|guest| assert_eq!(guest.echo_packed(b"four").unwrap(), b"four"));
}

#[test]
fn dropped_clones_leave_no_large_argument() {
    clones_leave(|guest| assert!(guest.greet(&"x".repeat(70_000)).unwrap().len() > 70_000));
}

/// A call that asks for no scratch block has to look after what other handles left, too.
#[test]
fn dropped_clones_that_borrowed_last_leave_nothing() {
    #[wasm_import]
    trait Make {
        fn make(&mut self) -> linmem::Result<&[u8]>;
        fn live(&mut self) -> linmem::Result<i32>;
    }
    let (mut store, handle) = MakeInstance::into_parts(bind::<MakeExports>(&wat(r#"(module
        (memory (export "memory") 2)
        (global $next (mut i32) (i32.const 1024))
        (global $live (mut i32) (i32.const 0))
        (func $malloc (export "malloc") (param $n i32) (result i32)
            (global.set $live (i32.add (global.get $live) (i32.const 1)))
            (global.set $next (i32.add (global.get $next) (i32.const 16)))
            (global.get $next))
        (func (export "free") (param i32) (global.set $live (i32.sub (global.get $live) (i32.const 1))))
        (func (export "make") (result i32 i32) (call $malloc (i32.const 8)) (i32.const 8))
        (func (export "live") (result i32) (global.get $live)))"#)));
    let mut last = 0;
    for _ in 0..1000 {
        let mut clone = handle.clone();
        assert_eq!(clone.bind(&mut store).unwrap().make().unwrap(), [0; 8]);
        drop(clone);
        last = handle.clone().bind(&mut store).unwrap().live().unwrap();
    }
    assert!(last <= 1, "{last} results are held for handles that are gone");
}

/// What a call has given away is not the next one's, nor in the way of what the handle keeps.
#[test]
fn dropped_clones_that_gave_something_away_leave_their_scratch_block_to_the_next() {
    #[wasm_import]
    trait Gives {
        fn keep(&mut self, #[wasm(pass = linmem::pass::Given)] bytes: &[u8]) -> linmem::Result<()>;
        fn see(&mut self, bytes: &[u8]) -> linmem::Result<()>;
    }
    let (mut store, instance) = instance(&wat(r#"(module
        (memory (export "memory") 1)
        (global $next (mut i32) (i32.const 1024))
        (global $blocks (export "blocks") (mut i32) (i32.const 0))
        (func (export "malloc") (param $n i32) (result i32)
            (global.set $blocks (i32.add (global.get $blocks) (i32.const 1)))
            (global.get $next)
            (global.set $next (i32.add (global.get $next) (i32.const 512))))
        (func (export "free") (param i32))
        (func (export "keep") (export "see") (param i32 i32)))"#));
    let first = handle::<GivesExports>(&mut store, &instance);
    for _ in 0..3 {
        let mut clone = first.clone();
        let mut guest = clone.bind(&mut store).unwrap();
        guest.see(b"seen").unwrap();
        guest.keep(b"kept").unwrap();
    }
    let blocks = instance.get_global(&mut store, "blocks").unwrap();
    assert_eq!(blocks.get(&mut store).unwrap_i32(), 1 + 3);
}

#[test]
fn a_handle_is_refused_by_another_store() {
    let (_store, mut one) = LedgerInstance::into_parts(bind::<LedgerExports>(ledger()));
    let (mut other, _two) = LedgerInstance::into_parts(bind::<LedgerExports>(ledger()));
    let error = one.bind(&mut other).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WrongStore), "{error}");
    let error = one.into_bound(&mut other).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WrongStore), "{error}");
}

#[test]
fn the_memory_of_a_bound_instance_shares_its_allocator() {
    let (mut store, mut one) = LedgerInstance::into_parts(bind::<LedgerExports>(ledger()));
    let mut guest = one.bind(&mut store).unwrap();
    guest.greet("you").unwrap();
    let mut memory: LinearMemory<'_, _> = Bound::memory(&mut guest).unwrap();
    let allocation = memory.alloc(b"by hand", false, true).unwrap();
    assert_eq!(allocation.as_slice(), b"by hand");
    drop(allocation);
    drop(memory);
    assert_eq!(guest.live_blocks().unwrap(), 1, "the scratch block of the first call");
}

#[test]
fn a_clone_of_a_bound_handle_knows_its_store() {
    let mut guest = bind::<LedgerExports>(ledger());
    let mut clone = Bound::handle(&mut guest).clone();
    assert_eq!(clone.bind(&mut guest).unwrap().greet("you").unwrap(), "Hello, you!");
    let mut other = Store::new(engine(), ());
    assert!(matches!(clone.bind(&mut other).unwrap_err().kind(), ErrorKind::WrongStore));
    drop(guest);
    let mut next = Store::new(engine(), ());
    assert!(matches!(clone.bind(&mut next).unwrap_err().kind(), ErrorKind::WrongStore));
}
