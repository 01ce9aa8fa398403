//! Pointers of 64 bits, over a memory with addresses that wide and over an ordinary one; and `GuestPtr<T, u64>`.

use crate::hostile::{assert_error, live};
use crate::support::{bind, handle, instance, wat};
use linmem::allocator::{Buffer, Found};
use linmem::convention::Convention;
use linmem::pass::{LengthBefore, LengthPrefixed, NulTerminated, PtrLen};
use linmem::results::{self, AllOnes, ByType, Failing, Filled, InBytes, LastPointer, Negative};
use linmem::{
    Bound, Buf, Capacity, ErrorKind, GuestPtr, List, Out, Place, Result, export_names, status, text, wasm_import,
};
use wasmtime::Module;

struct Wide;

impl Convention for Wide {
    type Pointer = u64;
    type Allocator = Found<u64>;
    type Pass = PtrLen;
    type Results = ByType;
    type Text = text::Utf8;
    type Status = status::Silent;
}

enum Thing {}

/// `load`, `store` and `copy` take addresses of 64 bits, whatever the memory's have.
const FUNCTIONS: &str = r#"
    (global $heap (mut i64) (i64.const 4096))
    (global $live (export "live") (mut i32) (i32.const 0))
    (func $alloc (export "alloc") (param $len i64) (result i64)
      (global.set $live (i32.add (global.get $live) (i32.const 1)))
      (global.get $heap)
      (global.set $heap (i64.and (i64.add (i64.add (global.get $heap) (local.get $len)) (i64.const 15)) (i64.const -16))))
    (func (export "dealloc") (param i64 i64) (global.set $live (i32.sub (global.get $live) (i32.const 1))))
    (func $clone (param $p i64) (param $n i64) (result i64) (local $to i64)
      (local.set $to (call $alloc (local.get $n)))
      (call $copy (local.get $to) (local.get $p) (local.get $n))
      (local.get $to))
    (func (export "pair") (param i64 i64) (result i64 i64) (call $clone (local.get 0) (local.get 1)) (local.get 1))
    (func (export "area") (param i64 i64) (result i64)
      (call $store (i64.const 64) (call $clone (local.get 0) (local.get 1)))
      (call $store (i64.const 72) (local.get 1))
      (i64.const 64))
    (func (export "front") (param $out i64) (param i64 i64)
      (call $store (local.get $out) (call $clone (local.get 1) (local.get 2)))
      (call $store (i64.add (local.get $out) (i64.const 8)) (local.get 2)))
    (func (export "last") (param i64 i64) (param $out i64)
      (call $store (local.get $out) (call $clone (local.get 0) (local.get 1)))
      (call $store (i64.add (local.get $out) (i64.const 8)) (local.get 1)))
    (func (export "digest") (param $out i64) (param i64) (call $store (local.get $out) (local.get 1)))
    (func (export "digest_at") (param i64) (result i64) (local.get 0))
    (func (export "say") (param i64 i64) (result i64 i64) (local.get 0) (local.get 1))
    (func (export "first") (param i64) (result i64) (call $load (local.get 0)))
    (func (export "fill") (param $out i64) (param $cap i64) (param $n i64) (result i64)
      (call $store (local.get $out) (i64.const 0x4141414141414141)) (local.get $n))
    (func (export "buf") (param $to i64) (param $len i64)
      (call $store (local.get $to) (i64.const 0x4141414141414141))
      (call $store (local.get $len) (i64.sub (call $load (local.get $len)) (i64.const 1))))
    (func (export "out") (param $p i64) (param $n i64)
      (call $store (local.get $p) (call $alloc (i64.const 8))) (call $store (local.get $n) (i64.const 8)))
    (func (export "second_len") (param $list i64) (param $n i64) (result i64)
      (call $load (i64.add (local.get $list) (i64.const 24))))
    (func (export "thing") (param i64) (result i64) (local.get 0))
    (func (export "address") (param i64) (result i64) (local.get 0))
    (func (export "open") (param $out i64) (call $store (local.get $out) (i64.add (call $load (local.get $out)) (i64.const 1))))
    (func (export "buffer") (result i64) (i64.const 1024))
    (global (export "capacity") i64 (i64.const 16))"#;

