//! Async methods: host functions that await, futures that are sent or dropped.

use crate::support::{block_on, engine, ledger, wat};
use linmem::{Bound, ErrorKind, Handle, Place, wasm_import};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use wasmtime::{Caller, Linker, Memory, Store};

/// `outer` waits in the host and returns the sum of its arguments as they are then; the allocator counts, and may be
/// told to wait, too.
const GUEST: &str = r#"(module
    (import "host" "wait" (func $wait (param i32)))
    (memory (export "memory") 40)
    (global $next (mut i32) (i32.const 1024))
    (global $live (mut i32) (i32.const 0))
    (global $slow (mut i32) (i32.const 0))
    (func (export "slow") (param i32) (global.set $slow (local.get 0)))
    (func $malloc (export "malloc") (param $n i32) (result i32) (local $p i32)
        (call $wait (global.get $slow))
        (global.set $live (i32.add (global.get $live) (i32.const 1)))
        (local.set $p (global.get $next))
        (global.set $next (i32.and (i32.add (i32.add (local.get $p) (local.get $n)) (i32.const 15)) (i32.const -16)))
        (local.get $p))
    (func (export "free") (param i32)
        (call $wait (global.get $slow))
        (global.set $live (i32.sub (global.get $live) (i32.const 1))))
    (func (export "live") (result i32) (global.get $live))
    (func (export "sum") (param $times i32) (param $p i32) (param $n i32) (result i64) (local $s i64)
        (call $wait (local.get $times))
        (block $done (loop $next
            (br_if $done (i32.eqz (local.get $n)))
            (local.set $s (i64.add (local.get $s) (i64.load8_u (local.get $p))))
            (local.set $p (i32.add (local.get $p) (i32.const 1)))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br $next)))
        (local.get $s))
    (func (export "double") (param $p i32) (call $wait (i32.const 1))
        (i32.store (local.get $p) (i32.mul (i32.const 2) (i32.load (local.get $p)))))
    (func (export "copy") (param $p i32) (param $n i32) (result i32 i32) (local $to i32)
        (local.set $to (call $malloc (local.get $n)))
        (memory.copy (local.get $to) (local.get $p) (local.get $n))
        (call $wait (i32.const 2))
        (local.get $to) (local.get $n))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"#;

#[wasm_import]
trait Waiting {
    async fn sum(&mut self, times: u32, bytes: &[u8]) -> linmem::Result<u64>;
    async fn double(&mut self, value: &mut u32) -> linmem::Result<()>;
    async fn copy(&mut self, bytes: &[u8]) -> linmem::Result<&[u8]>;
    async fn live(&mut self) -> linmem::Result<i32>;
    async fn slow(&mut self, times: u32) -> linmem::Result<()>;
    async fn grow(&mut self, pages: u32) -> linmem::Result<u32>;
}

#[derive(Default)]
struct Host {
    waits: usize,
    memory: Option<Memory>,
}

