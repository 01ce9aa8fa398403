//! The ways in which a slice or a value comes back, found by the export's type or named.

use super::Point;
use crate::support::{bind, ledger, wat};
use linmem::results::{Packed, Pair, ReturnArea, ReturnPointer, Static};
use linmem::wasm_import;

/// Every form of result, static, in a guest without an allocator. `none` stands for null.
const STATIC: &str = r#"(module (memory (export "memory") 1)
    (data (i32.const 64) "static text")
    (data (i32.const 128) "\00\00\00\00\00\00\f0\3f\00\00\00\00\00\00\00\40")
    (data (i32.const 160) "\ff\00\00\00\61\00\00\00\01\00\00\00\ff\ff\ff\ff")
    (data (i32.const 192) "\40\00\00\00\0b\00\00\00")
    (func (export "packed") (result i64) (i64.const 0x40_0000000b))
    (func (export "packed_none") (result i64) (i64.const 0))
    (func (export "pair") (result i32 i32) (i32.const 64) (i32.const 11))
    (func (export "pair_none") (result i32 i32) (i32.const 0) (i32.const 0))
    (func (export "pair_points") (result i32 i32) (i32.const 128) (i32.const 1))
    (func (export "pointer") (param i32)
        (i32.store (local.get 0) (i32.const 64)) (i32.store offset=4 (local.get 0) (i32.const 11)))
    (func (export "pointer_none") (param i32))
    (func (export "area") (result i32) (i32.const 192))
    (func (export "area_none") (result i32) (i32.const 0))
    (func (export "area_of_none") (result i32) (i32.const 256))
    (func (export "point") (param i32)
        (f64.store (local.get 0) (f64.const 1)) (f64.store offset=8 (local.get 0) (f64.const 2)))
    (func (export "point_at") (result i32) (i32.const 128))
    (func (export "u8") (export "i8") (export "u16") (export "u32") (export "u64") (result i32) (i32.const 160))
    (func (export "char") (result i32) (i32.const 164))
    (func (export "bool") (result i32) (i32.const 168))
    (func (export "i32") (result i32) (i32.const 172))
    (func (export "f64") (result i32) (i32.const 136))
    (func (export "no_u32") (result i32) (i32.const 0)))"#;

#[wasm_import(returns = Static)]
trait ByType {
    fn packed(&mut self) -> linmem::Result<String>;
    fn packed_none(&mut self) -> linmem::Result<Option<Vec<u8>>>;
    fn pair(&mut self) -> linmem::Result<Option<String>>;
    fn pair_none(&mut self) -> linmem::Result<Option<&str>>;
    fn pair_points(&mut self) -> linmem::Result<Vec<Point>>;
    fn pointer(&mut self) -> linmem::Result<Vec<u8>>;
    fn pointer_none(&mut self) -> linmem::Result<Option<String>>;
    fn area(&mut self) -> linmem::Result<&str>;
    fn area_none(&mut self) -> linmem::Result<Option<String>>;
    fn area_of_none(&mut self) -> linmem::Result<Option<&[u8]>>;
    fn point(&mut self) -> linmem::Result<Point>;
    fn point_at(&mut self) -> linmem::Result<Point>;
}

#[test]
fn every_form_is_told_by_its_type() {
    let mut guest = bind::<ByTypeExports>(&wat(STATIC));
    assert_eq!(guest.packed().unwrap(), "static text");
    assert_eq!(guest.pair().unwrap().as_deref(), Some("static text"));
    assert_eq!(guest.pair_points().unwrap(), [Point { x: 1.0, y: 2.0 }]);
    assert_eq!(guest.pointer().unwrap(), b"static text");
    assert_eq!(guest.area().unwrap(), "static text");
    assert_eq!(guest.point().unwrap(), Point { x: 1.0, y: 2.0 });
    assert_eq!(guest.point_at().unwrap(), Point { x: 1.0, y: 2.0 });
}

#[test]
fn null_is_none_in_every_form() {
    let mut guest = bind::<ByTypeExports>(&wat(STATIC));
    assert_eq!(guest.packed_none().unwrap(), None);
    assert_eq!(guest.pair_none().unwrap(), None);
    assert_eq!(guest.pointer_none().unwrap(), None, "the room was zeroed before");
    assert_eq!(guest.area_none().unwrap(), None);
    assert_eq!(guest.area_of_none().unwrap(), None);
}

#[test]
fn every_form_may_be_named() {
    #[wasm_import]
    trait Named {
        #[wasm(returns = Static<Packed>)]
        fn packed(&mut self) -> linmem::Result<String>;
        #[wasm(returns = Static<Pair>)]
        fn pair(&mut self) -> linmem::Result<String>;
        #[wasm(returns = Static<ReturnPointer>)]
        fn pointer(&mut self) -> linmem::Result<String>;
        #[wasm(returns = Static<ReturnArea>)]
        fn area(&mut self) -> linmem::Result<String>;
        #[wasm(returns = ReturnPointer)]
        fn point(&mut self) -> linmem::Result<Point>;
        #[wasm(returns = Static<ReturnArea>)]
        fn point_at(&mut self) -> linmem::Result<Option<Point>>;
    }
    let mut guest = bind::<NamedExports>(&wat(STATIC));
    let texts = [guest.packed(), guest.pair(), guest.pointer(), guest.area()].map(Result::unwrap);
    assert_eq!(texts, ["static text"; 4]);
    assert_eq!(guest.point().unwrap(), Point { x: 1.0, y: 2.0 });
    assert_eq!(guest.point_at().unwrap(), Some(Point { x: 1.0, y: 2.0 }));
}

