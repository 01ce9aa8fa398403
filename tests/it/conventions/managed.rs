//! AssemblyScript's convention, on a guest that does what its runtime does, and on some that do not.

use crate::hostile::{argument, assert_error, assert_poisoned, assert_trap, holds, live};
use crate::support::{bind, handle, instance, wat};
use linmem::convention::AssemblyScript;
use linmem::pass::{Array, TypedArray};
use linmem::results::StaticArray;
use linmem::{Bound, Error, ErrorKind, Interface, Place, Result, wasm_import};
use wasmtime::Store;

/// Objects with their class and size right before them. `__pin` and `__unpin` trap on what is none, or pinned already, or
/// not; `live` is how many are pinned.
const RUNTIME: &str = r#"
    (memory (export "memory") 3)
    (global $heap (mut i32) (i32.const 4096))
    (global $live (export "live") (mut i32) (i32.const 0))
    (func $new (export "__new") (param $size i32) (param $class i32) (result i32) (local $object i32)
      (local.set $object (i32.add (global.get $heap) (i32.const 32)))
      (i32.store offset=16 (global.get $heap) (i32.const 0))
      (i32.store offset=24 (global.get $heap) (local.get $class))
      (i32.store offset=28 (global.get $heap) (local.get $size))
      (global.set $heap (i32.and (i32.add (i32.add (local.get $object) (local.get $size)) (i32.const 15))
        (i32.const -16)))
      (local.get $object))
    (func (export "__pin") (param $object i32) (result i32)
      (if (i32.eqz (local.get $object)) (then (return (i32.const 0))))
      (if (i32.load (i32.sub (local.get $object) (i32.const 16))) (then unreachable))
      (i32.store (i32.sub (local.get $object) (i32.const 16)) (i32.const 1))
      (global.set $live (i32.add (global.get $live) (i32.const 1)))
      (local.get $object))
    (func (export "__unpin") (param $object i32)
      (if (i32.ne (i32.load (i32.sub (local.get $object) (i32.const 16))) (i32.const 1)) (then unreachable))
      (i32.store (i32.sub (local.get $object) (i32.const 16)) (i32.const 2))
      (global.set $live (i32.sub (global.get $live) (i32.const 1))))
    (func $class (export "class") (param i32) (result i32) (i32.load (i32.sub (local.get 0) (i32.const 8))))
    (func $size (export "size") (param i32) (result i32) (i32.load (i32.sub (local.get 0) (i32.const 4))))"#;

const FUNCTIONS: &str = r#"
    (func $copy (param $from i32) (param $size i32) (param $class i32) (result i32) (local $to i32)
      (local.set $to (call $new (local.get $size) (local.get $class)))
      (memory.copy (local.get $to) (local.get $from) (local.get $size))
      (local.get $to))
    (func (export "echo") (param i32) (result i32)
      (if (i32.ne (call $class (local.get 0)) (i32.const 2)) (then unreachable))
      (call $copy (local.get 0) (call $size (local.get 0)) (i32.const 2)))
    (func (export "buffer") (param i32) (result i32)
      (if (i32.ne (call $class (local.get 0)) (i32.const 1)) (then unreachable))
      (call $copy (local.get 0) (call $size (local.get 0)) (i32.const 1)))
    (func (export "typed") (param $view i32) (result i32)
      (if (i32.ne (call $class (local.get $view)) (i32.const 4)) (then unreachable))
      (if (i32.ne (call $size (local.get $view)) (i32.const 12)) (then unreachable))
      (if (i32.ne (call $class (i32.load (local.get $view))) (i32.const 1)) (then unreachable))
      (if (i32.ne (call $size (i32.load (local.get $view))) (i32.load offset=8 (local.get $view))) (then unreachable))
      (local.get $view))
    (func (export "array") (param $array i32) (result i32)
      (if (i32.ne (call $class (local.get $array)) (i32.const 7)) (then unreachable))
      (if (i32.ne (call $size (local.get $array)) (i32.const 16)) (then unreachable))
      (i32.add (i32.mul (i32.const 1000) (i32.load offset=12 (local.get $array)))
        (i32.load offset=8 (local.get $array))))
    (func (export "statics") (param $n i32) (result i32)
      (call $copy (i32.const 64) (i32.mul (local.get $n) (i32.const 4)) (i32.const 9)))
    (func (export "text_at") (param i32) (result i32) (local.get 0))
    (func (export "maybe") (param i32) (result i32) (local.get 0))
    (func (export "words_at") (param i32) (result i32) (local.get 0))
    (func (export "record") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "number") (param i32) (result i32) (i32.const 2))
    (func (export "trap") (param i32) unreachable)
    ;; At 1024 an object of class 4 whose data leave memory, at 1088 a string, at 1152 an array without data.
    (data (i32.const 1016) "\04\00\00\00\0c\00\00\00\00\04\00\00\fc\ff\02\00\08\00\00\00")
    (data (i32.const 1080) "\02\00\00\00\00\00\03\00")
    (data (i32.const 1144) "\04\00\00\00\0c\00\00\00\00\00\00\00\00\00\00\00\04\00\00\00")
    ;; At 1216 a string of three bytes, at 1280 one that is no text.
    (data (i32.const 1208) "\02\00\00\00\03\00\00\00a\00b")
    (data (i32.const 1272) "\02\00\00\00\02\00\00\00\3e\d8")"#;

