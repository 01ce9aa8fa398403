//! Arguments that ask for other room when they are lowered again.

use crate::hostile::allocator;
use crate::support::{bind, wat};
use linmem::pass::{Pass, Slice};
use linmem::{Bound, ErrorKind, Lowering, Pointer, Region, Result, wasm_import};
use std::cell::RefCell;
use std::collections::VecDeque;
use wasmtime::Store;

thread_local! {
    /// What is asked for, attempt by attempt: bytes, and an alignment. The last one stays.
    static SCRIPT: RefCell<VecDeque<(usize, usize)>> = const { RefCell::new(VecDeque::new()) };
}

/// Places as many sevens as the script says.
struct Scripted;

impl Pass<u32> for Scripted {
    type Core = (u32, u32);

    fn pass(into: &mut Lowering<'_>, _: Slice<'_>) -> Result<((u32, u32), Region)> {
        let (size, align) = SCRIPT.with_borrow_mut(|script| match script.len() {
            1 => script[0],
            _ => script.pop_front().unwrap(),
        });
        let region = into.reserve(size, align);
        into.write(region, &vec![7; size])?;
        Ok(((u32::narrow(region.pointer)?, u32::narrow(region.len)?), region))
    }
}

#[wasm_import]
trait Sevens {
    /// Where they lie. Traps if not all of them are there.
    fn sevens(&mut self, #[wasm(pass = Scripted)] bytes: &[u8]) -> Result<u32>;
    fn held(&mut self) -> Result<i32>;
}

fn sevens() -> Bound<Store<()>, SevensExports> {
    bind(&wat(&format!(
        r#"(module (memory (export "memory") 64) {}
            (func (export "sevens") (param $p i32) (param $n i32) (result i32) (local $end i32)
              (local.set $end (i32.add (local.get $p) (local.get $n)))
              (loop $next
                (local.set $end (i32.sub (local.get $end) (i32.const 1)))
                (if (i32.ne (i32.load8_u (local.get $end)) (i32.const 7)) (then unreachable))
                (br_if $next (i32.gt_u (local.get $end) (local.get $p))))
              (local.get $p))
            (func (export "held") (result i32) (global.get $live)))"#,
        allocator(4096)
    )))
}

fn call(guest: &mut Bound<Store<()>, SevensExports>, script: &[(usize, usize)]) -> Result<u32> {
    SCRIPT.set(script.iter().copied().collect());
    guest.sevens(b"any")
}

#[test]
fn what_asks_for_more_when_it_is_lowered_again_is_an_error_and_written_nowhere() {
    let mut guest = sevens();
    for script in [
        &[(70_000, 1), (140_000, 1)][..],
        &[(70_000, 1), (70_000, 4096)],
        &[(140_000, 1), (70_000, 4096)],
        &[(70_000, 1), (80_000, 1), (90_000, 1), (100_000, 1), (110_000, 1)],
    ] {
        let error = call(&mut guest, script).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Restless { attempts: 4 }), "{script:?}: {error}");
        assert!(error.to_string().contains("must ask for the same each time"), "{error}");
        Bound::trim(&mut guest).unwrap();
        assert_eq!(guest.held().unwrap(), 0, "{script:?}");
        assert!(!Bound::memory(&mut guest).unwrap().as_slice().contains(&7), "{script:?}");
    }
}

#[test]
fn what_asks_for_less_when_it_is_lowered_again_has_room() {
    let mut guest = sevens();
    for script in [&[(70_000, 4096), (69_000, 1)][..], &[(70_000, 1), (10, 1)]] {
        call(&mut guest, script).unwrap();
        Bound::trim(&mut guest).unwrap();
        assert_eq!(guest.held().unwrap(), 0, "{script:?}");
        assert!(!Bound::memory(&mut guest).unwrap().as_slice().contains(&7), "{script:?}");
    }
}
