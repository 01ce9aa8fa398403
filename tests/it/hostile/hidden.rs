//! Code of others that hides a trap from linmem: a convention, and an allocator.

use super::counting;
use crate::support::{handle, instance, wat};
use linmem::allocator::{Request, Wanted};
use linmem::results::{Owner, Results, Returned, Room, Shape};
use linmem::{
    Allocator, Block, ErrorKind, FoundHelpers, Frame, Func, Guest, Helper, Mode, Params, Pointer, Region, Result,
    wasm_import,
};
use wasmtime::AsContextMut;

struct Hiding;

impl Results<u32> for Hiding {
    type Func<P: Params> = Func<P, u32>;

    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        _: Room,
        params: P,
        _: Shape,
    ) -> Result<Returned> {
        let pointer = frame.invoke(func, params).await.unwrap_or(64);
        Ok(Returned::new(Region { pointer: pointer.into(), len: 1 }, Owner::Guest))
    }
}

#[wasm_import]
trait Hides {
    #[wasm(returns = Hiding)]
    fn owned(&mut self) -> Result<Vec<u8>>;
    #[wasm(returns = Hiding)]
    fn borrowed(&mut self) -> Result<&[u8]>;
    fn number(&mut self) -> Result<u32>;
}

#[test]
fn a_trap_that_a_convention_hides_is_seen_by_the_other_handles() {
    let module = counting(
        r#"(func (export "owned") (export "borrowed") (result i32) unreachable) (func (export "number") (result i32) (i32.const 7))"#,
    );
    for borrows in [false, true] {
        let (mut store, instance) = instance(&module);
        let mut first = handle::<HidesExports>(&mut store, &instance);
        let mut second = first.clone();
        let mut guest = first.bind(&mut store).unwrap();
        if borrows {
            let _ = guest.borrowed();
        } else {
            let _ = guest.owned();
        }
        let outcome = second.bind(&mut store).unwrap().number();
        assert!(matches!(outcome.as_ref().unwrap_err().kind(), ErrorKind::Poisoned { .. }), "{borrows}: {outcome:?}");
    }
}

/// Asks again where the guest's allocator has failed.
#[derive(Debug)]
struct Insisting(Func<(u32,), u32>);

impl Allocator for Insisting {
    type Pointer = u32;
    const WANTED: Wanted = Wanted::new(&[Helper::new::<Func<(u32,), u32>>("malloc")], &[]);

    fn resolve<S: AsContextMut>(found: &mut FoundHelpers<'_, '_, S>) -> Result<Self> {
        found.func().map(Insisting)
    }

    async fn allocate<M: Mode>(&self, guest: &mut Guest<'_, M>, request: Request) -> Result<Option<Block>> {
        let Request { size, align, .. } = request;
        let wanted = (u32::narrow(size)?,);
        let pointer = match guest.call(&self.0, wanted).await {
            Ok(pointer) => pointer,
            Err(_) => guest.call(&self.0, wanted).await?,
        };
        Ok(Some(Block { pointer: pointer.into(), size, align }))
    }

    async fn release<M: Mode>(&self, _: Guest<'_, M>, _: Block) -> Result<()> {
        Ok(())
    }
}

#[wasm_import(allocator = Insisting)]
trait Insists {
    fn len(&mut self, text: &str) -> Result<u32>;
}

#[test]
fn a_guest_is_not_entered_again_after_a_trap_that_an_allocator_hides() {
    let module = wat(r#"(module (memory (export "memory") 1)
        (global $entries (export "entries") (mut i32) (i32.const 0))
        (func (export "malloc") (param i32) (result i32)
            (global.set $entries (i32.add (global.get $entries) (i32.const 1)))
            unreachable)
        (func (export "len") (param i32 i32) (result i32) (local.get 1)))"#);
    let (mut store, instance) = instance(&module);
    let outcome = handle::<InsistsExports>(&mut store, &instance).bind(&mut store).unwrap().len("text");
    assert!(matches!(outcome.as_ref().unwrap_err().kind(), ErrorKind::Poisoned { .. }), "{outcome:?}");
    let entries = instance.get_global(&mut store, "entries").unwrap();
    assert_eq!(entries.get(&mut store).unwrap_i32(), 1);
}
