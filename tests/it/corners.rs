//! Exits that are easily forgotten: what was placed is zeroed and released there, too.

use crate::conventions::balanced;
use crate::hostile::{counting, holds, live};
use crate::support::{block_on, engine, handle, instance, wat};
use linmem::convention::AssemblyScript;
use linmem::pass::{Given, NulTerminated, Pass, Slice};
use linmem::results::{Canonical, Failing, Filled, Null, Owner, Results, Returned, Room, Shape};
use linmem::{
    Allocator, Block, Bound, ErrorKind, FoundHelpers, Frame, Func, Guest, InPlace, LinearMemory, Lowering, Mode, Out,
    Params, Region, Result, Settings, allocator::Request, wasm_import,
};
use std::future::{Future, ready};
use wasmtime::{AsContextMut, Caller, Linker, Store};

// ---- Double release, and buffers that are lost.

const OUTS: &str = r#"
    (func $one (param $at i32) (param $len i32) (param $byte i32) (result i32) (local $p i32)
      (local.set $p (call $alloc (i32.const 3)))
      (memory.fill (local.get $p) (local.get $byte) (i32.const 3))
      (i32.store (local.get $at) (local.get $p))
      (i32.store (local.get $len) (i32.const 3))
      (local.get $p))
    (func (export "same") (param $at i32) (param $len i32) (result i32 i32)
      (call $one (local.get $at) (local.get $len) (i32.const 65)) (i32.const 3))
    (func (export "last") (param i32 i32) (param $at i32) (param $len i32) (result i32 i32)
      (call $one (local.get $at) (local.get $len) (i32.const 65)) (i32.const 3))
    (func (export "two") (param i32 i32 i32 i32)
      (drop (call $one (local.get 0) (local.get 1) (i32.const 255)))
      (drop (call $one (local.get 2) (local.get 3) (i32.const 65))))
    (func (export "bad") (param i32 i32) (result i32 i32)
      (drop (call $one (local.get 0) (local.get 1) (i32.const 65)))
      (call $one (local.get 0) (local.get 1) (i32.const 255)) (i32.const 3)
      (i32.store (local.get 0) (i32.sub (i32.load (local.get 0)) (i32.const 32))))"#;

#[wasm_import]
trait Outs {
    fn same(&mut self, text: Out<'_, String>) -> Result<String>;
    fn two(&mut self, a: Out<'_, String>, b: Out<'_, String>) -> Result<()>;
    fn bad(&mut self, text: Out<'_, String>) -> Result<String>;
}

#[wasm_import(zero = false)]
trait Unzeroed {
    fn last(&mut self, bytes: &[u8], text: Out<'_, String>) -> Result<String>;
}

/// Where an argument has a block of its own and nothing is zeroed, the result goes back last.
#[test]
fn one_block_as_last_result_and_as_out_parameter_is_released_once() {
    let (mut store, instance) = instance(&counting(OUTS));
    instance.get_memory(&mut store, "memory").unwrap().grow(&mut store, 4).unwrap();
    let mut guest = handle::<UnzeroedExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    let error = guest.last(&[1; 70_000], Out(&mut String::new())).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Overlap { .. }), "{error}");
    assert!(!Bound::is_poisoned(&guest));
    Bound::trim(&mut guest).unwrap();
    assert_eq!(live(&mut store, &instance), 0);
}

#[test]
fn one_block_as_result_and_as_out_parameter_is_released_once() {
    balanced::<OutsExports, _>(OUTS, |guest| {
        let error = guest.same(Out(&mut String::new())).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Overlap { .. }), "{error}");
        assert!(!Bound::is_poisoned(guest));
    });
}

#[test]
fn an_out_parameter_that_is_no_text_does_not_cost_the_others_buffers() {
    balanced::<OutsExports, _>(OUTS, |guest| {
        let error = guest.two(Out(&mut String::new()), Out(&mut String::new())).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { .. }), "{error}");
    });
}

