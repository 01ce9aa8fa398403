//! Calls of every size into a guest that accounts for each block, with failures strewn in: its books always balance.

use super::fuzz::Random;
use crate::support::{handle, instance, ledger};
use linmem::{Bound, ErrorKind, Handle, Place, Result, wasm_import};
use wasmtime::Store;

#[wasm_import]
trait Ledger {
    fn fail_alloc_in(&mut self, nth: u32) -> Result<()>;
    fn length(&mut self, data: &[u8]) -> Result<u32>;
    fn nonzero_bytes(&mut self, data: &mut [u8]) -> Result<u32>;
    fn echo_packed(&mut self, data: &[u8]) -> Result<&[u8]>;
    fn echo_ret(&mut self, data: &[u8]) -> Result<Vec<u8>>;
    fn echo_area(&mut self, data: &[u8]) -> Result<Option<Vec<u8>>>;
    fn concat(&mut self, a: &[u8], b: &[u8], c: &[u8]) -> Result<Vec<u8>>;
    fn sum_f64(&mut self, values: &[f64]) -> Result<f64>;
    fn live_blocks(&mut self) -> Result<u32>;
    fn live_bytes(&mut self) -> Result<u32>;
    fn last_released_nonzero(&mut self) -> Result<u32>;
}

/// One call; what it returned is right if it returned.
fn call(guest: &mut impl Ledger, random: &mut Random) -> Result<()> {
    const LIMITS: [u64; 4] = [1, 300, 10_000, 200_000];
    let mut data = || {
        let limit = LIMITS[random.below(4) as usize];
        vec![0xab; random.below(limit) as usize]
    };
    let (a, b, c) = (data(), data(), data());
    match random.below(7) {
        0 => assert_eq!(guest.length(&a)? as usize, a.len()),
        1 => assert_eq!(guest.nonzero_bytes(&mut a.clone())? as usize, a.len()),
        2 => assert_eq!(guest.echo_packed(&a)?, a),
        3 => assert_eq!(guest.echo_ret(&a)?, a),
        4 => assert_eq!(guest.echo_area(&a)?, Some(a)),
        5 => assert_eq!(guest.concat(&a, &b, &c)?, [a, b, c].concat()),
        _ => assert_eq!(guest.sum_f64(&vec![1.0; a.len() / 8])?, (a.len() / 8) as f64),
    }
    Ok(())
}

#[test]
fn the_guests_books_balance_whatever_fails() {
    let mut random = Random(0xdead_beef_cafe_f00d);
    let (mut store, instance) = instance(ledger());
    // A second handle comes and goes: what it leaves behind is the first one's.
    let mut first: Handle<LedgerExports> = handle(&mut store, &instance);
    let mut failures = 0;
    for _ in 0..600 {
        let mut second = first.clone();
        let fails = random.below(4) as u32;
        for which in [&mut first, &mut second] {
            let mut guest = which.bind(&mut store).unwrap();
            guest.fail_alloc_in(fails).unwrap();
            if let Err(error) = call(&mut guest, &mut random) {
                assert!(matches!(error.kind(), ErrorKind::OutOfMemory { .. }), "{error}");
                assert!(matches!(error.place(), Some(Place::Argument { .. } | Place::Result)), "{error}");
                failures += 1;
            }
            guest.fail_alloc_in(0).unwrap();
        }
        drop(second);
        let mut guest = first.bind(&mut store).unwrap();
        assert!(guest.live_blocks().unwrap() <= 2, "a scratch block each, and no more between calls");
        if random.below(3) == 0 {
            balanced(guest);
        }
    }
    assert!(failures > 100, "{failures}");
}

fn balanced(mut guest: Bound<&mut Store<()>, LedgerExports, &mut Handle<LedgerExports>>) {
    // A borrowed result goes with this call, so that only scratch blocks are left.
    let scratch = guest.live_blocks().unwrap() != 0;
    Bound::trim(&mut guest).unwrap();
    assert_eq!((guest.live_blocks().unwrap(), guest.live_bytes().unwrap()), (0, 0));
    assert!(!scratch || guest.last_released_nonzero().unwrap() == 0, "a scratch block was not zero");
}
