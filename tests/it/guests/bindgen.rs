//! wasm-bindgen: arguments are the guest's, results of several values, and errors in a table of the host's references.

use super::{again, long_text};
use crate::support::{bindgen, engine};
use linmem::convention::WasmBindgen;
use linmem::{Bound, ErrorKind, Result, wasm_import};
use wasmtime::{AsContextMut, Caller, ExternRef, Linker, Rooted, Store, Table};

#[wasm_import(convention = WasmBindgen)]
trait Bindgen {
    fn greet(&mut self, name: &str) -> Result<String>;
    fn sum(&mut self, values: &[f64]) -> Result<f64>;
    fn doubles(&mut self, values: &[f64]) -> Result<Vec<f64>>;
    fn reverse(&mut self, bytes: &[u8]) -> Result<Vec<u8>>;
    fn parse(&mut self, text: &str) -> Result<u32>;
    fn first_word(&mut self, text: &str) -> Result<Option<String>>;
    fn live_bytes(&mut self) -> Result<u32>;
    fn live_blocks(&mut self) -> Result<u32>;
    /// Gives the place of an error in the table back.
    #[wasm(name = "__externref_table_dealloc")]
    fn forget(&mut self, error: u32) -> Result<()>;
}

/// The same exports, given and read as text that is none, and borrowed.
#[wasm_import(convention = WasmBindgen)]
trait Otherwise {
    fn greet(&mut self, name: &[u8]) -> Result<String>;
    fn reverse(&mut self, text: &str) -> Result<String>;
    fn doubles(&mut self, values: &[f64]) -> Result<&[f64]>;
    fn live_blocks(&mut self) -> Result<u32>;
}

/// What JavaScript would define. An error is its message.
fn imports() -> Linker<()> {
    const GLUE: &str = "./bindgen_bg.js";
    fn text(caller: &mut Caller<'_, ()>, pointer: u32, len: u32) -> String {
        let memory = caller.get_export("memory").unwrap().into_memory().unwrap();
        let bytes = &memory.data(&*caller)[pointer as usize..][..len as usize];
        str::from_utf8(bytes).unwrap().to_owned()
    }
    let error = |mut caller: Caller<'_, ()>, pointer: u32, len: u32| {
        let message = text(&mut caller, pointer, len);
        ExternRef::new(&mut caller, message).map(Some)
    };
    let throw = |mut caller: Caller<'_, ()>, pointer: u32, len: u32| -> wasmtime::Result<()> {
        Err(wasmtime::Error::msg(text(&mut caller, pointer, len)))
    };
    let mut linker = Linker::new(engine());
    linker.func_wrap(GLUE, "__wbindgen_init_externref_table", || {}).unwrap();
    linker.func_wrap(GLUE, "__wbg_Error_208446807d0d1e30", error).unwrap();
    linker.func_wrap(GLUE, "__wbg___wbindgen_throw_4c88d8bf264fd984", throw).unwrap();
    linker
}

fn bound() -> BindgenInstance<Store<()>> {
    BindgenInstance::instantiate(Store::new(engine(), ()), bindgen(), &imports()).unwrap()
}

/// The table of errors.
fn errors(guest: &mut BindgenInstance<Store<()>>) -> Table {
    let instance = Bound::handle(guest).instance();
    instance.get_table(guest.as_context_mut(), "__wbindgen_externrefs").unwrap()
}

/// The message of a failed `parse`, which is forgotten then.
fn failure(guest: &mut BindgenInstance<Store<()>>, text: &str) -> String {
    let error = guest.parse(text).unwrap_err();
    let ErrorKind::Guest { code, message: None } = *error.kind() else { panic!("{error}") };
    let errors = errors(guest);
    let error: Rooted<ExternRef> = *errors.get(guest.as_context_mut(), code as u64).unwrap().unwrap_extern().unwrap();
    let message = error.data(guest.as_context_mut()).unwrap().unwrap().downcast_ref::<String>().unwrap().clone();
    guest.forget(code as u32).unwrap();
    message
}