#[test]
fn a_result_that_is_no_text_does_not_cost_the_out_parameters_buffer() {
    balanced::<OutsExports, _>(OUTS, |guest| {
        let error = guest.bad(Out(&mut String::new())).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { .. }), "{error}");
    });
}

// ---- A release that the engine refuses.

const WAITING: &str = r#"(module
    (import "host" "wait" (func $wait))
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 1024))
    (global $live (export "live") (mut i32) (i32.const 0))
    (func $malloc (export "malloc") (param $n i32) (result i32)
        (global.set $live (i32.add (global.get $live) (i32.const 1)))
        (global.get $next)
        (global.set $next (i32.and (i32.add (i32.add (global.get $next) (local.get $n)) (i32.const 15)) (i32.const -16))))
    (func (export "free") (param i32) (global.set $live (i32.sub (global.get $live) (i32.const 1))))
    (func (export "lend") (param $p i32) (param $n i32) (result i32 i32) (local $to i32)
        (local.set $to (call $malloc (local.get $n)))
        (memory.copy (local.get $to) (local.get $p) (local.get $n))
        (local.get $to) (local.get $n))
    (func (export "wait") (param i32 i32) (call $wait))
    (func (export "number") (result i32) (i32.const 7))
    (func (export "count") (result i32) (global.get $live)))"#;

#[wasm_import]
pub(crate) trait Mixed {
    async fn lend(&mut self, bytes: &[u8]) -> Result<&[u8]>;
    async fn wait(&mut self, bytes: &[u8]) -> Result<()>;
    async fn count(&mut self) -> Result<i32>;
    fn number(&mut self) -> Result<i32>;
}

pub(crate) fn mixed() -> MixedInstance<Store<()>> {
    let mut linker = Linker::new(engine());
    linker
        .func_wrap_async("host", "wait", |_: Caller<'_, ()>, (): ()| {
            let mut polled = false;
            Box::new(std::future::poll_fn(move |_| {
                if std::mem::replace(&mut polled, true) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
            }))
        })
        .unwrap();
    let pre = MixedPre::new(linker.instantiate_pre(&wat(WAITING)).unwrap()).unwrap();
    block_on(pre.instantiate_async(Store::new(engine(), ()))).unwrap()
}

#[test]
fn a_trim_that_the_engine_refuses_loses_nothing() {
    let mut guest = mixed();
    block_on(guest.lend(b"hello")).map(|_| ()).unwrap();
    let error = Bound::trim(&mut guest).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused(_)), "{error}");
    block_on(Bound::trim_async(&mut guest)).unwrap();
    assert_eq!(block_on(guest.count()).unwrap(), 0);
}

#[test]
fn a_call_that_the_engine_refuses_loses_no_lent_result() {
    let mut guest = mixed();
    block_on(guest.lend(b"hello")).map(|_| ()).unwrap();
    let error = guest.number().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused(_)), "{error}");
    block_on(Bound::trim_async(&mut guest)).unwrap();
    assert_eq!(block_on(guest.count()).unwrap(), 0);
}

// ---- What was given comes to no call.

#[wasm_import]
trait Giving {
    #[wasm(returns = Filled)]
    fn take(&mut self, #[wasm(pass = Given)] bytes: &[u8]) -> Result<Vec<u8>>;
}

#[test]
fn what_was_to_be_given_to_a_call_that_is_not_made_is_zeroed_and_released() {
    let module = counting(r#"(func (export "take") (param i32 i32) (result i32) unreachable)"#);
    let (mut store, instance) = instance(&module);
    let mut guest = handle::<GivingExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    let error = guest.take(b"secret").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoRoom), "{error}");
    drop(guest);
    assert!(!holds(&mut store, &instance, b"secret"));
    let mut guest = handle::<GivingExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    Bound::trim(&mut guest).unwrap();
    drop(guest);
    assert_eq!(live(&mut store, &instance), 0);
}

