//! What the host holds in one guest.

use crate::error::ErrorKind;
use crate::guest::Mark;
use crate::region::Region;

/// Memory that an allocator handed out: what is given back to it, and the aligned address within.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// The address that the allocator returned, and that it wants back.
    pub pointer: u64,
    /// The size that it was asked for, in bytes.
    pub size: u64,
    /// The alignment that it was asked for.
    pub align: u64,
}

impl Block {
    /// The block as a region: the first aligned address in it, and the bytes from there on.
    #[must_use]
    #[inline(always)]
    pub fn region(self) -> Region {
        // Alignments are powers of two: a mask, where a multiple would be a division.
        let skipped = self.pointer.wrapping_neg() & self.align.wrapping_sub(1);
        Region { pointer: self.pointer.wrapping_add(skipped), len: self.size.saturating_sub(skipped) }
    }

    pub(crate) fn whole(self) -> Region {
        Region { pointer: self.pointer, len: self.size }
    }
}

/// The block that the arguments of every call share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scratch {
    pub(crate) block: Block,
    /// The bytes of it that are used.
    pub(crate) room: Region,
}

impl Scratch {
    /// All of a block.
    pub(crate) fn whole(block: Block) -> Self {
        Scratch { block, room: block.whole() }
    }

    /// A block from the first address of that alignment on.
    pub(crate) fn aligned(block: Block, align: u64) -> Self {
        Scratch { block, room: Block { align, ..block }.region() }
    }
}

/// A block that an [`Allocation`](crate::Allocation) has left in the guest. There is one for each, so it can be released
/// once only.
#[derive(Debug)]
#[must_use = "it is the only way to release the bytes"]
pub struct Leaked {
    pub(crate) block: Block,
    /// Whose allocation it is: the host's, or the guest's result.
    pub(crate) purpose: Use,
    /// Which instance it was left in.
    pub(crate) instance: Mark,
}

impl Leaked {
    /// The bytes.
    #[must_use]
    pub fn region(&self) -> Region {
        self.block.region()
    }
}

/// Why a block is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Holds bytes of the frame under way: zeroed when that ends.
    Frame,
    /// Holds bytes that become the guest's when it is called; until then the same.
    Given,
    /// A result that the frame under way holds for its user: zeroed when that ends.
    Output,
    /// A result of the frame under way, which is released when that ends.
    Result,
    /// To be given back to the allocator as soon as the guest may be entered.
    Due,
    /// The same, for a result.
    ResultDue,
}

impl Use {
    fn is_due(self) -> bool {
        matches!(self, Use::Due | Use::ResultDue)
    }

    /// What becomes of it when it is needed no more.
    fn when_over(self) -> Self {
        match self {
            Use::Frame | Use::Given | Use::Due => Use::Due,
            Use::Output | Use::Result | Use::ResultDue => Use::ResultDue,
        }
    }
}

/// The blocks that the host holds in one guest. No two overlap, or the guest's allocator is broken.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// The block that arguments share, once there is one.
    scratch: Option<Scratch>,
    /// What is used of it; none if there is no such block, which a call need not ask then.
    room: Region,
    /// All of it, which nothing else may overlap.
    taken: Region,
    /// A result that the host still looks at: released before the next frame. Apart from the others, because a call that
    /// borrows its result has one, and nothing else.
    lent: Option<Block>,
    /// The others, in the order of their addresses.
    held: Vec<(Block, Use)>,
    due: usize,
    /// What was given to the guest for the call under way, in case that is not made.
    given: Vec<Block>,
}

impl Ledger {
    /// Enters a block that [`admit`](Ledger::admit) has let pass.
    pub(crate) fn hold(&mut self, block: Block, purpose: Use) {
        let at = self.held.partition_point(|(other, _)| other.pointer < block.pointer);
        self.held.insert(at, (block, purpose));
        self.due = self.due.saturating_add(usize::from(purpose.is_due()));
    }

    /// Holds a result's block until it can be given back. It takes the block by its parts, which are in registers: whole,
    /// every call would put it into memory for what rarely happens.
    #[cold]
    pub(crate) fn owe(&mut self, pointer: u64, size: u64, align: u64) {
        self.hold(Block { pointer, size, align }, Use::ResultDue);
    }

    /// Refuses a region that overlaps what is held.
    #[inline(always)]
    pub(crate) fn admit(&self, region: Region) -> Result<(), ErrorKind> {
        // One by one, because a copy of both reads in larger pieces what was written field by field a moment ago, and has to
        // wait for that.
        let overlaps = |block: &Option<Block>| block.as_ref().is_some_and(|block| occupied(block).overlaps(region));
        if self.taken.overlaps(region) || overlaps(&self.lent) || !self.held.is_empty() {
            return self.refuse_overlapping(region);
        }
        Ok(())
    }