fn wide() -> Module {
    wat(&format!(
        r#"(module (memory (export "memory") i64 1)
          (func $load (param i64) (result i64) (i64.load (local.get 0)))
          (func $store (param i64 i64) (i64.store (local.get 0) (local.get 1)))
          (func $copy (param i64 i64 i64) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
          {FUNCTIONS})"#
    ))
}

fn narrow() -> Module {
    wat(&format!(
        r#"(module (memory (export "memory") 1)
          (func $load (param i64) (result i64) (i64.load (i32.wrap_i64 (local.get 0))))
          (func $store (param i64 i64) (i64.store (i32.wrap_i64 (local.get 0)) (local.get 1)))
          (func $copy (param i64 i64 i64)
            (memory.copy (i32.wrap_i64 (local.get 0)) (i32.wrap_i64 (local.get 1)) (i32.wrap_i64 (local.get 2))))
          {FUNCTIONS})"#
    ))
}

#[wasm_import(convention = Wide)]
trait Guest {
    fn pair(&mut self, text: &str) -> Result<String>;
    fn area(&mut self, text: &str) -> Result<String>;
    fn front(&mut self, text: &str) -> Result<&str>;
    #[wasm(returns = LastPointer)]
    fn last(&mut self, text: &str) -> Result<String>;
    fn digest(&mut self, n: u64) -> Result<[u8; 8]>;
    #[wasm(returns = results::Static)]
    fn digest_at(&mut self, address: u64) -> Result<Option<[u64; 2]>>;
    #[wasm(returns = results::Static)]
    fn say(&mut self, pointer: u64, len: u64) -> Result<Vec<u16>>;
    #[wasm(name = "first")]
    fn value(&mut self, value: &u64) -> Result<u64>;
    #[wasm(returns = Failing<Filled, Negative>)]
    fn fill(&mut self, out: Capacity<u8>, n: i64) -> Result<String>;
    fn buf(&mut self, out: Buf<'_, Vec<u8>>) -> Result<()>;
    fn out(&mut self, out: Out<'_, Vec<u8>>) -> Result<()>;
    fn second_len(&mut self, list: List<'_, &str>) -> Result<u64>;
    fn thing(&mut self, address: u64) -> Result<GuestPtr<Thing, u64>>;
    fn address(&mut self, thing: GuestPtr<Thing, u64>) -> Result<Option<GuestPtr<Thing, u64>>>;
    fn open(&mut self, thing: &mut GuestPtr<Thing, u64>) -> Result<()>;
}

#[test]
fn numbers_of_64_bits_go_and_come_back() {
    for module in [wide(), narrow()] {
        let (mut store, instance) = instance(&module);
        let mut guest = handle::<GuestExports>(&mut store, &instance).into_bound(&mut store).unwrap();
        for text in ["hello", "", &"x".repeat(1000)] {
            assert_eq!(guest.pair(text).unwrap(), text);
            assert_eq!(guest.area(text).unwrap(), text);
            assert_eq!(guest.front(text).unwrap(), text);
            assert_eq!(guest.last(text).unwrap(), text);
        }
        assert_eq!(guest.digest(7).unwrap(), [7, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(guest.digest_at(0).unwrap(), None);
        assert_eq!(guest.digest_at(128).unwrap(), Some([0; 2]));
        assert_eq!(guest.value(&0x1_0000_0001).unwrap(), 0x1_0000_0001);
        assert_eq!(guest.fill(Capacity::new(8), 3).unwrap(), "AAA");
        let mut bytes = Vec::new();
        guest.buf(Buf::new(&mut bytes, 5)).unwrap();
        assert_eq!(bytes, b"AAAA");
        guest.out(Out(&mut bytes)).unwrap();
        assert_eq!(bytes.len(), 8);
        assert_eq!(guest.second_len(List(&["a", "four"])).unwrap(), 4);
        Bound::trim(&mut guest).unwrap();
        drop(guest);
        // Empty blocks are not released where that takes a length.
        assert_eq!(live(&mut store, &instance), 4);
    }
}

#[test]
fn numbers_of_64_bits_that_leave_memory_are_refused() {
    for module in [wide(), narrow()] {
        let mut guest = bind::<GuestExports>(&module);
        for (pointer, len) in
            [(65_534, 2), (1 << 32, 1), (u64::MAX - 1, 1), (u64::MAX - 1, u64::MAX), (64, 1 << 63), (64, u64::MAX)]
        {
            let error = guest.say(pointer, len).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::OutOfBounds { memory: 65_536, .. }), "{error}");
        }
        assert!(matches!(guest.say(0, 1).unwrap_err().kind(), ErrorKind::Null));
        assert!(matches!(guest.say(65, 1).unwrap_err().kind(), ErrorKind::Misaligned { .. }));
        let error = guest.digest_at(u64::MAX - 7).unwrap_err();
        let message = "16 bytes at 0xfffffffffffffff8 are outside the guest's memory of 65536 bytes";
        assert_error(&error, "digest_at", Place::Result, message);
        let error = guest.fill(Capacity::new(8), 1 << 40).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Overflow { count: 0x100_0000_0000, capacity: 8 }), "{error}");
        assert!(matches!(guest.fill(Capacity::new(8), -3).unwrap_err().kind(), ErrorKind::Guest { code: -3, .. }));
        // As an `i32` it would be negative, and it is a count like any other.
        let error = guest.fill(Capacity::new(8), 0xffff_ffff).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Overflow { count: 0xffff_ffff, .. }), "{error}");
    }
}

