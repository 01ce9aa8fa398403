//! Options and results with a tag, as the canonical ABI has them in memory.

use crate::support::{bind, instance, wat};
use linmem::convention::Canonical;
use linmem::{Bound, ErrorKind, Place, Record, Result, wasm_import};
use std::result::Result as Either;

/// Each function returns the area that it is told, and its post-return function counts.
fn module() -> wasmtime::Module {
    let names = ["number", "long", "letter", "text", "point", "words", "either", "texts", "unit", "errs", "plain"];
    let functions: String = names
        .iter()
        .map(|name| {
            format!(
                r#"(func (export "{name}") (param i32) (result i32) (local.get 0))
                (func (export "cabi_post_{name}") (param $area i32)
                  (global.set $posts (i32.add (global.get $posts) (i32.const 1))))"#
            )
        })
        .collect();
    wat(&format!(
        r#"(module (memory (export "memory") 1)
          (global $posts (mut i32) (i32.const 0))
          (func (export "posts") (result i32) (global.get $posts))
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
          (data (i32.const 64) "\00\ff\ff\ff\ff\ff\ff\ff")
          (data (i32.const 80) "\01\ff\ff\ff\2a\00\00\00")
          (data (i32.const 96) "\02\00\00\00\2a\00\00\00")
          (data (i32.const 112) "\01\00\00\00\00\00\00\00\08\07\06\05\04\03\02\01")
          (data (i32.const 128) "\01\00\00\00\00\01\00\00\05\00\00\00")
          (data (i32.const 144) "\01\00\00\00\fc\ff\00\00\05\00\00\00")
          (data (i32.const 160) "\01\00\00\00\00\d8\00\00\00\00\00\00")
          (data (i32.const 176) "\00\00\00\00\01\00\00\00\02\00\00\00")
          (data (i32.const 192) "\01\00\00\00\00\01\00\00\02\00\00\00")
          (data (i32.const 208) "\01\00\00\00\00\00\00\00\00\00\00\00")
          (data (i32.const 224) "\01\00\00\00\00\00\00\00\05\00\00\00")
          (data (i32.const 240) "\01\00\00\00\06\01\00\00\01\00\00\00")
          (data (i32.const 256) "hello\00\ff\00")
          (data (i32.const 305) "\01")
          (data (i32.const 65532) "\01\00\00\00")
          {functions})"#
    ))
}

#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable, Record)]
#[repr(C)]
struct Point {
    x: u32,
    y: u32,
}

#[wasm_import(convention = Canonical)]
trait Tagged {
    fn number(&mut self, area: u32) -> Result<Option<u32>>;
    fn long(&mut self, area: u32) -> Result<Option<u64>>;
    fn letter(&mut self, area: u32) -> Result<Option<char>>;
    fn text(&mut self, area: u32) -> Result<Option<String>>;
    fn point(&mut self, area: u32) -> Result<Option<Point>>;
    fn words(&mut self, area: u32) -> Result<Option<Vec<u32>>>;
    fn either(&mut self, area: u32) -> Result<Either<Point, String>>;
    fn texts(&mut self, area: u32) -> Result<Either<String, Vec<u8>>>;
    fn unit(&mut self, area: u32) -> Result<Either<(), u32>>;
    fn errs(&mut self, area: u32) -> Result<Either<u64, ()>>;
    fn plain(&mut self, area: u32) -> Result<String>;
    fn posts(&mut self) -> Result<u32>;
}

#[test]
fn a_tag_tells_whether_there_is_a_value() {
    let mut guest = bind::<TaggedExports>(&module());
    assert_eq!(guest.number(64).unwrap(), None);
    assert_eq!(guest.number(80).unwrap(), Some(42));
    assert_eq!(guest.long(112).unwrap(), Some(0x0102_0304_0506_0708));
    assert_eq!(guest.letter(80).unwrap(), Some('*'));
    assert_eq!(guest.text(64).unwrap(), None);
    assert_eq!(guest.text(128).unwrap().as_deref(), Some("hello"));
    assert_eq!(guest.text(208).unwrap().as_deref(), Some(""), "an empty text may lie at null, and is one");
    assert_eq!(guest.words(208).unwrap(), Some(Vec::new()));
    assert_eq!(guest.words(192).unwrap(), Some(vec![0x6c6c_6568, 0x00ff_006f]));
    assert_eq!(guest.point(80).unwrap().map(|point| point.x), Some(42));
    assert_eq!(guest.point(176).unwrap(), None);
    assert_eq!(guest.posts().unwrap(), 11, "each was told once that it has been read");
}

