//! The tables of the README and of the documentation are what was measured last. `BLESS=1` writes them there again.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

use linmem_benches::results::{Results, size_name, time_name};
use std::path::{Path, PathBuf};
use std::{env, fs};

const SIZES: &[usize] = &[16, 1 << 10, 64 << 10, 1 << 20];
const NO_SIZE: &[usize] = &[0];

#[test]
fn the_readme_shows_the_last_results() {
    let shown = [
        ("bytes_in", SIZES, "bytes in, a number out"),
        ("echo_bytes", SIZES, "bytes in and out"),
        ("echo_str", SIZES, "text in and out, ASCII"),
        ("echo_str_mixed", SIZES, "text in and out, mixed scripts"),
        ("inout", SIZES, "`f32`s changed in place"),
        ("pod_out", NO_SIZE, "a struct out"),
        ("scalar", NO_SIZE, "numbers only (by hand is a bare call)"),
        ("instantiate_20", NO_SIZE, "an instance, 20 functions, none called yet"),
    ];
    let contenders = ["hand-zeroed", "component", "component-sync", "linmem", "linmem-nozero", "linmem-borrowed"];
    let measured = measured();
    let line = |case: &str, bytes: usize, title: &str| {
        let reference =
            measured.get(case, bytes, measured.reference(case)).expect("the reference takes part everywhere");
        let ratio = |name: &str| match measured.get(case, bytes, name) {
            Some(ns) => format!(" {:.2} |", ns / reference),
            None => " – |".to_owned(),
        };
        let ratios: String = contenders.into_iter().map(ratio).collect();
        let size = if bytes == 0 { String::new() } else { format!(" {}", size_name(bytes)) };
        format!("| {title} |{size} | {} |{ratios}", time_name(reference))
    };
    let lines = shown.into_iter().flat_map(|(case, sizes, title)| sizes.iter().map(move |bytes| (case, *bytes, title)));
    shows(
        "README.md",
        "| call | size | by hand | by hand, zeroed | component | component-sync | linmem | without zeroing | borrowed |",
        lines.map(|(case, bytes, title)| line(case, bytes, title)).collect(),
    );
}

#[test]
fn the_page_on_speed_shows_the_last_results() {
    let shown = [
        ("scalar", 0, "two numbers"),
        ("bytes_in", 16, "16 bytes in"),
        ("echo_bytes", 16, "16 bytes in and out"),
        ("bytes_in", 64 << 10, "64 KiB in"),
        ("echo_bytes", 64 << 10, "64 KiB in and out"),
        ("echo_str", 64 << 10, "64 KiB of text in and out"),
        ("echo_str", 1 << 20, "1 MiB of text in and out"),
    ];
    let contenders = ["component", "component-sync", "linmem", "linmem-nozero"];
    let measured = measured();
    let line = |(case, bytes, title)| {
        let time = |name: &str| format!(" {} |", measured.get(case, bytes, name).map_or("–".to_owned(), time_name));
        format!("| {title} |{}", contenders.into_iter().map(time).collect::<String>())
    };
    shows(
        "linmem/docs/speed.md",
        "| call | component | component-sync | linmem | without zeroing |",
        shown.into_iter().map(line).collect(),
    );
}

/// Checks that the table with that header in that file has these lines.
fn shows(file: &str, header: &str, lines: Vec<String>) {
    let path = repository().join(file);
    let text = fs::read_to_string(&path).unwrap();
    let (before, table) = text.split_once(header).unwrap_or_else(|| panic!("{file} has no table that begins {header}"));
    let is_of_table = |line: &&str| line.starts_with('|');
    let (_, table) = table.split_once('\n').expect("a line below the header");
    let (rule, shown) = table.split_once('\n').expect("lines below the rule");
    let shown: Vec<_> = shown.lines().take_while(is_of_table).collect();
    if shown == lines {
        return;
    }
    assert!(
        env::var_os("BLESS").is_some(),
        "{file} does not show what was measured last: write that there with `BLESS=1`\n{}",
        lines.join("\n")
    );
    let after = table.lines().skip(1).skip_while(is_of_table);
    let rest: String = lines.iter().map(String::as_str).chain(after).flat_map(|line| [line, "\n"]).collect();
    fs::write(path, format!("{before}{header}\n{rule}\n{rest}")).unwrap();
}

fn measured() -> Results {
    Results::read(&repository().join("benches/results/calls.csv"))
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