// ---- Empty objects.

#[wasm_import(convention = AssemblyScript)]
trait Empty {
    fn texts(&mut self, a: &str, b: &str) -> Result<()>;
}

#[test]
fn an_empty_object_inside_another_is_an_overlap() {
    // `__new` returns one address for all, and `__unpin` counts.
    let (mut store, instance) =
        instance(&wat(r#"(module (memory (export "memory") 1) (global $live (export "live") (mut i32) (i32.const 0))
        (func (export "__new") (param i32 i32) (result i32)
          (if (result i32) (local.get 0) (then (i32.const 1024)) (else (i32.const 1028))))
        (func (export "__pin") (param i32) (result i32) (local.get 0))
        (func (export "__unpin") (param i32))
        (func (export "texts") (param i32 i32)))"#));
    let mut guest = handle::<EmptyExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    let error = guest.texts("a long text", "").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Overlap { .. }), "{error}");
}

// ---- Room of an earlier call.

struct Fills;

impl Results<u32> for Fills {
    type Func<P: Params> = Func<P, u32>;
    const RELEASES: bool = true;

    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        _: Room,
        params: P,
        shape: Shape,
    ) -> Result<Returned> {
        let room = frame.output()?;
        let count = frame.invoke(func, params).await?.into();
        Ok(Returned { room: Some(room), ..Returned::new(shape.named(room.pointer, count), Owner::Frame) })
    }
}

#[wasm_import(returns = Fills)]
trait Filling {
    fn filled(&mut self, room: InPlace<'_, u8>) -> Result<Vec<u8>>;
    fn unfilled(&mut self, bytes: &[u8]) -> Result<Vec<u8>>;
}

#[test]
fn room_of_an_earlier_call_is_no_room() {
    let functions = r#"(func (export "filled") (param i32 i32) (result i32) (local.get 1))
        (func (export "unfilled") (param i32 i32) (result i32) (local.get 1))"#;
    balanced::<FillingExports, _>(functions, |guest| {
        assert_eq!(guest.filled(InPlace::new(b"hello")).unwrap(), b"hello");
        let error = guest.unfilled(b"other").unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NoRoom), "{error}");
    });
}

// ---- Room of text that ends with NUL.

#[wasm_import]
trait Growing {
    #[wasm(returns = Filled)]
    fn pad(&mut self, #[wasm(pass = NulTerminated)] text: InPlace<'_, u8>, second: &[u8]) -> Result<String>;
}

#[test]
fn text_that_ends_with_nul_has_room_to_grow() {
    let functions = r#"(func (export "pad") (param $p i32) (param $q i32) (param i32) (result i32)
        (memory.fill (local.get $p) (i32.const 65) (i32.const 16))
        (if (i32.ne (i32.load8_u (local.get $q)) (i32.const 66)) (then unreachable))
        (i32.const 16))"#;
    balanced::<GrowingExports, _>(functions, |guest| {
        assert_eq!(guest.pad(InPlace::with_capacity(b"abc", 16), b"B").unwrap(), "A".repeat(16));
    });
}

// ---- A pass of the user's own that places several runs, and one that names another region.

struct Header;

impl Pass<u32> for Header {
    type Core = (u32,);

    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<((u32,), Region)> {
        let region = into.place_all(&[&[9; 8], slice.bytes], slice.align)?;
        Ok(((region.pointer as u32,), region))
    }
}

