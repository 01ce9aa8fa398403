//! Traits that name their module, and are checked against it while these tests compile.

use crate::support::{bind, engine, wat};
use linmem::allocator::{Found, Reserve};
use linmem::results::{ByType, FreedBy, LastError, PointerThen};
use linmem::{
    Convention, Embedded, ErrorKind, Fault, Lower, Lowering, Result, export_names, pass, status, text, wasm_import,
};
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

export_names! {
    Input = "reserve_input",
    TextLen = "text_len",
    OwnedFree = "owned_free",
    IsShort = "is_short",
    Why = "why",
    WhyLen = "why_len",
}

/// What its conventions call besides is there, and so is the allocator.
#[wasm_import(module = "it/checked-helpers.wat", allocator = Reserve<Input>)]
trait Helped {
    #[wasm(returns = PointerThen<TextLen>)]
    fn text(&mut self) -> Result<String>;
    #[wasm(returns = FreedBy<OwnedFree>)]
    fn owned(&mut self) -> Result<String>;
    fn frees(&mut self) -> Result<u32>;
    #[wasm(status = status::IsError<IsShort, LastError<Why, WhyLen>>)]
    fn check(&mut self, #[wasm(pass = pass::Implied)] text: &str) -> Result<()>;
}

/// A convention of the user's own, whose results are told by the export's type.
struct Custom;

impl Convention for Custom {
    type Pointer = u32;
    type Allocator = Found;
    type Pass = pass::PtrLen;
    type Results = ByType;
    type Text = text::Utf8;
    type Status = status::Silent;
}

/// It is passed by that convention, and by no other.
struct Celsius(f64);

impl Lower<Custom> for Celsius {
    type Core = (f64,);
    type Placed = ();
    const NEEDS_MEMORY: bool = false;

    fn lower(&mut self, _: &mut Lowering<'_>) -> Result<(Self::Core, ())> {
        Ok(((self.0,), ()))
    }
}

#[wasm_import(module = "it/checked-helpers.wat", convention = Custom)]
trait Scales {
    fn scaled(&mut self, by: Celsius) -> Result<String>;
    #[wasm(returns = ByType)]
    fn owned(&mut self) -> Result<String>;
}

/// Numbers alone need no allocator, also where the convention has one that is not there.
#[wasm_import(module = "it/checked-helpers.wat", convention = linmem::convention::Canonical)]
trait Numbers {
    fn text_len(&mut self) -> Result<u32>;
}

#[test]
fn what_conventions_call_besides_is_checked_and_called() {
    let mut helped = bind::<HelpedExports>(&Module::from_binary(engine(), HelpedExports::MODULE).unwrap());
    assert_eq!(helped.text().unwrap(), "hello");
    assert_eq!((helped.owned().unwrap().as_str(), helped.frees().unwrap()), ("hello", 1));
    helped.check("long enough").unwrap();
    let error = helped.check("no").unwrap_err();
    let ErrorKind::Guest { code: 1, message: Some(message) } = error.kind() else { panic!("{error}") };
    assert_eq!(message, "it is short");
}

#[test]
fn the_form_of_a_result_is_chosen_for_a_convention_of_ones_own_too() {
    let mut scales = bind::<ScalesExports>(&Module::from_binary(engine(), ScalesExports::MODULE).unwrap());
    assert_eq!((scales.scaled(Celsius(4.5)).unwrap().as_str(), scales.owned().unwrap().as_str()), ("hell", "hello"));
    let module = wat(r#"(module (memory (export "memory") 1)
        (func (export "scaled") (param f64) (result i64) unreachable)
        (func (export "owned") (result i32 i32) unreachable))"#);
    let error = ScalesPre::check(&module).unwrap_err();
    let ErrorKind::Bind(faults) = error.kind() else { panic!("{error}") };
    let wanted = faults.faults.iter().map(|fault| match fault {
        Fault::WrongSignature { wanted, .. } => wanted.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    });
    assert_eq!(wanted.collect::<Vec<_>>(), [["(f64) -> (i32, i32)"], ["() -> i64"]]);
}

#[test]
fn numbers_alone_need_no_allocator() {
    let mut numbers = bind::<NumbersExports>(&Module::from_binary(engine(), NumbersExports::MODULE).unwrap());
    assert_eq!(numbers.text_len().unwrap(), 5);
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
