//! What a call allocates on the host, once the instance is warm: nothing but an owned result.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

use allocation_counter::measure;
use bytemuck::{Pod, Zeroable};
use linmem::{Bound, Record, wasm_import};
use wasmtime::{Engine, Linker, Module, Store};

#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable, Record)]
#[repr(C)]
struct Point {
    x: f64,
    y: f64,
}

#[wasm_import]
trait Guest {
    fn add(&mut self, a: u32, b: u32) -> linmem::Result<u32>;
    fn last_byte(&mut self, bytes: &[u8]) -> linmem::Result<u32>;
    fn last_f64(&mut self, values: &[f64]) -> linmem::Result<f64>;
    #[wasm(name = "echo_bytes")]
    fn owned_bytes(&mut self, bytes: &[u8]) -> linmem::Result<Vec<u8>>;
    #[wasm(name = "echo_str")]
    fn owned_text(&mut self, text: &str) -> linmem::Result<String>;
    fn point(&mut self, x: f64, y: f64) -> linmem::Result<Point>;
    fn scale_last(&mut self, values: &mut [f32], by: f32) -> linmem::Result<()>;
}

/// A trait of its own, because two methods of one trait cannot call one export.
#[wasm_import]
trait Lender {
    #[wasm(name = "echo_bytes")]
    fn lent_bytes(&mut self, bytes: &[u8]) -> linmem::Result<&[u8]>;
    #[wasm(name = "echo_str")]
    fn lent_text(&mut self, text: &str) -> linmem::Result<&str>;
}

fn compile() -> (Engine, Module) {
    let engine = Engine::default();
    let module = Module::new(&engine, include_str!("../guest.wat")).unwrap();
    (engine, module)
}

fn guest() -> impl Guest {
    let (engine, module) = compile();
    GuestInstance::instantiate(Store::new(&engine, ()), &module, &Linker::new(&engine)).unwrap()
}

fn lender() -> impl Lender {
    let (engine, module) = compile();
    LenderInstance::instantiate(Store::new(&engine, ()), &module, &Linker::new(&engine)).unwrap()
}

/// Arguments that the scratch block has room for.
const SHORT: [usize; 3] = [16, 1000, 64 << 10];
/// One that needs a block of its own for every call.
const LONG: usize = 1 << 20;

const WARM_UP: usize = 4;
const CALLS: usize = 100;

/// Every call after the first few allocates that often on the host, and keeps nothing.
#[track_caller]
fn allocates(each: u64, mut call: impl FnMut()) {
    (0..WARM_UP).for_each(|_| call());
    for nth in 0..CALLS {
        let info = measure(&mut call);
        assert_eq!((info.count_total, info.bytes_current), (each, 0), "call {nth}: {info:?}");
    }
}

#[test]
fn scalars_allocate_nothing() {
    let mut guest = guest();
    allocates(0, || assert_eq!(guest.add(40, 2).unwrap(), 42));
}

fn arguments(len: usize) {
    let (mut guest, bytes, values, mut scaled) = (guest(), vec![7; len], vec![0.5; len / 8], vec![1.0; len / 4]);
    allocates(0, || assert_eq!(guest.last_byte(&bytes).unwrap(), 7));
    allocates(0, || assert_eq!(guest.last_f64(&values).unwrap(), 0.5));
    let mut last = 1.0;
    allocates(0, || {
        last = -last;
        guest.scale_last(&mut scaled, -1.0).unwrap();
        assert_eq!(scaled.last(), Some(&last));
    });
}

#[test]
fn arguments_allocate_nothing() {
    SHORT.into_iter().for_each(arguments);
}

#[test]
fn long_arguments_allocate_nothing() {
    arguments(LONG);
}

fn borrowed_results(len: usize) {
    let (mut lender, text) = (lender(), "x".repeat(len));
    allocates(0, || assert_eq!(lender.lent_bytes(text.as_bytes()).unwrap(), text.as_bytes()));
    allocates(0, || assert_eq!(lender.lent_text(&text).unwrap(), text));
}

#[test]
fn borrowed_results_allocate_nothing() {
    SHORT.into_iter().for_each(borrowed_results);
}

#[test]
fn long_borrowed_results_allocate_nothing() {
    borrowed_results(LONG);
}

#[test]
fn structs_as_results_allocate_nothing() {
    let mut guest = guest();
    allocates(0, || assert_eq!(guest.point(1.5, -2.0).unwrap(), Point { x: 1.5, y: -2.0 }));
}

fn owned_results(len: usize) {
    let (mut guest, text) = (guest(), "x".repeat(len));
    allocates(1, || assert_eq!(guest.owned_bytes(text.as_bytes()).unwrap(), text.as_bytes()));
    allocates(1, || assert_eq!(guest.owned_text(&text).unwrap(), text));
}

#[test]
fn owned_results_allocate_once() {
    SHORT.into_iter().for_each(owned_results);
}

#[test]
fn long_owned_results_allocate_once() {
    owned_results(LONG);
}

#[test]
fn a_handle_leaves_one_mark_in_its_store() {
    let (engine, module) = compile();
    let mut store = Store::new(&engine, ());
    let guest = GuestInstance::instantiate(&mut store, &module, &Linker::new(&engine)).unwrap();
    let (_, mut handle) = GuestInstance::into_parts(guest);
    allocates(0, || {
        Bound::into_parts(handle.bind(&mut store).unwrap());
    });
}