    #[cold]
    fn refuse_overlapping(&self, region: Region) -> Result<(), ErrorKind> {
        let apart = [self.scratch.map(|scratch| scratch.block), self.lent];
        let found = apart.iter().flatten().map(occupied).find(|held| held.overlaps(region));
        match found.or_else(|| self.overlapping_held(region)) {
            None => Ok(()),
            Some(held) => Err(ErrorKind::Overlap { region, held }),
        }
    }

    fn overlapping_held(&self, region: Region) -> Option<Region> {
        // Two neighbours suffice to look at: the blocks are in order, and apart.
        let at = self.held.partition_point(|(block, _)| block.pointer < region.pointer);
        let neighbours = [at.checked_sub(1), Some(at)].into_iter().filter_map(|index| Some(&self.held.get(index?)?.0));
        neighbours.map(occupied).find(|held| held.overlaps(region))
    }

    #[inline]
    pub(crate) fn scratch(&self) -> Option<Scratch> {
        self.scratch
    }

    /// The bytes of the scratch block that are used; none if there is no such block.
    #[inline(always)]
    pub(crate) fn room(&self) -> Region {
        self.room
    }

    /// The one place where the scratch block changes. Returns the one before.
    fn set_scratch(&mut self, scratch: Option<Scratch>) -> Option<Scratch> {
        self.room = scratch.map_or_else(Region::default, |scratch| scratch.room);
        self.taken = scratch.map_or_else(Region::default, |scratch| occupied(&scratch.block));
        std::mem::replace(&mut self.scratch, scratch)
    }

    /// Puts another scratch block, or none, in the place of the old one, which is due from now on.
    pub(crate) fn replace_scratch(&mut self, scratch: Option<Scratch>) {
        if let Some(old) = self.set_scratch(scratch) {
            self.hold(old.block, Use::Due);
        }
    }

    /// Forgets the scratch block without releasing it.
    pub(crate) fn drop_scratch(&mut self) {
        self.set_scratch(None);
    }

    /// Ends a frame: what it held is due from now on. Each block that holds its bytes is shown to `zero` first.
    #[inline]
    pub(crate) fn end_frame(&mut self, mut zero: impl FnMut(Region)) {
        for (block, purpose) in &mut self.held {
            if matches!(purpose, Use::Frame | Use::Given | Use::Output) {
                zero(block.region());
            }
            if !purpose.is_due() {
                *purpose = purpose.when_over();
                self.due = self.due.saturating_add(1);
            }
        }
    }

    /// Strikes out what was given to the guest.
    pub(crate) fn hand_over(&mut self) {
        let given = self.held.extract_if(.., |(_, purpose)| *purpose == Use::Given);
        self.given.clear();
        self.given.extend(given.map(|(block, _)| block));
    }

    /// Takes back what was struck out so, if the guest has not got it; otherwise forgets it.
    pub(crate) fn regain(&mut self, not_given: bool) {
        for block in std::mem::take(&mut self.given) {
            if not_given {
                self.hold(block, Use::Frame);
            }
        }
    }

    /// Begins a frame: all that earlier ones have left is due, what they had lent included.
    pub(crate) fn recall(&mut self) {
        if let Some(lent) = self.lent.take() {
            self.hold(lent, Use::ResultDue);
        }
        self.held.iter_mut().for_each(|(_, purpose)| *purpose = purpose.when_over());
        self.due = self.held.len();
    }

    /// Lends a result until the next frame.
    #[inline(always)]
    pub(crate) fn lend(&mut self, block: Block) {
        if self.lent.is_some() {
            self.lend_another();
        }
        self.lent = Some(block);
    }

    #[cold]
    fn lend_another(&mut self) {
        if let Some(before) = self.lent.take() {
            self.hold(before, Use::ResultDue);
        }
    }

    /// What was lent, to be released now.
    #[inline(always)]
    pub(crate) fn take_lent(&mut self) -> Option<Block> {
        self.lent.take()
    }

    /// Whether anything is lent.
    #[inline(always)]
    pub(crate) fn has_lent(&self) -> bool {
        self.lent.is_some()
    }

    /// Whether nothing is held but the scratch block, and what is lent.
    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    #[inline]
    pub(crate) fn has_due(&self) -> bool {
        self.due != 0
    }

    /// Strikes out a block that is due, so that it is released once whatever happens then: results last.
    pub(crate) fn pop_due(&mut self) -> Option<(Block, Use)> {
        let last_of = |wanted| self.held.iter().rposition(|(_, purpose)| *purpose == wanted);
        let index = last_of(Use::Due).or_else(|| last_of(Use::ResultDue))?;
        self.due = self.due.saturating_sub(1);
        Some(self.held.remove(index))
    }

    /// Strikes out a block of the frame's without releasing it: somebody else owns it from now on. Returns why it was
    /// held.
    pub(crate) fn forget(&mut self, block: Block) -> Option<Use> {
        let index = self.held.iter().position(|(other, purpose)| *other == block && !purpose.is_due())?;
        Some(self.held.remove(index).1)
    }

