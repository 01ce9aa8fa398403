//! A memory with 64-bit addresses: pointers and lengths are `i64`.

use super::{again, long_text};
use crate::support::{bind, wide};
use linmem::allocator::Found;
use linmem::pass::PtrLen;
use linmem::results::{ByType, NulTerminated, Static};
use linmem::status::Silent;
use linmem::text::Utf8;
use linmem::{Bound, Convention, ErrorKind, GuestPtr, Result, wasm_import};

/// The standard one, but for the width of a pointer.
struct Wide;

impl Convention for Wide {
    type Pointer = u64;
    type Allocator = Found<u64>;
    type Pass = PtrLen;
    type Results = ByType;
    type Text = Utf8;
    type Status = Silent;
}

#[wasm_import(convention = Wide)]
trait Demo {
    fn malloc(&mut self, size: u64) -> Result<Option<GuestPtr<u8, u64>>>;
    fn free(&mut self, block: GuestPtr<u8, u64>) -> Result<()>;
    fn live_blocks(&mut self) -> Result<i64>;
    fn sum(&mut self, values: &[f64]) -> Result<f64>;
    fn scale(&mut self, values: &mut [f32], by: f32) -> Result<()>;
    fn reversed(&mut self, text: &str) -> Result<String>;
    #[wasm(returns = Static<NulTerminated>)]
    fn name(&mut self) -> Result<&str>;
}

#[test]
fn addresses_and_lengths_are_64_bits_wide() {
    let mut guest = bind::<DemoExports>(wide());
    assert_eq!(guest.name().unwrap(), "wide");
    assert_eq!(guest.sum(&[]).unwrap(), 0.0);
    assert_eq!(guest.sum(&[0.5, -1.25]).unwrap(), -0.75);
    assert_eq!(guest.sum(&vec![0.5; 100_000]).unwrap(), 50_000.0);
    let mut values = vec![1.5; 50_000];
    guest.scale(&mut values, -2.0).unwrap();
    assert_eq!(values, vec![-3.0; 50_000]);
    guest.scale(&mut [], 2.0).unwrap();
    assert_eq!(guest.reversed("").unwrap(), "");
    assert_eq!(guest.reversed("abc").unwrap(), "cba");
    let long = "ab".repeat(100_000);
    assert_eq!(guest.reversed(&long).unwrap(), "ba".repeat(100_000));
}

#[test]
fn text_backwards_is_no_text_and_released() {
    let mut guest = bind::<DemoExports>(wide());
    let error = guest.reversed(&long_text()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { valid_up_to: 1, .. }), "{error}");
    Bound::trim(&mut guest).unwrap();
    assert_eq!(guest.live_blocks().unwrap(), 0);
}

#[test]
fn a_block_may_be_held_by_its_address() {
    let mut guest = bind::<DemoExports>(wide());
    assert_eq!(guest.malloc(1 << 48).unwrap(), None);
    let block = guest.malloc(100_000).unwrap().unwrap();
    assert_eq!(block.address() % 16, 0);
    assert_eq!(guest.live_blocks().unwrap(), 1);
    guest.free(block).unwrap();
    assert_eq!(guest.live_blocks().unwrap(), 0);
    // The guest refuses a block that is free.
    assert!(matches!(guest.free(block).unwrap_err().kind(), ErrorKind::Trap(_)));
    assert!(matches!(guest.name().unwrap_err().kind(), ErrorKind::Poisoned { .. }));
}

#[test]
fn nothing_is_left_behind() {
    let mut guest = bind::<DemoExports>(wide());
    let mut values = [1.0];
    again(&mut guest, |guest| {
        let block = guest.malloc(100).unwrap().unwrap();
        assert_eq!(guest.sum(&[1.0, 2.5]).unwrap(), 3.5);
        guest.scale(&mut values, -1.0).unwrap();
        assert_eq!(guest.reversed("abc").unwrap(), "cba");
        assert_eq!(guest.reversed("").unwrap(), "");
        assert_eq!(guest.name().unwrap(), "wide");
        guest.free(block).unwrap();
    });
    assert_eq!(values, [1.0]);
    assert_eq!(guest.live_blocks().unwrap(), 0);
}
