//! Instances: handles apart from their stores, several in one store, callbacks, threads, and nothing left behind.

mod callbacks;
mod first_call;
mod handles;
mod imports;

use crate::support::{TO_LINE, bind, engine, ledger, shapes, wat};
use linmem::{Bound, wasm_import};
use std::thread;
use wasmtime::{Linker, Store};

#[wasm_import]
trait Ledger {
    fn live_blocks(&mut self) -> linmem::Result<u32>;
    fn live_bytes(&mut self) -> linmem::Result<u32>;
    fn length(&mut self, bytes: &[u8]) -> linmem::Result<u32>;
    fn grow_and_length(&mut self, bytes: &[u8]) -> linmem::Result<u32>;
    fn checksum(&mut self, bytes: &[u8]) -> linmem::Result<u64>;
    fn nonzero_bytes(&mut self, bytes: &[u8]) -> linmem::Result<u32>;
    fn sum_f64(&mut self, values: &[f64]) -> linmem::Result<f64>;
    fn reverse(&mut self, bytes: &mut [u8]) -> linmem::Result<()>;
    fn greet(&mut self, name: &str) -> linmem::Result<String>;
    fn echo_packed(&mut self, bytes: &[u8]) -> linmem::Result<&[u8]>;
    fn echo_ret(&mut self, bytes: &[u8]) -> linmem::Result<Vec<u8>>;
    fn echo_area(&mut self, bytes: &[u8]) -> linmem::Result<&[u8]>;
    fn concat(&mut self, a: &str, b: &str, c: &str) -> linmem::Result<&str>;
    fn find_word(&mut self, text: &str, needle: &str) -> linmem::Result<Option<String>>;
    fn doubled_u32(&mut self, values: &[u32]) -> linmem::Result<Vec<u32>>;
    #[wasm(returns = linmem::results::Static)]
    fn banner(&mut self) -> linmem::Result<&str>;
}

type Guest = LedgerInstance<Store<()>>;

#[test]
fn ten_thousand_calls_of_each_method_leave_nothing() {
    let mut guest = bind::<LedgerExports>(ledger());
    let bytes: Vec<u8> = (0..=255).cycle().take(600).collect();
    let calls: [fn(&mut Guest, &[u8]); 13] = [
        |guest, bytes| assert_eq!(guest.length(bytes).unwrap() as usize, bytes.len()),
        |guest, bytes| assert!(guest.checksum(bytes).unwrap() <= 255 * 600),
        |guest, bytes| assert!(guest.nonzero_bytes(bytes).unwrap() <= 600),
        |guest, bytes| assert_eq!(guest.sum_f64(&[0.5, bytes.len() as f64]).unwrap(), 0.5 + bytes.len() as f64),
        |guest, bytes| guest.reverse(&mut bytes.to_vec()).unwrap(),
        |guest, _| assert_eq!(guest.greet("you").unwrap(), "Hello, you!"),
        |guest, bytes| assert_eq!(guest.echo_packed(bytes).unwrap(), bytes),
        |guest, bytes| assert_eq!(guest.echo_ret(bytes).unwrap(), bytes),
        |guest, bytes| assert_eq!(guest.echo_area(bytes).unwrap(), bytes),
        |guest, _| assert_eq!(guest.concat("a", "b", "c").unwrap(), "abc"),
        |guest, _| assert_eq!(guest.find_word("haystack", "needle").unwrap(), None),
        |guest, _| assert_eq!(guest.doubled_u32(&[1, 2]).unwrap(), [2, 4]),
        |guest, _| assert_eq!(guest.banner().unwrap().len(), 36),
    ];
    for call in calls {
        for round in 0..10_000 {
            call(&mut guest, &bytes[..round % 600]);
        }
        Bound::trim(&mut guest).unwrap();
        assert_eq!((guest.live_blocks().unwrap(), guest.live_bytes().unwrap()), (0, 0));
    }
}

#[test]
fn calls_that_grow_the_memory_leave_nothing() {
    let mut guest = bind::<LedgerExports>(ledger());
    for _ in 0..100 {
        assert_eq!(guest.grow_and_length(&[1; 70_000]).unwrap(), 70_000);
    }
    Bound::trim(&mut guest).unwrap();
    assert_eq!((guest.live_blocks().unwrap(), guest.live_bytes().unwrap()), (0, 0));
}

#[test]
fn trimming_twice_and_calling_afterwards_is_fine() {
    let mut guest = bind::<LedgerExports>(ledger());
    Bound::trim(&mut guest).unwrap();
    guest.length(b"x").unwrap();
    Bound::trim(&mut guest).unwrap();
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live_blocks().unwrap(), 0);
    assert_eq!(guest.length(b"four").unwrap(), 4);
    assert_eq!(guest.live_blocks().unwrap(), 1);
}

fn live_bytes_after(guest: &mut Guest, len: usize) -> u32 {
    guest.length(&vec![1; len]).unwrap();
    guest.live_bytes().unwrap()
}

#[test]
fn the_scratch_block_follows_the_arguments_up_to_a_cap() {
    let mut guest = bind::<LedgerExports>(ledger());
    let sizes = [1, 256, 305, 10, 3000, 60_000, 65_537, 1 << 20, 10];
    let live = sizes.map(|len| live_bytes_after(&mut guest, len));
    assert_eq!(live.map(|bytes| bytes - TO_LINE), [256, 256, 512, 512, 4096, 65_536, 65_536, 65_536, 65_536]);
}

