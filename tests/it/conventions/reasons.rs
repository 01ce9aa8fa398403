//! Where a guest says why it has failed: `LastErrorText` and `IsError`.

use super::balanced;
use crate::hostile::{assert_poisoned, assert_trap, counting};
use crate::support::{bind, instance};
use linmem::results::{AllOnes, Failing, Failure, LastError, LastErrorText, Negative, Null, Pair, ReturnArea};
use linmem::status::{Code, IsError, Sentinel};
use linmem::{Bound, Error, ErrorKind, Place, Pointer, Result, export_names, wasm_import};

export_names!(Why = "why", WhyLen = "why_len", Flag = "is_error");

/// `set` makes the flag; `pair` and `area` return what they are given.
const GUEST: &str = r#"
    (data (i32.const 64) "no such file\00")
    (global $flag (mut i32) (i32.const 0))
    (func (export "why") (result i32) (i32.const 64))
    (func (export "why_len") (result i32) (i32.const 7))
    (func (export "is_error") (result i32) (global.get $flag))
    (func (export "set") (param i32 i32) (global.set $flag (local.get 1)))
    (func (export "plain") (param i32) (global.set $flag (local.get 0)))
    (func (export "code") (param i32) (result i32) (local.get 0))
    (func (export "pair") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))
    (func (export "area") (param i32) (result i32) (local.get 0))"#;

#[wasm_import]
trait Reasons {
    #[wasm(status = IsError<Flag, LastErrorText<Why>>)]
    fn set(&mut self, text: &[u8]) -> Result<()>;
    #[wasm(status = IsError<Flag>)]
    fn plain(&mut self, flag: i32) -> Result<()>;
    #[wasm(status = Code<linmem::status::Zero, LastErrorText<Why>>)]
    fn code(&mut self, code: i32) -> Result<()>;
    #[wasm(returns = Failing<linmem::results::Static<Pair>, Negative, LastError<Why, WhyLen>>)]
    fn pair(&mut self, pointer: u32, len: i32) -> Result<Vec<u8>>;
    #[wasm(returns = Failing<linmem::results::Static<ReturnArea>, Null, LastErrorText<Why>>)]
    fn area(&mut self, area: u32) -> Result<[u8; 4]>;
}

#[test]
fn a_function_tells_afterwards_whether_there_was_an_error() {
    balanced::<ReasonsExports, _>(GUEST, |guest| {
        guest.set(&[]).unwrap();
        let error = guest.set(&[1, 2]).unwrap_err();
        assert_eq!(error.to_string(), "`set`, result: the guest failed with code 2: no such file");
        assert!(matches!(guest.plain(-5).unwrap_err().kind(), ErrorKind::Guest { code: -5, message: None }));
        guest.plain(0).unwrap();
        let error = guest.code(3).unwrap_err();
        assert_eq!(error.to_string(), "`code`, result: the guest failed with code 3: no such file");
        // The instance is as good as before.
        guest.set(&[]).unwrap();
    });
}

#[test]
fn a_length_below_zero_is_a_failure_and_its_code() {
    balanced::<ReasonsExports, _>(GUEST, |guest| {
        assert_eq!(guest.pair(64, 2).unwrap(), b"no");
        let error = guest.pair(64, -11).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Guest { code: -11, message: Some(text) } if text == "no such"),
            "{error}"
        );
        assert_eq!(guest.area(64).unwrap(), *b"no s");
        let error = guest.area(0).unwrap_err();
        assert_eq!(error.to_string(), "`area`, result: the guest failed: no such file");
    });
}

/// What becomes of the message of a guest whose getter returns something else.
fn failed(getter: &str) -> Error {
    let guest = GUEST.replacen("(result i32) (i32.const 64))", &format!("(result i32) {getter})"), 1);
    balanced::<ReasonsExports, _>(&guest, |guest| {
        let error = guest.set(&[1]).unwrap_err();
        assert_eq!((error.export(), error.place()), (Some("set"), Some(Place::Result)));
        guest.set(&[]).unwrap();
        error
    })
}

#[test]
fn a_message_may_be_missing_and_is_looked_at_with_care() {
    assert!(matches!(failed("(i32.const 0)").kind(), ErrorKind::Guest { code: 1, message: None }));
    assert!(matches!(
        failed("(i32.const 65536)").kind(),
        ErrorKind::Unterminated { .. } | ErrorKind::OutOfBounds { .. }
    ));
    assert!(matches!(failed("(i32.const -1)").kind(), ErrorKind::Unterminated { .. } | ErrorKind::OutOfBounds { .. }));
    let error = failed("(memory.fill (i32.const 65530) (i32.const 1) (i32.const 6)) (i32.const 65530)");
    assert!(matches!(error.kind(), ErrorKind::Unterminated { pointer: 65_530, memory: 65_536 }), "{error}");
    let error = failed("(i32.store (i32.const 128) (i32.const 0xff61)) (i32.const 128)");
    assert!(
        matches!(error.kind(), ErrorKind::Guest { message: Some(text), .. } if text == "a\u{fffd}"),
        "what is no text is replaced: {error}"
    );
}

#[test]
fn a_flag_or_a_message_that_traps_poisons() {
    let traps = "(result i32) unreachable)";
    for guest in [
        GUEST.replace("(result i32) (global.get $flag))", traps),
        GUEST.replacen("(result i32) (i32.const 64))", traps, 1),
    ] {
        let mut guest = bind::<ReasonsExports>(&counting(&guest));
        assert_trap(&guest.set(&[1]).unwrap_err(), "set", Place::Call);
        assert!(Bound::is_poisoned(&guest));
        assert_poisoned(guest.plain(0), Some("set"));
    }
}

