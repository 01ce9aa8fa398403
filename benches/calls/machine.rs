//! Which machine the numbers are from.

use std::fs;
use std::thread;

/// The processor's model and the number of cores there are for this process.
pub(crate) fn machine() -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let plural = if cores == 1 { "" } else { "s" };
    format!("{}, {cores} core{plural}", model().unwrap_or_else(|| std::env::consts::ARCH.to_owned()))
}

/// As Linux tells it. Other systems do not, so `--machine` may.
fn model() -> Option<String> {
    let info = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = info.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
