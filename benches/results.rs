//! The measurements of `calls`, and the file that keeps them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a benchmark that fails panics"
)]

use std::fmt::Write;
use std::fs;
use std::path::Path;

const HEADER: &str = "case,bytes,contender,median_ns";

/// The contenders in the order in which they are shown, each with its colour.
pub const CONTENDERS: [(&str, &str); 9] = [
    ("bare", "#8c8c8c"),
    ("hand", "#222222"),
    ("hand-zeroed", "#b08d57"),
    ("naive", "#c23b80"),
    ("component", "#d9480f"),
    ("component-sync", "#f0a37f"),
    ("linmem", "#1864ab"),
    ("linmem-nozero", "#22a3b8"),
    ("linmem-borrowed", "#37973b"),
];

/// How long one contender takes in one case, with arguments of one size.
#[derive(Debug, Clone)]
pub struct Row {
    /// What is called.
    pub case: String,
    /// The size; 0 where a case has none.
    pub bytes: usize,
    /// In which way.
    pub contender: String,
    /// The median.
    pub median_ns: f64,
}

/// All that was measured.
#[derive(Debug, Default)]
pub struct Results(pub Vec<Row>);

impl Results {
    /// The median in nanoseconds, if that contender took part.
    pub fn get(&self, case: &str, bytes: usize, contender: &str) -> Option<f64> {
        let of = |row: &&Row| row.case == case && row.bytes == bytes && row.contender == contender;
        self.0.iter().find(of).map(|row| row.median_ns)
    }

    /// The cases, in the order in which they were measured.
    pub fn cases(&self) -> Vec<&str> {
        in_order(self.0.iter().map(|row| row.case.as_str()))
    }

    /// The sizes of a case. One of 0 is the size of cases that have none.
    pub fn sizes(&self, case: &str) -> Vec<usize> {
        in_order(self.0.iter().filter(|row| row.case == case).map(|row| row.bytes))
    }

    /// Who took part in a case, with their colours.
    pub fn contenders(&self, case: &str) -> Vec<(&'static str, &'static str)> {
        let took_part = |name: &str| self.0.iter().any(|row| row.case == case && row.contender == name);
        CONTENDERS.into_iter().filter(|(name, _)| took_part(name)).collect()
    }

    /// What a case is compared with: glue written by hand, or the bare call where that is the same.
    pub fn reference(&self, case: &str) -> &'static str {
        if self.contenders(case).iter().any(|(name, _)| *name == "hand") { "hand" } else { "bare" }
    }

    /// Writes the file.
    pub fn write(&self, path: &Path) {
        let mut csv = format!("{HEADER}\n");
        for Row { case, bytes, contender, median_ns } in &self.0 {
            writeln!(csv, "{case},{bytes},{contender},{median_ns:.2}").unwrap();
        }
        save(path, &csv);
    }

    /// Reads it.
    pub fn read(path: &Path) -> Self {
        let csv = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut lines = csv.lines();
        assert_eq!(lines.next(), Some(HEADER), "{}: not the results of this benchmark", path.display());
        let row = |line: &str| {
            let fields: Vec<_> = line.split(',').collect();
            let [case, bytes, contender, median_ns] = fields[..] else { panic!("not four fields: {line}") };
            Row {
                case: case.to_owned(),
                bytes: bytes.parse().expect("a number of bytes"),
                contender: contender.to_owned(),
                median_ns: median_ns.parse().expect("a number of nanoseconds"),
            }
        };
        Results(lines.map(row).collect())
    }
}

fn in_order<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    for item in items {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

/// Writes a text into a file, and makes the folder that it is to be in.
pub fn save(path: &Path, text: &str) {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).unwrap();
    }
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// `64 KiB`; nothing for cases without a size.
pub fn size_name(bytes: usize) -> String {
    match bytes {
        0 => String::new(),
        1..1024 => format!("{bytes} B"),
        1024..0x10_0000 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes >> 20),
    }
}

/// Three digits, with a unit that fits.
pub fn time_name(ns: f64) -> String {
    let (value, unit) = match ns {
        ..1e3 => (ns, "ns"),
        1e3..1e6 => (ns / 1e3, "µs"),
        _ => (ns / 1e6, "ms"),
    };
    let digits = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
    format!("{value:.digits$} {unit}")
}
