//! Results: a descriptor, and a heap that is reset.

use super::arguments::Described;
use crate::conventions::balanced;
use crate::hostile::{assert_trap, counting};
use crate::support::{bind, handle, instance};
use linmem::results::{Owner, Results, Returned, Room, Shape};
use linmem::{Allocator, ErrorKind, Frame, Func, Mode, Named, Params, Place, Region, Result, wasm_import};

/// The address of `{offset, capacity, length}`: the bytes, and the descriptor itself, are blocks of their own.
struct Descriptor;

impl Results<u32> for Descriptor {
    type Func<P: Params> = Func<P, u32>;

    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        _: Room,
        params: P,
        _: Shape,
    ) -> Result<Returned> {
        let descriptor = Region { pointer: frame.invoke(func, params).await?.into(), len: 12 };
        let (words, _) = frame.bytes(descriptor, align_of::<u32>())?.as_chunks();
        let mut words = words.iter().map(|word| u64::from(u32::from_le_bytes(*word)));
        let mut word = || words.next().unwrap_or(0);
        let (pointer, capacity, len) = (word(), word(), word());
        frame.adopt(descriptor, align_of::<u32>())?;
        let block = Region { pointer, len: capacity };
        Ok(Returned { block, ..Returned::new(Region { pointer, len }, Owner::Caller) })
    }
}

const DESCRIPTOR: &str = r#"
    (func (export "echo") (param $d i32) (result i32) (local $n i32) (local $to i32) (local $out i32)
      (local.set $n (i32.load offset=8 (local.get $d)))
      (local.set $to (call $alloc (i32.add (local.get $n) (i32.const 7))))
      (memory.copy (local.get $to) (i32.load (local.get $d)) (local.get $n))
      (local.set $out (call $alloc (i32.const 12)))
      (i32.store (local.get $out) (local.get $to))
      (i32.store offset=4 (local.get $out) (i32.add (local.get $n) (i32.const 7)))
      (i32.store offset=8 (local.get $out) (local.get $n))
      (local.get $out))
    (func (export "lie") (result i32) (local $out i32)
      (local.set $out (call $alloc (i32.const 12)))
      (i32.store (local.get $out) (i32.const 65530))
      (i32.store offset=4 (local.get $out) (i32.const 7))
      (i32.store offset=8 (local.get $out) (i32.const 7))
      (local.get $out))
    (func (export "boast") (result i32) (local $out i32)
      (local.set $out (call $alloc (i32.const 12)))
      (i32.store (local.get $out) (i32.const 65530))
      (i32.store offset=4 (local.get $out) (i32.const 7))
      (i32.store offset=8 (local.get $out) (i32.const 6))
      (local.get $out))
    (func (export "far") (result i32) (i32.const 65528))"#;

#[wasm_import(returns = Descriptor)]
trait Regions {
    fn echo(&mut self, #[wasm(pass = Described)] text: &str) -> Result<String>;
    fn lie(&mut self) -> Result<Vec<u8>>;
    fn boast(&mut self) -> Result<Vec<u8>>;
    fn far(&mut self) -> Result<Vec<u8>>;
}

#[test]
fn a_descriptor_comes_back_and_both_blocks_are_released() {
    balanced::<RegionsExports, _>(DESCRIPTOR, |guest| {
        for text in ["hello", "", &"x".repeat(1000)] {
            assert_eq!(guest.echo(text).unwrap(), text);
        }
        assert!(matches!(guest.lie().unwrap_err().kind(), ErrorKind::OutOfBounds { region, .. } if region.len == 7));
        let boast = guest.boast().unwrap_err();
        assert!(matches!(boast.kind(), ErrorKind::OutOfBounds { region, .. } if region.len == 7), "the block: {boast}");
        assert!(matches!(guest.far().unwrap_err().kind(), ErrorKind::OutOfBounds { region, .. } if region.len == 12));
    });
}

/// A pointer and a length, which live until the heap is reset to where it was before the call.
struct Watermark;

linmem::export_names!(Mark = "mark", Reset = "reset");

type WithMark<P> = (Func<P, (u32, u32)>, Named<Mark, Func<(), u32>>, Named<Reset, Func<(u32,), ()>>);

impl Results<u32> for Watermark {
    type Func<P: Params> = WithMark<P>;
    const RELEASES: bool = true;

    async fn call<P: Params, M: Mode, A: Allocator>(
        (export, mark, _): &WithMark<P>,
        frame: &mut Frame<'_, M, A>,
        _: Room,
        params: P,
        shape: Shape,
    ) -> Result<Returned> {
        let mark = frame.invoke(&mark.func, ()).await?;
        let (pointer, count) = frame.invoke(export, params).await?;
        let region = shape.named(pointer.into(), count.into());
        // The mark is what `release` is to know.
        Ok(Returned { block: Region { pointer: mark.into(), len: 0 }, ..Returned::new(region, Owner::Convention) })
    }

    async fn release<P: Params, M: Mode, A: Allocator>(
        (_, _, reset): &WithMark<P>,
        frame: &mut Frame<'_, M, A>,
        returned: Returned,
        _: Shape,
    ) -> Result<()> {
        let (mark, _) = returned.block.try_into()?;
        frame.invoke(&reset.func, (mark,)).await
    }
}

/// A heap of its own below the allocator's: what is taken there is counted, and given back by `reset` only.
const HEAP: &str = r#"
    (global $top (export "top") (mut i32) (i32.const 1024))
    (func (export "mark") (result i32) (global.get $top))
    (func (export "reset") (param i32) (global.set $top (local.get 0)))
    (func $take (param $n i32) (result i32)
      (global.get $top) (global.set $top (i32.add (global.get $top) (local.get $n))))
    (func (export "echo") (param $p i32) (param $n i32) (result i32 i32) (local $to i32)
      (local.set $to (call $take (local.get $n)))
      (memory.copy (local.get $to) (local.get $p) (local.get $n))
      (local.get $to) (local.get $n))
    (func (export "lie") (result i32 i32) (drop (call $take (i32.const 9))) (i32.const 65530) (i32.const 7))
    (func (export "trap") (result i32 i32) (drop (call $take (i32.const 9))) unreachable)"#;

#[wasm_import(returns = Watermark)]
trait Heap {
    fn echo(&mut self, text: &[u8]) -> Result<String>;
    fn lie(&mut self) -> Result<Vec<u8>>;
    fn trap(&mut self) -> Result<Vec<u8>>;
}

#[test]
fn a_heap_is_reset_to_where_it_was_whatever_came_back() {
    let (mut store, instance) = instance(&counting(HEAP));
    let mut guest = handle::<HeapExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    assert_eq!(guest.echo(b"hello").unwrap(), "hello");
    assert_eq!(guest.echo(b"").unwrap(), "");
    assert!(matches!(guest.echo(&[0xff]).unwrap_err().kind(), ErrorKind::InvalidUtf8 { .. }));
    assert!(matches!(guest.lie().unwrap_err().kind(), ErrorKind::OutOfBounds { .. }));
    drop(guest);
    assert_eq!(instance.get_global(&mut store, "top").unwrap().get(&mut store).unwrap_i32(), 1024);
    balanced::<HeapExports, _>(HEAP, |guest| assert_eq!(guest.echo(&[b'x'; 900]).unwrap().len(), 900));
}

#[test]
fn a_trap_is_told_as_one_and_the_heap_left_alone() {
    let mut guest = bind::<HeapExports>(&counting(HEAP));
    let error = guest.trap().unwrap_err();
    assert_trap(&error, "trap", Place::Call);
}
