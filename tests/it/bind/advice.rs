//! What is advised can be followed.

use super::faults;
use crate::support::wat;
use linmem::{Fault, Result, Role, wasm_import};

/// The option `free` is refused alone.
#[test]
fn the_advice_for_a_missing_deallocator_names_both_options() {
    let module = wat(r#"(module (memory (export "memory") 1)
        (func (export "__new") (param i32 i32) (result i32) unreachable)
        (func (export "__pin") (param i32) (result i32) unreachable)
        (func (export "echo") (param i32) (result i32) unreachable))"#);
    let (found, message) = faults::<ScriptExports>(&module);
    let help: Vec<_> = found.iter().flat_map(Fault::help).collect();
    assert_eq!(help, ["`free = \"…\"` beside `alloc = \"…\"`"], "{message}");
}

#[wasm_import(convention = linmem::convention::AssemblyScript)]
#[allow(dead_code, reason = "it is bound, and not called")]
trait Script {
    fn echo(&mut self, text: &str) -> Result<String>;
}

#[wasm_import]
#[allow(dead_code, reason = "it is bound, and not called")]
trait Advised {
    fn great(&mut self) -> Result<u32>;
    fn greet(&mut self) -> Result<u32>;
    fn compress_all_of_it_and_more(&mut self) -> Result<f64>;
}

#[test]
fn what_another_method_calls_is_not_the_one_that_was_meant() {
    let module = wat(r#"(module (func (export "greet") (result i32) unreachable)
        (func (export "compress_all_of_it_and_more") (result f64) unreachable))"#);
    let (found, message) = faults::<AdvisedExports>(&module);
    let [fault @ Fault::MissingExport { role: Role::Method("great"), candidates, .. }] = found.as_slice() else {
        panic!("{message}")
    };
    assert_eq!((candidates.similar.len(), fault.help()), (0, vec!["`#[wasm(name = \"…\")]`".to_owned()]), "{message}");
}

#[test]
fn a_name_that_is_cut_is_not_to_be_written() {
    let long = format!("compress_all_of_it_and_more{}", "_".repeat(30));
    let longer = format!("compress_all_of_it_and_more{}", "_".repeat(57));
    for (name, help) in [(&long, long.as_str()), (&longer, "…")] {
        let module = wat(&format!(
            r#"(module (func (export "greet") (result i32) unreachable) (func (export "great") (result i32) unreachable)
                (func (export "{name}") (result f64) unreachable))"#
        ));
        let (found, message) = faults::<AdvisedExports>(&module);
        let [Fault::MissingExport { candidates, .. }] = found.as_slice() else { panic!("{message}") };
        assert_eq!(candidates.similar, std::slice::from_ref(name), "{message}");
        assert!(message.contains(&format!("#[wasm(name = \"{help}\")]")), "{message}");
    }
}

linmem::export_names!(InputStart = "input_start", InputLen = "input_len");

#[wasm_import(allocator = linmem::allocator::Buffer<InputStart, InputLen>)]
#[allow(dead_code, reason = "it is bound, and not called")]
trait Buffered {
    fn hash(&mut self, #[wasm(pass = linmem::pass::Implied)] data: &[u8]) -> Result<u32>;
}

#[test]
fn a_global_that_would_do_is_told() {
    let module = wat(r#"(module (memory (export "memory") 1) (global (export "input_len") i64 (i64.const 0))
        (func (export "hash") (result i32) unreachable))"#);
    let (found, message) = faults::<BufferedExports>(&module);
    let globals = found.iter().map(|fault| match fault {
        Fault::MissingExport { global, .. } | Fault::NotAFunction { global, .. } => *global,
        _ => None,
    });
    assert_eq!(globals.collect::<Vec<_>>(), [Some(linmem::CoreType::I32); 2], "{message}");
    assert_eq!(message.matches("\n      or       a global of type i32").count(), 2, "{message}");
}
