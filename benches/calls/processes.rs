//! Measures in several processes, one after the other, because where the system puts a program's code and stack makes a
//! difference to whatever is called there, for as long as the process lives.

use crate::cases::Entry;
use crate::sampler::{self, Effort};
use linmem_benches::median;
use std::env;
use std::process::{Command, Stdio};

/// What one process of several measures. It is told so on its command line.
pub(crate) struct Sample {
    pub(crate) case: String,
    pub(crate) bytes: usize,
    /// Which of the processes it is, so that no two shuffle alike.
    pub(crate) process: u64,
}

/// The median time of a call in nanoseconds, for each contender.
pub(crate) fn measure(case: &Entry, bytes: usize, quick: bool) -> Vec<(String, f64)> {
    let first = ask(case, bytes, 0, quick);
    let others: Vec<_> = (1..Effort::new(quick).processes).map(|process| ask(case, bytes, process, quick)).collect();
    let median_of = |(i, (name, ns)): (usize, (String, f64))| {
        let mut samples = vec![ns];
        for other in &others {
            assert_eq!(other[i].0, name, "all have the same contenders, in the same order");
            samples.push(other[i].1);
        }
        (name, median(&mut samples))
    };
    first.into_iter().enumerate().map(median_of).collect()
}

/// What a process of its own says.
fn ask(case: &Entry, bytes: usize, process: u64, quick: bool) -> Vec<(String, f64)> {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--bench", "--sample", case.name, &bytes.to_string(), &process.to_string()]).stderr(Stdio::inherit());
    if quick {
        command.arg("--quick");
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", output.status);
    let text = String::from_utf8(output.stdout).unwrap();
    let row = |line: &str| {
        let (name, ns) = line.split_once(',').unwrap();
        (name.to_owned(), ns.parse().unwrap())
    };
    text.lines().map(row).collect()
}

/// What such a process does.
pub(crate) fn answer(case: &Entry, sample: &Sample, quick: bool) {
    for (name, ns) in sampler::measure(|| (case.contenders)(sample.bytes), Effort::new(quick), sample.process) {
        println!("{name},{ns}");
    }
}
