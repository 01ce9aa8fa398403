//! Allocators: C's `realloc` alone, and functions that take a context first.

use crate::hostile::{argument, live};
use crate::support::{handle, instance, wat};
use linmem::allocator::{Release, Request, Wanted};
use linmem::results::{Pair, Static};
use linmem::{
    Allocator, Block, Bound, ErrorKind, FoundHelpers, Func, Guest, Helper, Mode, Number, Pointer, Result, wasm_import,
};
use wasmtime::AsContextMut;

/// `realloc(null, size)` allocates, and `free(pointer)` releases.
#[derive(Debug)]
struct Realloc {
    realloc: Func<(u32, u32), u32>,
    free: Release<u32>,
}

impl Allocator for Realloc {
    type Pointer = u32;
    const WANTED: Wanted =
        Wanted::new(&[Helper::new::<Func<(u32, u32), u32>>("realloc")], &[Helper::new::<Release<u32>>("free")]);

    fn resolve<S: AsContextMut>(found: &mut FoundHelpers<'_, '_, S>) -> Result<Self> {
        Ok(Realloc { realloc: found.func()?, free: found.func()? })
    }

    async fn allocate<M: Mode>(&self, guest: &mut Guest<'_, M>, request: Request) -> Result<Option<Block>> {
        let Request { size, align, .. } = request;
        let pointer = guest.call(&self.realloc, (0, u32::narrow(size)?)).await?.into();
        Ok((pointer != 0).then_some(Block { pointer, size, align }))
    }

    fn release<M: Mode>(&self, guest: Guest<'_, M>, block: Block) -> impl Future<Output = Result<()>> {
        self.free.call(guest, block)
    }

    fn releases_without_size(&self) -> bool {
        true
    }
}

/// Both take the number that the global `context` holds, in front.
#[derive(Debug)]
struct InContext {
    context: Number<u32>,
    allocate: Func<(u32, u32), u32>,
    free: Func<(u32, u32), ()>,
}

impl Allocator for InContext {
    type Pointer = u32;
    const WANTED: Wanted = Wanted::new(
        &[Helper::number::<u32>("context"), Helper::new::<Func<(u32, u32), u32>>("allocate")],
        &[Helper::new::<Func<(u32, u32), ()>>("free")],
    );

    fn resolve<S: AsContextMut>(found: &mut FoundHelpers<'_, '_, S>) -> Result<Self> {
        Ok(InContext { context: found.number()?, allocate: found.func()?, free: found.func()? })
    }

    async fn allocate<M: Mode>(&self, guest: &mut Guest<'_, M>, request: Request) -> Result<Option<Block>> {
        let Request { size, align, .. } = request;
        let context = u32::narrow(self.context.get(guest).await?)?;
        let pointer = guest.call(&self.allocate, (context, u32::narrow(size)?)).await?.into();
        Ok((pointer != 0).then_some(Block { pointer, size, align }))
    }

    async fn release<M: Mode>(&self, mut guest: Guest<'_, M>, block: Block) -> Result<()> {
        let context = u32::narrow(self.context.get(&mut guest).await?)?;
        guest.last_call(&self.free, (context, u32::narrow(block.pointer)?)).await
    }
}

