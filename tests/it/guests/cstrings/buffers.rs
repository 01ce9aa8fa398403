//! Buffers that the caller provides: their capacity as an argument, behind a pointer, or beyond what is in them.

use crate::guests::again;
use crate::support::{bind, cstrings};
use linmem::pass::Ptr;
use linmem::results::{AllOnes, Failing, Filled};
use linmem::status::Code;
use linmem::{Buf, Capacity, Convention, ErrorKind, Lower, Lowering, Result, wasm_import};

#[wasm_import(returns = Failing<Filled, AllOnes>)]
trait Buffers {
    fn live_blocks(&mut self) -> Result<i32>;
    fn rle_bound(&mut self, in_len: u32) -> Result<u32>;
    fn rle(&mut self, data: &[u8], out: Capacity<u8>) -> Result<Vec<u8>>;
    #[wasm(status = Code)]
    fn deflate_like(&mut self, out: Buf<'_, Vec<u8>>, data: &[u8]) -> Result<()>;
    fn unrle_in_place(&mut self, buffer: Growing<'_>) -> Result<Vec<u8>>;
}

/// The buffer as the caller's slice, all of which is copied there and back.
#[wasm_import]
trait Whole {
    fn unrle_in_place(&mut self, #[wasm(pass = Ptr)] buffer: &mut [u8], len: u32, capacity: u32) -> Result<i32>;
}

/// Bytes with room for more behind them, which the guest fills: address, length, capacity.
struct Growing<'a>(&'a [u8], usize);

impl<C: Convention<Pointer = u32>> Lower<C> for Growing<'_> {
    type Core = (u32, u32, u32);
    type Placed = ();

    fn lower(&mut self, into: &mut Lowering<'_>) -> Result<(Self::Core, ())> {
        let room = into.reserve(self.1.max(self.0.len()), 1);
        into.write(room, self.0)?;
        into.output(room);
        let (pointer, _) = room.try_into()?;
        Ok(((pointer, self.0.len() as u32, self.1 as u32), ()))
    }
}

#[test]
fn runs_are_written_into_the_callers_room() {
    let mut guest = bind::<BuffersExports>(cstrings());
    for (data, runs) in [(&b""[..], &b""[..]), (b"aaab", b"\x03a\x01b"), (&[7; 600], b"\xff\x07\xff\x07\x5a\x07")] {
        let bound = guest.rle_bound(data.len() as u32).unwrap() as usize;
        assert_eq!(guest.rle(data, Capacity::new(bound)).unwrap(), runs);
        assert_eq!(guest.rle(data, Capacity::new(runs.len())).unwrap(), runs);
        let mut packed = Vec::new();
        guest.deflate_like(Buf::new(&mut packed, bound), data).unwrap();
        assert_eq!(packed, runs);
        assert_eq!(guest.unrle_in_place(Growing(runs, data.len().max(runs.len()))).unwrap(), data);
    }
    let data: Vec<u8> = (0..100_000_u32).map(|i| (i / 3) as u8).collect();
    let runs = guest.rle(&data, Capacity::new(200_000)).unwrap();
    assert_eq!(runs.len(), 66_668);
    let mut packed = Vec::new();
    guest.deflate_like(Buf::new(&mut packed, 200_000), &data).unwrap();
    assert_eq!(packed, runs);
    assert_eq!(guest.unrle_in_place(Growing(&runs, 100_000)).unwrap(), data);
}

#[test]
fn too_small_a_room_is_the_guests_failure() {
    let mut guest = bind::<BuffersExports>(cstrings());
    for capacity in [0, 1, 3] {
        let error = guest.rle(b"aaab", Capacity::new(capacity)).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Guest { code: -1, message: None }), "{error}");
        let mut packed = b"as it was".to_vec();
        let error = guest.deflate_like(Buf::new(&mut packed, capacity), b"aaab").unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Guest { code: -5, message: None }), "{error}");
        assert_eq!(packed, b"as it was");
    }
    // Of an odd length, a run of none, and longer than the capacity.
    for (runs, capacity) in [(&b"\x01a\x01"[..], 9), (b"\x00a", 9), (b"\x0aa", 9), (b"\x01a", 1)] {
        let error = guest.unrle_in_place(Growing(runs, capacity)).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Guest { code: -1, message: None }), "{error}");
    }
    assert_eq!(guest.rle(b"aaab", Capacity::new(4)).unwrap(), b"\x03a\x01b");
}

#[test]
fn a_buffer_may_be_changed_where_it_lies() {
    let mut guest = bind::<WholeExports>(cstrings());
    let mut buffer = *b"\x05a\x01b\0\0";
    assert_eq!(guest.unrle_in_place(&mut buffer, 4, 6).unwrap(), 6);
    assert_eq!(&buffer, b"aaaaab");
    assert_eq!(guest.unrle_in_place(&mut buffer, 6, 6).unwrap(), -1);
    assert_eq!(&buffer, b"aaaaab");
}

#[test]
fn nothing_is_left_behind() {
    let mut guest = bind::<BuffersExports>(cstrings());
    let mut packed = Vec::new();
    again(&mut guest, |guest| {
        assert_eq!(guest.rle_bound(4).unwrap(), 8);
        assert_eq!(guest.rle(b"aaab", Capacity::new(8)).unwrap(), b"\x03a\x01b");
        guest.rle(b"aaab", Capacity::new(3)).unwrap_err();
        guest.deflate_like(Buf::new(&mut packed, 8), b"aaab").unwrap();
        guest.deflate_like(Buf::new(&mut packed, 3), b"aaab").unwrap_err();
        assert_eq!(guest.unrle_in_place(Growing(b"\x03a", 3)).unwrap(), b"aaa");
        guest.unrle_in_place(Growing(b"\x03a", 2)).unwrap_err();
    });
    assert_eq!(guest.live_blocks().unwrap(), 0);
}
