//! The axes of a convention, each variant by its name, and the presets made of them.

mod buffers;
mod bufs;
mod constants;
mod failures;
mod freed;
mod handles;
mod inputs;
mod lists;
mod managed;
mod memory64;
mod outputs;
mod packed;
mod presets;
mod reasons;
mod rooms;
mod shared;
mod tagged;
mod text;
mod wide;

use crate::hostile::{counting, live};
use crate::support::{bind, handle, instance, ledger};
use linmem::pass::{Given, InBytes, LengthBefore, LengthPrefixed, NulTerminated, Ptr};
use linmem::results::{self, ExportName, FreedBy, LengthThen, PointerThen, Static};
use linmem::{Bound, ErrorKind, Interface, Place, Result, wasm_import};
use wasmtime::Store;

/// Makes a call to a guest that accounts for its blocks, and sees that it has all of them back after a trim.
pub(super) fn balanced<I: Interface, R>(functions: &str, call: impl FnOnce(&mut Bound<&mut Store<()>, I>) -> R) -> R {
    let (mut store, instance) = instance(&counting(functions));
    let mut bound = handle::<I>(&mut store, &instance).into_bound(&mut store).unwrap();
    let outcome = call(&mut bound);
    Bound::trim(&mut bound).unwrap();
    drop(bound);
    assert_eq!(live(&mut store, &instance), 0);
    outcome
}

const ARGUMENTS: &str = r#"
    (func (export "first") (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "len") (param i32 i32) (result i32) (local.get 1))
    (func (export "strlen") (param $p i32) (result i32) (local $n i32)
      (loop $next (if (i32.load8_u (i32.add (local.get $p) (local.get $n))) (then
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br $next))))
      (local.get $n))
    (func (export "prefixed") (param $p i32) (result i64)
      (i64.or (i64.shl (i64.load32_u (local.get $p)) (i64.const 32)) (i64.load32_u offset=4 (local.get $p))))
    (func (export "before") (param $p i32) (result f64)
      (if (i32.and (local.get $p) (i32.const 7)) (then (unreachable)))
      (f64.add (f64.load (local.get $p)) (f64.convert_i32_u (i32.load (i32.sub (local.get $p) (i32.const 4))))))
    (func (export "consume") (param i32 i32) (result i32) (call $dealloc (local.get 0) (local.get 1)) (local.get 1))"#;