    /// Makes the scratch block one of a frame's, so that it is zeroed and released when that ends.
    pub(crate) fn give_up_scratch(&mut self) {
        if let Some(scratch) = self.set_scratch(None) {
            self.hold(scratch.block, Use::Frame);
        }
    }

    /// Moves all that another ledger holds into this one, and keeps the longer of the two scratch blocks.
    pub(crate) fn take_over(&mut self, other: &mut Ledger) {
        for (block, purpose) in std::mem::take(&mut other.held) {
            self.hold(block, purpose);
        }
        if let Some(lent) = other.lent.take() {
            self.hold(lent, Use::ResultDue);
        }
        let (ours, theirs) = (self.scratch, other.set_scratch(None));
        let longer = ours.into_iter().chain(theirs).max_by_key(|scratch| scratch.room.len);
        for shorter in ours.into_iter().chain(theirs).filter(|scratch| Some(*scratch) != longer) {
            self.hold(shorter.block, Use::Due);
        }
        self.set_scratch(longer);
        other.due = 0;
    }

    /// Forgets everything: the guest is lost, and will not be entered again.
    pub(crate) fn clear(&mut self) {
        *self = Ledger::default();
    }
}

/// A block without bytes has an address all the same, and is not to be passed over.
#[inline(always)]
fn occupied(block: &Block) -> Region {
    Region { len: block.size.max(1), ..block.whole() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(pointer: u64, size: u64) -> Block {
        Block { pointer, size, align: 1 }
    }

    fn scratch(pointer: u64, size: u64) -> Scratch {
        Scratch::whole(block(pointer, size))
    }

    #[test]
    fn refuses_what_overlaps_on_either_side() {
        let mut ledger = Ledger::default();
        ledger.hold(block(100, 50), Use::Frame);
        ledger.hold(block(200, 50), Use::Frame);
        ledger.replace_scratch(Some(scratch(1000, 50)));
        for (pointer, size) in [(90, 11), (149, 1), (120, 5), (190, 100), (200, 50), (249, 1), (1049, 9)] {
            let error = ledger.admit(block(pointer, size).whole()).unwrap_err();
            assert!(matches!(error, ErrorKind::Overlap { .. }), "{pointer}+{size}: {error}");
        }
        ledger.admit(block(150, 50).whole()).unwrap();
    }

    #[test]
    fn a_frame_that_ends_leaves_only_what_is_due() {
        let mut ledger = Ledger::default();
        ledger.replace_scratch(Some(scratch(0, 64)));
        ledger.hold(block(100, 8), Use::Frame);
        ledger.hold(block(200, 8), Use::Result);
        let mut zeroed = Vec::new();
        ledger.end_frame(|region| zeroed.push(region.pointer));
        assert_eq!(zeroed, [100]);
        assert_eq!(ledger.pop_due(), Some((block(100, 8), Use::Due)));
        assert_eq!(ledger.pop_due(), Some((block(200, 8), Use::ResultDue)));
        assert_eq!(ledger.pop_due(), None);
        assert!(!ledger.has_due());
        assert_eq!(ledger.scratch(), Some(scratch(0, 64)));
    }

    #[test]
    fn forgets_that_very_block_and_none_that_is_due() {
        let mut ledger = Ledger::default();
        ledger.hold(block(100, 8), Use::Frame);
        ledger.hold(block(200, 8), Use::Output);
        ledger.hold(block(300, 8), Use::Due);
        assert_eq!(ledger.forget(block(200, 8)), Some(Use::Output));
        assert_eq!(ledger.forget(block(200, 8)), None);
        assert_eq!(ledger.forget(block(300, 8)), None);
        ledger.end_frame(|_| {});
        let due = [ledger.pop_due(), ledger.pop_due(), ledger.pop_due()].map(|due| due.map(|(block, _)| block.pointer));
        assert_eq!(due, [Some(300), Some(100), None]);
    }

    #[test]
    fn taking_over_keeps_the_longer_scratch_block_and_makes_the_other_due() {
        let (mut ours, mut theirs) = (Ledger::default(), Ledger::default());
        ours.replace_scratch(Some(scratch(0, 64)));
        theirs.replace_scratch(Some(scratch(100, 128)));
        theirs.hold(block(300, 8), Use::Due);
        ours.take_over(&mut theirs);
        assert_eq!(ours.scratch(), Some(scratch(100, 128)));
        let due = [ours.pop_due(), ours.pop_due(), ours.pop_due()].map(|due| due.map(|(block, _)| block));
        assert_eq!(due, [Some(block(300, 8)), Some(block(0, 64)), None]);
        assert!(!theirs.has_due() && theirs.scratch().is_none());
    }

    #[test]
    fn an_aligned_address_lies_within_its_block() {
        let padded = Block { pointer: 9, size: 23, align: 8 };
        assert_eq!(padded.region(), Region { pointer: 16, len: 16 });
    }
}
