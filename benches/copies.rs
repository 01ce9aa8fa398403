//! What an echo cannot do without: the bytes are copied into the guest, within it, and out of it. Here nothing else is done,
//! between buffers of the host's, for what is left when sizes are beyond a core's own cache.
#![forbid(unsafe_code)]
#![allow(clippy::as_conversions, clippy::cast_precision_loss, reason = "small numbers")]

use linmem_benches::median;
use std::hint::black_box;
use std::mem::swap;
use std::time::Instant;

/// The sizes, and how many echoes are a sample.
const SIZES: [(usize, u32); 3] = [(64 << 10, 1000), (1 << 20, 60), (16 << 20, 4)];

fn main() {
    let Some(options) = linmem_benches::options() else { return };
    let rounds = if options.iter().any(|option| option == "--quick") { 3 } else { 31 };
    println!("medians of {rounds} rounds, in microseconds; swapped: an argument lies where the last result lay\n");
    println!("{:>10} {:>12} {:>12}", "bytes", "in place", "swapped");
    for (size, echoes) in SIZES {
        let (source, mut argument, mut result) = (vec![7_u8; size], vec![1; size], vec![2; size]);
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..rounds {
            for (swaps, times) in [false, true].into_iter().zip(&mut times) {
                let start = Instant::now();
                for _ in 0..echoes {
                    copy(&mut argument, &source);
                    copy(&mut result, &argument);
                    black_box(result.clone());
                    if swaps {
                        swap(&mut argument, &mut result);
                    }
                }
                times.push(start.elapsed().as_nanos() as f64 / f64::from(echoes) / 1e3);
            }
        }
        let [in_place, swapped] = times.map(|mut times| median(&mut times));
        println!("{size:>10} {in_place:>12.1} {swapped:>12.1}");
    }
}

/// A copy that nobody may leave out.
fn copy(to: &mut Vec<u8>, from: &[u8]) {
    to.copy_from_slice(black_box(from));
    black_box(to);
}
