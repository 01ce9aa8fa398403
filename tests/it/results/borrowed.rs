//! Borrowed results: seen where they lie, until the next call.

use crate::support::{SCRATCH, bind, handle, instance, ledger, wat};
use linmem::results::{Returned, Room, Static};
use linmem::{Bound, Convention, Frame, Lowering, Mode, Owed, Params, Received, Region, Result, Returns, wasm_import};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use wasmtime::Store;

#[wasm_import]
trait Borrowed {
    fn greet(&mut self, name: &str) -> linmem::Result<&str>;
    fn echo_packed(&mut self, bytes: &[u8]) -> linmem::Result<&[u8]>;
    fn echo_ret(&mut self, bytes: &[u8]) -> linmem::Result<&[u8]>;
    fn echo_area(&mut self, bytes: &[u8]) -> linmem::Result<&[u8]>;
    fn find_word(&mut self, text: &str, needle: &str) -> linmem::Result<Option<&str>>;
    fn doubled_u32(&mut self, values: &[u32]) -> linmem::Result<&[u32]>;
    #[wasm(returns = Static)]
    fn banner(&mut self) -> linmem::Result<&str>;
    fn length(&mut self, bytes: &[u8]) -> linmem::Result<u32>;
    fn grow_and_length(&mut self, bytes: &[u8]) -> linmem::Result<u32>;
}

/// The account as somebody else sees it, without a call that would release what is lent.
#[wasm_import]
trait Account {
    fn live_blocks(&mut self) -> linmem::Result<u32>;
    fn live_bytes(&mut self) -> linmem::Result<u32>;
}

fn addresses<T>(slice: &[T]) -> Range<usize> {
    let Range { start, end } = slice.as_ptr_range();
    start.addr()..end.addr()
}

#[test]
fn borrowed_results_lie_in_the_memory_itself() {
    let mut guest = bind::<BorrowedExports>(ledger());
    let seen = [
        addresses(guest.greet("you").unwrap().as_bytes()),
        addresses(guest.echo_packed(&[7; 300]).unwrap()),
        addresses(guest.echo_ret(&[7; 70_000]).unwrap()),
        addresses(guest.echo_area(b"x").unwrap()),
        addresses(guest.find_word("a haystack", "hay").unwrap().unwrap().as_bytes()),
        addresses(guest.doubled_u32(&[1, 2, 3]).unwrap()),
        addresses(guest.banner().unwrap().as_bytes()),
    ];
    assert_eq!(seen.clone().map(|range| range.len()), [11, 300, 70_000, 1, 8, 12, 36]);
    let memory = addresses(Bound::memory(&mut guest).unwrap().as_slice());
    assert!(seen.iter().all(|range| memory.start <= range.start && range.end <= memory.end), "{seen:?} in {memory:?}");
}

#[test]
fn borrowed_results_read_right() {
    let mut guest = bind::<BorrowedExports>(ledger());
    assert_eq!(guest.greet("you").unwrap(), "Hello, you!");
    assert_eq!(guest.echo_packed(b"\0\xff").unwrap(), b"\0\xff");
    assert_eq!(guest.echo_ret(b"ret").unwrap(), b"ret");
    assert_eq!(guest.echo_area(b"area").unwrap(), b"area");
    assert_eq!(guest.find_word("a haystack", "hay").unwrap(), Some("haystack"));
    assert_eq!(guest.find_word("a haystack", "needle").unwrap(), None);
    assert_eq!(guest.doubled_u32(&[21, 1]).unwrap(), [42, 2]);
    assert_eq!(guest.banner().unwrap(), "ledger: every block is accounted for");
    for bytes in [guest.echo_packed(&[]).unwrap().to_vec(), guest.echo_area(&[]).unwrap().to_vec()] {
        assert_eq!(bytes, []);
    }
    assert_eq!(guest.doubled_u32(&[]).unwrap(), [0_u32; 0]);
}