#[test]
fn an_optional_scalar_is_read_through_a_pointer() {
    #[wasm_import(returns = Static)]
    trait Optional {
        fn u8(&mut self) -> linmem::Result<Option<u8>>;
        fn i8(&mut self) -> linmem::Result<Option<i8>>;
        fn u16(&mut self) -> linmem::Result<Option<u16>>;
        fn u32(&mut self) -> linmem::Result<Option<u32>>;
        fn u64(&mut self) -> linmem::Result<Option<u64>>;
        fn i32(&mut self) -> linmem::Result<Option<i32>>;
        fn f64(&mut self) -> linmem::Result<Option<f64>>;
        fn char(&mut self) -> linmem::Result<Option<char>>;
        fn bool(&mut self) -> linmem::Result<Option<bool>>;
        fn no_u32(&mut self) -> linmem::Result<Option<u32>>;
    }
    let mut guest = bind::<OptionalExports>(&wat(STATIC));
    assert_eq!(guest.u8().unwrap(), Some(255));
    assert_eq!(guest.i8().unwrap(), Some(-1));
    assert_eq!(guest.u16().unwrap(), Some(255));
    assert_eq!(guest.u32().unwrap(), Some(255));
    assert_eq!(guest.u64().unwrap(), Some(0x61_0000_00ff));
    assert_eq!(guest.i32().unwrap(), Some(-1));
    assert_eq!(guest.f64().unwrap(), Some(2.0));
    assert_eq!(guest.char().unwrap(), Some('a'));
    assert_eq!(guest.bool().unwrap(), Some(true));
    assert_eq!(guest.no_u32().unwrap(), None);
}

#[wasm_import]
trait Echo {
    #[wasm(returns = Packed)]
    fn echo_packed(&mut self, bytes: &[u8]) -> linmem::Result<Vec<u8>>;
    #[wasm(returns = ReturnPointer)]
    fn echo_ret(&mut self, bytes: &[u8]) -> linmem::Result<Vec<u8>>;
    #[wasm(returns = ReturnArea)]
    fn echo_area(&mut self, bytes: &[u8]) -> linmem::Result<Vec<u8>>;
    #[wasm(returns = Static<Packed>)]
    fn banner(&mut self) -> linmem::Result<String>;
    fn live_blocks(&mut self) -> linmem::Result<u32>;
    fn live_bytes(&mut self) -> linmem::Result<u32>;
}

#[wasm_import]
trait EchoByType {
    fn echo_packed(&mut self, bytes: &[u8]) -> linmem::Result<Vec<u8>>;
    fn echo_ret(&mut self, bytes: &[u8]) -> linmem::Result<Vec<u8>>;
    fn echo_area(&mut self, bytes: &[u8]) -> linmem::Result<Vec<u8>>;
}

#[test]
fn a_guest_that_knows_all_forms_gives_the_same_by_each() {
    let (mut named, mut by_type) = (bind::<EchoExports>(ledger()), bind::<EchoByTypeExports>(ledger()));
    for bytes in [&b""[..], b"x", b"four", &[7; 300], &[8; 70_000]] {
        assert_eq!(named.echo_packed(bytes).unwrap(), bytes);
        assert_eq!(named.echo_ret(bytes).unwrap(), bytes);
        assert_eq!(named.echo_area(bytes).unwrap(), bytes);
        assert_eq!(by_type.echo_packed(bytes).unwrap(), bytes);
        assert_eq!(by_type.echo_ret(bytes).unwrap(), bytes);
        assert_eq!(by_type.echo_area(bytes).unwrap(), bytes);
    }
    EchoInstance::trim(&mut named).unwrap();
    assert_eq!((named.live_blocks().unwrap(), named.live_bytes().unwrap()), (0, 0));
}

#[test]
fn static_results_are_not_released() {
    let mut echo = bind::<EchoExports>(ledger());
    for _ in 0..3 {
        // The guest traps on their release.
        assert_eq!(echo.banner().unwrap(), "ledger: every block is accounted for");
    }
    assert_eq!(echo.live_blocks().unwrap(), 0);
}

/// A guest without an allocator has nothing that could be given back to one: its results are its own memory, where the
/// host must never place an argument.
#[test]
fn results_of_a_guest_without_an_allocator_do_not_become_the_hosts_memory() {
    #[wasm_import]
    trait Own {
        fn packed(&mut self) -> linmem::Result<String>;
        fn take(&mut self, bytes: &[u8]) -> linmem::Result<u32>;
    }
    let own = r#"(module (memory (export "memory") 1)
        (data (i32.const 64) "static text, with room behind it")
        (func (export "packed") (result i64) (i64.const 0x40_00000400))
        (func (export "take") (param i32 i32) (result i32) (local.get 0)))"#;
    let mut guest = bind::<OwnExports>(&wat(own));
    let first = guest.packed().unwrap();
    assert_eq!(first.len(), 1024);
    let addresses = [1, 8, 300, 1000, 70_000].map(|n| guest.take(&vec![0xff; n]).unwrap());
    assert!(addresses.iter().all(|address| *address >= 65_536), "placed in the guest's own page: {addresses:x?}");
    assert_eq!(guest.packed().unwrap(), first);
}
