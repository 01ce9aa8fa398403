//! What a call takes over from the guest goes back when that call ends, and not when the next one begins.

use crate::hostile::{counting, live};
use crate::support::{handle, instance};
use linmem::{Out, Result, wasm_import};

#[wasm_import]
trait Texts {
    fn text(&mut self) -> Result<String>;
    fn both(&mut self, text: Out<'_, String>) -> Result<String>;
    fn none(&mut self, text: Out<'_, String>) -> Result<()>;
}

const TEXTS: &str = r#"
    (func $new (param $byte i32) (result i32) (local $p i32)
      (local.set $p (call $alloc (i32.const 3)))
      (memory.fill (local.get $p) (local.get $byte) (i32.const 3))
      (local.get $p))
    (func (export "text") (result i32 i32) (call $new (i32.const 65)) (i32.const 3))
    (func $none (export "none") (param $at i32) (param $len i32)
      (i32.store (local.get $at) (call $new (i32.const 66)))
      (i32.store (local.get $len) (i32.const 3)))
    (func (export "both") (param $at i32) (param $len i32) (result i32 i32)
      (call $none (local.get $at) (local.get $len)) (call $new (i32.const 65)) (i32.const 3))"#;

#[test]
fn owned_results_and_out_parameters_are_released_when_their_call_ends() {
    let (mut store, instance) = instance(&counting(TEXTS));
    let mut handle = handle::<TextsExports>(&mut store, &instance);
    assert_eq!(handle.bind(&mut store).unwrap().text().unwrap(), "AAA");
    assert_eq!(live(&mut store, &instance), 0);
    let mut text = String::new();
    for _ in 0..2 {
        assert_eq!(handle.bind(&mut store).unwrap().both(Out(&mut text)).unwrap(), "AAA");
        assert_eq!((text.as_str(), live(&mut store, &instance)), ("BBB", 1), "the scratch block");
        handle.bind(&mut store).unwrap().none(Out(&mut text)).unwrap();
        assert_eq!(live(&mut store, &instance), 1, "the scratch block");
    }
}
