//! Arguments: two pointers, a length in two halves, a descriptor, and parallel arrays.

use crate::conventions::balanced;
use crate::hostile::{argument, counting};
use crate::support::bind;
use linmem::pass::{Pass, Slice};
use linmem::{Convention, ErrorKind, Lower, Lowering, Region, Result, wasm_import};

/// The address of the first element, and the one behind the last: C++'s iterators.
struct BeginEnd;

impl Pass<u32> for BeginEnd {
    type Core = (u32, u32);

    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<((u32, u32), Region)> {
        let region = slice.place(into)?;
        let (begin, len) = region.try_into()?;
        Ok(((begin, begin.saturating_add(len)), region))
    }
}

const ITERATORS: &str = r#"
    (func (export "sum") (param $p i32) (param $end i32) (result i32) (local $sum i32)
      (loop $next (if (i32.lt_u (local.get $p) (local.get $end)) (then
        (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $p))))
        (local.set $p (i32.add (local.get $p) (i32.const 4)))
        (br $next))))
      (local.get $sum))
    (func (export "fill") (param $p i32) (param $end i32) (param $byte i32)
      (memory.fill (local.get $p) (local.get $byte) (i32.sub (local.get $end) (local.get $p))))"#;

#[wasm_import]
trait Iterators {
    fn sum(&mut self, #[wasm(pass = BeginEnd)] words: &[u32]) -> Result<u32>;
    fn fill(&mut self, #[wasm(pass = BeginEnd)] bytes: &mut [u8], byte: u32) -> Result<()>;
}

#[test]
fn begin_and_end_name_a_slice() {
    balanced::<IteratorsExports, _>(ITERATORS, |guest| {
        assert_eq!(guest.sum(&[1, 2, 3]).unwrap(), 6);
        assert_eq!(guest.sum(&[]).unwrap(), 0);
        assert_eq!(guest.sum(&[1; 1000]).unwrap(), 1000);
        let mut bytes = [0; 5];
        guest.fill(&mut bytes, 7).unwrap();
        assert_eq!(bytes, [7; 5]);
    });
}

/// A pointer, and a length of 64 bits in two halves, the lower first: what Emscripten makes of an `int64_t`.
struct SplitLength;

impl Pass<u32> for SplitLength {
    type Core = (u32, u32, u32);

    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<((u32, u32, u32), Region)> {
        let region = slice.place(into)?;
        let (pointer, _) = region.try_into()?;
        let count = u64::try_from(slice.count).unwrap_or(u64::MAX);
        Ok(((pointer, count as u32, (count >> 32) as u32), region))
    }
}

const HALVES: &str = r#"
    (func (export "len") (param $p i32) (param $low i32) (param $high i32) (result i64)
      (i64.or (i64.extend_i32_u (local.get $low)) (i64.shl (i64.extend_i32_u (local.get $high)) (i64.const 32))))"#;

#[wasm_import]
trait Halves {
    fn len(&mut self, #[wasm(pass = SplitLength)] text: &str) -> Result<u64>;
}

#[test]
fn a_length_of_64_bits_crosses_in_halves() {
    balanced::<HalvesExports, _>(HALVES, |guest| {
        assert_eq!(guest.len("hello").unwrap(), 5);
        assert_eq!(guest.len("").unwrap(), 0);
    });
}

/// A pointer to `{offset, capacity, length}`, which lies beside what it describes.
pub(super) struct Described;

impl Pass<u32> for Described {
    type Core = (u32,);

    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<((u32,), Region)> {
        let region = slice.place(into)?;
        let (offset, len) = region.try_into()?;
        let descriptor = [offset, len, len].map(u32::to_le_bytes);
        let (pointer, _) = into.place(descriptor.as_flattened(), align_of::<u32>())?.try_into()?;
        Ok(((pointer,), region))
    }
}

const DESCRIBED: &str = r#"
    (func (export "first") (param $d i32) (result i32)
      (if (i32.ne (i32.load offset=4 (local.get $d)) (i32.load offset=8 (local.get $d))) (then unreachable))
      (if (result i32) (i32.load offset=8 (local.get $d))
        (then (i32.load8_u (i32.load (local.get $d)))) (else (i32.const -1))))
    (func (export "both") (param i32 i32) (result i32)
      (i32.add (i32.load offset=8 (local.get 0)) (i32.load offset=8 (local.get 1))))"#;

#[wasm_import]
trait Regions {
    fn first(&mut self, #[wasm(pass = Described)] text: &str) -> Result<i32>;
    fn both(&mut self, #[wasm(pass = Described)] a: &[u8], #[wasm(pass = Described)] b: &[u64]) -> Result<u32>;
}

#[test]
fn a_descriptor_is_placed_beside_what_it_describes() {
    balanced::<RegionsExports, _>(DESCRIBED, |guest| {
        assert_eq!(guest.first("hello").unwrap(), i32::from(b'h'));
        assert_eq!(guest.first("").unwrap(), -1);
        assert_eq!(guest.both(&[1; 300], &[2; 100]).unwrap(), 1100);
    });
}

/// Strings as two arrays of equal length: their addresses, and their lengths; and how many they are.
struct Parallel<'a>(&'a [&'a str]);

impl<C: Convention<Pointer = u32>> Lower<C> for Parallel<'_> {
    type Core = (u32, u32, u32);
    type Placed = ();

    fn lower(&mut self, into: &mut Lowering<'_>) -> Result<(Self::Core, ())> {
        let (mut pointers, mut lengths) = (Vec::new(), Vec::new());
        for text in self.0 {
            let (pointer, len): (u32, u32) = into.place(text.as_bytes(), 1)?.try_into()?;
            pointers.extend(pointer.to_le_bytes());
            lengths.extend(len.to_le_bytes());
        }
        let (pointers, _) = into.place(&pointers, align_of::<u32>())?.try_into()?;
        let (lengths, bytes): (u32, u32) = into.place(&lengths, align_of::<u32>())?.try_into()?;
        Ok(((pointers, lengths, bytes / 4), ()))
    }
}

const PARALLEL: &str = r#"
    (func (export "join") (param $p i32) (param $l i32) (param $n i32) (result i32 i32)
      (local $to i32) (local $at i32) (local $len i32) (local $pass i32)
      (loop $again
        (local.set $at (i32.const 0)) (local.set $len (i32.const 0))
        (loop $next (if (i32.lt_u (local.get $at) (i32.mul (local.get $n) (i32.const 4))) (then
          (if (local.get $pass) (then (memory.copy (i32.add (local.get $to) (local.get $len))
            (i32.load (i32.add (local.get $p) (local.get $at))) (i32.load (i32.add (local.get $l) (local.get $at))))))
          (local.set $len (i32.add (local.get $len) (i32.load (i32.add (local.get $l) (local.get $at)))))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (br $next))))
        (if (i32.eqz (local.get $pass)) (then
          (local.set $pass (i32.const 1)) (local.set $to (call $alloc (local.get $len))) (br $again))))
      (local.get $to) (local.get $len))"#;

#[wasm_import]
trait Joining {
    fn join(&mut self, items: Parallel<'_>) -> Result<String>;
}

#[test]
fn strings_cross_as_two_arrays() {
    balanced::<JoiningExports, _>(PARALLEL, |guest| {
        assert_eq!(guest.join(Parallel(&["a", "", "bcd", "ef"])).unwrap(), "abcdef");
        let many = vec!["0123456789"; 300];
        assert_eq!(guest.join(Parallel(&many)).unwrap(), many.concat());
    });
    // What finds no room names its argument.
    let huge = "x".repeat(66_000);
    let error = bind::<JoiningExports>(&counting(PARALLEL)).join(Parallel(&["a", &huge])).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::BadAllocation { .. }), "{error}");
    assert_eq!(error.place(), Some(argument(0, "items")));
}