#[test]
fn borrowed_results_live_in_the_guest_until_the_next_call() {
    let (mut store, instance) = instance(ledger());
    let mut guest = handle::<BorrowedExports>(&mut store, &instance);
    let mut account = handle::<AccountExports>(&mut store, &instance);
    let mut live = |store: &mut wasmtime::Store<()>| {
        let mut account = account.bind(store).unwrap();
        (account.live_blocks().unwrap(), account.live_bytes().unwrap())
    };
    assert_eq!(live(&mut store), (0, 0));

    assert_eq!(guest.bind(&mut store).unwrap().greet("you").unwrap(), "Hello, you!");
    assert_eq!(live(&mut store), (2, SCRATCH + 11));
    assert_eq!(guest.bind(&mut store).unwrap().echo_area(b"four").unwrap(), b"four");
    assert_eq!(live(&mut store), (2, SCRATCH + 4), "the last one only");
    assert_eq!(guest.bind(&mut store).unwrap().find_word("", "needle").unwrap(), None);
    assert_eq!(live(&mut store), (1, SCRATCH));
    assert_eq!(guest.bind(&mut store).unwrap().doubled_u32(&[1, 2]).unwrap(), [2, 4]);
    assert_eq!(live(&mut store), (2, SCRATCH + 8));
    assert_eq!(guest.bind(&mut store).unwrap().length(b"any call will do").unwrap(), 16);
    assert_eq!(live(&mut store), (1, SCRATCH));
    assert_eq!(guest.bind(&mut store).unwrap().banner().unwrap().len(), 36);
    assert_eq!(live(&mut store), (1, SCRATCH), "static results are the guest's");

    guest.bind(&mut store).unwrap().greet("you").unwrap();
    Bound::trim(&mut guest.bind(&mut store).unwrap()).unwrap();
    assert_eq!(live(&mut store), (0, 0));
}

#[test]
fn a_borrowed_result_is_read_after_memory_has_grown() {
    let mut guest = bind::<BorrowedExports>(ledger());
    assert_eq!(guest.grow_and_length(&[1; 40]).unwrap(), 40);
    assert_eq!(guest.greet("after").unwrap(), "Hello, after!");
    // Larger than all memory so far: the guest grows while the argument lies in it.
    let long = vec![3; 8 << 20];
    assert!(guest.echo_packed(&long).unwrap() == long);
}

#[test]
fn a_borrowed_result_may_lie_anywhere_but_in_what_the_call_placed() {
    #[wasm_import]
    trait Same {
        #[wasm(returns = Static)]
        fn same(&mut self, bytes: &[u8]) -> linmem::Result<&[u8]>;
        #[wasm(name = "also", returns = Static)]
        fn owned(&mut self, bytes: &[u8]) -> linmem::Result<Vec<u8>>;
    }
    let mut guest = bind::<SameExports>(&wat(r#"(module (memory (export "memory") 1)
        (func (export "same") (export "also") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1)))"#));
    assert_eq!(guest.owned(b"copied in time").unwrap(), b"copied in time");
    let error = guest.same(b"zeroed already").unwrap_err();
    assert!(matches!(error.kind(), linmem::ErrorKind::Overlap { region, .. } if region.len == 14), "{error}");
}

/// A borrowed type of the user's own, over one of linmem's. It may panic when it is read.
#[derive(Debug, PartialEq)]
struct Line<'s, const PANICS: bool = false>(&'s str);

impl<C: Convention, P: Params, const PANICS: bool> Returns<C, P> for Line<'_, PANICS> {
    type Func = <&'static str as Returns<C, P>>::Func;
    type Core = Returned;
    type Raw = Region;
    type Out<'s> = Line<'s, PANICS>;
    const BORROWS: bool = true;

    fn prepare(func: &Self::Func, into: &mut Lowering<'_>) -> Room {
        <&str as Returns<C, P>>::prepare(func, into)
    }

    fn call<M: Mode>(
        func: &Self::Func,
        frame: &mut Frame<'_, M, C::Allocator>,
        room: Room,
        params: P,
    ) -> impl Future<Output = Result<Returned>> {
        <&str as Returns<C, P>>::call(func, frame, room, params)
    }

    fn read(received: &mut Received<'_>, returned: Returned) -> (Result<Region>, Owed) {
        let read = <&str as Returns<C, P>>::read(received, returned);
        assert!(!PANICS, "as it is meant to");
        read
    }

    fn lift(raw: Region, memory: &[u8]) -> Result<Line<'_, PANICS>> {
        <&str as Returns<C, P>>::lift(raw, memory).map(Line)
    }
}

