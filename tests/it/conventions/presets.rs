//! Presets for tool-chains, on guests that do what their output does.

use crate::hostile::live;
use crate::support::{handle, instance, wat};
use linmem::allocator::OfOwners;
use linmem::{ErrorKind, LinearMemory, Result, Settings, wasm_import};

/// An allocator that counts, under another tool-chain's names; `$owned` frees what the functions were given.
const ALLOCATOR: &str = r#"
    (memory (export "memory") 1)
    (global $heap (mut i32) (i32.const 4096))
    (global $live (export "live") (mut i32) (i32.const 0))
    (func $alloc (param $len i32) (result i32)
      (global.set $live (i32.add (global.get $live) (i32.const 1)))
      (global.get $heap)
      (global.set $heap (i32.and (i32.add (i32.add (global.get $heap) (local.get $len)) (i32.const 15)) (i32.const -16))))
    (func $free (param i32) (param $len i32)
      (if (local.get $len) (then (global.set $live (i32.sub (global.get $live) (i32.const 1))))))
    (func $capitals (param $from i32) (param $len i32) (result i32) (local $to i32) (local $i i32)
      (local.set $to (call $alloc (local.get $len)))
      (loop $next (if (i32.lt_u (local.get $i) (local.get $len)) (then
        (i32.store8 (i32.add (local.get $to) (local.get $i))
          (i32.and (i32.load8_u (i32.add (local.get $from) (local.get $i))) (i32.const 0xdf)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next))))
      (call $free (local.get $from) (local.get $len))
      (local.get $to))"#;

#[wasm_import(convention = linmem::convention::WasmBindgen)]
trait Bindgen {
    fn shout(&mut self, text: &str) -> Result<String>;
    #[wasm(name = "shout_both")]
    fn multi_value(&mut self, text: &str) -> Result<String>;
    fn add(&mut self, a: u32, b: u32) -> Result<u32>;
    fn fail(&mut self, text: &str) -> Result<String>;
    #[wasm(name = "fail_multi")]
    fn fail_by_values(&mut self, text: &str) -> Result<String>;
}

#[test]
fn wasm_bindgen_frees_its_arguments_and_returns_by_pointer_or_by_two_values() {
    // `(len, align)` as newer versions have it; older ones take the length alone.
    for (malloc, free) in [("(param i32 i32)", "(param i32 i32 i32)"), ("(param i32)", "(param i32 i32)")] {
        let module = wat(&format!(
            r#"(module {ALLOCATOR}
              (func (export "__wbindgen_malloc") {malloc} (result i32) (call $alloc (local.get 0)))
              (func (export "__wbindgen_free") {free} (call $free (local.get 0) (local.get 1)))
              (func (export "shout") (param $ret i32) (param $p i32) (param $n i32)
                (i32.store (local.get $ret) (call $capitals (local.get $p) (local.get $n)))
                (i32.store offset=4 (local.get $ret) (local.get $n)))
              (func (export "shout_both") (param i32 i32) (result i32 i32)
                (call $capitals (local.get 0) (local.get 1)) (local.get 1))
              (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
              (func (export "fail") (param $ret i32) (param $p i32) (param $n i32)
                (call $free (local.get $p) (local.get $n))
                (i32.store offset=8 (local.get $ret) (i32.const 7))
                (i32.store offset=12 (local.get $ret) (i32.const 1)))
              (func (export "fail_multi") (param $p i32) (param $n i32) (result i32 i32 i32 i32)
                (call $free (local.get $p) (local.get $n))
                (i32.const 0) (i32.const 0) (i32.const 8) (i32.const 1)))"#
        ));
        let (mut store, instance) = instance(&module);
        let mut guest = handle::<BindgenExports>(&mut store, &instance).into_bound(&mut store).unwrap();
        for _ in 0..100 {
            assert_eq!(guest.shout("hello").unwrap(), "HELLO");
            assert_eq!(guest.multi_value("multi").unwrap(), "MULTI");
            assert_eq!(guest.add(1, 2).unwrap(), 3);
            // After one that failed, one that cannot fail is not taken for it.
            assert!(matches!(guest.fail("x").unwrap_err().kind(), ErrorKind::Guest { code: 7, message: None }));
            assert!(matches!(guest.fail_by_values("x").unwrap_err().kind(), ErrorKind::Guest { code: 8, .. }));
        }
        linmem::Bound::trim(&mut guest).unwrap();
        drop(guest);
        assert_eq!(live(&mut store, &instance), 0);
    }
}

#[wasm_import(convention = linmem::convention::Canonical)]
trait Component {
    #[wasm(name = "demo:shout/api#shout")]
    fn shout(&mut self, text: &str) -> Result<String>;
    #[wasm(name = "answer")]
    fn without_post_return(&mut self, text: &str) -> Result<u32>;
}

#[test]
fn the_canonical_abi_frees_its_arguments_and_its_result_after_the_return() {
    let module = wat(&format!(
        r#"(module {ALLOCATOR}
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (call $alloc (local.get 3)))
          (func (export "demo:shout/api#shout") (param $p i32) (param $n i32) (result i32)
            (i32.store (i32.const 64) (call $capitals (local.get $p) (local.get $n)))
            (i32.store (i32.const 68) (local.get $n))
            (i32.const 64))
          (func (export "cabi_post_demo:shout/api#shout") (param $area i32)
            (call $free (i32.load (local.get $area)) (i32.load offset=4 (local.get $area))))
          (func (export "answer") (param i32 i32) (result i32)
            (call $free (local.get 0) (local.get 1)) (local.get 1)))"#
    ));
    let (mut store, instance) = instance(&module);
    let mut guest = handle::<ComponentExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    for _ in 0..100 {
        assert_eq!(guest.shout("hello").unwrap(), "HELLO");
        assert_eq!(guest.without_post_return("four").unwrap(), 4);
    }
    drop(guest);
    assert_eq!(live(&mut store, &instance), 0, "nothing is kept where nothing can be released");
}