#[test]
fn what_is_given_comes_back_by_two_values() {
    let mut guest = bound();
    for text in ["", "na\u{ef}ve \u{1f980}", &long_text()] {
        assert_eq!(guest.greet(text).unwrap(), format!("Hello, {text}!"));
    }
    assert_eq!((guest.sum(&[]).unwrap(), guest.sum(&vec![0.5; 50_000]).unwrap()), (0.0, 25_000.0));
    assert_eq!(guest.doubles(&[]).unwrap(), []);
    assert_eq!(guest.doubles(&[0.25, -1.0]).unwrap(), [0.5, -2.0]);
    assert_eq!(guest.doubles(&vec![0.5; 50_000]).unwrap(), vec![1.0; 50_000]);
    let long: Vec<u8> = (0..200_000_u32).map(|i| i as u8).collect();
    for bytes in [&b""[..], b"\xff\0", &long] {
        assert_eq!(guest.reverse(bytes).unwrap(), bytes.iter().rev().copied().collect::<Vec<_>>());
    }
}

#[test]
fn a_null_word_is_none_and_an_empty_one_is_not() {
    let mut guest = bound();
    assert_eq!(guest.first_word("na\u{ef}ve \u{1f980}").unwrap().as_deref(), Some("na\u{ef}ve"));
    assert_eq!(guest.first_word(" word").unwrap().as_deref(), Some(""));
    assert_eq!(guest.first_word("word").unwrap(), None);
    assert_eq!(guest.first_word("").unwrap(), None);
    assert_eq!(guest.first_word(&format!("{} ", "x".repeat(200_000))).unwrap().map(|word| word.len()), Some(200_000));
}

#[test]
fn an_error_is_an_index_into_the_guests_table() {
    let mut guest = bound();
    assert_eq!(guest.parse("4294967295").unwrap(), u32::MAX);
    assert_eq!((guest.live_blocks().unwrap(), guest.live_bytes().unwrap()), (0, 0));
    assert_eq!(failure(&mut guest, ""), "cannot parse integer from empty string");
    assert_eq!(failure(&mut guest, "\u{1f980}"), "invalid digit found in string");
    assert_eq!(failure(&mut guest, &"1".repeat(200_000)), "number too large to fit in target type");
    assert_eq!(guest.parse("0").unwrap(), 0);
}

#[test]
fn what_is_no_text_is_released() {
    let mut guest = OtherwiseInstance::instantiate(Store::new(engine(), ()), bindgen(), &imports()).unwrap();
    let error = guest.greet(b"caf\xe9").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { valid_up_to: 10, .. }), "{error}");
    let error = guest.reverse("\u{e9}a").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { valid_up_to: 1, .. }), "{error}");
    assert_eq!(guest.doubles(&[0.25]).unwrap(), [0.5]);
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live_blocks().unwrap(), 0);
}

#[test]
fn nothing_is_left_behind_but_the_account_of_errors() {
    let mut guest = bound();
    let mut table = None;
    again(&mut guest, |guest| {
        assert_eq!(guest.greet("you").unwrap(), "Hello, you!");
        assert_eq!(guest.sum(&[1.0, 2.5]).unwrap(), 3.5);
        assert_eq!(guest.doubles(&[1.0, 2.5]).unwrap(), [2.0, 5.0]);
        assert_eq!(guest.reverse(b"abc").unwrap(), b"cba");
        assert_eq!(guest.parse("17").unwrap(), 17);
        assert_eq!(failure(guest, "x"), "invalid digit found in string");
        assert_eq!(guest.first_word("a b").unwrap().as_deref(), Some("a"));
        assert_eq!(guest.first_word("ab").unwrap(), None);
        let size = errors(guest).size(guest.as_context_mut());
        assert_eq!(*table.get_or_insert(size), size, "places in the table of errors");
    });
    // The first error has made the guest take 512 bytes, which it keeps to account for the table.
    assert_eq!((guest.live_blocks().unwrap(), guest.live_bytes().unwrap()), (1, 512));
}