#[wasm_import(convention = AssemblyScript)]
trait Script {
    fn class(&mut self, #[wasm(pass = Array<7>)] words: &[u32]) -> Result<u32>;
    fn size(&mut self, text: &str) -> Result<u32>;
    fn echo(&mut self, text: &str) -> Result<String>;
    fn buffer(&mut self, words: &[u64]) -> Result<Vec<u64>>;
    fn typed(&mut self, #[wasm(pass = TypedArray<4>)] words: &[u16]) -> Result<Vec<u16>>;
    fn array(&mut self, #[wasm(pass = Array<7>)] words: &[u32]) -> Result<u32>;
    #[wasm(returns = StaticArray)]
    fn statics(&mut self, n: u32) -> Result<Vec<u32>>;
    fn text_at(&mut self, object: u32) -> Result<String>;
    fn maybe(&mut self, object: u32) -> Result<Option<String>>;
    fn words_at(&mut self, object: u32) -> Result<&[u32]>;
    fn record(&mut self, value: &u32) -> Result<u32>;
    fn number(&mut self, text: &str) -> Result<bool>;
    fn trap(&mut self, text: &str) -> Result<()>;
}

fn module() -> String {
    format!("(module {RUNTIME} {FUNCTIONS})")
}

/// Calls a guest, and sees that no object stays pinned.
#[track_caller]
fn unpinned<I: Interface, R>(module: &str, call: impl FnOnce(&mut Bound<&mut Store<()>, I>) -> R) -> R {
    let (mut store, instance) = instance(&wat(module));
    let mut guest = handle::<I>(&mut store, &instance).into_bound(&mut store).unwrap();
    let outcome = call(&mut guest);
    Bound::trim(&mut guest).unwrap();
    drop(guest);
    assert_eq!(live(&mut store, &instance), 0);
    outcome
}

#[test]
fn strings_buffers_and_arrays_are_objects_of_their_class() {
    unpinned::<ScriptExports, _>(&module(), |guest| {
        for text in ["", "a", "z\u{df}\u{6c34}\u{1f34c}", &"x".repeat(20_000)] {
            assert_eq!(guest.echo(text).unwrap(), text);
        }
        assert_eq!(guest.size("\u{1f34c}").unwrap(), 4);
        assert_eq!(guest.size("").unwrap(), 0);
        assert_eq!(guest.buffer(&[1, u64::MAX]).unwrap(), [1, u64::MAX]);
        assert_eq!(guest.buffer(&[]).unwrap(), []);
        assert_eq!(guest.typed(&[1, 2, 3]).unwrap(), [1, 2, 3]);
        assert_eq!(guest.typed(&[]).unwrap(), []);
        assert_eq!(guest.array(&[1, 2, 3]).unwrap(), 3012);
        assert_eq!(guest.array(&[]).unwrap(), 0);
        assert_eq!(guest.class(&[1]).unwrap(), 7);
        assert_eq!(guest.statics(3).unwrap(), [0; 3]);
        assert_eq!(guest.statics(0).unwrap(), []);
        assert_eq!(guest.record(&9).unwrap(), 9, "what is no object of a class is placed all the same");
        assert_eq!(guest.maybe(0).unwrap(), None);
    });
}

#[test]
fn an_object_that_is_none_is_refused() {
    unpinned::<ScriptExports, _>(&module(), |guest| {
        assert_eq!(guest.text_at(0).unwrap(), "", "null is nothing");
        assert_eq!(guest.words_at(0).unwrap(), []);
        let error = guest.text_at(4).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutOfBounds { region, .. } if region.pointer == 4), "{error}");
        for object in [0x3_0004, 0xffff_fff8] {
            let error = guest.text_at(object).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::OutOfBounds { .. }), "{error}");
            assert_eq!(error.place(), Some(Place::Result));
        }
        assert!(matches!(guest.text_at(1026).unwrap_err().kind(), ErrorKind::Misaligned { .. }));
        assert!(matches!(guest.maybe(1026).unwrap_err().kind(), ErrorKind::Misaligned { .. }));
    });
}

