//! Where arguments are placed: aligned, and nowhere at all if they have no bytes.

use crate::support::{bind, ledger, wat};
use bytemuck::{Pod, Zeroable};
use linmem::{Bound, Record, wasm_import};
use wasmtime::Store;

#[derive(Clone, Copy, Pod, Zeroable, Record)]
#[repr(C, align(16))]
struct Vector([f32; 4]);

/// As a cache line or an AVX-512 vector is aligned.
#[derive(Clone, Copy, Pod, Zeroable, Record)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// Each returns its second pointer; `malloc` hands out addresses that are odd multiples of 16.
const POINTERS: &str = r#"(module (memory (export "memory") 64)
    (global $next (mut i32) (i32.const 1040))
    (global $calls (mut i32) (i32.const 0))
    (func (export "malloc") (param $n i32) (result i32) (local $p i32)
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (local.set $p (global.get $next))
        (global.set $next (i32.add (i32.const 16)
            (i32.and (i32.add (i32.add (local.get $p) (local.get $n)) (i32.const 31)) (i32.const -32))))
        (local.get $p))
    (func (export "free") (param i32))
    (func (export "calls") (result i32) (global.get $calls))
    (func (export "u8") (export "u16") (export "u32") (export "u64") (export "f32") (export "f64")
        (export "vector") (export "line") (export "text") (param i32 i32 i32 i32) (result i32) (local.get 2))
    (func (export "one_u16") (export "one_f64") (export "one_vector") (export "one_line") (export "line_by_value")
        (param i32 i32 i32) (result i32) (local.get 2)))"#;

#[wasm_import]
trait Pointers {
    fn calls(&mut self) -> linmem::Result<u32>;
    fn u8(&mut self, odd: &[u8], values: &[u8]) -> linmem::Result<u32>;
    fn u16(&mut self, odd: &[u8], values: &[u16]) -> linmem::Result<u32>;
    fn u32(&mut self, odd: &[u8], values: &mut [u32]) -> linmem::Result<u32>;
    fn u64(&mut self, odd: &[u8], values: &[u64]) -> linmem::Result<u32>;
    fn f32(&mut self, odd: &[u8], values: &[f32]) -> linmem::Result<u32>;
    fn f64(&mut self, odd: &[u8], values: &[f64]) -> linmem::Result<u32>;
    fn vector(&mut self, odd: &[u8], values: &[Vector]) -> linmem::Result<u32>;
    fn line(&mut self, odd: &[u8], values: &[Line]) -> linmem::Result<u32>;
    fn text(&mut self, odd: &[u8], text: &str) -> linmem::Result<u32>;
    fn one_u16(&mut self, odd: &[u8], value: &u16) -> linmem::Result<u32>;
    fn one_f64(&mut self, odd: &[u8], value: &mut f64) -> linmem::Result<u32>;
    fn one_vector(&mut self, odd: &[u8], value: Vector) -> linmem::Result<u32>;
    fn one_line(&mut self, odd: &[u8], value: &Line) -> linmem::Result<u32>;
    fn line_by_value(&mut self, odd: &[u8], value: Line) -> linmem::Result<u32>;
}

fn pointers() -> PointersInstance<wasmtime::Store<()>> {
    bind(&wat(POINTERS))
}

#[test]
fn slices_are_aligned_for_their_elements() {
    let mut guest = pointers();
    for odd in [&b"1"[..], b"123", b"1234567", &[9; 301], &[9; 70_001]] {
        assert_eq!(guest.u16(odd, &[1]).unwrap() % 2, 0);
        assert_eq!(guest.u32(odd, &mut [1]).unwrap() % 4, 0);
        assert_eq!(guest.u64(odd, &[1]).unwrap() % 8, 0);
        assert_eq!(guest.f32(odd, &[1.0]).unwrap() % 4, 0);
        assert_eq!(guest.f64(odd, &[1.0]).unwrap() % 8, 0);
        assert_eq!(guest.vector(odd, &[Vector([1.0; 4])]).unwrap() % 16, 0);
    }
}

#[test]
fn single_values_are_aligned_for_their_type() {
    let mut guest = pointers();
    for odd in [&b"1"[..], b"123", b"1234567", &[9; 301], &[9; 70_001]] {
        assert_eq!(guest.one_u16(odd, &1).unwrap() % 2, 0);
        assert_eq!(guest.one_f64(odd, &mut 1.0).unwrap() % 8, 0);
        assert_eq!(guest.one_vector(odd, Vector([1.0; 4])).unwrap() % 16, 0);
    }
}

#[test]
fn types_with_more_than_16_bytes_of_alignment_are_aligned_too() {
    let mut guest = pointers();
    let line = Line([1; 64]);
    let addresses = [
        guest.line(b"1", &[line]).unwrap(),
        guest.one_line(b"1", &line).unwrap(),
        guest.line_by_value(b"1", line).unwrap(),
        guest.line(&[9; 70_001], &[line; 3]).unwrap(),
        guest.line(b"1", &[line; 2000]).unwrap(),
    ];
    assert_eq!(addresses.map(|address| address % 64), [0; 5], "{addresses:x?}");
}

