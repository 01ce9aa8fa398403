//! Results that the guest writes into room of the caller's: `Capacity` and `InPlace`, with `Filled`.

use super::balanced;
use crate::hostile::{argument, assert_error, assert_trap, counting, holds, refused};
use crate::support::{bind, handle, instance};
use linmem::pass::{LenPtr, Ptr};
use linmem::results::{AllOnes, Failing, Filled, InBytes, LastErrorText, Negative, Null};
use linmem::{Bound, Capacity, ErrorKind, InPlace, Place, Result, export_names, wasm_import};

export_names!(Why = "why");

/// `$pack` copies what fits, and returns how long it is or −1; `count` writes nothing, and returns what it is told.
const GUEST: &str = r#"
    (data (i32.const 64) "too long\00")
    (func (export "why") (result i32) (i32.const 64))
    (func (export "bound") (param i32) (result i32) (i32.add (local.get 0) (i32.const 2)))
    (func $pack (export "pack") (param $p i32) (param $n i32) (param $out i32) (param $cap i32) (result i32)
      (if (i32.gt_u (local.get $n) (local.get $cap)) (then (return (i32.const -1))))
      (memory.copy (local.get $out) (local.get $p) (local.get $n))
      (local.get $n))
    (func (export "front") (param $out i32) (param $cap i32) (param $p i32) (param $n i32) (result i32)
      (call $pack (local.get $p) (local.get $n) (local.get $out) (local.get $cap)))
    (func (export "middle") (param $p i32) (param $cap i32) (param $out i32) (param $n i32) (result i32)
      (call $pack (local.get $p) (local.get $n) (local.get $out) (local.get $cap)))
    (func (export "words") (param $out i32) (param $cap i32) (param $n i32) (result i32)
      (i32.store (local.get $out) (i32.const 7)) (local.get $n))
    (func (export "count") (param $out i32) (param $cap i32) (param $n i32) (result i32) (local.get $n))
    (func (export "trap") (param $out i32) (param $cap i32) (result i32)
      (i64.store (local.get $out) (i64.const 0x7465726365732061)) unreachable)
    (func (export "trim") (param $p i32) (param $n i32) (result i32)
      (if (local.get $n) (then (i32.store8 (local.get $p) (i32.const 0x58))))
      (i32.shr_u (local.get $n) (i32.const 1)))
    (func (export "digest") (param $p i32) (param $n i32) (param $out i32) (result i32)
      (memory.fill (local.get $out) (local.get $n) (i32.const 32)) (i32.const 32))"#;

#[wasm_import]
trait Packer {
    fn bound(&mut self, len: u32) -> Result<u32>;
    #[wasm(returns = Failing<Filled, AllOnes, LastErrorText<Why>>)]
    fn pack(&mut self, data: &[u8], out: Capacity<u8>) -> Result<Vec<u8>>;
    #[wasm(returns = Failing<Filled, AllOnes>)]
    fn front(&mut self, out: Capacity<u8>, data: &str) -> Result<String>;
    #[wasm(returns = Filled)]
    fn middle(
        &mut self,
        #[wasm(pass = Ptr)] data: &str,
        #[wasm(pass = LenPtr)] out: Capacity,
        n: u32,
    ) -> Result<String>;
    #[wasm(returns = Filled)]
    fn words(&mut self, out: Capacity<u32>, n: u32) -> Result<Vec<u32>>;
    #[wasm(returns = Failing<Filled, Negative>)]
    fn count(&mut self, out: Capacity<u64>, n: i32) -> Result<Vec<u64>>;
    #[wasm(returns = Filled)]
    fn trap(&mut self, out: Capacity<u8>) -> Result<Vec<u8>>;
    #[wasm(returns = Filled)]
    fn trim(&mut self, text: InPlace<'_, u8>) -> Result<String>;
    #[wasm(returns = Filled)]
    fn digest(&mut self, data: &[u8], #[wasm(pass = Ptr)] out: Capacity<u8>) -> Result<[u8; 32]>;
}

/// The capacity that another export tells, and the call for which it is.
fn pack(packer: &mut dyn Packer, data: &[u8]) -> Result<Vec<u8>> {
    let bound = packer.bound(u32::try_from(data.len()).unwrap())?;
    packer.pack(data, Capacity::new(usize::try_from(bound).unwrap()))
}

#[test]
fn a_guest_fills_room_of_the_callers() {
    balanced::<PackerExports, _>(GUEST, |guest| {
        for len in [0, 1, 300, 3_000] {
            let data = vec![7; len];
            assert_eq!(pack(guest, &data).unwrap(), data);
        }
        assert_eq!(guest.front(Capacity::new(5), "hello").unwrap(), "hello");
        assert_eq!(guest.middle("hello", Capacity::new(9), 5).unwrap(), "hello");
        assert_eq!(guest.words(Capacity::new(3), 2).unwrap(), [7, 0]);
        assert_eq!(guest.digest(&[1, 2, 3], Capacity::new(32)).unwrap(), [3; 32]);
        assert_eq!(guest.digest(&[1], Capacity::new(40)).unwrap(), [1; 32]);
    });
}

#[test]
fn a_guest_changes_a_slice_in_place_and_says_how_much_is_left() {
    balanced::<PackerExports, _>(GUEST, |guest| {
        let text = "abcdef";
        assert_eq!(guest.trim(InPlace::new(text.as_bytes())).unwrap(), "Xbc");
        assert_eq!(guest.trim(InPlace::new(b"")).unwrap(), "");
        let error = guest.trim(InPlace::new(&[0xff; 4])).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { valid_up_to: 1, .. }), "{error}");
    });
}