#[wasm_import]
trait Headed {
    fn fill(&mut self, #[wasm(pass = Header)] bytes: &mut [u8]) -> Result<()>;
    fn behind(&mut self, first: &[u8], #[wasm(pass = Header)] bytes: &[u8]) -> Result<u32>;
}

#[test]
fn runs_are_placed_one_behind_the_other() {
    let functions = r#"(func (export "fill") (param i32))
        (func (export "behind") (param i32 i32 i32) (result i32)
          (if (i64.ne (i64.load (local.get 2)) (i64.const 0x0909090909090909)) (then unreachable))
          (if (i32.ne (i32.load8_u (local.get 0)) (i32.const 7)) (then unreachable))
          (i32.load offset=8 (local.get 2)))"#;
    balanced::<HeadedExports, _>(functions, |guest| {
        assert_eq!(guest.behind(&[7; 3], &[1, 2, 3, 4]).unwrap(), 0x0403_0201);
        assert_eq!(guest.behind(&[7; 300], &[4, 3, 2, 1]).unwrap(), 0x0102_0304);
    });
}

#[test]
fn a_pass_that_names_too_much_is_an_error_and_no_panic() {
    let functions = r#"(func (export "fill") (param i32))
        (func (export "behind") (param i32 i32 i32) (result i32) unreachable)"#;
    balanced::<HeadedExports, _>(functions, |guest| {
        guest.fill(&mut [1; 5]).unwrap_err();
    });
}

// ---- An allocator of the user's own whose blocks are short.

#[derive(Debug)]
struct Slabs;

impl Allocator for Slabs {
    type Pointer = u32;

    fn resolve<S: AsContextMut>(_: &mut FoundHelpers<'_, '_, S>) -> Result<Self> {
        Ok(Slabs)
    }

    fn allocate<M: Mode>(&self, _: &mut Guest<'_, M>, request: Request) -> impl Future<Output = Result<Option<Block>>> {
        // As a guest may say that it has.
        ready(Ok(Some(Block { pointer: 1024, size: 4, align: request.align })))
    }

    fn release<M: Mode>(&self, _: Guest<'_, M>, _: Block) -> impl Future<Output = Result<()>> {
        ready(Ok(()))
    }
}

#[test]
fn a_block_that_is_too_short_is_not_written_beyond() {
    let (mut store, instance) = instance(&wat(r#"(module (memory (export "memory") 1))"#));
    let mut memory = LinearMemory::<_, Slabs>::with(&mut store, &instance, Settings::new()).unwrap();
    let outcome = memory.alloc(b"a secret", true, true).map(drop);
    assert!(!memory.as_slice().windows(4).any(|window| window == b"cret"), "{outcome:?}");
    outcome.unwrap_err();
}

// ---- A result that is left in the guest.

#[test]
fn a_result_that_was_left_is_released_as_a_result() {
    let (mut store, instance) = instance(&wat(r#"(module (memory (export "memory") 1)
        (func (export "__new") (param i32 i32) (result i32) (i32.const 1024))
        (func (export "__pin") (param i32) (result i32) (local.get 0))
        (func (export "__unpin") (param i32) unreachable))"#));
    let settings = Settings::new();
    let mut memory = LinearMemory::<_, linmem::allocator::Managed>::with(&mut store, &instance, settings).unwrap();
    drop(memory.get_output((2048_u32, 4_u32)).unwrap());
    let left = memory.get_output((2048_u32, 4_u32)).unwrap().leave().unwrap();
    memory.release(left).unwrap();
}

// ---- Post-return of what has failed.

#[wasm_import(convention = linmem::convention::Canonical)]
trait Posting {
    #[wasm(returns = Failing<Canonical, Null>)]
    fn fail(&mut self) -> Result<Vec<u8>>;
    fn posts(&mut self) -> Result<u32>;
}

#[test]
fn a_failure_is_posted_too() {
    let (mut store, instance) =
        instance(&wat(r#"(module (memory (export "memory") 1) (global $posts (mut i32) (i32.const 0))
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
        (func (export "fail") (result i32) (i32.const 64))
        (func (export "cabi_post_fail") (param i32) (global.set $posts (i32.add (global.get $posts) (i32.const 1))))
        (func (export "posts") (result i32) (global.get $posts)))"#));
    let mut guest = handle::<PostingExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    let error = guest.fail().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Guest { .. }), "{error}");
    assert_eq!(guest.posts().unwrap(), 1);
}
