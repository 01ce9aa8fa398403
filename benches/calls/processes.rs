//! Measures in several processes, one after the other, because where the system puts a program's code and stack makes a
//! difference to whatever is called there, for as long as the process lives.

use crate::cases::Entry;
use crate::sampler::{self, Effort};
use linmem_benches::median;
use std::env;
use std::process::{Command, Stdio};

/// The median time of a call in nanoseconds, for each contender, in so many processes.
pub(crate) fn measure(case: &Entry, bytes: usize, quick: bool, processes: usize) -> Vec<(String, f64)> {
    let mut samples: Vec<(String, Vec<f64>)> = Vec::new();
    for _ in 0..processes {
        for (i, (name, ns)) in ask(case, bytes, quick).into_iter().enumerate() {
            match samples.get_mut(i) {
                Some((known, samples)) if *known == name => samples.push(ns),
                Some((known, _)) => panic!("{name} in the place of {known}"),
                None => samples.push((name, vec![ns])),
            }
        }
    }
    samples.into_iter().map(|(name, mut samples)| (name, median(&mut samples))).collect()
}

/// What a process of its own measures.
fn ask(case: &Entry, bytes: usize, quick: bool) -> Vec<(String, f64)> {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--bench", "--sample", case.name, &bytes.to_string()]).stderr(Stdio::inherit());
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

/// That process's part.
pub(crate) fn answer(case: &Entry, bytes: usize, effort: Effort) {
    for (name, ns) in sampler::measure(|| (case.contenders)(bytes), effort) {
        println!("{name},{ns}");
    }
}
