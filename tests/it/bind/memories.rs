//! Which memory a trait gets, and what is said where there is none.

use super::{Adder as _, AdderExports, GreeterExports, faults};
use crate::support::{bind, wat};
use linmem::{Bound, ErrorKind, Fault, Result, wasm_import};

const HELLO: &str = r#"(func (export "hello") (param i32 i32) (result i64) (i64.const 0))"#;

#[test]
fn a_trait_that_passes_bytes_needs_a_memory() {
    let (found, message) = faults::<GreeterExports>(&wat(&format!("(module {HELLO})")));
    assert_eq!(found, [Fault::MissingMemory { name: "memory".to_owned(), memories: vec![] }]);
    assert_eq!(
        message,
        "the module does not fit `Greeter`: 1 fault
  - the module exports no memory"
    );
    // One under another name, one that is not exported, and something else under the name.
    let (found, message) = faults::<GreeterExports>(&wat(&format!(r#"(module (memory (export "mem") 1) {HELLO})"#)));
    assert_eq!(found, [Fault::MissingMemory { name: "memory".to_owned(), memories: vec!["mem".to_owned()] }]);
    assert!(message.ends_with("exports  `mem`\n      help     `memory = \"mem\"`"), "{message}");
    let (found, _) = faults::<GreeterExports>(&wat(&format!("(module (memory 1) {HELLO})")));
    assert_eq!(found, [Fault::MissingMemory { name: "memory".to_owned(), memories: vec![] }]);
    let (found, _) = faults::<GreeterExports>(&wat(&format!(r#"(module (func (export "memory")) {HELLO})"#)));
    assert_eq!(found, [Fault::MissingMemory { name: "memory".to_owned(), memories: vec![] }]);
}

#[wasm_import(memory = "mem")]
trait Elsewhere {
    fn length(&mut self, data: &[u8]) -> Result<u32>;
}

#[test]
fn a_memory_that_is_named_is_found_and_its_lack_told() {
    let length = r#"(func (export "length") (param i32 i32) (result i32) (local.get 1))"#;
    let module = wat(&format!(r#"(module (memory (export "mem") 1) {length})"#));
    assert_eq!(bind::<ElsewhereExports>(&module).length(b"abc").unwrap(), 3);
    let (found, _) = faults::<ElsewhereExports>(&wat(&format!(r#"(module (memory (export "memory") 1) {length})"#)));
    assert_eq!(found, [Fault::MissingMemory { name: "mem".to_owned(), memories: vec!["memory".to_owned()] }]);
}

#[test]
fn a_memory_of_64_bits_asks_for_another_convention() {
    let (found, message) =
        faults::<GreeterExports>(&wat(&format!(r#"(module (memory (export "memory") i64 1) {HELLO})"#)));
    assert_eq!(found, [Fault::WideMemory { name: "memory".to_owned() }]);
    assert_eq!(
        message,
        "the module does not fit `Greeter`: 1 fault
  - the memory `memory` has 64-bit addresses
      help     `convention = linmem::convention::Memory64`, or another whose `Pointer` is `u64`"
    );
}

#[test]
fn scalars_alone_need_no_memory() {
    let module = wat(r#"(module (func (export "add") (param i32 i64) (result f64)
          (f64.add (f64.convert_i32_u (local.get 0)) (f64.convert_i64_s (local.get 1)))))"#);
    let mut adder = bind::<AdderExports>(&module);
    assert_eq!(adder.add(u32::MAX, -1).unwrap(), 4_294_967_294.0);
    Bound::trim(&mut adder).unwrap();
    let error = Bound::memory(&mut adder).map(drop).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoMemory));
    assert_eq!(
        error.to_string(),
        "the module has no memory that can be used: none is exported, or it is shared, or its addresses are wider than \
         the convention's pointers"
    );
}

#[test]
fn scalars_alone_fit_a_module_whose_memory_is_too_wide_for_the_trait_and_that_is_not_opened() {
    let mut adder = bind::<AdderExports>(&wat(r#"(module (memory (export "memory") i64 1)
          (func (export "malloc") (param i32) (result i32) (i32.const 16)) (func (export "free") (param i32))
          (func (export "add") (param i32 i64) (result f64) (f64.convert_i64_s (local.get 1))))"#));
    assert_eq!(adder.add(0, -1).unwrap(), -1.0);
    let error = Bound::memory(&mut adder).map(drop).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoMemory), "{error}");
}
