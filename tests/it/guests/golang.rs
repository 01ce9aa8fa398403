//! Go: a runtime that wants WASI, and frees what nobody holds when it sees fit.

use super::{again, long_text};
use crate::support::{engine, golang};
use linmem::results::FreedBy;
use linmem::{Bound, ErrorKind, GuestPtr, Result, wasm_import};
use wasmtime::{Caller, Extern, Linker, Store};

linmem::export_names!(Dealloc = "dealloc");

/// Results without bytes are the host's to release, too: the allocator would be spared those, because many guests have
/// none that they could name to it.
#[wasm_import(returns = FreedBy<Dealloc>)]
trait Golang {
    fn live(&mut self) -> Result<u32>;
    fn collect(&mut self) -> Result<()>;
    fn upper(&mut self, text: &str) -> Result<String>;
    fn words(&mut self, text: &str) -> Result<String>;
}

/// The same exports, with what need not be text, and with the allocator by hand.
#[wasm_import]
trait Otherwise {
    fn live(&mut self) -> Result<u32>;
    fn upper(&mut self, bytes: &[u8]) -> Result<String>;
    fn words(&mut self, bytes: &[u8]) -> Result<Vec<u8>>;
    fn dealloc(&mut self, buffer: GuestPtr<u8>, size: u32) -> Result<()>;
}

/// Its ten functions do nothing well, but that there is a time and an end.
fn wasi(store: &mut Store<()>) -> Linker<()> {
    const WASI: &str = "wasi_snapshot_preview1";
    let clock_time_get = |mut caller: Caller<'_, ()>, _: u32, _: u64, time: u32| {
        let memory = caller.get_export("memory").and_then(Extern::into_memory).unwrap();
        memory.write(&mut caller, time as usize, &1_u64.to_le_bytes()).map(|()| 0)?;
        wasmtime::Result::Ok(0_u32)
    };
    let mut linker = Linker::new(engine());
    linker.func_wrap(WASI, "clock_time_get", clock_time_get).unwrap();
    let exit = |code: i32| -> wasmtime::Result<()> { Err(wasmtime::format_err!("exit {code}")) };
    linker.func_wrap(WASI, "proc_exit", exit).unwrap();
    linker.define_unknown_imports_as_default_values(store, golang()).unwrap();
    linker
}

macro_rules! instance {
    ($name:ident) => {{
        let mut store = Store::new(engine(), ());
        let linker = wasi(&mut store);
        $name::instantiate(store, golang(), &linker).unwrap()
    }};
}

#[test]
fn text_goes_and_comes_back() {
    let mut guest = instance!(GolangInstance);
    for text in ["", "na\u{ef}ve \u{1f980}", &long_text()] {
        assert_eq!(guest.upper(text).unwrap(), text.to_ascii_uppercase());
        assert_eq!(guest.words(text).unwrap(), text.split_whitespace().collect::<Vec<_>>().join("\n"));
    }
    assert_eq!(guest.words("  a  b ").unwrap(), "a\nb");
    assert_eq!(guest.words("   ").unwrap(), "");
}

#[test]
fn what_is_no_text_is_released() {
    let mut guest = instance!(OtherwiseInstance);
    let error = guest.upper(b"caf\xe9").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { valid_up_to: 3, .. }), "{error}");
    assert_eq!(guest.words(b"\xff \xfe").unwrap(), b"\xff\n\xfe");
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live().unwrap(), 0);
}

#[test]
fn a_panic_traps_and_poisons() {
    let mut guest = instance!(OtherwiseInstance);
    let error = guest.dealloc(GuestPtr::NULL, 0).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Trap(_)), "{error}");
    assert!(matches!(guest.live().unwrap_err().kind(), ErrorKind::Poisoned { .. }));
}

#[test]
fn nothing_is_left_behind() {
    let mut guest = instance!(GolangInstance);
    let mut round = 0;
    again(&mut guest, |guest| {
        assert_eq!(guest.upper("you").unwrap(), "YOU");
        assert_eq!(guest.upper("").unwrap(), "");
        assert_eq!(guest.words(" a b").unwrap(), "a\nb");
        // When it sees fit is late: the memory grows meanwhile.
        if round % 100 == 0 {
            guest.collect().unwrap();
        }
        round += 1;
    });
    assert_eq!(guest.live().unwrap(), 0);
}

#[test]
fn an_empty_result_is_not_released_through_the_allocator() {
    let mut guest = instance!(OtherwiseInstance);
    assert_eq!(guest.words(b"").unwrap(), b"");
    assert_eq!(guest.words(b"a").unwrap(), b"a");
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live().unwrap(), 1, "the empty one");
}
