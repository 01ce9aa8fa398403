//! What the attribute costs to compile: a crate with 100 annotated methods, against one with the same methods by hand.
//! `README.md`, a folder above, says how to read it.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a benchmark that fails panics"
)]

mod crates;

use crates::{CRATES, write_workspace};
use linmem_benches::median;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

/// What cargo is asked for, and what it finds when it is.
const STEPS: [(&str, &str, State); 4] = [
    ("check, cold", "check", State::Cold),
    ("check, warm", "check", State::Edited),
    ("build, cold", "build", State::Cold),
    ("build, warm", "build", State::Edited),
];

#[derive(Clone, Copy)]
enum State {
    /// The crate was never compiled. What it depends on was.
    Cold,
    /// It was, and a line of it has changed since.
    Edited,
}

fn main() {
    let Some(options) = linmem_benches::options() else { return };
    let rounds = if options.iter().any(|option| option == "--quick") { 1 } else { 7 };
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let workspace = repository.join("target/compile-bench");
    write_workspace(&workspace, repository);

    println!("compiling what the crates depend on, the engine among it; later runs find it there");
    for command in ["check", "build"] {
        cargo(&workspace, command, "empty");
    }
    println!("\nseconds, medians of {rounds} rounds; in brackets the difference to `by hand`\n");
    print!("{:<14}", "");
    CRATES.iter().for_each(|(name, ..)| print!(" {:>18}", name.replace('_', " ")));
    println!();
    for (title, command, state) in STEPS {
        let mut times = vec![Vec::new(); CRATES.len()];
        for round in 0..rounds {
            // All have their turn in every round, so that all meet the same weather.
            for ((name, ..), times) in CRATES.iter().zip(&mut times) {
                times.push(time(&workspace, command, name, state, round));
            }
        }
        let medians: Vec<f64> = times.iter_mut().map(|times| median(times)).collect();
        print!("{title:<14}");
        for seconds in &medians {
            print!(" {:>18}", format!("{seconds:.2} ({:+.2})", seconds - medians[0]));
        }
        println!();
    }
}

fn time(workspace: &Path, command: &str, name: &str, state: State, round: usize) -> f64 {
    match state {
        State::Cold => forget(workspace, name),
        State::Edited => edit(workspace, name, round),
    }
    cargo(workspace, command, name).as_secs_f64()
}

/// Removes what was compiled of a crate: cargo's `clean` also does away with what it has in common with others.
fn forget(workspace: &Path, name: &str) {
    for folder in ["deps", "incremental", ".fingerprint"].map(|folder| workspace.join("target/debug").join(folder)) {
        let entries = fs::read_dir(folder).into_iter().flatten();
        for path in entries.map(|entry| entry.unwrap().path()).filter(|path| is_of(path, name)) {
            if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
        }
    }
}

/// Whether a file of cargo's is about the crate: its name, perhaps after `lib`, and a hash.
fn is_of(path: &Path, name: &str) -> bool {
    let file = path.file_name().unwrap().to_string_lossy();
    let file = file.strip_prefix("lib").unwrap_or(&file);
    file.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'))
}

/// Changes the body of a function that calls one of the methods, as one does while one works.
fn edit(workspace: &Path, name: &str, round: usize) {
    let source = workspace.join(name).join("src/edited.rs");
    fs::write(source, format!("pub fn edited() -> usize {{\n    {round}\n}}\n")).unwrap();
}

fn cargo(workspace: &Path, command: &str, package: &str) -> Duration {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([command, "--quiet", "--offline", "--package", package]).current_dir(workspace);
    // What this very process was run with is not what a user runs cargo with.
    for (name, _) in env::vars().filter(|(name, _)| name.starts_with("CARGO_") || name == "RUSTFLAGS") {
        if name != "CARGO_HOME" {
            cargo.env_remove(name);
        }
    }
    let start = Instant::now();
    let status = cargo.stdin(Stdio::null()).status().unwrap();
    let took = start.elapsed();
    assert!(status.success(), "cargo {command} -p {package}");
    took
}