#[test]
fn a_tag_tells_a_value_from_an_error() {
    let mut guest = bind::<TaggedExports>(&module());
    assert_eq!(guest.either(176).unwrap(), Ok(Point { x: 1, y: 2 }));
    assert_eq!(guest.either(128).unwrap(), Err("hello".to_owned()));
    assert_eq!(guest.texts(128).unwrap(), Err(b"hello".to_vec()));
    assert_eq!(guest.texts(240).unwrap(), Err(vec![0xff]));
    assert_eq!(guest.unit(64).unwrap(), Ok(()));
    assert_eq!(guest.unit(80).unwrap(), Err(42));
    assert_eq!(guest.errs(112).unwrap(), Err(()));
    assert_eq!(guest.plain(132).unwrap(), "hello");
    assert_eq!(guest.posts().unwrap(), 8);
}

#[test]
fn a_tag_that_is_none_is_refused_and_the_guest_told_all_the_same() {
    let mut guest = bind::<TaggedExports>(&module());
    assert!(matches!(guest.number(96).unwrap_err().kind(), ErrorKind::InvalidValue { ty: "Option", value: 2 }));
    assert!(matches!(guest.text(256).unwrap_err().kind(), ErrorKind::InvalidValue { ty: "Option", value: 0x68 }));
    let error = guest.either(96).unwrap_err();
    assert_eq!(error.to_string(), "`either`, result: 0x2 is not a valid `Result`");
    assert!(matches!(guest.unit(96).unwrap_err().kind(), ErrorKind::InvalidValue { ty: "Result", value: 2 }));
    assert_eq!(guest.posts().unwrap(), 4);
    // What lies behind it is looked at, too.
    assert!(matches!(guest.letter(160).unwrap_err().kind(), ErrorKind::InvalidValue { ty: "char", value: 0xd800 }));
}

#[test]
fn an_area_outside_memory_is_refused() {
    let mut guest = bind::<TaggedExports>(&module());
    // The tag lies in memory, and says that there is nothing; or it says that there is, and that does not.
    assert_eq!(guest.number(65_535).unwrap(), None);
    for area in [65_532, 65_536, u32::MAX - 3] {
        let error = guest.number(area).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutOfBounds { memory: 65_536, .. }), "{error}");
        assert_eq!((error.export(), error.place()), (Some("number"), Some(Place::Result)));
        assert!(matches!(guest.either(area).unwrap_err().kind(), ErrorKind::OutOfBounds { .. }));
        assert!(guest.text(area).is_err() && guest.words(area).is_err() && guest.plain(area).is_err());
    }
    assert_eq!(guest.posts().unwrap(), 1 + 3 * 4, "all but `plain`, whose area cannot be read");
}

#[test]
fn a_payload_outside_memory_is_refused() {
    let mut guest = bind::<TaggedExports>(&module());
    let error = guest.text(144).unwrap_err();
    assert!(
        matches!(*error.kind(), ErrorKind::OutOfBounds { region, .. } if (region.pointer, region.len) == (0xfffc, 5))
    );
    let error = guest.words(144).unwrap_err();
    assert!(matches!(*error.kind(), ErrorKind::OutOfBounds { region, .. } if region.len == 20), "{error}");
    assert!(matches!(guest.texts(144).unwrap_err().kind(), ErrorKind::OutOfBounds { .. }));
    let error = guest.either(240).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { valid_up_to: 0, .. }), "{error}");
    assert!(matches!(guest.words(240).unwrap_err().kind(), ErrorKind::Misaligned { pointer: 0x106, align: 4 }));
    assert_eq!(guest.posts().unwrap(), 5);
}

#[test]
fn an_area_that_is_not_aligned_is_refused_where_it_holds_something() {
    let mut guest = bind::<TaggedExports>(&module());
    assert_eq!(guest.number(306).unwrap(), None);
    let error = guest.number(305).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Misaligned { pointer: 309, align: 4 }), "{error}");
}

#[test]
fn an_area_at_null_holds_nothing() {
    let mut guest = bind::<TaggedExports>(&module());
    for error in [
        guest.number(0).unwrap_err(),
        guest.text(0).unwrap_err(),
        guest.point(0).unwrap_err(),
        guest.either(0).unwrap_err(),
        guest.unit(0).unwrap_err(),
    ] {
        assert!(matches!(error.kind(), ErrorKind::Null), "{error}");
    }
    Bound::trim(&mut guest).unwrap();
}

#[test]
fn a_post_return_function_of_another_type_is_not_called() {
    let module = wat(r#"(module (memory (export "memory") 1) (data (i32.const 80) "\01\00\00\00\2a")
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
          (func (export "cabi_post_number") (param i64) unreachable)
          (func (export "number") (param i32) (result i32) (local.get 0)))"#);
    #[wasm_import(convention = Canonical)]
    trait Number {
        fn number(&mut self, area: u32) -> Result<Option<u32>>;
    }
    let (mut store, instance) = instance(&module);
    let mut guest =
        linmem::Handle::<NumberExports>::new(&mut store, &instance).unwrap().into_bound(&mut store).unwrap();
    assert_eq!(guest.number(80).unwrap(), Some(42));
}
