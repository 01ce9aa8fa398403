//! Code of others that hides a trap from linmem: a convention, and an allocator.

use super::counting;
use crate::support::{bind, block_on, handle, instance, wat};
use linmem::allocator::{Request, Wanted};
use linmem::results::{Owner, Results, Returned, Room, Shape};
use linmem::{
    Allocator, Block, Bound, ErrorKind, FoundHelpers, Frame, Func, Guest, Handle, Helper, Mode, Named, Params, Pointer,
    Region, Result, wasm_import,
};
use wasmtime::{AsContextMut, Store};

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

linmem::export_names!(TakeBack = "take_back");

type WithTakeBack<P> = (Func<P, u32>, Named<TakeBack, Func<(), ()>>);

/// Does not tell that what takes the result back has trapped.
struct Hushing;

impl Results<u32> for Hushing {
    type Func<P: Params> = WithTakeBack<P>;
    const RELEASES: bool = true;

    async fn call<P: Params, M: Mode, A: Allocator>(
        (export, _): &WithTakeBack<P>,
        frame: &mut Frame<'_, M, A>,
        _: Room,
        params: P,
        _: Shape,
    ) -> Result<Returned> {
        let pointer = frame.invoke(export, params).await?;
        Ok(Returned::new(Region { pointer: pointer.into(), len: 1 }, Owner::Convention))
    }

    async fn release<P: Params, M: Mode, A: Allocator>(
        (_, take_back): &WithTakeBack<P>,
        frame: &mut Frame<'_, M, A>,
        _: Returned,
        _: Shape,
    ) -> Result<()> {
        let _ = frame.invoke(&take_back.func, ()).await;
        Ok(())
    }
}

/// The same of the guest's function for releasing.
#[derive(Debug)]
struct Hushed(Func<(u32,), ()>);

impl Allocator for Hushed {
    type Pointer = u32;
    const WANTED: Wanted = Wanted::new(&[], &[Helper::new::<Func<(u32,), ()>>("free")]);

    fn resolve<S: AsContextMut>(found: &mut FoundHelpers<'_, '_, S>) -> Result<Self> {
        found.func().map(Hushed)
    }

    async fn allocate<M: Mode>(&self, _: &mut Guest<'_, M>, _: Request) -> Result<Option<Block>> {
        Ok(None)
    }

    async fn release<M: Mode>(&self, guest: Guest<'_, M>, block: Block) -> Result<()> {
        let _ = guest.last_call(&self.0, (u32::narrow(block.pointer)?,)).await;
        Ok(())
    }
}

#[wasm_import(allocator = Hushed)]
trait Releases {
    fn bytes(&mut self) -> Result<Vec<u8>>;
    fn borrowed(&mut self) -> Result<&[u8]>;
    #[wasm(returns = Hushing)]
    fn byte(&mut self) -> Result<Vec<u8>>;
    fn number(&mut self) -> Result<u32>;
}

const TRAPS_WHEN_IT_RELEASES: &str = r#"(module (memory (export "memory") 1)
    (func (export "free") (param i32) unreachable)
    (func (export "take_back") unreachable)
    (func (export "bytes") (export "borrowed") (result i32 i32) (i32.const 64) (i32.const 1))
    (func (export "byte") (result i32) (i32.const 64))
    (func (export "number") (result i32) (i32.const 7)))"#;

type Releasing<'s> = Bound<&'s mut Store<()>, ReleasesExports, &'s mut Handle<ReleasesExports>>;

#[test]
fn a_trap_that_is_hidden_when_a_result_is_released_is_seen_by_the_other_handles() {
    let module = wat(TRAPS_WHEN_IT_RELEASES);
    let releases: [fn(&mut Releasing<'_>); 3] = [
        |guest| _ = guest.bytes(),
        |guest| _ = guest.byte(),
        |guest| {
            assert_eq!(guest.borrowed().unwrap(), [0]);
            let _ = guest.number();
        },
    ];
    for (index, release) in releases.into_iter().enumerate() {
        let (mut store, instance) = instance(&module);
        let mut first = handle::<ReleasesExports>(&mut store, &instance);
        let mut second = first.clone();
        release(&mut first.bind(&mut store).unwrap());
        let outcome = second.bind(&mut store).unwrap().number();
        assert!(matches!(outcome.as_ref().unwrap_err().kind(), ErrorKind::Poisoned { .. }), "{index}: {outcome:?}");
    }
}

#[test]
fn a_trap_that_is_hidden_when_a_result_is_released_poisons_an_instance_with_one_handle_too() {
    let module = wat(TRAPS_WHEN_IT_RELEASES);
    type Alone = Bound<Store<()>, ReleasesExports>;
    let releases: [fn(&mut Alone); 2] = [|guest| _ = guest.bytes(), |guest| _ = guest.byte()];
    for release in releases {
        let mut guest = bind::<ReleasesExports>(&module);
        release(&mut guest);
        assert!(Bound::is_poisoned(&guest));
        assert!(matches!(guest.number().unwrap_err().kind(), ErrorKind::Poisoned { .. }));
    }
}

#[wasm_import(allocator = Hushed)]
trait ReleasesLater {
    async fn bytes(&mut self) -> Result<Vec<u8>>;
    async fn borrowed(&mut self) -> Result<&[u8]>;
    #[wasm(returns = Hushing)]
    async fn byte(&mut self) -> Result<Vec<u8>>;
    async fn number(&mut self) -> Result<u32>;
}

#[test]
fn a_trap_that_is_hidden_in_an_async_call_poisons_as_well() {
    let module = wat(TRAPS_WHEN_IT_RELEASES);
    for index in 0..3 {
        let mut guest = bind::<ReleasesLaterExports>(&module);
        match index {
            0 => _ = block_on(guest.bytes()),
            1 => _ = block_on(guest.byte()),
            _ => {
                assert_eq!(block_on(guest.borrowed()).unwrap(), [0]);
                let _ = block_on(guest.number());
            }
        }
        assert!(Bound::is_poisoned(&guest), "{index}");
        assert!(matches!(block_on(guest.number()).unwrap_err().kind(), ErrorKind::Poisoned { .. }), "{index}");
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
