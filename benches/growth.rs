//! Arguments up to 256 MiB: what a byte costs, against the same by hand with `memset` before `free`, and how large the
//! guest's memory has become. Beyond 64 KiB every argument has a block of its own, which is released with the call.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark that fails panics")]
#![allow(
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    reason = "small numbers"
)]

use linmem::wasm_import;
use linmem_benches::{GUEST, Heap, Slice, median};
use std::time::Instant;
use wasmtime::{Engine, Instance, Linker, Module, Store};

#[wasm_import]
trait Guest {
    fn last_byte(&mut self, bytes: &[u8]) -> linmem::Result<u32>;
}

/// The sizes, and how many calls are a sample.
const SIZES: [(usize, u32); 9] = [
    (4 << 10, 4000),
    (16 << 10, 2000),
    (64 << 10, 1000),
    (256 << 10, 200),
    (1 << 20, 50),
    (4 << 20, 10),
    (16 << 20, 3),
    (64 << 20, 1),
    (256 << 20, 1),
];

struct ByHand {
    store: Store<()>,
    heap: Heap,
    last_byte: Slice<u32>,
}

impl ByHand {
    fn new(module: &Module) -> Self {
        let mut store = Store::new(module.engine(), ());
        let instance = Instance::new(&mut store, module, &[]).unwrap();
        ByHand {
            heap: Heap::find(&mut store, &instance, true).unwrap(),
            last_byte: instance.get_typed_func(&mut store, "last_byte").unwrap(),
            store,
        }
    }

    fn last_byte(&mut self, bytes: &[u8]) -> u32 {
        self.heap.send(&mut self.store, &self.last_byte, bytes).unwrap()
    }
}

fn main() {
    let Some(options) = linmem_benches::options() else { return };
    let rounds = if options.iter().any(|option| option == "--quick") { 3 } else { 15 };
    let engine = Engine::default();
    let module = Module::new(&engine, GUEST).unwrap();
    let linker = Linker::new(&engine);

    println!("medians of {rounds} rounds; ns for each KiB of an argument, and the guest's memory after the calls\n");
    println!("{:>10} {:>12} {:>12} {:>8} {:>14} {:>14}", "bytes", "by hand", "linmem", "×", "by hand", "linmem");
    for (size, calls) in SIZES {
        let bytes = vec![7_u8; size];
        // New instances for each size, so that the memory is what this size needs.
        let mut hand = ByHand::new(&module);
        let mut guest = GuestInstance::instantiate(Store::new(&engine, ()), &module, &linker).unwrap();
        let mut times = [Vec::new(), Vec::new()];
        for round in 0..=rounds {
            let by_hand = time(calls, size, || hand.last_byte(&bytes));
            let linmem = time(calls, size, || guest.last_byte(&bytes).unwrap());
            // The first round is for the memory to grow, and for its pages to be there.
            if round != 0 {
                times[0].push(by_hand);
                times[1].push(linmem);
            }
        }
        let [by_hand, linmem] = times.map(|mut times| median(&mut times));
        let memory = GuestInstance::memory(&mut guest).unwrap().as_slice().len();
        println!(
            "{size:>10} {by_hand:>12.1} {linmem:>12.1} {:>8.2} {:>14} {memory:>14}",
            linmem / by_hand,
            hand.heap.memory.data_size(&hand.store),
        );
    }
}

/// Nanoseconds for each KiB.
fn time(calls: u32, size: usize, mut call: impl FnMut() -> u32) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        assert_eq!(call(), 7);
    }
    start.elapsed().as_nanos() as f64 / f64::from(calls) / (size as f64 / 1024.0)
}