#[test]
fn an_argument_as_long_as_the_cap_lies_in_the_scratch_block() {
    let mut guest = bind::<LedgerExports>(ledger());
    assert_eq!(live_bytes_after(&mut guest, 65_536), 65_536 + TO_LINE);
}

#[wasm_import]
trait Shapes {
    fn sum(&mut self, values: &[f64]) -> linmem::Result<f64>;
    fn live_blocks(&mut self) -> linmem::Result<i32>;
}

#[test]
fn a_pre_is_cloned_to_threads_and_instantiated_many_times() {
    let linker = Linker::<u32>::new(engine());
    let pre = ShapesPre::new(linker.instantiate_pre(shapes()).unwrap()).unwrap();
    let threads: Vec<_> = (0..4_u32)
        .map(|id| {
            let pre = pre.clone();
            thread::spawn(move || {
                for round in 0..50 {
                    let mut guest = pre.instantiate(Store::new(engine(), id)).unwrap();
                    assert_eq!(guest.sum(&[f64::from(id), f64::from(round)]).unwrap(), f64::from(id + round));
                    Bound::trim(&mut guest).unwrap();
                    assert_eq!(guest.live_blocks().unwrap(), 0);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn one_pre_makes_many_instances_in_one_store() {
    let linker = Linker::<()>::new(engine());
    let pre = LedgerPre::new(linker.instantiate_pre(ledger()).unwrap()).unwrap();
    let mut store = Store::new(engine(), ());
    let mut handles: Vec<_> =
        (0..20).map(|_| LedgerInstance::into_parts(pre.instantiate(&mut store).unwrap()).1).collect();
    handles[3].bind(&mut store).unwrap().length(b"x").unwrap();
    let live: Vec<_> = handles.iter_mut().map(|h| h.bind(&mut store).unwrap().live_blocks().unwrap()).collect();
    assert_eq!(live.iter().sum::<u32>(), 1, "{live:?}");
    assert_eq!(live[3], 1);
}

#[test]
fn generated_types_are_send_and_sync_where_the_store_is() {
    fn send_sync<T: Send + Sync>() {}
    send_sync::<LedgerPre<()>>();
    send_sync::<linmem::Handle<LedgerExports>>();
    send_sync::<LedgerInstance<Store<()>>>();
    send_sync::<linmem::Error>();
}

/// As `wasm-ld` makes a reactor: nothing works before `_initialize`, which traps if it is called twice.
const REACTOR: &str = r#"(module
    (global $calls (mut i32) (i32.const 0))
    (func (export "_initialize")
        (if (global.get $calls) (then unreachable))
        (global.set $calls (i32.add (global.get $calls) (i32.const 1))))
    (func (export "initialized") (result i32) (global.get $calls)))"#;

#[wasm_import]
trait Reactor {
    fn initialized(&mut self) -> linmem::Result<u32>;
}

#[test]
fn initialize_is_called_once_for_each_instance() {
    let linker = Linker::<()>::new(engine());
    let pre = ReactorPre::new(linker.instantiate_pre(&wat(REACTOR)).unwrap()).unwrap();
    for _ in 0..3 {
        let mut reactor = pre.instantiate(Store::new(engine(), ())).unwrap();
        assert_eq!(reactor.initialized().unwrap(), 1);
        assert_eq!(reactor.initialized().unwrap(), 1);
    }
}

#[test]
fn initialization_of_somebody_elses_instance_is_theirs() {
    let (mut store, instance) = crate::support::instance(&wat(REACTOR));
    let mut handle = linmem::Handle::<ReactorExports>::new(&mut store, &instance).unwrap();
    assert_eq!(handle.bind(&mut store).unwrap().initialized().unwrap(), 0);
}

/// Counts its initializations, which each tool-chain has under another name.
fn initialized(exports: &str) -> wasmtime::Module {
    wat(&format!(
        r#"(module (global $times (mut i32) (i32.const 0))
          (func {exports} (global.set $times (i32.add (global.get $times) (i32.const 1))))
          (func (export "times") (result i32) (global.get $times)))"#
    ))
}

#[wasm_import]
trait Initialized {
    fn times(&mut self) -> linmem::Result<u32>;
}

#[test]
fn an_instance_is_initialized_once_by_whatever_its_tool_chain_calls_it() {
    for (exports, times) in [
        (r#"(export "_initialize")"#, 1),
        (r#"(export "__wasm_call_ctors")"#, 1),
        (r#"(export "__wbindgen_start")"#, 1),
        (r#"(export "_initialize") (export "__wasm_call_ctors")"#, 1),
        (r#"(export "setup")"#, 0),
    ] {
        let mut guest = bind::<InitializedExports>(&initialized(exports));
        assert_eq!(guest.times().unwrap(), times, "{exports}");
    }
}

#[test]
fn an_initializer_may_be_named_and_must_then_be_there() {
    #[wasm_import(init = "setup")]
    trait Named {
        fn times(&mut self) -> linmem::Result<u32>;
    }
    let mut guest = bind::<NamedExports>(&initialized(r#"(export "setup") (export "_initialize")"#));
    assert_eq!(guest.times().unwrap(), 1);
    let module = initialized(r#"(export "_initialize")"#);
    let linked = wasmtime::Linker::<()>::new(crate::support::engine()).instantiate_pre(&module).unwrap();
    let error = NamedPre::new(linked).unwrap_err();
    assert!(error.to_string().contains("initializer: no export `setup`\n      wanted   ()\n"), "{error}");
    assert!(error.to_string().ends_with("help     `init = \"…\"`"), "{error}");
}