#[test]
fn a_flag_or_a_message_that_is_missing_is_a_fault_of_its_method() {
    let module = counting(&GUEST.replace("\"is_error\"", "\"other\"").replace("\"why\"", "\"wherefore\""));
    let (mut store, instance) = instance(&module);
    let error = linmem::Handle::<ReasonsExports>::new(&mut store, &instance).map(drop).unwrap_err().to_string();
    assert!(error.contains("`set`, by its convention: no export `is_error`\n      wanted   () -> i32"), "{error}");
    assert!(error.contains("`code`, by its convention: no export `why`\n      wanted   () -> i32"), "{error}");
}

#[wasm_import]
trait Ones {
    #[wasm(returns = Failing<linmem::results::Static<ReturnArea>, AllOnes>)]
    fn area(&mut self, area: u32) -> Result<[u8; 4]>;
}

#[test]
fn an_address_of_ones_is_a_failure() {
    balanced::<OnesExports, _>(GUEST, |guest| {
        assert_eq!(guest.area(64).unwrap(), *b"no s");
        assert!(matches!(guest.area(u32::MAX).unwrap_err().kind(), ErrorKind::Guest { code: -1, message: None }));
        assert!(matches!(guest.area(u32::MAX - 1).unwrap_err().kind(), ErrorKind::OutOfBounds { .. }));
    });
}

const SCALARS: &str = r#"
    (global $flag (mut i32) (i32.const 0))
    (func (export "why") (result i32) (i32.const 64))
    (data (i32.const 64) "not there\00")
    (func (export "is_error") (result i32) (global.get $flag))
    (func (export "find") (param i32) (result i32) (local.get 0))
    (func (export "wide") (param i64) (result i64) (local.get 0))
    (func (export "real") (param f64) (result f64) (local.get 0))
    (func (export "nothing"))
    (func (export "flagged") (param i32) (result i32) (global.set $flag (local.get 0)) (i32.const 5))"#;

/// Every answer means failure.
struct Any;

impl Failure for Any {
    fn code<X: Pointer>(_: u64, _: u64) -> Option<i64> {
        Some(1)
    }
}

#[wasm_import]
trait Scalars {
    #[wasm(status = Sentinel<Negative, LastErrorText<Why>>)]
    fn find(&mut self, answer: i32) -> Result<u32>;
    #[wasm(status = Sentinel<AllOnes>)]
    fn wide(&mut self, answer: i64) -> Result<i64>;
    #[wasm(status = Sentinel<Negative>)]
    fn real(&mut self, answer: f64) -> Result<f64>;
    #[wasm(status = Sentinel<Any>)]
    fn nothing(&mut self) -> Result<()>;
    #[wasm(status = IsError<Flag>)]
    fn flagged(&mut self, flag: i32) -> Result<u32>;
}

#[test]
fn a_scalar_may_mean_failure() {
    balanced::<ScalarsExports, _>(SCALARS, |guest| {
        assert_eq!(guest.find(7).unwrap(), 7);
        let error = guest.find(-2).unwrap_err();
        assert_eq!(error.to_string(), "`find`, result: the guest failed with code -2: not there");
        // Of 64 bits all count: 32 ones are a number.
        assert_eq!(guest.wide(0xffff_ffff).unwrap(), 0xffff_ffff);
        assert_eq!(guest.wide(-2).unwrap(), -2);
        assert!(matches!(guest.wide(-1).unwrap_err().kind(), ErrorKind::Guest { code: -1, message: None }));
        // A number with a point is none of these values.
        assert_eq!(guest.real(-1.0).unwrap(), -1.0);
    });
}

#[test]
fn where_nothing_is_returned_nothing_means_failure() {
    balanced::<ScalarsExports, _>(SCALARS, |guest| guest.nothing().unwrap());
}

#[test]
fn a_flag_tells_of_scalars_too() {
    balanced::<ScalarsExports, _>(SCALARS, |guest| {
        assert_eq!(guest.flagged(0).unwrap(), 5);
        assert!(matches!(guest.flagged(9).unwrap_err().kind(), ErrorKind::Guest { code: 9, message: None }));
    });
}

#[wasm_import]
trait Forger {
    #[wasm(status = Code<linmem::status::Zero, LastErrorText<Why>>)]
    fn short(&mut self) -> Result<()>;
}

#[test]
fn a_message_of_the_guests_cannot_forge_lines() {
    let forged = r#"can't \0a\1b[31mread"#;
    let module = |text: &str| {
        crate::support::wat(&format!(
            r#"(module (memory (export "memory") 1) (data (i32.const 64) "{text}\00")
                (func (export "why") (result i32) (i32.const 64))
                (func (export "short") (result i32) (i32.const 3)))"#
        ))
    };
    let error = bind::<ForgerExports>(&module(forged)).short().unwrap_err();
    assert_eq!(
        error.to_string(),
        r"`short`, result: the guest failed with code 3: can't \n\u{1b}[31mread",
        "one line, and no colours"
    );
    let ErrorKind::Guest { message: Some(message), .. } = error.kind() else { panic!("{error}") };
    assert_eq!(message, "can't \n\u{1b}[31mread", "a program gets it as it is");
    let error = bind::<ForgerExports>(&module(&"x".repeat(5000))).short().unwrap_err();
    assert!(error.to_string().len() < 1100 && error.to_string().ends_with("xx…"), "{error}");
}