#[test]
fn a_guest_sees_its_slices_aligned() {
    #[wasm_import]
    trait Alignment {
        fn alignment(&mut self, value: &f64) -> linmem::Result<u32>;
        fn sum_f64(&mut self, values: &[f64]) -> linmem::Result<f64>;
    }
    let mut guest = bind::<AlignmentExports>(ledger());
    assert!(guest.alignment(&0.5).unwrap() >= 8);
    // Traps if they are not.
    assert_eq!(guest.sum_f64(&[0.5; 3]).unwrap(), 1.5);
}

#[test]
fn empty_slices_are_not_allocated_and_neither_null_nor_misaligned() {
    let mut guest = pointers();
    assert_eq!(guest.u8(&[], &[]).unwrap(), 1);
    assert_eq!(guest.text(&[], "").unwrap(), 1);
    assert_eq!(guest.u16(&[], &[]).unwrap(), 2);
    assert_eq!(guest.u32(&[], &mut []).unwrap(), 4);
    assert_eq!(guest.f64(&[], &[]).unwrap(), 8);
    assert_eq!(guest.vector(&[], &[]).unwrap(), 16);
    assert_eq!(guest.line(&[], &[]).unwrap(), 64);
    assert_eq!(guest.calls().unwrap(), 0, "allocations");
}

#[test]
fn scalars_are_not_allocated() {
    #[wasm_import]
    trait Scalars {
        #[wasm(name = "one_u16")]
        fn third(&mut self, first: i32, second: u8, third: char) -> linmem::Result<char>;
        fn calls(&mut self) -> linmem::Result<u32>;
    }
    let mut guest = bind::<ScalarsExports>(&wat(POINTERS));
    assert_eq!(guest.third(1, 2, 'x').unwrap(), 'x');
    assert_eq!(guest.calls().unwrap(), 0);
}

#[test]
fn small_arguments_share_one_allocation_from_call_to_call() {
    let mut guest = pointers();
    let first = guest.u8(b"12345678", b"1").unwrap();
    for _ in 0..100 {
        assert_eq!(guest.u8(b"12345678", b"1").unwrap(), first);
    }
    assert_eq!(guest.calls().unwrap(), 1);
}

#[wasm_import]
trait Placed {
    fn calls(&mut self) -> linmem::Result<u32>;
    fn address(&mut self, bytes: &[u8]) -> linmem::Result<u32>;
}

/// `$take` gives as many bytes as it is asked for, and says where: 8 bytes behind a cache line.
fn placed(allocator: &str) -> Bound<Store<()>, PlacedExports> {
    bind(&wat(&format!(
        r#"(module (memory (export "memory") 64)
            (global $next (mut i32) (i32.const 1032))
            (global $calls (mut i32) (i32.const 0))
            (func $take (param $n i32) (result i32) (local $p i32)
                (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
                (local.set $p (global.get $next))
                (global.set $next (i32.add (i32.const 8)
                    (i32.and (i32.add (i32.add (local.get $p) (local.get $n)) (i32.const 63)) (i32.const -64))))
                (local.get $p))
            {allocator}
            (func (export "calls") (result i32) (global.get $calls))
            (func (export "address") (param i32 i32) (result i32) (local.get 0)))"#
    )))
}

/// As far behind one as `malloc` may put a block, and without asking for more than `malloc` promises: an allocator may trap
/// at an alignment that it does not know, or give no memory, or take no notice.
#[test]
fn the_scratch_block_begins_at_a_cache_line_whatever_the_allocator_knows_of_alignments() {
    let block = "(i32.add (call $take (i32.add (local.get $n) (i32.const 8))) (i32.const 8))";
    let malloc = format!(
        r#"(func (export "malloc") (param $n i32) (result i32) {block})
        (func (export "free") (param i32))"#
    );
    let [traps, refuses, ignores] = ["(then unreachable)", "(then (return (i32.const 0)))", "(then)"].map(|beyond| {
        format!(
            r#"(func (export "alloc") (param $n i32) (param $align i32) (result i32)
                    (if (i32.gt_u (local.get $align) (i32.const 16)) {beyond}) {block})
                (func (export "dealloc") (param i32 i32 i32))"#
        )
    });
    for allocator in [malloc, traps, refuses, ignores] {
        let mut guest = placed(&allocator);
        for len in [1, 100, 256] {
            assert_eq!(guest.address(&vec![1; len]).unwrap() % 64, 0, "{allocator}");
        }
        assert_eq!(guest.calls().unwrap(), 1, "{allocator}");
    }
    // Where linmem allocates itself.
    let mut guest = placed("");
    assert_eq!(guest.address(b"bytes").unwrap() % 64, 0);
}

/// What counts is what lies behind the line.
#[test]
fn a_scratch_block_grows_also_where_only_the_bytes_before_the_line_make_it_long_enough() {
    let mut guest = placed(
        r#"(func (export "malloc") (param i32) (result i32) (call $take (local.get 0)))
            (func (export "free") (param i32))"#,
    );
    for len in [256, 300, 320, 340, 360, 512, 600] {
        assert_eq!(guest.address(&vec![1; len]).unwrap() % 64, 0, "{len}");
        let calls = guest.calls().unwrap();
        for _ in 0..3 {
            guest.address(&vec![1; len]).unwrap();
        }
        assert_eq!(guest.calls().unwrap(), calls, "{len} bytes do not lie in the scratch block");
    }
}
