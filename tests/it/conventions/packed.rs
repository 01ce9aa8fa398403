//! Slices of records without padding, which lie at any address.

use super::balanced;
use linmem::pass::{InBytes, LengthPrefixed};
use linmem::results::{self, Filled, Static};
use linmem::{Capacity, ErrorKind, InPlace, Result, wasm_import};

#[derive(Clone, Copy, Debug, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C, packed)]
struct Entry {
    tag: u8,
    value: u32,
}

const ONE: Entry = Entry { tag: 1, value: 0x0403_0201 };
const TWO: Entry = Entry { tag: 2, value: u32::MAX };

/// `echo` copies elements to an odd address; `value` reads that of the last.
const GUEST: &str = r#"
    (func (export "echo") (param $p i32) (param $n i32) (result i32 i32) (local $to i32)
      (local.set $to (call $alloc (i32.mul (local.get $n) (i32.const 5))))
      (memory.copy (local.get $to) (local.get $p) (i32.mul (local.get $n) (i32.const 5)))
      (local.get $to) (local.get $n))
    (func (export "odd") (param $p i32) (param $n i32) (result i32 i32)
      (memory.copy (i32.const 1001) (local.get $p) (i32.mul (local.get $n) (i32.const 5)))
      (i32.const 1001) (local.get $n))
    (func (export "value") (param $p i32) (param $n i32) (result i32)
      (i32.load offset=1 align=1 (i32.add (local.get $p) (i32.mul (i32.sub (local.get $n) (i32.const 1)) (i32.const 5)))))
    (func (export "len") (param i32 i32) (result i32) (local.get 1))
    (func (export "change") (param $p i32) (param $n i32)
      (memory.fill (local.get $p) (i32.const 7) (i32.mul (local.get $n) (i32.const 5))))
    (func (export "one") (param $p i32) (result i32) (i32.load offset=1 align=1 (local.get $p)))
    (func (export "prefixed") (param $p i32) (result i32) (i32.load (local.get $p)))
    (func (export "address") (param i32 i32 i32 i32) (result i32) (i32.rem_u (local.get 2) (i32.const 2)))
    (func (export "fill") (param i32 i32 i32) (result i32)
      (memory.fill (local.get 0) (i32.const 2) (i32.const 5)) (local.get 2))
    (func (export "drop_last") (param i32 i32) (result i32) (i32.sub (local.get 1) (i32.const 1)))
    (func (export "say") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))"#;

#[wasm_import]
trait Entries {
    fn echo(&mut self, entries: &[Entry]) -> Result<Vec<Entry>>;
    #[wasm(returns = Static)]
    fn odd(&mut self, entries: &[Entry]) -> Result<&[Entry]>;
    fn value(&mut self, entries: &[Entry]) -> Result<u32>;
    fn len(&mut self, #[wasm(pass = InBytes)] entries: &[Entry]) -> Result<u32>;
    fn change(&mut self, entries: &mut [Entry]) -> Result<()>;
    fn one(&mut self, entry: &Entry) -> Result<u32>;
    fn prefixed(&mut self, #[wasm(pass = LengthPrefixed)] entries: &[Entry]) -> Result<u32>;
    fn address(&mut self, byte: &[u8], entries: &[Entry]) -> Result<u32>;
    #[wasm(returns = Filled)]
    fn fill(&mut self, out: Capacity<Entry>, n: u32) -> Result<Vec<Entry>>;
    #[wasm(returns = Filled)]
    fn drop_last(&mut self, entries: InPlace<'_, Entry>) -> Result<Vec<Entry>>;
    #[wasm(returns = results::Static)]
    fn say(&mut self, pointer: u32, n: u32) -> Result<Vec<Entry>>;
}

#[test]
fn records_without_padding_are_counted_as_elements() {
    balanced::<EntriesExports, _>(GUEST, |guest| {
        assert_eq!(guest.echo(&[ONE, TWO]).unwrap(), [ONE, TWO]);
        assert_eq!(guest.odd(&[]).unwrap(), []);
        assert_eq!(guest.echo(&[TWO; 500]).unwrap(), [TWO; 500]);
        assert_eq!(guest.odd(&[ONE, TWO]).unwrap(), [ONE, TWO]);
        assert_eq!(guest.value(&[TWO, ONE]).unwrap(), 0x0403_0201);
        assert_eq!(guest.len(&[ONE, TWO]).unwrap(), 10);
        let mut entries = [ONE, TWO];
        guest.change(&mut entries).unwrap();
        assert_eq!(entries, [Entry { tag: 7, value: 0x0707_0707 }; 2]);
        assert_eq!(guest.one(&ONE).unwrap(), 0x0403_0201);
        assert_eq!(guest.prefixed(&[ONE, TWO, ONE]).unwrap(), 3);
        // No padding is between what is placed: an odd address is as good as any.
        assert_eq!(guest.address(&[1], &[ONE]).unwrap(), 1);
        assert_eq!(guest.fill(Capacity::new(3), 2).unwrap(), [Entry { tag: 2, value: 0x0202_0202 }, Entry::default()]);
        assert_eq!(guest.drop_last(InPlace::new(&[ONE, TWO])).unwrap(), [ONE]);
    });
}

#[test]
fn records_without_padding_are_bounded_by_their_bytes() {
    balanced::<EntriesExports, _>(GUEST, |guest| {
        assert_eq!(guest.say(65_531, 1).unwrap(), [Entry::default()]);
        for (pointer, n) in [(65_532, 1), (65_527, 2), (1, 0x3333_3334), (1, u32::MAX)] {
            let error = guest.say(pointer, n).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::OutOfBounds { region, .. } if region.len == u64::from(n) * 5));
        }
        let error = guest.fill(Capacity::new(3), 4).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Overflow { count: 4, capacity: 3 }), "{error}");
        let error = guest.drop_last(InPlace::new(&[])).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Overflow { count: 0xffff_ffff, capacity: 0 }), "{error}");
    });
}