#[test]
fn no_room_takes_no_memory() {
    balanced::<PackerExports, _>(GUEST, |guest| {
        assert_eq!(guest.count(Capacity::new(0), 0).unwrap(), []);
        assert_eq!(guest.front(Capacity::new(0), "").unwrap(), "");
        let error = guest.count(Capacity::new(0), 1).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Overflow { count: 1, capacity: 0 }), "{error}");
    });
}

#[test]
fn a_count_beyond_the_room_is_refused_with_both_numbers() {
    let module = counting(GUEST);
    let error = refused::<PackerExports>(&module, |guest| guest.words(Capacity::new(3), 4).unwrap_err());
    let message = "the guest wrote 4 elements where there was room for 3";
    assert_error(&error, "words", Place::Result, message);
    for count in [5, i32::MAX] {
        let error = refused::<PackerExports>(&module, |guest| guest.count(Capacity::new(4), count).unwrap_err());
        assert!(matches!(*error.kind(), ErrorKind::Overflow { count: found, capacity: 4 }
            if found == u64::try_from(count).unwrap()));
    }
    // −1 is a number like any other where it does not mean failure. The message says how it would.
    let error = refused::<PackerExports>(&module, |guest| guest.words(Capacity::new(3), u32::MAX).unwrap_err());
    assert!(matches!(error.kind(), ErrorKind::Overflow { count: 0xffff_ffff, capacity: 3 }), "{error}");
    assert_eq!(
        error.hint(),
        Some(
            "the count is −1: if that means that the guest has failed, write `linmem::results::Failing` around it: \
             `Failing<linmem::results::Filled, linmem::results::AllOnes>`"
        )
    );
    for (count, hint) in [(0x8000_0000, Some("Negative>`")), (u32::MAX - 1, Some("Negative>`")), (0x7fff_ffff, None)] {
        let error = refused::<PackerExports>(&module, |guest| guest.words(Capacity::new(3), count).unwrap_err());
        assert_eq!(error.hint().is_some_and(|said| said.ends_with(hint.unwrap_or_default())), hint.is_some());
    }
    let error = refused::<PackerExports>(&module, |guest| guest.middle("x", Capacity::new(1), 2).unwrap_err());
    assert!(matches!(error.kind(), ErrorKind::Overflow { count: 0xffff_ffff, capacity: 1 }), "{error}");
    let error = refused::<PackerExports>(&module, |guest| guest.digest(&[1], Capacity::new(16)).unwrap_err());
    assert!(matches!(error.kind(), ErrorKind::Overflow { count: 32, capacity: 16 }), "{error}");
}

#[test]
fn a_value_in_room_of_another_length_is_refused() {
    let error = refused::<PackerExports>(
        &counting(&GUEST.replace("(i32.const 32)) (i32.const 32)", "(i32.const 32)) (i32.const 31)")),
        |guest| guest.digest(&[1], Capacity::new(32)).unwrap_err(),
    );
    assert!(matches!(error.kind(), ErrorKind::WrongSize { len: 31, size: 32 }), "{error}");
}

#[test]
fn a_failure_in_the_place_of_a_count_is_the_guests() {
    balanced::<PackerExports, _>(GUEST, |guest| {
        let error = guest.pack(b"hello", Capacity::new(4)).unwrap_err();
        assert_eq!(error.to_string(), "`pack`, result: the guest failed with code -1: too long");
        assert!(matches!(
            guest.front(Capacity::new(0), "x").unwrap_err().kind(),
            ErrorKind::Guest { code: -1, message: None }
        ));
        for code in [-1, -28, i32::MIN] {
            let error = guest.count(Capacity::new(2), code).unwrap_err();
            assert!(matches!(*error.kind(), ErrorKind::Guest { code: found, .. } if found == code.into()), "{error}");
        }
        assert_eq!(pack(guest, b"hello").unwrap(), b"hello");
    });
}

