//! A guest by each tool-chain: all of its exports bound by a trait, called with known answers, and at the end with
//! nothing of theirs left behind.

mod assembly;
mod bindgen;
mod canonical;
mod cstrings;
mod golang;
mod wide;
mod zig;

use linmem::{Bound, Interface};
use wasmtime::AsContextMut;

/// How often each function is called, to see that it leaves nothing behind.
const ROUNDS: usize = 10_000;

/// Makes a round of calls so often, whereby the guest's memory does not grow in the second half. Then linmem gives back
/// all that it holds, and the guest's own account can be looked at.
fn again<S: AsContextMut, I: Interface>(guest: &mut Bound<S, I>, mut round: impl FnMut(&mut Bound<S, I>)) {
    (0..ROUNDS / 2).for_each(|_| round(guest));
    let size = Bound::memory(guest).unwrap().size();
    (0..ROUNDS / 2).for_each(|_| round(guest));
    assert_eq!(Bound::memory(guest).unwrap().size(), size, "pages of memory, at half and at the end");
    Bound::trim(guest).unwrap();
}

/// Longer than a page, and than any block that a guest keeps at hand.
fn long_text() -> String {
    "na\u{ef}ve \u{1f980} ".repeat(12_000)
}
