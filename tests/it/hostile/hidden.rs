//! A convention that hides a trap from linmem, as code of others may.

use super::counting;
use crate::support::{handle, instance};
use linmem::results::{Owner, Results, Returned, Room, Shape};
use linmem::{Allocator, ErrorKind, Frame, Func, Mode, Params, Region, Result, wasm_import};

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
