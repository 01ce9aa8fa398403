//! What an echo cannot do without: the bytes are copied into the guest, within it, and out of it. Here nothing else is done,
//! between buffers of the host's, for what is left when sizes are beyond a core's own cache.
#![forbid(unsafe_code)]
#![allow(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::arithmetic_side_effects,
    reason = "small numbers"
)]

use linmem_benches::median;
use std::hint::black_box;
use std::mem::swap;
use std::time::{Duration, Instant};

/// The sizes, and how many echoes are a sample.
const SIZES: [(usize, u32); 3] = [(64 << 10, 1000), (1 << 20, 60), (16 << 20, 4)];

/// What others do with a core's own cache in the meantime.
const OTHERS: usize = 6 << 20;

/// Whether the next argument lies where the last result lay, and whether others have had the cache before each echo.
const WAYS: [(&str, bool, bool); 4] = [
    ("in place", false, false),
    ("swapped", true, false),
    ("in place, others", false, true),
    ("swapped, others", true, true),
];

fn main() {
    let Some(options) = linmem_benches::options() else { return };
    let rounds = if options.iter().any(|option| option == "--quick") { 3 } else { 31 };
    println!("medians of {rounds} rounds, in microseconds; swapped: an argument lies where the last result lay;");
    println!("others: something else has been copied before each echo\n");
    println!("{:>10} {}", "bytes", WAYS.map(|(title, ..)| format!("{title:>17}")).concat());
    let (others, mut copied) = (vec![3_u8; OTHERS], vec![4; OTHERS]);
    for (size, echoes) in SIZES {
        let (source, mut argument, mut result) = (vec![7_u8; size], vec![1; size], vec![2; size]);
        let mut times = WAYS.map(|_| Vec::new());
        for _ in 0..rounds {
            for ((_, swaps, disturbed), times) in WAYS.into_iter().zip(&mut times) {
                let mut took = Duration::ZERO;
                for _ in 0..echoes {
                    if disturbed {
                        copy(&mut copied, &others);
                    }
                    let start = Instant::now();
                    copy(&mut argument, &source);
                    copy(&mut result, &argument);
                    black_box(result.clone());
                    took += start.elapsed();
                    if swaps {
                        swap(&mut argument, &mut result);
                    }
                }
                times.push(took.as_nanos() as f64 / f64::from(echoes) / 1e3);
            }
        }
        let medians = times.map(|mut times| format!("{:>17.1}", median(&mut times)));
        println!("{size:>10} {}", medians.concat());
    }
}

/// A copy that nobody may leave out.
fn copy(to: &mut Vec<u8>, from: &[u8]) {
    to.copy_from_slice(black_box(from));
    black_box(to);
}
