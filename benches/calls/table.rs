//! The results as text: nanoseconds, and ratios in Markdown.

use linmem_benches::results::{CONTENDERS, Results, Row, size_name, time_name};
use std::fmt::Write;

/// The times of each case and size, and under them how they compare.
pub(crate) fn print(results: &Results) {
    print!("\n{:<21} {:>7}", "case", "bytes");
    for (name, _) in CONTENDERS {
        print!(" {name:>15}");
    }
    println!();
    for case in results.cases() {
        results.sizes(case).into_iter().for_each(|bytes| print_row(results, case, bytes));
    }
}

fn print_row(results: &Results, case: &str, bytes: usize) {
    let reference = results.get(case, bytes, results.reference(case)).unwrap_or(f64::NAN);
    let mut times = format!("{case:<21} {:>7}", size_name(bytes));
    let mut ratios = format!("{:<29}", "");
    for (name, _) in CONTENDERS {
        match results.get(case, bytes, name) {
            Some(ns) => {
                write!(times, " {:>15}", time_name(ns)).unwrap();
                write!(ratios, " {:>15}", ratio(ns / reference)).unwrap();
            }
            None => {
                write!(times, " {:>15}", "–").unwrap();
                write!(ratios, " {:>15}", "").unwrap();
            }
        }
    }
    println!("{times}\n{}", ratios.trim_end());
}

/// A table of times relative to hand-written glue, whose own times are given.
pub(crate) fn markdown(results: &Results) -> String {
    let mut table = String::from("| case | size |");
    for (name, _) in CONTENDERS {
        write!(table, " {name} |").unwrap();
    }
    table += "\n|---|---:|";
    table += &"---:|".repeat(CONTENDERS.len());
    table.push('\n');
    for case in results.cases() {
        let reference = results.reference(case);
        for bytes in results.sizes(case) {
            write!(table, "| {case} | {} |", size_name(bytes)).unwrap();
            let unit = results.get(case, bytes, reference).unwrap_or(f64::NAN);
            for (name, _) in CONTENDERS {
                let cell = match results.get(case, bytes, name) {
                    None => "–".to_owned(),
                    Some(ns) if name == reference => format!("**{}**", time_name(ns)),
                    Some(ns) => ratio(ns / unit),
                };
                write!(table, " {cell} |").unwrap();
            }
            table.push('\n');
        }
    }
    table
}

fn ratio(ratio: f64) -> String {
    if ratio < 0.1 { format!("×{ratio:.4}") } else { format!("×{ratio:.2}") }
}

pub(crate) fn row(case: &str, bytes: usize, contender: String, median_ns: f64) -> Row {
    Row { case: case.to_owned(), bytes, contender, median_ns }
}