/// Is ready when it is polled for the second time.
fn pause() -> impl Future<Output = ()> {
    let mut paused = false;
    poll_fn(move |context| {
        if std::mem::replace(&mut paused, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

fn linker() -> Linker<Host> {
    let mut linker = Linker::new(engine());
    linker
        .func_wrap_async("host", "wait", |mut caller: Caller<'_, Host>, (times,): (u32,)| {
            Box::new(async move {
                caller.data_mut().memory = caller.get_export("memory").and_then(|export| export.into_memory());
                for _ in 0..times {
                    caller.data_mut().waits += 1;
                    pause().await;
                }
            })
        })
        .unwrap();
    linker
}

fn waiting() -> WaitingInstance<Store<Host>> {
    let pre = WaitingPre::new(linker().instantiate_pre(&wat(GUEST)).unwrap()).unwrap();
    block_on(pre.instantiate_async(Store::new(engine(), Host::default()))).unwrap()
}

/// Polls once, and drops it.
fn abandon(future: impl Future) {
    let poll = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    assert!(poll.is_pending(), "it was to be dropped halfway");
}

#[test]
fn a_call_waits_for_the_host_with_its_arguments_in_place() {
    let mut guest = waiting();
    assert_eq!(block_on(guest.sum(3, &[1; 100])).unwrap(), 100);
    assert_eq!(block_on(guest.sum(0, &[2; 70_000])).unwrap(), 140_000);
    let (store, _) = Bound::into_parts(guest);
    assert_eq!(store.data().waits, 3);
}

#[test]
fn values_are_copied_back_after_waiting() {
    let mut guest = waiting();
    let mut value = 21;
    block_on(guest.double(&mut value)).unwrap();
    assert_eq!(value, 42);
}

#[test]
fn the_allocator_may_wait_too() {
    let mut guest = waiting();
    block_on(async {
        guest.slow(2).await.unwrap();
        assert_eq!(guest.sum(1, &[1; 70_000]).await.unwrap(), 70_000);
        assert_eq!(guest.copy(b"slowly").await.unwrap(), b"slowly");
        Bound::trim_async(&mut guest).await.unwrap();
        assert_eq!(guest.live().await.unwrap(), 0);
    });
}

#[test]
fn borrowed_results_are_held_across_an_await() {
    let mut guest = waiting();
    block_on(async {
        let copy = guest.copy(b"lasting").await.unwrap();
        pause().await;
        assert_eq!(copy, b"lasting");
        assert_eq!(guest.grow(2).await.unwrap(), 40);
        assert_eq!(guest.copy(b"").await.unwrap(), b"");
        assert_eq!(guest.live().await.unwrap(), 1, "the scratch block");
    });
}

#[test]
fn futures_are_send() {
    fn send<T: Send>(future: T) -> T {
        future
    }
    let mut owned = waiting();
    block_on(send(owned.sum(1, b"x"))).unwrap();
    block_on(send(owned.double(&mut 1))).unwrap();
    block_on(send(owned.copy(b"x"))).unwrap();
    block_on(send(Bound::trim_async(&mut owned))).unwrap();
    let (mut store, handle) = Bound::into_parts(owned);
    let mut borrowed: WaitingInstance<&mut Store<Host>> = handle.into_bound(&mut store).unwrap();
    block_on(send(borrowed.sum(1, b"x"))).unwrap();
    block_on(send(borrowed.copy(b"x"))).unwrap();
    let (store, mut handle) = Bound::into_parts(borrowed);
    let mut bound: Bound<_, _, &mut Handle<_>> = handle.bind(store).unwrap();
    block_on(send(bound.sum(1, b"x"))).unwrap();
    let pre = WaitingPre::new(linker().instantiate_pre(&wat(GUEST)).unwrap()).unwrap();
    block_on(send(pre.instantiate_async(Store::new(engine(), Host::default())))).unwrap();
}

#[test]
fn a_call_goes_on_on_another_thread() {
    let mut guest = waiting();
    let future = async move {
        let sum = guest.sum(5, &[7; 1000]).await.unwrap();
        (sum, guest.copy(b"far away").await.unwrap().to_vec())
    };
    let outcome = std::thread::spawn(move || block_on(future)).join().unwrap();
    assert_eq!(outcome, (7000, b"far away".to_vec()));
}

#[test]
fn a_future_dropped_halfway_poisons_the_instance_and_leaves_the_arguments_zeroed() {
    let mut guest = waiting();
    abandon(guest.sum(2, &[0xab; 300]));
    let error = block_on(guest.sum(0, b"x")).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Poisoned { by } if by.export() == Some("sum")), "{error}");
    let (store, handle) = Bound::into_parts(guest);
    assert!(handle.is_poisoned());
    let memory = store.data().memory.unwrap();
    assert_eq!(store.data().waits, 1, "the guest was waiting");
    assert!(memory.data(&store).iter().all(|byte| *byte != 0xab));
}

#[test]
fn a_future_dropped_halfway_zeroes_large_arguments_as_well() {
    let mut guest = waiting();
    abandon(guest.sum(2, &[0xab; 200_000]));
    let (store, _) = Bound::into_parts(guest);
    assert!(store.data().memory.unwrap().data(&store).iter().all(|byte| *byte != 0xab));
}

#[test]
fn a_future_dropped_in_the_allocator_names_the_export_that_was_called() {
    let mut guest = waiting();
    block_on(guest.slow(1)).unwrap();
    abandon(guest.sum(0, b"x"));
    let error = block_on(guest.live()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Poisoned { by } if by.export() == Some("sum")), "{error}");
}

