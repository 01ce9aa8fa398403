//! What an error in reading a result says besides: which other convention what came back looks like.

use crate::support::{bind, wat};
use linmem::results::{AllOnes, Failing, LengthBefore, LengthPrefixed, NulTerminated, Static};
use linmem::{ErrorKind, Place, Result, wasm_import};

/// Text that ends with a NUL, and numbers of 64 bits with nothing before them.
const GUEST: &str = r#"(module (memory (export "memory") 1)
    (data (i32.const 16) "Hello, world\00")
    (func (export "greeting") (export "constant") (export "text") (export "prefixed") (export "before") (result i32)
      (i32.const 16))
    (func (export "unaligned") (result i32) (i32.const 17))
    (func (export "lengths") (result i64) (i64.const 0xffffff00000010))
    (func (export "point") (result i32) (i32.const 65535)))"#;

#[wasm_import]
trait Guest {
    fn greeting(&mut self) -> Result<String>;
    #[wasm(returns = Static)]
    fn constant(&mut self) -> Result<&str>;
    fn unaligned(&mut self) -> Result<Option<String>>;
    #[wasm(returns = Static<NulTerminated>)]
    fn text(&mut self) -> Result<&str>;
    #[wasm(returns = Failing<LengthPrefixed, AllOnes>)]
    fn prefixed(&mut self) -> Result<Vec<u8>>;
    #[wasm(returns = LengthBefore)]
    fn before(&mut self) -> Result<Vec<u64>>;
    fn lengths(&mut self) -> Result<Vec<u8>>;
    fn point(&mut self) -> Result<[u32; 2]>;
}

#[test]
fn a_c_string_that_is_taken_for_a_return_area_is_told() {
    let mut guest = bind::<GuestExports>(&wat(GUEST));
    assert_eq!(guest.text().unwrap(), "Hello, world");
    let error = guest.greeting().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`greeting`, result: 1998597231 bytes at 0x6c6c6548 are outside the guest's memory of 65536 bytes; an address \
         and a length were read where the returned address points: if it points at a C string instead, write `returns \
         = linmem::results::NulTerminated`, or `Static<NulTerminated>` if nobody frees it; with a count there or \
         before it, `LengthPrefixed` or `LengthBefore`"
    );
    let hint = error.hint();
    assert_eq!(guest.constant().map(drop).unwrap_err().hint(), hint);
    let error = guest.unaligned().unwrap_err();
    assert_eq!((error.place(), error.hint()), (Some(Place::ReturnArea), hint));
    assert!(matches!(error.kind(), ErrorKind::Misaligned { pointer: 17, align: 4 }), "{error}");
}

#[test]
fn other_forms_tell_which_look_like_them() {
    let mut guest = bind::<GuestExports>(&wat(GUEST));
    assert!(guest.prefixed().unwrap_err().hint().is_some_and(|hint| hint.contains("results::LengthBefore`")));
    assert!(guest.lengths().unwrap_err().hint().is_some_and(|hint| hint.contains("results::PackedLenPtr`")));
    assert_eq!(guest.before().unwrap(), [], "there is a zero before the text");
}

#[test]
fn a_value_was_not_read_from_an_address_and_a_length() {
    let error = bind::<GuestExports>(&wat(GUEST)).point().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::OutOfBounds { .. }), "{error}");
    assert_eq!(error.hint(), None);
}
