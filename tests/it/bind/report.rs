//! The whole of a report, as a terminal shows it. `BLESS=1` accepts what it says now.

use super::faults;
use crate::support::wat;
use linmem::convention::Canonical;
use linmem::results::{LengthThen, PackedLenPtr};
use linmem::status::Code;
use linmem::{ErrorKind, Fault, Remedy, Result, export_names, wasm_import};
use std::path::Path;
use std::{env, fs};

export_names!(Length = "title_length");

/// Wrong about twelve things, by all kinds of fault that one module can have at once.
#[wasm_import(memory = "mem", alloc = "take", free = "give", init = "start")]
#[allow(dead_code, reason = "it is bound, and not called")]
trait Wrong {
    /// Another name.
    fn live_blocks(&mut self) -> Result<u32>;
    /// The length is missing.
    fn hash(&mut self, seed: u64, data: &[u8]) -> Result<u32>;
    /// The order is another.
    fn fill(&mut self, text: &str, by: f64) -> Result<()>;
    /// A status is returned.
    fn save(&mut self) -> Result<()>;
    /// Packed, although the trait says otherwise.
    #[wasm(returns = linmem::results::Pair)]
    fn render(&mut self, text: &str) -> Result<String>;
    /// A scalar of another width.
    fn seek(&mut self, to: u32) -> Result<u32>;
    /// No function.
    fn counter(&mut self) -> Result<u32>;
    /// Its getter is missing.
    #[wasm(returns = LengthThen<Length>)]
    fn title(&mut self) -> Result<String>;
}

const MODULE: &str = r#"(module
    (memory (export "memory") 1)
    (func (export "liveBlocks") (result i32) unreachable)
    (func (export "live_block") (param i32))
    (func (export "hash") (param i64 i32) (result i32) unreachable)
    (func (export "fill") (param f64 i32 i32))
    (func (export "save") (result i32) unreachable)
    (func (export "render") (param i32 i32) (result i64) unreachable)
    (func (export "seek") (param i64) (result i64) unreachable)
    (global (export "counter") i32 (i32.const 0))
    (func (export "title") (result i32) unreachable)
    (func (export "titleLen\1b[31m") (result i32) unreachable)
    (func (export "take") (param i32))
    (func (export "release") (param i32))
    (func (export "starts")))"#;

#[test]
fn a_report_reads_well_in_a_terminal() {
    let (found, message) = faults::<WrongExports>(&wat(MODULE));
    assert_eq!(found.len(), 12, "{message}");
    compare("report.txt", &message);
}

#[test]
fn a_module_alone_is_checked_in_the_same_way() {
    let error = WrongPre::check(&wat(MODULE)).unwrap_err();
    let (found, message) = faults::<WrongExports>(&wat(MODULE));
    assert_eq!(error.to_string(), message);
    assert!(matches!(error.kind(), ErrorKind::Bind(faults) if faults.faults == found));
    StartPre::check(&wat(r#"(module (func (export "start")))"#)).unwrap();
}

#[wasm_import(init = "start")]
#[allow(dead_code, reason = "it is bound, and not called")]
trait Start {
    fn start(&mut self) -> Result<()>;
}

/// What the report names as help, followed: the same module binds.
#[wasm_import]
#[allow(dead_code, reason = "it is bound, and not called")]
trait Mended {
    #[wasm(name = "liveBlocks")]
    fn live_blocks(&mut self) -> Result<u32>;
    fn hash(&mut self, seed: u64, #[wasm(pass = linmem::pass::Ptr)] data: &[u8]) -> Result<u32>;
    fn fill(&mut self, by: f64, text: &str) -> Result<()>;
    #[wasm(status = Code)]
    fn save(&mut self) -> Result<()>;
    #[wasm(returns = PackedLenPtr)]
    fn render(&mut self, text: &str) -> Result<String>;
    fn seek(&mut self, to: i64) -> Result<u64>;
    fn title(&mut self) -> Result<String>;
}

#[test]
fn the_help_helps() {
    MendedPre::check(&wat(MODULE)).unwrap();
}

#[wasm_import]
#[allow(dead_code, reason = "it is bound, and not called")]
trait Odd {
    fn odd(&mut self, a: &[u8], b: &str, c: u32) -> Result<Vec<u8>>;
    fn far(&mut self, a: &[u8]) -> Result<u32>;
}

#[test]
fn several_changes_are_told_together_and_few_only() {
    let module = wat(r#"(module (memory (export "memory") 1)
        (func (export "odd") (param i32 i32 i64) (result i64) unreachable)
        (func (export "far") (param f32 f32 f32 f32) (result f64) unreachable))"#);
    let (found, message) = faults::<OddExports>(&module);
    let [Fault::WrongSignature { remedies: odd, .. }, Fault::WrongSignature { remedies: far, .. }] = found.as_slice()
    else {
        panic!("{message}")
    };
    assert!(
        matches!(
            odd.as_slice(),
            [
                Remedy::Set { parameter: Some("a"), option: "pass", .. },
                Remedy::Set { parameter: Some("b"), option: "pass", .. },
                Remedy::Retype { parameter: Some("c"), .. },
            ]
        ),
        "{message}"
    );
    assert_eq!(far, &[]);
}

#[wasm_import]
#[allow(dead_code, reason = "it is bound, and not called")]
trait Arity {
    fn crc(&mut self, data: &[u8], seed: u64) -> Result<u32>;
    fn shout(&mut self, text: &str) -> Result<String>;
    fn scale(&mut self, by: f64, values: &mut [f64]) -> Result<()>;
    fn mix(&mut self, a: u32, b: u32) -> Result<u64>;
}

#[test]
fn a_parameter_too_few_or_too_many_is_told() {
    let module = wat(r#"(module (memory (export "memory") 1)
        (func (export "crc") (param i32 i32) (result i32) unreachable)
        (func (export "shout") (param i32 i32 i32 f32))
        (func (export "scale") (param f64 f64 i32 i32))
        (func (export "mix") (param i32) (result i64) unreachable))"#);
    let (found, message) = faults::<ArityExports>(&module);
    let help: Vec<_> = found.iter().flat_map(Fault::help).collect();
    assert_eq!(
        help,
        [
            "leave out `seed`: the export takes one i64 less",
            "add a parameter after `text`: the export takes one f32 more (`f32`)",
            "add a parameter: the export takes one f64 more (`f64`)",
            "leave out one of the parameters: the export takes one i32 less",
        ],
        "{message}"
    );
}

#[wasm_import(convention = Canonical)]
#[allow(dead_code, reason = "it is bound, and not called")]
trait Component {
    fn shout(&mut self, text: &str) -> Result<String>;
}

#[test]
fn what_the_guest_chose_is_cut_short() {
    let params = "i32 ".repeat(1000);
    let name = "shout".repeat(3);
    let module = wat(&format!(
        r#"(module (memory (export "memory") 1) (func (export "shout") (param {params})) (func (export "{name}{}")))"#,
        "x".repeat(90_000)
    ));
    let (_, message) = faults::<ComponentExports>(&module);
    assert!(message.contains("i32, … and 968 more)"), "{message}");
    assert!(message.len() < 2_000, "{}", message.len());
}

#[track_caller]
fn compare(file: &str, actual: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/bind").join(file);
    if env::var_os("BLESS").is_some() {
        fs::write(&file, format!("{actual}\n")).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap().trim_end(), actual);
}