#[test]
fn what_is_no_value_is_posted_too() {
    #[wasm_import(convention = linmem::convention::Canonical)]
    trait Null {
        fn null(&mut self) -> Result<String>;
        fn posted(&mut self) -> Result<u32>;
    }
    let module = wat(&format!(
        r#"(module {ALLOCATOR}
          (global $posted (mut i32) (i32.const 0))
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (call $alloc (local.get 3)))
          (func (export "null") (result i32) (i32.store (i32.const 68) (i32.const 5)) (i32.const 64))
          (func (export "cabi_post_null") (param i32) (global.set $posted (local.get 0)))
          (func (export "posted") (result i32) (global.get $posted)))"#
    ));
    let (mut store, instance) = instance(&module);
    let mut guest = handle::<NullExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    let error = guest.null().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Null), "{error}");
    assert_eq!(guest.posted().unwrap(), 64);
}

#[test]
fn an_export_without_a_name_is_not_called_to_release() {
    let module = wat(&format!(
        r#"(module {ALLOCATOR}
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (call $alloc (local.get 3)))
          (func (export "") (param i32) unreachable))"#
    ));
    let (mut store, instance) = instance(&module);
    let mut memory = LinearMemory::<_, OfOwners>::with(&mut store, &instance, Settings::new()).unwrap();
    drop(memory.alloc(b"first", true, true).unwrap());
    assert_eq!(memory.alloc(b"second", true, true).unwrap().as_slice(), b"second");
}

/// Functions that answer by a scalar or nothing, and fail if they are given one.
#[wasm_import(convention = linmem::convention::WasmBindgen)]
trait Fallible {
    fn number(&mut self, fail: u32) -> Result<u32>;
    fn real(&mut self, fail: u32) -> Result<f64>;
    fn nothing(&mut self, fail: u32) -> Result<()>;
}

fn answers(functions: &str) {
    let module = wat(&format!(
        r#"(module {ALLOCATOR}
          (func (export "__wbindgen_malloc") (param i32 i32) (result i32) (call $alloc (local.get 0)))
          (func (export "__wbindgen_free") (param i32 i32 i32) (call $free (local.get 0) (local.get 1)))
          {functions})"#
    ));
    let (mut store, instance) = instance(&module);
    let mut guest = handle::<FallibleExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    for _ in 0..3 {
        assert_eq!((guest.number(0).unwrap(), guest.real(0).unwrap()), (42, 1.5));
        guest.nothing(0).unwrap();
        for failure in [guest.number(1).map(drop), guest.real(1).map(drop), guest.nothing(1)] {
            assert!(matches!(failure.unwrap_err().kind(), ErrorKind::Guest { code: 7, message: None }));
        }
    }
    linmem::Bound::trim(&mut guest).unwrap();
    drop(guest);
    assert_eq!(live(&mut store, &instance), 0);
}

#[test]
fn wasm_bindgen_tells_behind_a_scalar_that_it_is_an_error() {
    answers(
        r#"(func (export "number") (param i32) (result i32 i32 i32) (i32.const 42) (i32.const 7) (local.get 0))
          (func (export "real") (param i32) (result f64 i32 i32) (f64.const 1.5) (i32.const 7) (local.get 0))
          (func (export "nothing") (param i32) (result i32 i32) (i32.const 7) (local.get 0))"#,
    );
}

#[test]
fn wasm_bindgen_tells_so_at_the_return_pointer_too() {
    answers(
        r#"(func $tell (param $at i32) (param $flag i32)
            (i32.store (local.get $at) (i32.const 7)) (i32.store offset=4 (local.get $at) (local.get $flag)))
          (func (export "number") (param $ret i32) (param $flag i32)
            (i32.store (local.get $ret) (i32.const 42))
            (call $tell (i32.add (local.get $ret) (i32.const 4)) (local.get $flag)))
          (func (export "real") (param $ret i32) (param $flag i32)
            (f64.store (local.get $ret) (f64.const 1.5))
            (call $tell (i32.add (local.get $ret) (i32.const 8)) (local.get $flag)))
          (func (export "nothing") (param $ret i32) (param $flag i32) (call $tell (local.get $ret) (local.get $flag)))"#,
    );
}