/// Four kinds of the same guest: what allocates and releases has another type. `$limit` is the longest block.
fn module(functions: &str) -> wasmtime::Module {
    wat(&format!(
        r#"(module (memory (export "memory") 1)
          (global $heap (mut i32) (i32.const 4096))
          (global $live (export "live") (mut i32) (i32.const 0))
          (func $alloc (param $n i32) (result i32)
            (if (i32.gt_u (local.get $n) (i32.const 10000)) (then (return (i32.const 0))))
            (global.set $live (i32.add (global.get $live) (i32.const 1)))
            (global.get $heap)
            (global.set $heap (i32.and (i32.add (i32.add (global.get $heap) (local.get $n)) (i32.const 15))
              (i32.const -16))))
          (func $free (param i32)
            (if (i32.lt_u (local.get 0) (i32.const 4096)) (then unreachable))
            (global.set $live (i32.sub (global.get $live) (i32.const 1))))
          (func (export "echo") (param $p i32) (param $n i32) (result i32 i32) (local $to i32)
            (local.set $to (call $alloc (local.get $n)))
            (memory.copy (local.get $to) (local.get $p) (local.get $n))
            (local.get $to) (local.get $n))
          (func (export "peek") (param $p i32) (param $n i32) (result i32 i32)
            (memory.copy (i32.const 64) (local.get $p) (local.get $n)) (i32.const 64) (local.get $n))
          {functions})"#
    ))
}

macro_rules! allocating {
    ($name:ident, $exports:ident, $allocator:ty, $test:ident, $functions:expr) => {
        #[wasm_import(allocator = $allocator)]
        trait $name {
            fn echo(&mut self, text: &str) -> Result<String>;
            #[wasm(returns = Static<Pair>)]
            fn peek(&mut self, text: &str) -> Result<&str>;
        }

        #[test]
        fn $test() {
            let (mut store, instance) = instance(&module($functions));
            let mut guest = handle::<$exports>(&mut store, &instance).into_bound(&mut store).unwrap();
            for text in ["hello", &"x".repeat(900), "again"] {
                assert_eq!(guest.echo(text).unwrap(), text);
                assert_eq!(guest.peek(text).unwrap(), text);
            }
            let error = guest.peek(&"x".repeat(20_000)).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::OutOfMemory { size: 20_000, .. }), "{error}");
            assert_eq!(error.place(), Some(argument(0, "text")));
            Bound::trim(&mut guest).unwrap();
            drop(guest);
            assert_eq!(live(&mut store, &instance), 0);
        }
    };
}
allocating! {
    Reallocating, ReallocatingExports, Realloc, realloc_of_null_allocates,
    r#"(func (export "realloc") (param i32 i32) (result i32)
        (if (local.get 0) (then unreachable)) (call $alloc (local.get 1)))
    (func (export "free") (param i32) (call $free (local.get 0)))"#
}
allocating! { Contextual, ContextualExports, InContext, a_context_goes_in_front, CONTEXT }

const CONTEXT: &str = r#"(global (export "context") i32 (i32.const 77))
    (func $check (param i32) (if (i32.ne (local.get 0) (i32.const 77)) (then unreachable)))
    (func (export "allocate") (param i32 i32) (result i32)
      (call $check (local.get 0)) (call $alloc (local.get 1)))
    (func (export "free") (param i32 i32) (call $check (local.get 0)) (call $free (local.get 1)))
    (func (export "empty") (result i32 i32) (i32.const 64) (i32.const 0))"#;

#[test]
fn no_bytes_are_released_only_by_an_allocator_that_needs_no_size() {
    #[wasm_import(allocator = InContext)]
    trait Empty {
        fn empty(&mut self) -> Result<String>;
    }
    let (mut store, instance) = instance(&module(CONTEXT));
    let mut guest = handle::<EmptyExports>(&mut store, &instance).into_bound(&mut store).unwrap();
    // `free` would trap there.
    assert_eq!(guest.empty().unwrap(), "");
    assert_eq!(guest.empty().unwrap(), "");
}

#[test]
fn what_an_allocator_of_ones_own_misses_is_told_at_once() {
    let (mut store, instance) = instance(&module(r#"(func (export "free") (param i64))"#));
    let error = linmem::Handle::<ReallocatingExports>::new(&mut store, &instance).map(drop).unwrap_err().to_string();
    assert!(error.contains("2 faults"), "{error}");
    assert!(error.contains("allocator: no export `realloc`\n      wanted   (i32, i32) -> i32"), "{error}");
    assert!(error.contains("deallocator: "), "{error}");
}
