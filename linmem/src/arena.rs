//! First fit over memory that the host grew, for guests that export no allocator.

use crate::region::Region;
use std::collections::BTreeMap;

/// Blocks of the memory that the host added to a guest.
///
/// An arena is only bookkeeping: it neither reads nor grows memory. It hands out what [`donate`](Arena::donate) gave it
/// and nothing else, and takes back what it handed out and nothing else, so what the guest owned from the start is never
/// touched.
#[derive(Debug, Default, Clone)]
pub struct Arena {
    /// In the order of their addresses, and never adjacent.
    free: Vec<Region>,
    /// By their addresses.
    taken: BTreeMap<u64, u64>,
}

impl Arena {
    /// Where the next allocation would go, or none where no free block is long enough. Changes nothing.
    #[must_use]
    pub fn next_available(&self, size: u64, align: u64) -> Option<u64> {
        self.fit(size, align).map(|(_, pointer)| pointer)
    }

    /// Takes the first free block that is long enough at that alignment, and gives what it does not need back.
    #[must_use = "an address that is dropped is lost to the arena"]
    pub fn take(&mut self, size: u64, align: u64) -> Option<u64> {
        let (index, pointer) = self.fit(size, align)?;
        let block = self.free.remove(index);
        let (end, taken_end) = (block.end()?, pointer.checked_add(size)?);
        self.donate(Region { pointer: taken_end, len: end.saturating_sub(taken_end) });
        self.donate(Region { pointer: block.pointer, len: pointer.saturating_sub(block.pointer) });
        self.taken.insert(pointer, size);
        Some(pointer)
    }

    /// Takes back a block that was taken, by its address, and says whether there was one.
    pub fn give(&mut self, pointer: u64) -> bool {
        let taken = self.taken.remove(&pointer);
        taken.into_iter().for_each(|len| self.donate(Region { pointer, len }));
        taken.is_some()
    }

    /// Adds memory that the host has just grown, and merges it with free neighbours.
    pub fn donate(&mut self, mut region: Region) {
        if region.len == 0 {
            return;
        }
        let mut at = self.free.partition_point(|block| block.pointer < region.pointer);
        if let Some(next) = self.free.get(at).copied().filter(|next| region.end() == Some(next.pointer)) {
            region.len = region.len.saturating_add(next.len);
            self.free.remove(at);
        }
        let before = at.checked_sub(1).and_then(|index| Some((index, *self.free.get(index)?)));
        if let Some((index, previous)) = before.filter(|(_, previous)| previous.end() == Some(region.pointer)) {
            region = Region { pointer: previous.pointer, len: previous.len.saturating_add(region.len) };
            self.free.remove(index);
            at = index;
        }
        self.free.insert(at, region);
    }

    /// The length of the longest free block.
    #[must_use]
    pub fn largest(&self) -> u64 {
        self.free.iter().map(|block| block.len).max().unwrap_or(0)
    }

    /// How many bytes are free at the very end, so that growing by the rest is enough.
    #[must_use]
    pub fn free_before(&self, end: u64) -> u64 {
        self.free.last().filter(|block| block.end() == Some(end)).map_or(0, |block| block.len)
    }

    /// How many bytes are free in all.
    #[must_use]
    pub fn free_bytes(&self) -> u64 {
        self.free.iter().map(|block| block.len).sum()
    }

    fn fit(&self, size: u64, align: u64) -> Option<(usize, u64)> {
        self.free.iter().enumerate().find_map(|(index, block)| {
            let pointer = block.pointer.checked_next_multiple_of(align)?;
            (pointer.checked_add(size)? <= block.end()?).then_some((index, pointer))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arena(blocks: &[(u64, u64)]) -> Arena {
        let mut arena = Arena::default();
        for &(pointer, len) in blocks {
            arena.donate(Region { pointer, len });
        }
        arena
    }

    #[test]
    fn takes_the_first_that_fits_and_not_the_best() {
        let mut arena = arena(&[(100, 8), (200, 64), (300, 16)]);
        assert_eq!(arena.take(16, 1), Some(200));
        assert_eq!(arena.take(16, 1), Some(216));
        assert_eq!(arena.take(8, 1), Some(100));
    }

    #[test]
    fn asking_takes_nothing() {
        let arena = arena(&[(65536, 65536)]);
        assert_eq!(arena.next_available(10, 1), Some(65536));
        assert_eq!(arena.next_available(10, 1), Some(65536));
        assert_eq!(arena.next_available(65537, 1), None);
    }

    #[test]
    fn aligns_and_keeps_what_lies_before() {
        let mut arena = arena(&[(4, 60)]);
        assert_eq!(arena.take(16, 16), Some(16));
        assert_eq!(arena.take(12, 4), Some(4));
        assert_eq!(arena.free_bytes(), 32);
    }

    #[test]
    fn merges_both_neighbours() {
        let mut arena = arena(&[(0, 96)]);
        let blocks = [arena.take(32, 1), arena.take(32, 1), arena.take(32, 1)].map(Option::unwrap);
        assert_eq!(arena.free_bytes(), 0);
        for index in [0, 2, 1] {
            assert!(arena.give(blocks[index]));
        }
        assert_eq!(arena.largest(), 96);
        assert_eq!(arena.take(96, 1), Some(0));
    }

    #[test]
    fn takes_back_only_what_it_handed_out_and_once() {
        let mut arena = arena(&[(64, 64)]);
        let block = arena.take(16, 16).unwrap();
        assert!(!arena.give(0) && !arena.give(block + 1) && !arena.give(80));
        assert!(arena.give(block));
        assert!(!arena.give(block));
        assert_eq!((arena.free_bytes(), arena.largest()), (64, 64));
    }

    #[test]
    fn does_not_merge_across_a_gap() {
        let mut arena = arena(&[(0, 32), (64, 32)]);
        assert_eq!(arena.largest(), 32);
        assert_eq!(arena.take(33, 1), None);
        arena.donate(Region { pointer: 32, len: 32 });
        assert_eq!(arena.largest(), 96);
    }

    #[test]
    fn knows_what_is_free_at_the_end() {
        let arena = arena(&[(0, 32), (64, 32)]);
        assert_eq!((arena.free_before(96), arena.free_before(128)), (32, 0));
    }

    #[test]
    fn an_impossible_size_is_no_fit_and_no_overflow() {
        let mut arena = arena(&[(u64::MAX - 64, 32)]);
        assert_eq!(arena.take(u64::MAX, 1), None);
        assert_eq!(arena.take(8, 1 << 63), None);
    }

    /// A model check: whatever the order of takes and gives, blocks never overlap and everything comes back.
    #[test]
    fn any_order_of_takes_and_gives_ends_where_it_began() {
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = move |below: u64| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed % below
        };
        let mut arena = arena(&[(4096, 4096), (65536, 8192)]);
        let mut held: Vec<Region> = Vec::new();
        for _ in 0..10_000 {
            if random(2) == 0 || held.is_empty() {
                let (len, align) = (1 + random(300), 1 << random(5));
                if let Some(pointer) = arena.take(len, align) {
                    let region = Region { pointer, len };
                    assert_eq!(pointer % align, 0);
                    assert!(held.iter().all(|other| !region.overlaps(*other)), "{region} overlaps");
                    held.push(region);
                }
            } else {
                let index = usize::try_from(random(held.len() as u64)).unwrap();
                assert!(arena.give(held.swap_remove(index).pointer));
            }
        }
        held.drain(..).for_each(|region| assert!(arena.give(region.pointer)));
        assert_eq!((arena.free_bytes(), arena.largest()), (12288, 8192));
        assert_eq!(arena.free.len(), 2);
    }
}
