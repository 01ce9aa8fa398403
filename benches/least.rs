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

use linmem_benches::{GUEST, Heap, Rounds, Slice};
use std::hint::black_box;
use std::time::Instant;
use wasmtime::{Engine, Instance, Module, Store};

const SIZES: [usize; 4] = [16, 32, 256, 1024];
/// How many calls are a sample.
const CALLS: u32 = 5_000;
const CONTENDERS: [&str; 3] = ["bare", "least", "hand-zeroed"];

fn main() {
    let Some(options) = linmem_benches::options() else { return };
    let rounds = if options.iter().any(|option| option == "--quick") { 3 } else { 2001 };
    println!("medians of the calmest quarter of {rounds} rounds, in nanoseconds\n");
    println!("{:>10} {}", "bytes", CONTENDERS.map(|name| format!("{name:>15}")).concat());
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
        let mut measured = Rounds::of(CONTENDERS);
        for _ in 0..rounds {
            let bare = time(|| last_byte.call(&mut store, slice).unwrap());
            let least = time(|| {
                heap.memory.data_mut(&mut store)[pointer as usize..][..size].copy_from_slice(&bytes);
                let last = last_byte.call(&mut store, slice).unwrap();
                heap.memory.data_mut(&mut store)[pointer as usize..][..size].fill(0);
                last
            });
            let hand_zeroed = time(|| heap.send(&mut store, &last_byte, &bytes).unwrap());
            measured.push(vec![bare, least, hand_zeroed]);
        }
        let medians: String = measured.medians().iter().map(|(_, ns)| format!("{ns:>15.1}")).collect();
        println!("{size:>10} {medians}");
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
