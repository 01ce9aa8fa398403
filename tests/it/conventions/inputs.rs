//! `Reserve`, with `Implied` and `Len`: the guest is told how much there will be, and then finds it there.

use crate::hostile::{argument, assert_error, assert_poisoned, assert_trap, holds};
use crate::support::{bind, block_on, engine, handle, instance, wat};
use linmem::allocator::Reserve;
use linmem::pass::{Implied, Len};
use linmem::{Bound, Error, ErrorKind, Interface, Place, Result, export_names, wasm_import};
use wasmtime::{Linker, Module, Store};

export_names!(Input = "reserve");

/// `reserve` notes what it is told, and hands out another place each time; `text` returns what is there.
const RESERVE: &str = r#"(module (memory (export "memory") 1)
    (global $at (mut i32) (i32.const 1024))
    (global $told (mut i32) (i32.const -1))
    (global $times (mut i32) (i32.const 0))
    (func (export "reserve") (param i32) (result i32)
      (global.set $told (local.get 0))
      (global.set $times (i32.add (global.get $times) (i32.const 1)))
      (global.set $at (i32.xor (global.get $at) (i32.const 0x400)))
      (i32.add (global.get $at) (i32.const 0x1000)))
    (func (export "told") (result i32) (global.get $told))
    (func (export "times") (result i32) (global.get $times))
    (func (export "text") (result i32 i32)
      (memory.copy (i32.const 512) (i32.add (global.get $at) (i32.const 0x1000)) (global.get $told))
      (i32.const 512) (global.get $told))
    (func (export "counted") (param i32) (result i32) (i32.mul (i32.const 1000) (global.get $told))
      (i32.add (local.get 0)))
    (func (export "both") (param i32 i32) (result i32)
      (i32.add (i32.mul (i32.const 10) (i32.load8_u (local.get 0))) (local.get 1)))
    (func (export "number") (result i32) (i32.const 2))
    (func (export "trap") unreachable))"#;

