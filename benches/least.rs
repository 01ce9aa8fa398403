//! What a call with bytes cannot do without: the memory is looked up, the bytes are written, the function is called, the
//! memory is looked up again, because it may have moved, and the bytes are zeroed. Here nothing else is done, at an address
//! that was allocated once: whatever linmem takes beyond this is its own.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a benchmark that fails panics"
)]

use linmem_benches::{GUEST, Heap, Slice, median};
use std::hint::black_box;
use std::time::Instant;
use wasmtime::{Engine, Instance, Module, Store};

const SIZES: [usize; 4] = [16, 32, 256, 1024];
/// How many calls are a sample.
const CALLS: u32 = 10_000;

fn main() {
    let Some(options) = linmem_benches::options() else { return };
    let rounds = if options.iter().any(|option| option == "--quick") { 3 } else { 501 };
    println!("medians of {rounds} rounds, in nanoseconds\n");
    println!("{:>10} {:>15}{:>15}{:>15}", "bytes", "bare", "least", "hand-zeroed");
    let engine = Engine::default();
    let module = Module::new(&engine, GUEST).unwrap();
    for size in SIZES {
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let heap = Heap::find(&mut store, &instance, true).unwrap();
        let last_byte: Slice<u32> = instance.get_typed_func(&mut store, "last_byte").unwrap();
        let bytes = black_box(vec![7_u8; size]);
        let pointer = heap.place(&mut store, &bytes).unwrap();
        let slice = (pointer, size as u32);
        let mut times: [Vec<f64>; 3] = Default::default();
        for _ in 0..rounds {
            times[0].push(time(|| last_byte.call(&mut store, slice).unwrap()));
            times[1].push(time(|| {
                heap.memory.data_mut(&mut store)[pointer as usize..][..size].copy_from_slice(&bytes);
                let last = last_byte.call(&mut store, slice).unwrap();
                heap.memory.data_mut(&mut store)[pointer as usize..][..size].fill(0);
                last
            }));
            times[2].push(time(|| heap.send(&mut store, &last_byte, &bytes).unwrap()));
        }
        let medians = times.map(|mut times| format!("{:>15.1}", median(&mut times)));
        println!("{size:>10} {}", medians.concat());
    }
}

/// The time of one of some calls.
fn time(mut call: impl FnMut() -> u32) -> f64 {
    let start = Instant::now();
    for _ in 0..CALLS {
        black_box(call());
    }
    start.elapsed().as_nanos() as f64 / f64::from(CALLS)
}
