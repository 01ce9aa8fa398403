//! Room for arguments: what is at hand is used at once, and what is missing is asked for and tried again.
//!
//! Arguments are lowered by plain code, without a way into the guest. They find room in the scratch block, one after the
//! other. Where one does not, it is noted and the lowering goes on, only to find out what else is missing; the frame then
//! takes all of that from the guest's allocator, and has the arguments lowered a second time, from the beginning. So the
//! common call enters the guest once, and the code that lowers is the same for blocking and async calls.

use crate::allocator::Request;
use crate::error::{ErrorKind, Place, Result};
use crate::ledger::Ledger;
use crate::pass::Slice;
use crate::region::{Region, copy, to_u64};

/// The memory that arguments are lowered into.
///
/// What lowers may be run twice: it must ask for the same room each time, and change nothing but guest memory.
#[derive(Debug)]
pub struct Lowering<'m> {
    /// All of the guest's memory.
    memory: &'m mut [u8],
    /// What is held, among it the scratch block.
    ledger: &'m Ledger,
    /// Whether the guest was told how long the block is.
    told: bool,
    room: &'m mut Bookkeeping,
    /// Whether what is placed goes into a block of its own, and which.
    apart: Option<Apart>,
    /// Which argument is being lowered, by its position. It is told in an error only.
    argument: usize,
    /// Whether room was missing, and nothing is to be written any more. Here and not in the books, where every write would
    /// look it up.
    lacks_room: bool,
}

/// What a block of its own is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Apart {
    /// Whether it becomes the guest's.
    given: bool,
    /// Of which class it is: see [`Lowering::object`].
    class: Option<u32>,
}

/// What one frame has taken, and what it lacks.
#[derive(Debug, Default)]
pub(crate) struct Bookkeeping {
    /// The bytes of the scratch block that are taken, from its beginning.
    pub(crate) used: u64,
    /// The most that any attempt has taken: so many may have been written to.
    touched: u64,
    /// Blocks that were taken for what did not fit, in the order in which it was asked for.
    pub(crate) granted: Vec<Region>,
    /// How many of these this attempt has used.
    pub(crate) claimed: usize,
    /// What this attempt found no room for.
    pub(crate) missing: Vec<Missing>,
    /// Where the guest is to write its result, if an argument has reserved room for it.
    output: Option<Region>,
}

/// In the place of an argument's position: room for the result.
const RESULT: usize = usize::MAX;

/// And room that a user of the memory API asks for.
const UNNAMED: usize = usize::MAX - 1;

/// Room that there was none of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Missing {
    pub(crate) request: Request,
    /// What it is for.
    pub(crate) place: Option<Place>,
    /// Whether it becomes the guest's.
    pub(crate) given: bool,
}

/// What the scratch block lacks.
pub(crate) struct Shortage {
    /// How long it must be.
    pub(crate) total: u64,
    /// How it must be aligned.
    pub(crate) align: u64,
    /// What the first that is missing is for.
    pub(crate) place: Option<Place>,
}

/// What the scratch block lacks to hold all that is missing, but for what has blocks of its own. None if all of it has.
pub(crate) fn shortage(missing: &[Missing], used: u64) -> Option<Shortage> {
    let shared = || missing.iter().filter(|missing| !missing.given && missing.request.class.is_none());
    let place = shared().next()?.place;
    // The first lies at the beginning, which is aligned for all.
    let mut total = used;
    for Missing { request, .. } in shared() {
        let padding = if total == 0 { 0 } else { request.align.saturating_sub(1) };
        total = total.saturating_add(request.size).saturating_add(padding);
    }
    let align = shared().map(|missing| missing.request.align).max().unwrap_or(1);
    Some(Shortage { total, align, place })
}

impl Bookkeeping {
    /// Where an attempt begins, to begin there again.
    #[inline]
    pub(crate) fn mark(&self) -> (u64, usize) {
        (self.used, self.claimed)
    }

    #[inline]
    pub(crate) fn rewind(&mut self, (used, claimed): (u64, usize)) {
        self.touched = self.touched();
        (self.used, self.claimed) = (used, claimed);
        self.missing.clear();
    }

    /// Forgets what lies in the scratch block, which is zeroed.
    pub(crate) fn forget_bytes(&mut self) {
        (self.used, self.touched) = (0, 0);
    }

    /// Gives an attempt up. Blocks that were granted to it stay the frame's, and go with it.
    pub(crate) fn give_up(&mut self, mark: (u64, usize)) {
        self.rewind(mark);
        self.granted.truncate(self.claimed);
    }

