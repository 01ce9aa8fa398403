//! What the benchmarks have in common.
#![forbid(unsafe_code)]
#![allow(clippy::as_conversions, clippy::cast_possible_truncation, reason = "lengths and addresses of a 32-bit guest")]
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::missing_errors_doc,
    reason = "a benchmark that fails panics"
)]

mod heap;
pub mod results;
mod rounds;

pub use heap::{Heap, MakePoint, Point, Scale, Slice, owned, text};
pub use rounds::Rounds;

/// The guest of all benchmarks.
pub const GUEST: &str = include_str!("guest.wat");

/// The options on the command line, if cargo runs a benchmark. It does not say so when it runs tests.
pub fn options() -> Option<Vec<String>> {
    let (asked, options): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|arg| arg == "--bench");
    if asked.is_empty() {
        println!("nothing to test: `cargo bench` runs this");
        return None;
    }
    Some(options)
}

/// The sample in the middle, or between the two there.
///
/// # Panics
/// If there are none.
pub fn median(samples: &mut [f64]) -> f64 {
    samples.sort_by(f64::total_cmp);
    let middle = samples.len() / 2;
    if samples.len() % 2 == 1 { samples[middle] } else { (samples[middle - 1] + samples[middle]) / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_in_the_middle() {
        assert_eq!(median(&mut [3.0, 1.0, 9.0]), 3.0);
        assert_eq!(median(&mut [3.0, 1.0, 9.0, 4.0]), 3.5);
    }
}