#[test]
fn a_type_of_the_users_may_borrow_and_what_it_owes_is_released_when_the_next_call_begins() {
    #[wasm_import]
    trait Lines {
        #[wasm(name = "echo_packed")]
        fn line(&mut self, bytes: &[u8]) -> linmem::Result<Line<'_>>;
        #[wasm(name = "echo_ret")]
        fn filled(&mut self, bytes: &mut [u8]) -> linmem::Result<Line<'_>>;
    }
    let (mut store, instance) = instance(ledger());
    let mut guest = handle::<LinesExports>(&mut store, &instance);
    let mut account = handle::<AccountExports>(&mut store, &instance);
    let mut live = |store: &mut wasmtime::Store<()>| account.bind(store).unwrap().live_blocks().unwrap();

    // In the scratch block; in a block of its own; and copied back.
    let long = "long".repeat(20_000);
    for text in ["short", &long] {
        assert_eq!(guest.bind(&mut store).unwrap().line(text.as_bytes()).unwrap(), Line(text));
        assert_eq!(live(&mut store), 2, "the scratch block, and what is lent");
    }
    let mut bytes = *b"in and out";
    assert_eq!(guest.bind(&mut store).unwrap().filled(&mut bytes).unwrap(), Line("in and out"));
    assert_eq!(live(&mut store), 2);
    for bad in [&b"\xff"[..], &[0xff; 70_000]] {
        let error = guest.bind(&mut store).unwrap().line(bad).unwrap_err();
        assert!(matches!(error.kind(), linmem::ErrorKind::InvalidUtf8 { .. }), "{error}");
        assert_eq!(live(&mut store), 2);
    }
    Bound::trim(&mut guest.bind(&mut store).unwrap()).unwrap();
    assert_eq!(live(&mut store), 0);
}

#[test]
fn a_panic_while_a_borrowed_result_is_read_leaves_no_argument_and_no_block() {
    #[wasm_import]
    trait Panicking {
        #[wasm(name = "echo_packed")]
        fn line(&mut self, bytes: &[u8]) -> linmem::Result<Line<'_, true>>;
        fn length(&mut self, bytes: &[u8]) -> linmem::Result<u32>;
    }
    let (mut store, instance) = instance(ledger());
    let mut panicking = handle::<PanickingExports>(&mut store, &instance);
    let mut guest = panicking.bind(&mut store).unwrap();
    assert_eq!(guest.length(b"warm").unwrap(), 4);
    // In the scratch block, and in a block of its own.
    for secret in [b"secret 1".repeat(2), b"secret 2".repeat(10_000)] {
        catch_unwind(AssertUnwindSafe(|| guest.line(&secret).map(drop))).unwrap_err();
        let memory = Bound::memory(&mut guest).unwrap();
        let copies = memory.as_slice().windows(8).filter(|bytes| secret.starts_with(bytes)).count();
        assert_eq!(copies, secret.len() / 8, "the guest's own result, and no argument");
        drop(memory);
        assert_eq!(guest.length(b"after").unwrap(), 5);
        Bound::trim(&mut guest).unwrap();
    }
    let mut account = handle::<AccountExports>(&mut store, &instance);
    assert_eq!(account.bind(&mut store).unwrap().live_blocks().unwrap(), 0);
}

/// An owned type of the user's that reads what one of linmem's would borrow.
#[derive(Debug, PartialEq)]
struct Words(usize);

impl<C: Convention, P: Params> Returns<C, P> for Words {
    type Func = <&'static str as Returns<C, P>>::Func;
    type Core = Returned;
    type Raw = usize;
    type Out<'s> = Words;

    async fn call<M: Mode>(
        func: &Self::Func,
        frame: &mut Frame<'_, M, C::Allocator>,
        room: Room,
        params: P,
    ) -> Result<Returned> {
        <&str as Returns<C, P>>::call(func, frame, room, params).await
    }

    fn read(received: &mut Received<'_>, returned: Returned) -> (Result<usize>, Owed) {
        let (text, owed) = <&str as Returns<C, P>>::read(received, returned);
        let words = |region| Ok(received.bytes(region, 1)?.split(|byte| *byte == b' ').count());
        (text.and_then(words), owed)
    }