#[test]
fn a_handle_may_have_64_bits() {
    let mut guest = bind::<GuestExports>(&wide());
    let thing = guest.thing(1 << 40).unwrap();
    assert_eq!((thing.address(), thing.is_null()), (1 << 40, false));
    assert_eq!(guest.address(thing).unwrap(), Some(thing));
    assert_eq!(guest.address(GuestPtr::NULL).unwrap(), None);
    assert!(matches!(guest.thing(0).unwrap_err().kind(), ErrorKind::Null));
    let mut other = GuestPtr::<Thing, u64>::new(u64::MAX - 1);
    guest.open(&mut other).unwrap();
    assert_eq!(format!("{other:?}"), "GuestPtr(0xffffffffffffffff)");
    assert_ne!(other, thing);
    let mut freed = Vec::new();
    drop(thing.guard(&mut freed, |freed, thing| freed.push(thing.address())));
    assert_eq!(freed, [1 << 40]);
}

#[test]
fn a_packed_result_is_no_pair_of_64_bits() {
    // `(i64, i64) -> i64` is an area here.
    #[wasm_import(convention = Wide)]
    trait Packed {
        #[wasm(name = "thing")]
        fn packed(&mut self, n: u64) -> Result<Vec<u8>>;
    }
    let error = bind::<PackedExports>(&wide()).packed(64 << 32 | 8).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::OutOfBounds { region, .. } if region.len == 16), "{error}");
    assert_eq!(error.place(), Some(Place::ReturnArea));
}

/// What the trait below asks for.
const NARROW: &str = r#"(module (memory (export "memory") 1)
    (func (export "pair") (param i32 i32) (result i32 i32) (i32.const 65535) (i32.const 2)))"#;

#[test]
fn an_ordinary_convention_is_refused_by_a_wide_memory() {
    #[wasm_import]
    trait Ordinary {
        fn pair(&mut self, text: &str) -> Result<String>;
    }
    assert!(bind::<OrdinaryExports>(&wat(NARROW)).pair("x").is_err());
    let (mut store, instance) = instance(&wide());
    let error = linmem::Handle::<OrdinaryExports>::new(&mut store, &instance).map(drop).unwrap_err().to_string();
    assert!(error.contains("64-bit"), "{error}");
}

