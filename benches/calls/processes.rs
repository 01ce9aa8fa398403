//! Measures in several processes, one after the other, because where the system puts a program's code and stack makes a
//! difference to whatever is called there, for as long as the process lives. All cases have their turn before the next
//! process of the first, so that each meets the machine early and late, and when it is calm.

use crate::cases::Entry;
use crate::sampler::{self, Effort};
use linmem_benches::Rounds;
use std::env;
use std::process::{Command, Stdio};

/// What one process of several measures. It is told so on its command line.
pub(crate) struct Sample {
    pub(crate) case: String,
    pub(crate) bytes: usize,
    /// Which of the processes it is, so that no two shuffle alike.
    pub(crate) process: u64,
}

/// The rounds of each case, with arguments of the size beside it.
pub(crate) fn measure(cases: &[(&Entry, usize)], quick: bool) -> Vec<Rounds> {
    let mut measured: Vec<_> = cases.iter().map(|_| Rounds::default()).collect();
    let processes = Effort::new(quick).processes;
    for process in 0..processes {
        for ((case, bytes), rounds) in cases.iter().zip(&mut measured) {
            rounds.extend(ask(case, *bytes, process, quick));
        }
        println!("process {} of {processes}", process + 1);
    }
    measured
}

/// What a process of its own says.
fn ask(case: &Entry, bytes: usize, process: u64, quick: bool) -> Rounds {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--bench", "--sample", case.name, &bytes.to_string(), &process.to_string()]).stderr(Stdio::inherit());
    if quick {
        command.arg("--quick");
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", output.status);
    String::from_utf8(output.stdout).unwrap().parse().unwrap()
}

/// What such a process does.
pub(crate) fn answer(case: &Entry, sample: &Sample, quick: bool) {
    print!("{}", sampler::measure(|| (case.contenders)(sample.bytes), Effort::new(quick), sample.process));
}