    fn lift(words: usize, _: &[u8]) -> Result<Words> {
        Ok(Words(words))
    }
}

#[test]
fn what_an_owned_type_has_borrowed_to_be_read_is_released_when_the_next_call_begins() {
    #[wasm_import]
    trait Counting {
        #[wasm(name = "echo_packed")]
        fn words(&mut self, bytes: &[u8]) -> linmem::Result<Words>;
        fn length(&mut self, bytes: &[u8]) -> linmem::Result<u32>;
    }
    let (mut store, instance) = instance(ledger());
    let mut guest = handle::<CountingExports>(&mut store, &instance);
    let mut account = handle::<AccountExports>(&mut store, &instance);
    let mut live = |store: &mut Store<()>| account.bind(store).unwrap().live_blocks().unwrap();
    assert_eq!(guest.bind(&mut store).unwrap().words(b"three short words").unwrap(), Words(3));
    assert_eq!(live(&mut store), 2, "the scratch block, and what is lent");
    assert_eq!(guest.bind(&mut store).unwrap().length(b"next").unwrap(), 4);
    assert_eq!(live(&mut store), 1);
}

/// Where a call panics and is not the last of its handle, the next one does what it has left.
#[test]
fn what_a_panic_leaves_is_released_when_the_next_call_begins() {
    #[wasm_import]
    trait Panicking {
        #[wasm(name = "echo_packed")]
        fn line(&mut self, bytes: &[u8]) -> linmem::Result<Line<'_, true>>;
        fn live_bytes(&mut self) -> linmem::Result<u32>;
    }
    let (mut store, instance) = instance(ledger());
    let mut guest = handle::<PanickingExports>(&mut store, &instance);
    let mut account = handle::<AccountExports>(&mut store, &instance);
    let mut live = |store: &mut Store<()>| account.bind(store).unwrap().live_blocks().unwrap();
    for len in [10, 70_000] {
        catch_unwind(AssertUnwindSafe(|| guest.bind(&mut store).unwrap().line(&vec![b'x'; len]).map(drop)))
            .unwrap_err();
        guest.bind(&mut store).unwrap().live_bytes().unwrap();
        assert_eq!(live(&mut store), 1, "{len}: the scratch block");
    }
}

/// Text that cannot be decoded without a panic.
struct Unreadable;

impl linmem::text::Text for Unreadable {
    const UNIT: usize = 1;

    fn encode(text: &str) -> Result<std::borrow::Cow<'_, [u8]>> {
        linmem::text::Utf8::encode(text)
    }

    fn decode(_: &[u8]) -> Result<String> {
        panic!("as it is meant to")
    }
}

#[test]
fn a_panic_while_an_owned_result_is_read_leaves_no_block() {
    #[wasm_import(text = Unreadable)]
    trait Panicking {
        #[wasm(name = "echo_packed")]
        fn text(&mut self, bytes: &[u8]) -> linmem::Result<String>;
        #[wasm(name = "echo_ret")]
        fn changed(&mut self, bytes: &mut [u8]) -> linmem::Result<String>;
        fn live_bytes(&mut self) -> linmem::Result<u32>;
    }
    let (mut store, instance) = instance(ledger());
    let mut guest = handle::<PanickingExports>(&mut store, &instance);
    let mut account = handle::<AccountExports>(&mut store, &instance);
    let mut live = |store: &mut Store<()>| account.bind(store).unwrap().live_blocks().unwrap();
    let mut panics = |call: fn(&mut Bound<&mut Store<()>, PanickingExports, &mut linmem::Handle<PanickingExports>>)| {
        let mut bound = guest.bind(&mut store).unwrap();
        catch_unwind(AssertUnwindSafe(|| call(&mut bound))).unwrap_err();
        bound.live_bytes().unwrap();
        assert_eq!(live(&mut store), 1, "the scratch block");
    };
    panics(|guest| _ = guest.text(b"short"));
    panics(|guest| _ = guest.text(&[b'x'; 70_000]));
    panics(|guest| _ = guest.changed(&mut [b'x'; 10]));
}
