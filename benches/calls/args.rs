//! The command line.

use crate::processes::Sample;
use std::path::{Path, PathBuf};
use std::str::FromStr;

pub(crate) const USAGE: &str = "\
cargo bench -p linmem-benches --bench calls -- [OPTION]...

  --quick          measure for seconds only, and no sizes above 64 KiB
  --case NAME      only that case; may be given several times
  --csv FILE       where the results go        [target/linmem-bench.csv]
  --svg FILE       where the picture goes      [target/linmem-bench.svg]
  --machine TEXT   the machine that the picture names, instead of this one
  --render         measure nothing: make picture and table of the results that are there

Files are relative to the repository.";

pub(crate) struct Args {
    pub(crate) help: bool,
    pub(crate) quick: bool,
    pub(crate) render: bool,
    pub(crate) cases: Vec<String>,
    pub(crate) csv: PathBuf,
    pub(crate) svg: PathBuf,
    pub(crate) machine: Option<String>,
    /// What the benchmark asks of itself.
    pub(crate) sample: Option<Sample>,
}

impl Args {
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        // Cargo runs benchmarks in their package's folder.
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut parsed = Args {
            help: false,
            quick: false,
            render: false,
            cases: Vec::new(),
            csv: repository.join("target/linmem-bench.csv"),
            svg: repository.join("target/linmem-bench.svg"),
            machine: None,
            sample: None,
        };
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or_else(|| format!("{arg} what?"));
            match arg.as_str() {
                "--help" | "-h" => parsed.help = true,
                "--quick" => parsed.quick = true,
                "--render" => parsed.render = true,
                "--case" => parsed.cases.push(value()?),
                "--csv" => parsed.csv = repository.join(value()?),
                "--svg" => parsed.svg = repository.join(value()?),
                "--sample" => {
                    let (case, bytes, process) = (value()?, number(&value()?)?, number(&value()?)?);
                    parsed.sample = Some(Sample { case, bytes, process });
                }
                "--machine" => parsed.machine = Some(value()?),
                _ => return Err(format!("{arg} is not an option")),
            }
        }
        Ok(parsed)
    }
}

fn number<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("{text} is no number"))
}
