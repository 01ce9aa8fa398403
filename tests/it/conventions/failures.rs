//! Guests that say that they have failed, and why.

use super::balanced;
use crate::hostile::counting;
use crate::support::bind;
use linmem::results::{AllOnes, ExportName, Failing, LastError, Null, Packed};
use linmem::status::{Code, NonNegative, NonZero, Zero};
use linmem::{Bound, ErrorKind, Place, Result, wasm_import};

struct Text;
impl ExportName for Text {
    const NAME: &'static str = "last_error";
}
struct Len;
impl ExportName for Len {
    const NAME: &'static str = "last_error_len";
}

const FAILING: &str = r#"
    (data (i32.const 64) "no such file")
    (func (export "last_error") (result i32) (i32.const 64))
    (func (export "last_error_len") (result i32) (i32.const 12))
    (func (export "open") (param i32 i32) (result i64)
      (if (result i64) (local.get 1)
        (then (i64.or (i64.shl (i64.extend_i32_u (call $alloc (i32.const 1))) (i64.const 32)) (i64.const 1)))
        (else (i64.const 0))))
    (func (export "minus_one") (result i64) (i64.const -1))"#;

#[wasm_import]
trait Files {
    #[wasm(returns = Failing<Packed, Null, LastError<Text, Len>>)]
    fn open(&mut self, name: &str) -> Result<Vec<u8>>;
    #[wasm(returns = Failing<Packed, AllOnes>)]
    fn minus_one(&mut self) -> Result<&[u8]>;
}

#[test]
fn a_result_that_means_failure_carries_the_guests_message() {
    balanced::<FilesExports, _>(FAILING, |guest| {
        assert_eq!(guest.open("x").unwrap(), [0]);
        let error = guest.open("").unwrap_err();
        assert_eq!(error.to_string(), "`open`, result: the guest failed: no such file");
        assert!(matches!(error.kind(), ErrorKind::Guest { code: 0, message: Some(text) } if text == "no such file"));
        // The instance is as good as before.
        assert_eq!(guest.open("x").unwrap(), [0]);
        let error = guest.minus_one().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Guest { code: -1, message: None }));
        assert_eq!((error.export(), error.place()), (Some("minus_one"), Some(Place::Result)));
    });
}

#[test]
fn a_message_outside_memory_is_an_error_and_no_panic() {
    let guest = FAILING.replace("(i32.const 12)", "(i32.const -1)");
    let error = balanced::<FilesExports, _>(&guest, |guest| guest.open("").unwrap_err());
    assert!(matches!(error.kind(), ErrorKind::OutOfBounds { region, .. } if region.len == 0xffff_ffff), "{error}");
}

#[test]
fn a_message_getter_that_traps_poisons() {
    let guest = FAILING.replace("(result i32) (i32.const 64))", "(result i32) unreachable)");
    let mut guest = bind::<FilesExports>(&counting(&guest));
    assert!(matches!(guest.open("").unwrap_err().kind(), ErrorKind::Trap(_)));
    assert!(Bound::is_poisoned(&guest));
}

const STATUS: &str = r#"
    (data (i32.const 64) "no such file")
    (func (export "last_error") (result i32) (i32.const 64))
    (func (export "last_error_len") (result i32) (i32.const 12))
    (func (export "zero") (param i32) (result i32) (local.get 0))
    (func (export "nothing") (param i32))"#;

#[wasm_import(status = Code<Zero>)]
trait Checked {
    fn zero(&mut self, code: i32) -> Result<()>;
    #[wasm(name = "nothing", status = linmem::status::Silent)]
    fn silent(&mut self, code: i32) -> Result<()>;
}

#[wasm_import]
trait Posix {
    #[wasm(name = "zero", status = Code<NonNegative, LastError<Text, Len>>)]
    fn posix(&mut self, code: i32) -> Result<()>;
}

#[wasm_import]
trait Truth {
    #[wasm(name = "zero", status = Code<NonZero>)]
    fn truth(&mut self, code: i32) -> Result<()>;
}

#[test]
fn a_status_says_which_code_is_success() {
    balanced::<CheckedExports, _>(STATUS, |guest| {
        guest.zero(0).unwrap();
        guest.silent(1).unwrap();
        let error = guest.zero(28).unwrap_err();
        assert_eq!(error.to_string(), "`zero`, result: the guest failed with code 28");
        guest.zero(0).unwrap();
    });
    balanced::<PosixExports, _>(STATUS, |guest| {
        guest.posix(3).unwrap();
        let error = guest.posix(-2).unwrap_err();
        assert_eq!(error.to_string(), "`zero`, result: the guest failed with code -2: no such file");
    });
    balanced::<TruthExports, _>(STATUS, |guest| {
        guest.truth(-1).unwrap();
        let error = guest.truth(0).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Guest { code: 0, message: None }));
        assert_eq!(error.to_string(), "`zero`, result: the guest failed, and gave no reason");
    });
}

#[test]
fn a_status_that_the_export_does_not_return_is_a_fault() {
    let module = counting(r#"(func (export "zero") (param i32)) (func (export "nothing") (param i32))"#);
    let (mut store, instance) = crate::support::instance(&module);
    let error = linmem::Handle::<CheckedExports>::new(&mut store, &instance).map(drop).unwrap_err();
    let signatures = "`zero` has another type\n      wanted   (i32) -> i32\n      found    (i32)\n";
    assert!(error.to_string().contains(signatures), "{error}");
}