#[test]
fn a_room_without_end_is_refused_before_the_guest_is_entered() {
    balanced::<PackerExports, _>(GUEST, |guest| {
        let error = guest.words(Capacity::new(usize::MAX / 2), 0).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::TooLarge { bits: 32, .. }), "{error}");
        assert_eq!(error.place(), Some(argument(0, "out")));
        assert_eq!(guest.words(Capacity::new(3), 1).unwrap(), [7]);
    });
}

#[test]
fn a_room_is_zeroed_and_released_after_error_and_trap() {
    let (mut store, instance) = instance(&counting(GUEST));
    let mut guest = handle::<PackerExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    guest.front(Capacity::new(300), "a secret").unwrap();
    guest.trim(InPlace::new(b"a secret\xff\xff\xff\xff\xff\xff\xff\xff")).unwrap();
    guest.pack(b"a secret", Capacity::new(2)).unwrap_err();
    Bound::trim(&mut guest).unwrap();
    drop(guest);
    assert!(!holds(&mut store, &instance, b"secret"));
    assert_eq!(crate::hostile::live(&mut store, &instance), 0);
    let mut guest = handle::<PackerExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    assert_trap(&guest.trap(Capacity::new(8)).unwrap_err(), "trap", Place::Call);
    drop(guest);
    assert!(!holds(&mut store, &instance, b"secret"));
}

#[wasm_import]
trait Roomless {
    #[wasm(name = "bound", returns = Filled)]
    fn without(&mut self, n: u32) -> Result<Vec<u8>>;
    #[wasm(returns = Filled)]
    fn trim(&mut self, text: InPlace<'_, u8>) -> Result<Vec<u8>>;
}

#[test]
fn a_result_needs_room() {
    balanced::<RoomlessExports, _>(GUEST, |guest| {
        // That of the call before is none.
        guest.trim(InPlace::new(b"ab")).unwrap();
        let error = guest.without(1).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NoRoom), "{error}");
    });
}

/// An allocator whose blocks are not zero.
fn dirty() -> String {
    let from = "(local.get $block))\n        (func $dealloc";
    let module = format!(r#"(module (memory (export "memory") 1) {} {GUEST})"#, crate::hostile::allocator(4096));
    assert!(module.contains(from));
    let fill = "(memory.fill (local.get $block) (i32.const 0xaa) (local.get $len))";
    module.replace(from, &format!("{fill} {from}"))
}

#[test]
fn a_room_holds_what_lay_there_and_what_arguments_left_is_zero() {
    let mut guest = bind::<PackerExports>(&crate::support::wat(&dirty()));
    assert_eq!(guest.count(Capacity::new(3), 3).unwrap(), [0xaaaa_aaaa_aaaa_aaaa; 3]);
    guest.front(Capacity::new(30), "a secret").unwrap();
    assert_eq!(guest.count(Capacity::new(3), 3).unwrap(), [0; 3]);
}

#[wasm_import]
trait Bytes {
    #[wasm(name = "words", returns = InBytes<Filled>)]
    fn in_bytes(&mut self, out: Capacity<u32>, n: u32) -> Result<Vec<u32>>;
    #[wasm(name = "count", returns = Failing<Filled, Null>)]
    fn never_null(&mut self, out: Capacity<u8>, n: u32) -> Result<Vec<u8>>;
}

#[test]
fn a_filled_room_may_be_counted_in_bytes() {
    balanced::<BytesExports, _>(GUEST, |guest| {
        assert_eq!(guest.in_bytes(Capacity::new(2), 8).unwrap(), [7, 0]);
        assert!(matches!(guest.in_bytes(Capacity::new(2), 7).unwrap_err().kind(), ErrorKind::WrongSize { len: 7, .. }));
        assert!(matches!(guest.in_bytes(Capacity::new(2), 9).unwrap_err().kind(), ErrorKind::Overflow { .. }));
        assert_eq!(guest.never_null(Capacity::new(2), 0).unwrap(), []);
    });
}

#[wasm_import]
trait InBytesCounting {
    #[wasm(returns = InBytes<Filled>)]
    fn plain(&mut self, out: Capacity<u32>, count: i32) -> Result<Vec<u32>>;
    #[wasm(returns = Failing<InBytes<Filled>, AllOnes>)]
    fn judged(&mut self, out: Capacity<u32>, count: i32) -> Result<Vec<u32>>;
}

#[test]
fn minus_one_is_no_number_of_bytes() {
    let mut guest = bind::<InBytesCountingExports>(&crate::support::wat(
        r#"(module (memory (export "memory") 1)
        (func (export "plain") (export "judged") (param i32 i32 i32) (result i32) (local.get 2)))"#,
    ));
    let error = guest.plain(Capacity::new(3), -1).unwrap_err();
    assert!(error.hint().is_some_and(|hint| hint.starts_with("the count is −1")), "{error}");
    let error = guest.judged(Capacity::new(3), -1).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Guest { code: -1, .. }), "{error}");
    assert_eq!(guest.judged(Capacity::new(3), 8).unwrap(), [0, 0]);
}