#[wasm_import]
trait Arguments {
    fn first(&mut self, #[wasm(pass = Ptr)] data: &[u8]) -> Result<u32>;
    fn len(&mut self, #[wasm(pass = InBytes)] data: &[u32]) -> Result<u32>;
    fn strlen(&mut self, #[wasm(pass = NulTerminated)] text: &str) -> Result<u32>;
    fn prefixed(&mut self, #[wasm(pass = LengthPrefixed)] data: &[u32]) -> Result<u64>;
    fn before(&mut self, #[wasm(pass = LengthBefore)] data: &[f64]) -> Result<f64>;
    fn consume(&mut self, #[wasm(pass = Given)] data: &[u8]) -> Result<u32>;
}

#[test]
fn a_pointer_alone_names_what_the_guest_knows_the_length_of() {
    assert_eq!(balanced::<ArgumentsExports, _>(ARGUMENTS, |guest| guest.first(&[7, 8]).unwrap()), 7);
}

#[test]
fn a_length_may_be_in_bytes() {
    assert_eq!(balanced::<ArgumentsExports, _>(ARGUMENTS, |guest| guest.len(&[1, 2, 3]).unwrap()), 12);
}

#[test]
fn a_nul_ends_a_text() {
    balanced::<ArgumentsExports, _>(ARGUMENTS, |guest| {
        assert_eq!(guest.strlen("").unwrap(), 0);
        // The second is shorter: what the first has left behind it is no part of it.
        assert_eq!(guest.strlen("hello, world").unwrap(), 12);
        assert_eq!(guest.strlen("hello").unwrap(), 5);
        assert_eq!(guest.strlen(&"x".repeat(20_000)).unwrap(), 20_000);
    });
}

#[test]
fn a_nul_within_a_text_is_refused_before_anything_is_placed() {
    let error = balanced::<ArgumentsExports, _>(ARGUMENTS, |guest| guest.strlen("he\0lo").unwrap_err());
    assert!(matches!(error.kind(), ErrorKind::InteriorNul { index: 2 }));
    assert_eq!(
        error.to_string(),
        "`strlen`, argument `text`: element 2 is NUL, where the guest would take the argument to end"
    );
}

#[test]
fn a_header_before_the_elements_counts_them() {
    balanced::<ArgumentsExports, _>(ARGUMENTS, |guest| {
        assert_eq!(guest.prefixed(&[9, 10, 11]).unwrap(), 3 << 32 | 9);
        // The header is padded, so that the elements are aligned.
        assert_eq!(guest.before(&[1.5, 2.5]).unwrap(), 3.5);
    });
}

#[test]
fn what_is_given_is_the_guests_to_free() {
    let (mut store, instance) = instance(&counting(ARGUMENTS));
    let mut guest = handle::<ArgumentsExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    for len in [1, 100, 20_000] {
        assert_eq!(guest.consume(&vec![1; len]).unwrap(), u32::try_from(len).unwrap());
    }
    drop(guest);
    assert_eq!(live(&mut store, &instance), 0, "without a trim: nothing of it is linmem's");
}

#[wasm_import]
trait Giving {
    fn concat(&mut self, #[wasm(pass = Given)] a: &[u8], #[wasm(pass = Given)] b: &[u8], c: &[u8]) -> Result<Vec<u8>>;
    fn fail_alloc_in(&mut self, n: u32) -> Result<()>;
    fn live_blocks(&mut self) -> Result<i32>;
    fn last_released_nonzero(&mut self) -> Result<i32>;
}

#[test]
fn what_was_to_be_given_is_taken_back_if_it_comes_to_no_call() {
    let mut guest = bind::<GivingExports>(ledger());
    for n in 1..=4 {
        guest.fail_alloc_in(n).unwrap();
        match guest.concat(b"one", b"two", b"three") {
            Ok(joined) => assert_eq!(joined, b"onetwothree"),
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::OutOfMemory { .. }), "{error}");
                assert_eq!(guest.last_released_nonzero().unwrap(), 0, "{n}");
            }
        }
    }
    guest.fail_alloc_in(0).unwrap();
    Bound::trim(&mut guest).unwrap();
    // This guest does not free what it is given: two blocks for each call that was made.
    let before = guest.live_blocks().unwrap();
    guest.concat(b"one", b"two", b"three").unwrap();
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live_blocks().unwrap(), before + 2);
}

struct Buffer;
impl ExportName for Buffer {
    const NAME: &'static str = "buffer";
}
struct Size;
impl ExportName for Size {
    const NAME: &'static str = "size";
}
struct FreeText;
impl ExportName for FreeText {
    const NAME: &'static str = "free_text";
}

const RESULTS: &str = r#"
    (data (i32.const 64) "static\00")
    (data (i32.const 96) "\03\00\00\00abc")
    (global $freed (export "freed") (mut i32) (i32.const 0))
    (func $copy (param $from i32) (param $len i32) (result i32) (local $to i32)
      (local.set $to (call $alloc (local.get $len)))
      (memory.copy (local.get $to) (local.get $from) (local.get $len))
      (local.get $to))
    (func (export "owned_c") (result i32) (call $copy (i32.const 64) (i32.const 7)))
    (func (export "static_c") (result i32) (i32.const 64))
    (func (export "unterminated") (result i32)
      (memory.fill (i32.const 65000) (i32.const 1) (i32.const 536)) (i32.const 65000))
    (func (export "null") (result i32) (i32.const 0))
    (func (export "prefixed") (result i32) (call $copy (i32.const 96) (i32.const 7)))
    (func (export "before") (result i32) (i32.const 100))
    (func (export "bad_header") (result i32) (i32.store (i32.const 128) (i32.const 0x10000)) (i32.const 128))
    (func (export "get_len") (result i32) (i32.const 6))
    (func (export "buffer") (result i32) (i32.const 64))
    (func (export "get_ptr") (result i32) (i32.const 64))
    (func (export "size") (result i32) (i32.const 6))
    (func (export "text") (result i32 i32) (call $copy (i32.const 64) (i32.const 6)) (i32.const 6))
    (func (export "bad_text") (result i32 i32) (i32.store8 (i32.const 70) (i32.const 255))
      (call $copy (i32.const 64) (i32.const 7)) (i32.const 7))
    (func (export "swapped") (result i64) (i64.or
      (i64.extend_i32_u (call $copy (i32.const 64) (i32.const 6))) (i64.shl (i64.const 6) (i64.const 32))))
    (func (export "free_text") (param i32 i32) (call $dealloc (local.get 0) (local.get 1))
      (global.set $freed (i32.add (global.get $freed) (i32.const 1))))"#;

#[wasm_import]
trait Results {
    #[wasm(returns = results::NulTerminated)]
    fn owned_c(&mut self) -> Result<String>;
    #[wasm(returns = Static<results::NulTerminated>)]
    fn static_c(&mut self) -> Result<&str>;
    #[wasm(returns = Static<results::NulTerminated>)]
    fn unterminated(&mut self) -> Result<&[u8]>;
    #[wasm(returns = results::NulTerminated)]
    fn null(&mut self) -> Result<Option<String>>;
    #[wasm(returns = results::LengthPrefixed)]
    fn prefixed(&mut self) -> Result<Vec<u8>>;
    #[wasm(returns = Static<results::LengthBefore>)]
    fn before(&mut self) -> Result<&str>;
    #[wasm(returns = Static<results::LengthPrefixed>)]
    fn bad_header(&mut self) -> Result<Vec<u32>>;
    #[wasm(returns = results::PackedLenPtr)]
    fn swapped(&mut self) -> Result<String>;
    #[wasm(returns = LengthThen<Buffer>)]
    fn get_len(&mut self) -> Result<String>;
    #[wasm(returns = PointerThen<Size>)]
    fn get_ptr(&mut self) -> Result<&str>;
    #[wasm(returns = FreedBy<FreeText>)]
    fn text(&mut self) -> Result<String>;
    #[wasm(returns = FreedBy<FreeText>)]
    fn bad_text(&mut self) -> Result<String>;
}

#[test]
fn a_nul_ends_a_result_and_belongs_to_its_block() {
    balanced::<ResultsExports, _>(RESULTS, |guest| {
        assert_eq!(guest.owned_c().unwrap(), "static");
        assert_eq!(guest.static_c().unwrap(), "static");
        assert_eq!(guest.null().unwrap(), None);
    });
}

#[test]
fn a_result_without_a_nul_ends_where_memory_does() {
    let error = balanced::<ResultsExports, _>(RESULTS, |guest| guest.unterminated().map(drop).unwrap_err());
    assert!(matches!(error.kind(), ErrorKind::Unterminated { pointer: 65_000, memory: 65_536 }));
    assert_eq!(
        error.to_string(),
        "`unterminated`, result: there is no NUL between 0xfde8 and the end of the guest's memory of 65536 bytes"
    );
}

#[test]
fn a_header_tells_how_long_a_result_is() {
    balanced::<ResultsExports, _>(RESULTS, |guest| {
        assert_eq!(guest.prefixed().unwrap(), b"abc");
        assert_eq!(guest.before().unwrap(), "abc");
    });
}

#[test]
fn a_header_that_claims_more_than_memory_is_refused() {
    let error = balanced::<ResultsExports, _>(RESULTS, |guest| guest.bad_header().unwrap_err());
    assert!(matches!(*error.kind(), ErrorKind::OutOfBounds { region, memory: 65_536 }
        if (region.pointer, region.len) == (132, 0x4_0000)));
    assert_eq!((error.export(), error.place()), (Some("bad_header"), Some(Place::Result)));
}

#[test]
fn a_packed_result_may_have_its_length_in_front() {
    balanced::<ResultsExports, _>(RESULTS, |guest| assert_eq!(guest.swapped().unwrap(), "static"));
}

#[test]
fn a_getter_returns_the_other_half() {
    balanced::<ResultsExports, _>(RESULTS, |guest| {
        assert_eq!(guest.get_len().unwrap(), "static");
        assert_eq!(guest.get_ptr().unwrap(), "static");
    });
}

#[test]
fn a_getter_that_is_missing_is_a_fault_of_its_method() {
    let module = counting(r#"(func (export "get_len") (result i32) (i32.const 6))"#);
    let (mut store, instance) = instance(&module);
    let error = linmem::Handle::<GetterExports>::new(&mut store, &instance).map(drop).unwrap_err();
    assert!(
        error.to_string().contains("`get_len`, by its convention: no export `buffer`\n      wanted   () -> i32"),
        "{error}"
    );
}

#[wasm_import]
trait Getter {
    #[wasm(returns = LengthThen<Buffer>)]
    fn get_len(&mut self) -> Result<String>;
}

#[test]
fn a_getter_that_traps_poisons() {
    let module = counting(
        r#"(func (export "get_len") (result i32) (i32.const 6)) (func (export "buffer") (result i32) unreachable)"#,
    );
    let mut guest = bind::<GetterExports>(&module);
    assert!(matches!(guest.get_len().unwrap_err().kind(), ErrorKind::Trap(_)));
    assert!(Bound::is_poisoned(&guest));
}

#[test]
fn an_export_of_its_own_frees_a_result_even_if_that_is_no_text() {
    let (mut store, instance) = instance(&counting(RESULTS));
    let mut guest = handle::<ResultsExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    assert_eq!(guest.text().unwrap(), "static");
    assert!(matches!(guest.bad_text().unwrap_err().kind(), ErrorKind::InvalidUtf8 { valid_up_to: 6, .. }));
    drop(guest);
    assert_eq!(instance.get_global(&mut store, "freed").unwrap().get(&mut store).unwrap_i32(), 2);
    assert_eq!(live(&mut store, &instance), 0);
}
