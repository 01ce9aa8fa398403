//! How long a call takes: linmem against a bare call, glue written by hand, and the component model, in one run.
//! `README.md`, a folder above, says how to read it.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    reason = "a benchmark that fails panics"
)]

mod args;
mod calls;
mod cases;
mod component;
mod glue;
mod guest;
mod inputs;
mod instantiate;
mod machine;
mod processes;
mod sampler;
mod svg;
mod table;
mod work;

use args::{Args, USAGE};
use cases::{CASES, Entry};
use linmem_benches::results::{self, Results};
use std::process::ExitCode;

const QUICK_MAX_BYTES: usize = 64 << 10;

fn main() -> ExitCode {
    let Some(options) = linmem_benches::options() else { return ExitCode::SUCCESS };
    let args = match Args::parse(options.into_iter()) {
        Ok(args) => args,
        Err(error) => {
            eprintln!("{error}\n\n{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    if args.help {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    if let Some(sample) = &args.sample {
        let case = CASES.iter().find(|case| case.name == sample.case).expect("a case");
        processes::answer(case, sample, args.quick);
        return ExitCode::SUCCESS;
    }
    if let Some(unknown) = args.cases.iter().find(|name| CASES.iter().all(|case| case.name != **name)) {
        let names: Vec<_> = CASES.iter().map(|case| case.name).collect();
        eprintln!("there is no case {unknown}, but {}", names.join(", "));
        return ExitCode::FAILURE;
    }

    let machine = args.machine.clone().unwrap_or_else(machine::machine);
    let results = if args.render {
        Results::read(&args.csv)
    } else {
        println!("{machine}\n");
        let results = run(&args);
        results.write(&args.csv);
        results
    };
    results::save(&args.svg, &svg::picture(&results, &machine));
    println!("\n{}", table::markdown(&results));
    println!("{}\n{}", args.csv.display(), args.svg.display());
    ExitCode::SUCCESS
}

fn run(args: &Args) -> Results {
    let is_chosen = |case: &&Entry| args.cases.is_empty() || args.cases.iter().any(|name| name == case.name);
    let sizes = |case: &'static Entry| case.sizes.iter().map(move |bytes| (case, *bytes));
    let mut cases: Vec<_> = CASES.iter().filter(is_chosen).flat_map(sizes).collect();
    cases.retain(|(_, bytes)| !args.quick || *bytes <= QUICK_MAX_BYTES);

    let mut results = Results::default();
    for ((case, bytes), rounds) in cases.iter().zip(processes::measure(&cases, args.quick)) {
        results.0.extend(rounds.medians().into_iter().map(|(name, ns)| table::row(case.name, *bytes, name, ns)));
    }
    table::print(&results);
    results
}