#[wasm_import(allocator = Reserve<Input>)]
trait Checker {
    #[wasm(returns = linmem::results::Static)]
    fn text(&mut self, #[wasm(pass = Implied)] text: &str) -> Result<String>;
    fn counted(&mut self, #[wasm(pass = Len)] words: &[u32]) -> Result<u32>;
    fn number(&mut self, #[wasm(pass = Implied)] text: &str) -> Result<bool>;
    fn trap(&mut self, #[wasm(pass = Implied)] text: &str) -> Result<()>;
    fn told(&mut self) -> Result<i32>;
    fn times(&mut self) -> Result<u32>;
}

#[test]
fn a_guest_is_told_of_each_input_by_itself() {
    let mut guest = bind::<CheckerExports>(&wat(RESERVE));
    for (times, text) in (1..).zip(["hello", "", "a", "", "", "much longer than before"]) {
        assert_eq!(guest.text(text).unwrap(), text);
        // Zero, too: or the guest would take the input before for this one.
        assert_eq!(guest.told().unwrap(), i32::try_from(text.len()).unwrap());
        assert_eq!(guest.times().unwrap(), times);
    }
}

#[test]
fn a_length_says_how_many_elements_are_in_the_reserved_bytes() {
    let mut guest = bind::<CheckerExports>(&wat(RESERVE));
    assert_eq!(guest.counted(&[1, 2, 3]).unwrap(), 12_003);
    assert_eq!(guest.counted(&[]).unwrap(), 0);
    assert_eq!(guest.told().unwrap(), 0);
}

#[wasm_import(allocator = Reserve<Input>)]
trait Waiting {
    async fn counted(&mut self, #[wasm(pass = Len)] words: &[u32]) -> Result<u32>;
    #[wasm(returns = linmem::results::Static)]
    async fn text(&mut self, #[wasm(pass = Implied)] text: &str) -> Result<String>;
    async fn trap(&mut self, #[wasm(pass = Implied)] text: &str) -> Result<()>;
}

#[test]
fn a_guest_is_told_in_async_calls_too() {
    let module = wat(RESERVE);
    block_on(async {
        let linker = Linker::new(engine());
        let store = Store::new(engine(), ());
        let mut guest = Bound::<_, WaitingExports>::instantiate_async(store, &module, &linker).await.unwrap();
        assert_eq!(guest.counted(&[1, 2, 3]).await.unwrap(), 12_003);
        for text in ["hello", "", "again"] {
            assert_eq!(guest.text(text).await.unwrap(), text);
        }
        assert_trap(&guest.trap("x").await.unwrap_err(), "trap", Place::Call);
        assert_poisoned(guest.text("x").await, Some("trap"));
    });
}

/// Calls one method and sees that nothing of its argument stays in the guest, however it has ended.
#[track_caller]
fn wiped<I: Interface, R>(module: &Module, call: impl FnOnce(&mut Bound<&mut Store<()>, I>, &str) -> R) -> R {
    let (mut store, instance) = instance(module);
    let mut guest = handle::<I>(&mut store, &instance).into_bound(&mut store).unwrap();
    let outcome = call(&mut guest, "a secret");
    drop(guest);
    assert!(!holds(&mut store, &instance, b"secret"));
    outcome
}

#[test]
fn an_input_is_zeroed_after_success_error_and_trap() {
    let module = wat(RESERVE);
    let error = wiped::<CheckerExports, _>(&module, |guest, secret| guest.number(secret).unwrap_err());
    assert!(matches!(error.kind(), ErrorKind::InvalidValue { ty: "bool", value: 2 }), "{error}");
    let error = wiped::<CheckerExports, _>(&module, |guest, secret| {
        let error = guest.trap(secret).unwrap_err();
        assert_poisoned(guest.text(secret), Some("trap"));
        error
    });
    assert_trap(&error, "trap", Place::Call);
    // What the guest has copied is its own.
    let module =
        wat(&RESERVE.replace("(global.get $told))\n      (i32.const 512)", "(i32.const 0))\n      (i32.const 512)"));
    let text = wiped::<CheckerExports, _>(&module, |guest, secret| guest.text(secret).unwrap());
    assert_eq!(text, "\0".repeat(8));
}

fn refused(from: &str, to: &str) -> Error {
    assert!(RESERVE.contains(from));
    wiped::<CheckerExports, _>(&wat(&RESERVE.replace(from, to)), |guest, secret| guest.text(secret).unwrap_err())
}

const PLACE: &str = "(i32.add (global.get $at) (i32.const 0x1000)))\n    (func (export \"told\")";

#[test]
fn a_guest_that_reserves_nothing_has_no_room() {
    let error = refused(PLACE, "(i32.const 0))\n    (func (export \"told\")");
    let message = "the guest's allocator has no room for 8 bytes (alignment 1)";
    assert_error(&error, "text", argument(0, "text"), message);
}

#[test]
fn a_place_that_is_reserved_out_of_bounds_is_refused() {
    let error = refused(PLACE, "(i32.const 65529))\n    (func (export \"told\")");
    let message = "the guest's allocator returned 8 bytes at 0xfff9, outside its memory of 65536 bytes";
    assert_error(&error, "text", argument(0, "text"), message);
    let error = refused(PLACE, "(i32.const -1))\n    (func (export \"told\")");
    assert!(matches!(error.kind(), ErrorKind::BadAllocation { .. }), "{error}");
}

#[test]
fn a_guest_that_traps_when_it_reserves_is_poisoned() {
    let module = wat(&RESERVE.replace("(global.set $told (local.get 0))", "unreachable"));
    let mut guest = bind::<CheckerExports>(&module);
    assert_trap(&guest.text("x").unwrap_err(), "text", argument(0, "text"));
    assert_poisoned(guest.text("x"), Some("text"));
}

#[test]
fn a_place_that_is_not_aligned_is_no_place_for_elements() {
    let module = wat(&RESERVE.replace(PLACE, "(i32.const 0x1001))\n    (func (export \"told\")"));
    let mut guest = bind::<CheckerExports>(&module);
    let error = guest.counted(&[1, 2]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Displaced { pointer: 0x1004, start: 0x1001 }), "{error}");
    // Bytes lie anywhere.
    assert_eq!(guest.number("x").unwrap_err().place(), Some(Place::Result));
}

#[test]
fn a_module_without_it_is_refused() {
    let module = wat(&RESERVE.replace("\"reserve\"", "\"other\""));
    let (mut store, instance) = instance(&module);
    let error = linmem::Handle::<CheckerExports>::new(&mut store, &instance).map(drop).unwrap_err();
    assert!(error.to_string().contains("no export `reserve`\n      wanted   (i32) -> i32\n"), "{error}");
}

macro_rules! two {
    ($($name:ident: $export:literal, [$($first:ty)?], [$($second:ty)?];)*) => {$(
        #[wasm_import(allocator = Reserve<Input>)]
        trait $name {
            #[wasm(name = $export)]
            fn two(&mut self, $(#[wasm(pass = $first)])? a: &[u8], $(#[wasm(pass = $second)])? b: &[u8]) -> Result<u32>;
        }
    )*};
}
two! {
    TwoImplied: "number", [Implied], [Implied];
    TwoCounted: "both", [Len], [Len];
    CountedSecond: "both3", [], [Len];
    ImpliedSecond: "both", [], [Implied];
    ImpliedFirst: "both", [Implied], [];
    CountedFirst: "both3", [Len], [];
}

fn with_three() -> Module {
    wat(&RESERVE.replace(
        "(func (export \"trap\")",
        r#"(func (export "both3") (param i32 i32 i32) (result i32)
          (i32.add (i32.mul (i32.const 10) (local.get 0)) (local.get 2)))
        (func (export "trap")"#,
    ))
}

#[track_caller]
fn displaced(error: Error, index: usize, name: &'static str) {
    assert!(matches!(error.kind(), ErrorKind::Displaced { .. }), "{error}");
    assert_eq!((error.export().is_some(), error.place()), (true, Some(argument(index, name))));
}

#[test]
fn one_argument_only_lies_where_the_input_begins() {
    let module = with_three();
    let error = wiped::<TwoImpliedExports, _>(&module, |guest, secret| {
        guest.two(secret.as_bytes(), secret.as_bytes()).unwrap_err()
    });
    displaced(error, 0, "a");
    let message = "the argument lies at 0x1008, and not at 0x1000, where the guest's input buffer begins: pass one \
        argument by its length alone, and nothing else that is placed";
    let error = wiped::<TwoCountedExports, _>(&module, |guest, secret| guest.two(secret.as_bytes(), b"x").unwrap_err());
    assert_error(&error, "both", argument(1, "b"), message);
    displaced(error, 1, "b");
    displaced(bind::<CountedSecondExports>(&module).two(b"a", b"b").unwrap_err(), 1, "b");
    displaced(bind::<ImpliedSecondExports>(&module).two(b"a", b"b").unwrap_err(), 1, "b");
    // What is counted is in its place, whatever lies behind it.
    assert_eq!(bind::<CountedFirstExports>(&module).two(b"abc", b"de").unwrap(), 32);
}

#[test]
fn nothing_is_placed_beside_what_is_implied() {
    // The guest would take it for a part of the input: it was told of the bytes of both.
    let module = with_three();
    displaced(bind::<ImpliedFirstExports>(&module).two(b"abc", b"de").unwrap_err(), 0, "a");
    displaced(bind::<ImpliedFirstExports>(&module).two(b"", b"de").unwrap_err(), 0, "a");
    displaced(bind::<TwoImpliedExports>(&module).two(b"", b"de").unwrap_err(), 0, "a");
    // Nothing beside it is as good as no argument.
    assert_eq!(bind::<ImpliedFirstExports>(&module).two(b"abc", b"").unwrap() % 10, 0);
}
