//! Guards and futures that are forgotten, and not dropped: the next call finds what they have left, or who comes after the
//! handle.

use crate::corners::{Mixed, mixed};
use crate::hostile::{counting, holds, live};
use crate::support::{block_on, handle, instance, wat};
use linmem::pass::Given;
use linmem::results::{Owner, Results, Returned, Room, Shape};
use linmem::{Allocator, Bound, Frame, Func, Handle, Mode, Params, Region, Result, wasm_import};
use std::future::Future;
use std::task::{Context, Poll, Waker};

#[wasm_import]
trait Plain {
    fn len(&mut self, bytes: &[u8]) -> Result<u32>;
}

#[test]
fn a_forgotten_frame_of_a_dropped_handle_is_zeroed_by_the_next() {
    for len in [200, 100_000] {
        let module = wat(&format!(
            r#"(module (memory (export "memory") 10) {}
            (func (export "len") (param i32 i32) (result i32) (local.get 1)))"#,
            crate::hostile::allocator(4096)
        ));
        let (mut store, instance) = instance(&module);
        let mut first = handle::<PlainExports>(&mut store, &instance);
        let mut second = first.clone();
        let mut guest = first.bind(&mut store).unwrap();
        let mut memory = Bound::memory(&mut guest).unwrap();
        let mut frame = memory.frame().unwrap();
        frame.alloc(&vec![0xab_u8; len]).unwrap();
        std::mem::forget(frame);
        drop(memory);
        drop(first);
        let mut guest = second.bind(&mut store).unwrap();
        assert_eq!(guest.len(&[1]).unwrap(), 1);
        Bound::trim(&mut guest).unwrap();
        assert_eq!(live(&mut store, &instance), 0);
        assert!(!holds(&mut store, &instance, &[0xab; 6]), "{len}");
    }
}

#[test]
fn a_forgotten_future_of_a_dropped_handle_poisons() {
    let (mut store, mut first) = Bound::into_parts(mixed());
    let mut second = first.clone();
    let mut bound: Bound<_, _, &mut Handle<_>> = first.bind(&mut store).unwrap();
    let mut future = Box::pin(bound.wait(b"secret"));
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    std::mem::forget(future);
    drop(first);
    assert!(second.is_poisoned());
    let outcome = block_on(second.bind(&mut store).unwrap().count());
    std::mem::forget(store);
    assert!(outcome.is_err(), "{outcome:?}");
}

#[test]
fn a_forgotten_future_poisons_by_its_own_export_whatever_is_called_next() {
    let (mut store, mut handle) = Bound::into_parts(mixed());
    let mut bound: Bound<_, _, &mut Handle<_>> = handle.bind(&mut store).unwrap();
    let mut future = Box::pin(bound.wait(b"secret"));
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    std::mem::forget(future);
    let error = block_on(handle.bind(&mut store).unwrap().count()).unwrap_err();
    std::mem::forget(store);
    assert_eq!(
        error.to_string(),
        "`count`: the instance is poisoned: `wait` trapped or was abandoned earlier; make a new one"
    );
}

/// Waits for something of the host's before it enters the guest.
struct Hesitating;

impl Results<u32> for Hesitating {
    type Func<P: Params> = Func<P, u32>;

    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        _: Room,
        params: P,
        _: Shape,
    ) -> Result<Returned> {
        let mut waited = false;
        std::future::poll_fn(|_| if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending })
            .await;
        let pointer = frame.invoke(func, params).await?;
        Ok(Returned::new(Region { pointer: pointer.into(), len: 1 }, Owner::Guest))
    }
}

#[wasm_import]
trait Hesitant {
    #[wasm(returns = Hesitating)]
    async fn keep(&mut self, #[wasm(pass = Given)] bytes: &[u8]) -> Result<Vec<u8>>;
    async fn len(&mut self, bytes: &[u8]) -> Result<u32>;
}

#[test]
fn what_a_forgotten_future_would_have_given_away_is_zeroed_and_released_by_the_next_call() {
    let module = counting(
        r#"(func (export "keep") (param i32 i32) (result i32) (local.get 0))
        (func (export "len") (param i32 i32) (result i32) (local.get 1))"#,
    );
    for drops_handle in [false, true] {
        let (mut store, instance) = instance(&module);
        let mut first = handle::<HesitantExports>(&mut store, &instance);
        let mut second = first.clone();
        let mut bound: Bound<_, _, &mut Handle<_>> = first.bind(&mut store).unwrap();
        let mut future = Box::pin(bound.keep(b"a secret that is long enough"));
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        std::mem::forget(future);
        let next = if drops_handle {
            drop(first);
            &mut second
        } else {
            &mut first
        };
        let mut bound = next.bind(&mut store).unwrap();
        assert_eq!(block_on(bound.len(b"x")).unwrap(), 1);
        block_on(Bound::trim_async(&mut bound)).unwrap();
        assert_eq!(live(&mut store, &instance), 0, "{drops_handle}");
        assert!(!holds(&mut store, &instance, b"secret"), "{drops_handle}");
    }
}