    /// The room for the guest's result.
    pub(crate) fn output(&self) -> Option<Region> {
        self.output
    }

    /// How many bytes of the scratch block, from its beginning, may have been written to.
    #[inline]
    pub(crate) fn touched(&self) -> u64 {
        self.touched.max(self.used)
    }

    /// How many bytes have been placed.
    #[inline(always)]
    pub(crate) fn placed(&self) -> u64 {
        self.granted.iter().map(|region| region.len).fold(self.used, u64::saturating_add)
    }

    /// Whether a frame has placed anything, or asked for it.
    #[inline(always)]
    pub(crate) fn is_used(&self) -> bool {
        self.used != 0 || self.touched != 0 || self.claimed != 0
    }

    /// Forgets the frame that has ended.
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.used = 0;
        self.touched = 0;
        self.claimed = 0;
        // They rarely hold anything, and then their own `clear` is cheap too.
        self.granted.clear();
        self.missing.clear();
    }
}

impl<'m> Lowering<'m> {
    #[inline(always)]
    pub(crate) fn new(memory: &'m mut [u8], ledger: &'m Ledger, told: bool, room: &'m mut Bookkeeping) -> Self {
        Lowering { memory, ledger, told, room, apart: None, argument: UNNAMED, lacks_room: false }
    }

    /// Whether all that was lowered has found room.
    #[inline(always)]
    pub(crate) fn has_room(&self) -> bool {
        !self.lacks_room
    }

    /// Where the scratch block begins, if there is one.
    fn start(&self) -> Option<u64> {
        self.ledger.scratch().map(|scratch| scratch.room.pointer)
    }

    /// Copies bytes into the guest, and returns where they lie.
    ///
    /// # Errors
    /// [`OutOfBounds`](crate::ErrorKind::OutOfBounds) if that is not in the guest's memory; what was reserved always is.
    #[inline(always)]
    pub fn place(&mut self, bytes: &[u8], align: usize) -> Result<Region> {
        let region = self.reserve(bytes.len(), align);
        self.write(region, bytes)?;
        Ok(region)
    }

    /// The same for several runs of bytes, one behind the other.
    ///
    /// # Errors
    /// As [`place`](Lowering::place).
    pub fn place_all(&mut self, runs: &[&[u8]], align: usize) -> Result<Region> {
        let total = runs.iter().fold(0_usize, |total, run| total.saturating_add(run.len()));
        let region = self.reserve(total, align);
        let mut pointer = region.pointer;
        for run in runs {
            let len = to_u64(run.len());
            self.write(Region { pointer, len }, run)?;
            pointer = pointer.saturating_add(len);
        }
        Ok(region)
    }

    /// Gives what is placed in `lower` to the guest: each into a block of its own, which is the guest's from the moment
    /// that it is called. The guest frees it, and linmem neither zeroes nor releases it. If it comes to no call, linmem
    /// does both.
    ///
    /// # Errors
    /// Those of `lower`.
    pub fn give<R>(&mut self, lower: impl FnOnce(&mut Self) -> Result<R>) -> Result<R> {
        self.apart(|apart| Apart { given: true, ..apart }, lower)
    }

    /// Makes what is placed in `lower` objects of that class, for an [allocator](crate::Allocator) that knows such: each
    /// has a block of its own, even one without bytes, which is released when the frame ends.
    ///
    /// # Errors
    /// Those of `lower`.
    pub fn object<R>(&mut self, class: u32, lower: impl FnOnce(&mut Self) -> Result<R>) -> Result<R> {
        self.apart(|apart| Apart { class: Some(class), ..apart }, lower)
    }

    fn apart<R>(
        &mut self,
        change: impl FnOnce(Apart) -> Apart,
        lower: impl FnOnce(&mut Self) -> Result<R>,
    ) -> Result<R> {
        let before = self.apart;
        self.apart = Some(change(before.unwrap_or_default()));
        let lowered = lower(self);
        self.apart = before;
        lowered
    }

    /// Names the room that the guest is to write its result into: see [`Frame::output`](crate::Frame::output).
    pub fn output(&mut self, room: Region) {
        self.room.output = Some(room);
    }

    /// Copies a slice to the very beginning of the guest's input buffer, for a guest that knows where that is. It is what
    /// an [allocator](crate::Allocator) with one block hands out.
    ///
    /// # Errors
    /// [`Displaced`](crate::ErrorKind::Displaced) if something else lies there.
    pub fn place_input(&mut self, slice: Slice<'_>) -> Result<Region> {
        let Some(start) = self.start() else {
            // Even none: the guest is to be told of how many there are.
            return Ok(self.claim(to_u64(slice.room), to_u64(slice.align)));
        };
        let region = slice.place(self)?;
        if region.pointer != start && region.len != 0 && self.has_room() {
            return Err(ErrorKind::Displaced { pointer: region.pointer, start }.into());
        }
        Ok(region)
    }