#[test]
fn an_object_that_lies_about_its_data_is_refused() {
    unpinned::<ScriptExports, _>(&module(), |guest| {
        let error = guest.words_at(1024).map(drop).unwrap_err();
        let message = "8 bytes at 0x2fffc are outside the guest's memory of 196608 bytes";
        assert_error(&error, "words_at", Place::ReturnArea, message);
        // What was read for a view may be the elements of an array.
        assert!(error.hint().is_some_and(|hint| hint.contains("linmem::results::StaticArray")), "{error}");
        let error = guest.text_at(1088).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutOfBounds { region, .. } if region.len == 0x3_0000), "{error}");
        assert_eq!((error.place(), error.hint()), (Some(Place::Result), None), "that is a `String`");
        assert!(matches!(guest.words_at(1152).map(drop).unwrap_err().kind(), ErrorKind::Null));
        assert!(matches!(guest.words_at(1216).map(drop).unwrap_err().kind(), ErrorKind::WrongSize { len: 3, size: 4 }));
        assert!(matches!(guest.text_at(1280).unwrap_err().kind(), ErrorKind::InvalidUtf16 { index: 0, unit: 0xd83e }));
    });
}

#[test]
fn a_string_of_half_a_code_unit_is_refused() {
    let error = unpinned::<ScriptExports, _>(&module(), |guest| guest.text_at(1216).unwrap_err());
    assert!(matches!(error.kind(), ErrorKind::WrongSize { len: 3, size: 2 }), "{error}");
}

#[test]
fn objects_are_zeroed_and_unpinned_after_success_error_and_trap() {
    let secret: Vec<u8> = "secret".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (mut store, instance) = instance(&wat(&module()));
    for step in 0..3 {
        let mut guest = handle::<ScriptExports>(&mut store, &instance).into_bound(&mut store).unwrap();
        match step {
            0 => drop(guest.size("secret").unwrap()),
            1 => drop(guest.number("secret").unwrap_err()),
            _ => assert_trap(&guest.trap("secret").unwrap_err(), "trap", Place::Call),
        }
        drop(guest);
        assert!(!holds(&mut store, &instance, &secret), "{step}");
        // After a trap nobody calls the guest again.
        assert_eq!(live(&mut store, &instance), i32::from(step == 2), "{step}");
    }
}

fn changed(from: &str, to: &str) -> String {
    assert!(RUNTIME.contains(from), "{from}");
    module().replacen(from, to, 1)
}

/// The error of a guest whose `__new` returns something else.
fn refused(object: &str) -> Error {
    let end = "(local.get $object))\n    (func (export \"__pin\")";
    let module = changed(end, &format!("({object}))\n    (func (export \"__pin\")"));
    let pin = "(if (i32.load (i32.sub (local.get $object) (i32.const 16))) (then unreachable))";
    // Nor does `__pin` look at it.
    let module = module.replacen(pin, "(return (local.get $object))", 1);
    let mut guest = bind::<ScriptExports>(&wat(&module));
    guest.size("four").unwrap_err()
}

#[test]
fn an_allocator_that_returns_null_or_leaves_memory_is_refused() {
    let error = refused("i32.const 0");
    let message = "the guest's allocator has no room for 8 bytes (alignment 2)";
    assert_error(&error, "size", argument(0, "text"), message);
    for (object, pointer) in [("i32.const 0x2fffc", 0x2_fffc), ("i32.const -8", 0xffff_fff8)] {
        let error = refused(object);
        assert!(
            matches!(*error.kind(), ErrorKind::BadAllocation { region, .. } if region.pointer == pointer),
            "{error}"
        );
        assert_eq!(error.place(), Some(argument(0, "text")));
    }
}

#[test]
fn a_runtime_that_traps_poisons() {
    for (from, to) in [
        ("(i32.store offset=16 (global.get $heap) (i32.const 0))", "unreachable"),
        ("(if (i32.eqz (local.get $object)) (then (return (i32.const 0))))", "unreachable"),
    ] {
        let mut guest = bind::<ScriptExports>(&wat(&changed(from, to)));
        assert_trap(&guest.echo("x").unwrap_err(), "echo", argument(0, "text"));
        assert_poisoned(guest.echo("x"), Some("echo"));
    }
    let unpin = "(global.set $live (i32.sub (global.get $live) (i32.const 1)))";
    let mut guest = bind::<ScriptExports>(&wat(&changed(unpin, "unreachable")));
    assert_trap(&guest.echo("x").unwrap_err(), "echo", Place::Release);
    assert_poisoned(guest.echo("x"), Some("echo"));
}

#[test]
fn an_object_that_is_handed_out_twice_is_refused() {
    let module = changed("(global.set $heap (i32.and", "(drop (i32.and");
    let pin = "(if (i32.load (i32.sub (local.get $object) (i32.const 16))) (then unreachable))";
    let module = module.replacen(pin, "", 1);
    let error = bind::<ScriptExports>(&wat(&module)).typed(&[1, 2]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Overlap { .. }), "{error}");
}

#[test]
fn a_module_without_its_runtime_is_refused() {
    let module = wat(&module().replace("\"__pin\"", "\"pin\"").replace("\"__unpin\"", "\"unpin\""));
    let (mut store, instance) = instance(&module);
    let error = linmem::Handle::<ScriptExports>::new(&mut store, &instance).map(drop).unwrap_err().to_string();
    assert!(error.contains("no export `__pin`\n      wanted   (i32) -> i32\n"), "{error}");
    assert!(error.contains("no export `__unpin`\n      wanted   (i32)\n"), "{error}");
}