export_names!(Pointer = "buffer", Size = "capacity");

struct WideBuffer;

impl Convention for WideBuffer {
    type Pointer = u64;
    type Allocator = Buffer<Pointer, Size, u64>;
    type Pass = linmem::pass::Ptr;
    type Results = ByType;
    type Text = text::Utf8;
    type Status = status::Silent;
}

#[wasm_import(convention = WideBuffer)]
trait Buffered {
    #[wasm(name = "first")]
    fn direct(&mut self, words: &[u64]) -> Result<u64>;
    #[wasm(name = "thing")]
    fn nul(&mut self, #[wasm(pass = NulTerminated)] text: &str) -> Result<u64>;
    #[wasm(name = "address")]
    fn before(&mut self, #[wasm(pass = LengthBefore)] text: &str) -> Result<u64>;
    #[wasm(name = "digest_at")]
    fn prefixed(&mut self, #[wasm(pass = LengthPrefixed)] text: &str) -> Result<u64>;
}

#[test]
fn a_buffer_may_have_an_address_of_64_bits() {
    for module in [wide(), narrow()] {
        let mut guest = bind::<BufferedExports>(&module);
        assert_eq!(guest.direct(&[7, 8]).unwrap(), 7);
        assert_eq!(guest.nul("hello").unwrap(), 1024);
        assert_eq!(guest.before("hello").unwrap(), 1028);
        assert_eq!(guest.prefixed("hello").unwrap(), 1024);
        assert!(matches!(guest.direct(&[0; 3]).unwrap_err().kind(), ErrorKind::OutOfMemory { size: 24, align: 8 }));
    }
}

#[wasm_import(convention = Wide)]
trait Counting {
    #[wasm(returns = Filled)]
    fn plain(&mut self, out: Capacity<u32>, count: i64) -> Result<Vec<u32>>;
    #[wasm(returns = InBytes<Filled>)]
    fn bytes(&mut self, out: Capacity<u32>, count: i64) -> Result<Vec<u32>>;
    #[wasm(returns = Failing<Filled, AllOnes>)]
    fn judged(&mut self, out: Capacity<u32>, count: i64) -> Result<Vec<u32>>;
    #[wasm(returns = Failing<Filled, Negative>)]
    fn code(&mut self, out: Capacity<u32>, count: i64) -> Result<Vec<u32>>;
    #[wasm(returns = Failing<ByType, AllOnes>)]
    fn pair(&mut self) -> Result<Vec<u32>>;
}

#[test]
fn a_count_of_elements_whose_bytes_cannot_be_counted_is_still_the_guests() {
    let mut guest = bind::<CountingExports>(&wat(r#"(module (memory (export "memory") i64 1)
        (func (export "plain") (export "bytes") (export "judged") (export "code") (param i64 i64 i64) (result i64)
          (local.get 2))
        (func (export "pair") (result i64 i64) (i64.const 16) (i64.const -1)))"#));
    for error in [guest.plain(Capacity::new(3), -1).unwrap_err(), guest.bytes(Capacity::new(3), -1).unwrap_err()] {
        assert!(matches!(error.kind(), ErrorKind::Overflow { count: u64::MAX, capacity: 3 }), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.starts_with("the count is −1")), "{error}");
    }
    let error = guest.plain(Capacity::new(3), 4).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Overflow { count: 4, capacity: 3 }), "{error}");
    assert_eq!(guest.plain(Capacity::new(3), 2).unwrap(), [0, 0]);
    assert_eq!(guest.bytes(Capacity::new(3), 8).unwrap(), [0, 0]);
    for error in [guest.judged(Capacity::new(3), -1).unwrap_err(), guest.pair().unwrap_err()] {
        assert!(matches!(error.kind(), ErrorKind::Guest { code: -1, .. }), "{error}");
    }
    let error = guest.code(Capacity::new(3), -5).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Guest { code: -5, .. }), "{error}");
}