    /// The same for a slice that must be all of the input, because the guest was told how long that is when it reserved it.
    ///
    /// # Errors
    /// [`Displaced`](crate::ErrorKind::Displaced) if anything else is placed.
    pub fn place_whole_input(&mut self, slice: Slice<'_>) -> Result<Region> {
        let region = self.place_input(slice)?;
        match self.start() {
            Some(start) if self.told && self.ledger.room().len != region.len => {
                // What else there is lies before it or behind.
                let pointer = start.saturating_add(self.ledger.room().len.saturating_sub(region.len));
                Err(ErrorKind::Displaced { pointer, start }.into())
            }
            _ => Ok(region),
        }
    }

    /// Writes to a region that was reserved, or to nothing as long as room is missing.
    ///
    /// # Errors
    /// [`OutOfBounds`](crate::ErrorKind::OutOfBounds) if it is not in the guest's memory.
    #[inline(always)]
    pub fn write(&mut self, region: Region, bytes: &[u8]) -> Result<()> {
        if self.has_room() {
            let region = Region { len: to_u64(bytes.len()), ..region };
            copy(region.of_mut(self.memory, 1)?, bytes);
        }
        Ok(())
    }

    /// Reserves room, and returns where it is. What lies there is whatever lay there before.
    ///
    /// No bytes need no room: the address is then the alignment itself, which is neither null nor misaligned, as a
    /// guest in Rust asks of the pointer of an empty slice. Where there is no room yet the address means nothing, and
    /// whoever asked will be asked again.
    #[inline(always)]
    pub fn reserve(&mut self, size: usize, align: usize) -> Region {
        let (len, align) = (to_u64(size), to_u64(align));
        if len == 0 && self.apart.is_none_or(|apart| apart.class.is_none()) {
            return Region { pointer: align, len };
        }
        match if self.apart.is_some() { None } else { self.bump(len, align) } {
            Some(pointer) => Region { pointer, len },
            None => self.claim(len, align),
        }
    }

    /// Says that room is reserved for the result from now on, at the beginning of a call.
    #[inline]
    pub(crate) fn begin_result(&mut self) {
        self.argument = RESULT;
        self.room.output = None;
    }

    /// Says that room is reserved for the argument at that position from now on.
    #[inline]
    pub(crate) fn begin_argument(&mut self, index: usize) {
        self.argument = index;
    }

    /// A block of its own, if the allocator has granted one.
    #[inline(always)]
    fn claim(&mut self, len: u64, align: u64) -> Region {
        let claimed = granted(self.room, self.apart, self.argument, len, align);
        self.lacks_room |= claimed.is_none();
        claimed.unwrap_or(Region { pointer: align, len })
    }

    /// The next free bytes of the scratch block.
    #[inline(always)]
    fn bump(&mut self, len: u64, align: u64) -> Option<u64> {
        let scratch = self.ledger.room();
        let free = scratch.pointer.wrapping_add(self.room.used);
        // Alignments are powers of two: a mask, where a multiple would be a division.
        let start = self.room.used.checked_add(free.wrapping_neg() & align.wrapping_sub(1))?;
        let end = start.checked_add(len)?;
        if end > scratch.len {
            return None;
        }
        self.room.used = end;
        Some(scratch.pointer.wrapping_add(start))
    }
}

/// A block of its own: granted after the last attempt, or asked for now. It takes what it needs and no more, so that the
/// rest of a [`Lowering`] can be in registers.
#[cold]
fn granted(room: &mut Bookkeeping, apart: Option<Apart>, argument: usize, len: u64, align: u64) -> Option<Region> {
    let next = room.granted.get(room.claimed).copied();
    room.claimed = room.claimed.saturating_add(1);
    if let Some(region) = next.filter(|region| region.len >= len && region.pointer & align.wrapping_sub(1) == 0) {
        return Some(Region { len, ..region });
    }
    let Apart { given, class } = apart.unwrap_or_default();
    let request = Request { class, ..Request::new(len, align) };
    let place = match argument {
        RESULT => Some(Place::Result),
        UNNAMED => None,
        index => Some(Place::Argument { index, name: "" }),
    };
    room.missing.push(Missing { request, place, given });
    None
}
