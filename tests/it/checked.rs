//! Traits that name their module, and are checked against it while these tests compile.

use crate::support::{bind, engine, wat};
use linmem::{Embedded, ErrorKind, Fault, Result, wasm_import};
use wasmtime::{Linker, Module, Store};

/// Its file has the text format.
#[wasm_import(module = "it/checked.wat")]
trait Forms {
    fn packed(&mut self) -> Result<String>;
    fn pair(&mut self) -> Result<String>;
    fn area(&mut self) -> Result<Vec<u8>>;
    fn pointer(&mut self) -> Result<String>;
    fn length(&mut self, text: &str) -> Result<u32>;
    #[cfg(any())]
    fn absent(&mut self) -> Result<u32>;
}

/// Its file is a binary, and its path is put together.
#[wasm_import(module = concat!(env!("CARGO_MANIFEST_DIR"), "/guests/shapes", ".wasm"), alloc = "malloc", free = "free")]
trait Shapes {
    fn next_letter(&mut self, number: u32) -> Result<char>;
    fn sum(&mut self, values: &[f64]) -> Result<f64>;
}

#[test]
fn a_module_is_embedded_and_needs_no_path() {
    let linker = Linker::new(engine());
    let pre = ShapesPre::embedded(&linker, Module::new).unwrap();
    let mut shapes = pre.instantiate(Store::new(engine(), ())).unwrap();
    assert_eq!((shapes.next_letter(97).unwrap(), shapes.sum(&[1.0, 2.5]).unwrap()), ('b', 3.5));
    assert_eq!(ShapesExports::MODULE, include_bytes!("../guests/shapes.wasm"));
}

#[test]
fn the_text_format_is_embedded_as_the_binary() {
    assert!(FormsExports::MODULE.starts_with(b"\0asm"));
    let module = Module::from_binary(engine(), FormsExports::MODULE).unwrap();
    let mut forms = bind::<FormsExports>(&module);
    assert_eq!(forms.packed().unwrap(), "hello");
    assert_eq!(forms.pair().unwrap(), "hello");
    assert_eq!(forms.area().unwrap(), b"hello");
    assert_eq!(forms.pointer().unwrap(), "hello");
    assert_eq!(forms.length("four").unwrap(), 4);
}

#[test]
fn the_form_of_a_result_is_chosen_when_the_crate_is_compiled() {
    // Another build, whose `packed` returns two values: a trait without a module would take it, too.
    let module = wat(r#"(module (memory (export "memory") 1)
        (func (export "packed") (result i32 i32) unreachable)
        (func (export "pair") (result i32 i32) unreachable)
        (func (export "area") (result i32) unreachable)
        (func (export "pointer") (param i32))
        (func (export "length") (param i32 i32) (result i32) unreachable))"#);
    let error = FormsPre::check(&module).unwrap_err();
    let ErrorKind::Bind(faults) = error.kind() else { panic!("{error}") };
    let [Fault::WrongSignature { export, wanted, .. }] = faults.faults.as_slice() else { panic!("{error}") };
    assert_eq!((export.as_str(), wanted.len(), wanted[0].to_string().as_str()), ("packed", 1, "() -> i64"));
}

#[test]
fn what_cannot_be_compiled_is_no_embedded_module() {
    let linker = Linker::<()>::new(engine());
    let error = ShapesPre::embedded(&linker, |_, _| Err(wasmtime::Error::msg("no compiler"))).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Instantiate(_)));
}