#[test]
fn a_future_dropped_before_its_first_poll_has_done_nothing() {
    let mut guest = waiting();
    drop(guest.sum(2, b"x"));
    assert_eq!(block_on(guest.live()).unwrap(), 0);
}

#[test]
fn errors_are_the_same_as_in_blocking_calls() {
    #[wasm_import]
    trait Ledger {
        async fn greet(&mut self, name: &[u8]) -> linmem::Result<String>;
        async fn live_blocks(&mut self) -> linmem::Result<u32>;
        async fn trap(&mut self, bytes: &[u8]) -> linmem::Result<()>;
    }
    let pre = LedgerPre::new(Linker::new(engine()).instantiate_pre(ledger()).unwrap()).unwrap();
    block_on(async {
        let mut guest = pre.instantiate_async(Store::new(engine(), ())).await.unwrap();
        for _ in 0..1000 {
            assert_eq!(guest.greet(b"you").await.unwrap(), "Hello, you!");
        }
        let error = guest.greet(b"\xff").await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { valid_up_to: 7, .. }), "{error}");
        assert_eq!((error.export(), error.place()), (Some("greet"), Some(Place::Result)));
        Bound::trim_async(&mut guest).await.unwrap();
        assert_eq!(guest.live_blocks().await.unwrap(), 0);
        let error = guest.trap(b"x").await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Trap(_)), "{error}");
        let error = guest.live_blocks().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Poisoned { by } if by.export() == Some("trap")), "{error}");
    });
}

#[wasm_import]
trait Mixed {
    async fn sum(&mut self, times: u32, bytes: &[u8]) -> linmem::Result<u64>;
    fn live(&mut self) -> linmem::Result<i32>;
}

#[test]
fn one_trait_has_blocking_and_async_methods() {
    let mut linker = Linker::new(engine());
    linker.func_wrap("host", "wait", |_: u32| ()).unwrap();
    let mut guest = MixedInstance::instantiate(Store::new(engine(), ()), &wat(GUEST), &linker).unwrap();
    assert_eq!(block_on(guest.sum(1, &[3; 3])).unwrap(), 9);
    assert_eq!(guest.live().unwrap(), 1);
}

/// wasmtime refuses it before the guest is entered, so nothing has happened to the guest.
#[test]
fn a_blocking_call_into_an_async_store_is_refused_and_costs_nothing() {
    let pre = MixedPre::new(linker().instantiate_pre(&wat(GUEST)).unwrap()).unwrap();
    let mut guest = block_on(pre.instantiate_async(Store::new(engine(), Host::default()))).unwrap();
    let error = guest.live().unwrap_err();
    assert!(std::error::Error::source(&error).is_some_and(|source| source.to_string().contains("async")), "{error}");
    assert!(matches!(error.kind(), ErrorKind::Refused(_)), "{error}");
    assert_eq!(
        error.to_string(),
        "`live`, call: the engine refused the call: make the method an `async fn`, or the store a blocking one"
    );
    let refused = Bound::memory(&mut guest).unwrap().alloc(b"x", true, true).map(drop).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Refused(_)), "{refused}");
    assert!(!Bound::is_poisoned(&guest));
    assert_eq!(block_on(guest.sum(1, &[3; 3])).unwrap(), 9);
}
