//! Guests with one buffer, at an address of its own: `Buffer` and `Fixed`.

use crate::hostile::{argument, assert_error, assert_poisoned, assert_trap, holds};
use crate::support::{bind, handle, instance, wat};
use linmem::allocator::{Buffer, Fixed};
use linmem::pass::Len;
use linmem::results::{Filled, Static};
use linmem::{Capacity, ErrorKind, Place, Result, export_names, wasm_import};

export_names!(Pointer = "buffer", Size = "capacity");

/// 16 bytes at 1000; `upper` changes them where they lie, `first` and `odd` look at them.
const FUNCTIONS: &str = r#"
    (func (export "upper") (param i32) (result i32 i32) (local $i i32)
      (loop $next (if (i32.lt_u (local.get $i) (local.get 0)) (then
        (i32.store8 offset=512 (local.get $i)
          (i32.and (i32.load8_u offset=1000 (local.get $i)) (i32.const 0xdf)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next))))
      (i32.const 512) (local.get 0))
    (func (export "words") (param i32 i32) (result i32)
      (if (result i32) (local.get 1) (then (i32.load (local.get 0))) (else (i32.const 0))))
    (func (export "number") (param i32) (result i32) (i32.const 2))
    (func (export "trap") (param i32) unreachable)
    (func (export "two") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "output") (param i32) (result i32)
      (memory.fill (i32.const 1000) (i32.const 0x62) (local.get 0)) (i32.sub (local.get 0) (i32.const 1)))
    (func (export "fill") (param i32 i32) (result i32)
      (memory.fill (local.get 0) (i32.const 0x61) (local.get 1)) (local.get 1))"#;

