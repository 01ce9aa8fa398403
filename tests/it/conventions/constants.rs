//! `Then` and `Before`: core values that an export takes, and a caller has no use for.

use super::balanced;
use crate::hostile::counting;
use crate::support::instance;
use linmem::pass::{Before, Constant, InBytes, LenPtr, NulTerminated, NullRef, Ptr, PtrLen, Then, Zero};
use linmem::{Result, wasm_import};

/// Two numbers of the test's own.
struct Flags;

impl Constant for Flags {
    type Core = (i64, f32);

    fn core() -> (i64, f32) {
        (-7, 0.5)
    }
}

/// Each returns the sum of the bytes that it is passed, and traps if the constant is not what it should be.
const GUEST: &str = r#"
    (func $sum (param $p i32) (param $n i32) (result i32) (local $sum i32)
      (loop $next (if (local.get $n) (then
        (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $p))))
        (local.set $p (i32.add (local.get $p) (i32.const 1)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $next))))
      (local.get $sum))
    (func $zero (param i32) (if (local.get 0) (then unreachable)))
    (func $null (param externref) (if (i32.eqz (ref.is_null (local.get 0))) (then unreachable)))
    (func (export "then_zero") (param i32 i32 i32) (result i32)
      (call $zero (local.get 2)) (call $sum (local.get 0) (local.get 1)))
    (func (export "then_null") (param i32 i32 externref) (result i32)
      (call $null (local.get 2)) (call $sum (local.get 0) (local.get 1)))
    (func (export "zero_first") (param i32 i32 i32) (result i32)
      (call $zero (local.get 0)) (call $sum (local.get 2) (local.get 1)))
    (func (export "null_first") (param externref i32) (result i32)
      (call $null (local.get 0)) (call $sum (local.get 1) (i32.const 2)))
    (func (export "around") (param i32 externref i32 i32 f64) (result i32)
      (call $zero (local.get 0)) (call $null (local.get 1)) (call $zero (local.get 3))
      (if (f64.ne (local.get 4) (f64.const 1.5)) (then unreachable))
      (call $sum (local.get 2) (i32.const 3)))
    (func (export "flags") (param i32 i32 i64 f32) (result i32)
      (if (i32.or (i64.ne (local.get 2) (i64.const -7)) (f32.ne (local.get 3) (f32.const 0.5))) (then unreachable))
      (call $sum (local.get 0) (local.get 1)))
    (func (export "many") (param i32 i32 externref i32 i32 externref i32 i32 externref i32 i32 externref
        i32 i32 externref i32 i32 externref) (result i32)
      (call $null (local.get 2)) (call $null (local.get 17))
      (call $sum (local.get 15) (local.get 16)))"#;

#[wasm_import]
trait Constants {
    fn then_zero(&mut self, #[wasm(pass = Then<PtrLen, Zero>)] data: &[u8]) -> Result<u32>;
    fn then_null(&mut self, #[wasm(pass = Then<PtrLen, NullRef>)] data: &[u8]) -> Result<u32>;
    fn zero_first(&mut self, #[wasm(pass = Before<Zero, LenPtr>)] data: &[u8]) -> Result<u32>;
    fn null_first(&mut self, #[wasm(pass = Before<NullRef, Ptr>)] data: &[u8]) -> Result<u32>;
    fn around(
        &mut self,
        #[wasm(pass = Before<Zero, Before<NullRef, Then<NulTerminated, Zero>>>)] text: &str,
        last: f64,
    ) -> Result<u32>;
    fn flags(&mut self, #[wasm(pass = Then<InBytes, Flags>)] data: &[u16]) -> Result<u32>;
    #[allow(clippy::too_many_arguments, reason = "that is what it is for")]
    fn many(
        &mut self,
        #[wasm(pass = Then<PtrLen, NullRef>)] a: &str,
        #[wasm(pass = Then<PtrLen, NullRef>)] b: &str,
        #[wasm(pass = Then<PtrLen, NullRef>)] c: &str,
        #[wasm(pass = Then<PtrLen, NullRef>)] d: &str,
        #[wasm(pass = Then<PtrLen, NullRef>)] e: &str,
        #[wasm(pass = Then<PtrLen, NullRef>)] f: &str,
    ) -> Result<u32>;
}

#[test]
fn constants_stand_before_and_behind_what_is_passed() {
    balanced::<ConstantsExports, _>(GUEST, |guest| {
        assert_eq!(guest.then_zero(&[1, 2, 3]).unwrap(), 6);
        assert_eq!(guest.then_zero(&[]).unwrap(), 0);
        assert_eq!(guest.then_null(&[1, 2, 3]).unwrap(), 6);
        assert_eq!(guest.zero_first(&[1, 2, 3]).unwrap(), 6);
        assert_eq!(guest.null_first(&[1, 2]).unwrap(), 3);
        assert_eq!(guest.around("\u{1}\u{2}\u{3}", 1.5).unwrap(), 6);
        assert_eq!(guest.flags(&[0x0102, 0x0304]).unwrap(), 10);
        // More than a tuple holds.
        assert_eq!(guest.many("a", "b", "c", "d", "e", "\u{1}\u{5}").unwrap(), 6);
    });
}

#[test]
fn a_constant_is_a_part_of_the_exports_type() {
    let module = counting(&GUEST.replace("(param i32 i32 externref) ", "(param i32 i32 funcref) ").replacen(
        "(call $null (local.get 2)) (call $sum",
        "(call $sum",
        1,
    ));
    let (mut store, instance) = instance(&module);
    let error = linmem::Handle::<ConstantsExports>::new(&mut store, &instance).map(drop).unwrap_err().to_string();
    assert!(
        error.contains("found    (i32, i32, funcref) -> i32") && error.contains("(i32, i32, externref)"),
        "{error}"
    );
}