fn guest(buffer: &str) -> wasmtime::Module {
    wat(&format!(r#"(module (memory (export "memory") 1) {buffer} {FUNCTIONS})"#))
}

const GETTERS: &str = r#"(func (export "buffer") (result i32) (i32.const 1000))
    (func (export "capacity") (result i32) (i32.const 16))"#;
const GLOBALS: &str = r#"(global (export "buffer") i32 (i32.const 1000))
    (global (export "capacity") (mut i32) (i32.const 16))"#;
const MIXED: &str = r#"(global (export "buffer") i32 (i32.const 1000))
    (func (export "capacity") (result i32) (i32.const 16))"#;

macro_rules! interface {
    ($($name:ident: $allocator:ty;)*) => {$(
        #[wasm_import(allocator = $allocator)]
        trait $name {
            #[wasm(returns = Static)]
            fn upper(&mut self, #[wasm(pass = Len)] text: &str) -> Result<String>;
            fn words(&mut self, words: &[u32]) -> Result<u32>;
            fn number(&mut self, #[wasm(pass = Len)] text: &str) -> Result<bool>;
            fn trap(&mut self, #[wasm(pass = Len)] text: &str) -> Result<()>;
            fn two(&mut self, #[wasm(pass = Len)] a: &str, #[wasm(pass = Len)] b: &str) -> Result<u32>;
            #[wasm(returns = Filled)]
            fn fill(&mut self, out: Capacity<u8>) -> Result<String>;
            #[wasm(returns = Filled)]
            fn output(&mut self, #[wasm(pass = Len)] out: Capacity<u8>) -> Result<String>;
        }
    )*};
}
interface! {
    Buffered: Buffer<Pointer, Size>;
    At: Fixed<1000, 16>;
}

/// The same calls for each way to know where the buffer is.
macro_rules! calls {
    ($guest:ident) => {
        for text in ["hello", "", "0123456789abcdef", "x"] {
            assert_eq!($guest.upper(text).unwrap().len(), text.len());
        }
        assert_eq!($guest.upper("hello").unwrap(), "HELLO");
        assert_eq!($guest.words(&[7, 8, 9, 10]).unwrap(), 7);
        assert_eq!($guest.words(&[]).unwrap(), 0);
        assert_eq!($guest.fill(Capacity::new(16)).unwrap(), "a".repeat(16));
        // It may be where the guest's output goes, too.
        assert_eq!($guest.output(Capacity::new(4)).unwrap(), "bbb");
        // One byte too many; and the next call is as good as before.
        let error = $guest.upper("0123456789abcdefg").unwrap_err();
        let message = "the guest's allocator has no room for 17 bytes (alignment 1)";
        assert_error(&error, "upper", argument(0, "text"), message);
        assert!(matches!($guest.words(&[0; 5]).unwrap_err().kind(), ErrorKind::OutOfMemory { size: 20, align: 4 }));
        assert!(matches!($guest.fill(Capacity::new(17)).unwrap_err().kind(), ErrorKind::OutOfMemory { .. }));
        assert_eq!($guest.upper("again").unwrap(), "AGAIN");
        let error = $guest.two("ab", "c").unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Displaced { pointer: 1002, start: 1000 }), "{error}");
        assert_eq!(error.place(), Some(argument(1, "b")));
        assert_eq!($guest.two("ab", "").unwrap(), 2);
        linmem::Bound::trim(&mut $guest).unwrap();
        assert!(matches!($guest.number("again").unwrap_err().kind(), ErrorKind::InvalidValue { .. }));
        assert_trap(&$guest.trap("again").unwrap_err(), "trap", Place::Call);
    };
}

#[test]
fn a_buffer_is_where_getters_or_globals_say() {
    for buffer in [GETTERS, GLOBALS, MIXED] {
        let mut guest = bind::<BufferedExports>(&guest(buffer));
        calls!(guest);
    }
}

#[test]
fn a_buffer_is_where_the_trait_says() {
    let mut guest = bind::<AtExports>(&guest(""));
    calls!(guest);
}

#[test]
fn a_buffer_is_zeroed_after_success_error_and_trap() {
    let (mut store, instance) = instance(&guest(GETTERS));
    for step in 0..5 {
        let mut guest = handle::<BufferedExports>(&mut store, &instance).into_bound(&mut store).unwrap();
        match step {
            0 => drop(guest.upper("secret").unwrap()),
            1 => drop(guest.number("secret").unwrap_err()),
            2 => drop(guest.two("secret", "secret").unwrap_err()),
            3 => drop(guest.fill(Capacity::new(9)).unwrap()),
            _ => assert_trap(&guest.trap("secret").unwrap_err(), "trap", Place::Call),
        }
        drop(guest);
        assert!(!holds(&mut store, &instance, b"secret"), "{step}");
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        assert_eq!(memory.data(&store)[1000..1016], [0; 16], "{step}");
    }
}

#[test]
fn a_getter_that_traps_poisons() {
    let traps = "(result i32) unreachable)";
    for buffer in [
        GETTERS.replace("(result i32) (i32.const 1000))", traps),
        GETTERS.replace("(result i32) (i32.const 16))", traps),
    ] {
        let mut guest = bind::<BufferedExports>(&guest(&buffer));
        assert_trap(&guest.upper("x").unwrap_err(), "upper", argument(0, "text"));
        assert_poisoned(guest.upper("x"), Some("upper"));
    }
}

#[test]
fn a_buffer_that_leaves_memory_is_refused() {
    for (pointer, capacity) in [("65530", "7"), ("-1", "16"), ("1000", "-1"), ("65536", "1")] {
        for buffer in [GETTERS, GLOBALS] {
            let buffer = buffer.replace("1000", pointer).replace("i32.const 16", &format!("i32.const {capacity}"));
            let mut guest = bind::<BufferedExports>(&guest(&buffer));
            let error = guest.upper("x").unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::BadAllocation { memory: 65_536, .. }), "{error}");
            assert_eq!(error.place(), Some(argument(0, "text")));
        }
    }
    let mut guest = bind::<BufferedExports>(&guest(&GETTERS.replace("i32.const 16", "i32.const 0")));
    assert!(matches!(guest.upper("x").unwrap_err().kind(), ErrorKind::OutOfMemory { size: 1, .. }));
    assert_eq!(guest.upper("").unwrap(), "");
}

#[test]
fn a_buffer_that_is_exported_as_something_else_is_a_fault() {
    let wide = r#"(global (export "buffer") i64 (i64.const 0)) (func (export "capacity") (param i32) (result i32) (i32.const 0))"#;
    let (mut store, instance) = instance(&guest(wide));
    let error = linmem::Handle::<BufferedExports>::new(&mut store, &instance).map(drop).unwrap_err().to_string();
    assert!(error.contains("2 faults") && error.contains("`buffer`") && error.contains("`capacity`"), "{error}");
}

#[wasm_import(allocator = Fixed<65_530, 7>)]
trait Beyond {
    fn number(&mut self, #[wasm(pass = Len)] text: &str) -> Result<bool>;
}

#[test]
fn an_address_that_the_trait_has_wrong_is_refused() {
    let error = bind::<BeyondExports>(&guest("")).number("x").unwrap_err();
    let message = "the guest's allocator returned 7 bytes at 0xfffa, outside its memory of 65536 bytes";
    assert_error(&error, "number", argument(0, "text"), message);
}

#[wasm_import(allocator = Fixed<0, 64>)]
trait AtNull {
    fn words(&mut self, words: &[u32]) -> Result<u32>;
    #[wasm(returns = Filled)]
    fn fill(&mut self, out: Capacity<u8>) -> Result<String>;
}

#[test]
fn a_buffer_may_begin_where_memory_does() {
    let mut guest = bind::<AtNullExports>(&guest(""));
    assert_eq!(guest.words(&[7, 8]).unwrap(), 7);
    // The room is the host's, so that its address is not taken for a null pointer.
    assert_eq!(guest.fill(Capacity::new(3)).unwrap(), "aaa");
}

#[wasm_import(allocator = Fixed<1001, 16>)]
trait Odd {
    fn words(&mut self, words: &[u32]) -> Result<u32>;
    fn number(&mut self, #[wasm(pass = Len)] text: &[u8]) -> Result<u32>;
}

#[test]
fn a_buffer_at_an_odd_address_holds_what_fits_behind_the_padding() {
    let mut guest = bind::<OddExports>(&guest(""));
    assert_eq!(guest.words(&[7, 8, 9]).unwrap(), 7);
    assert!(matches!(guest.words(&[0; 4]).unwrap_err().kind(), ErrorKind::OutOfMemory { .. }));
    // Bytes have no padding, whatever was placed before.
    assert_eq!(guest.number(&[1; 16]).unwrap(), 2);
    assert_eq!(guest.words(&[7, 8, 9]).unwrap(), 7);
    assert_eq!(guest.number(&[1]).unwrap(), 2);
}
