//! How an export hands back what lies in memory.

mod bindgen;
mod by_type;
mod direct;
mod failing;
mod filled;
mod hint;
mod in_bytes;
mod managed;
mod named;
mod owned;
mod room;

pub use bindgen::{Bindgen, BindgenFunc};
pub use by_type::{ByType, ByTypeFunc, Itself};
pub use direct::{LengthBefore, LengthPrefixed, NulTerminated, Packed, PackedLenPtr, Pair, ReturnArea};
pub use failing::{AllOnes, Failing, Failure, LastError, LastErrorText, Message, Negative};
pub use failing::{NoMessage, Null, WithMessage};
pub use filled::Filled;
pub use in_bytes::InBytes;
pub use managed::{Managed, StaticArray};
pub use named::{ExportName, LengthThen, PointerThen, WithGetter};
pub use owned::{Canonical, FreedBy, Static, WithFree, WithPost};
pub use room::{LastPointer, ReturnPointer};

use crate::allocator::Allocator;
use crate::bind::Callable;
use crate::core::{Params, Pointer};
use crate::error::{Error, Place, Result};
use crate::frame::Frame;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::region::{Region, to_u64};
use std::alloc::Layout;
use std::future::ready;

/// What a method's return type expects in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One value of this layout: its address says it all.
    Value(Layout),
    /// A slice of elements of this layout: an address and a count.
    Slice(Layout),
}

impl Shape {
    /// The layout of the value, or of one element.
    #[must_use]
    pub fn layout(self) -> Layout {
        let (Shape::Value(layout) | Shape::Slice(layout)) = self;
        layout
    }

    /// What an address and a count name, where a convention returns both: elements, or the bytes of a value.
    #[must_use]
    #[inline]
    pub fn named(self, pointer: u64, count: u64) -> Region {
        match self {
            Shape::Slice(layout) => Region::of_elements(pointer, count, layout.size()),
            Shape::Value(_) => Region { pointer, len: count },
        }
    }

    /// How many elements a region has, or bytes where it is a value's.
    pub(crate) fn count(self, region: Region) -> u64 {
        match self {
            // So many elements that their bytes could not be counted.
            _ if region.len == u64::MAX => u64::MAX,
            Shape::Slice(layout) => region.len.checked_div(to_u64(layout.size())).unwrap_or(0),
            Shape::Value(_) => region.len,
        }
    }

    /// What lies at a return area: the value itself, or a pointer and a count. No area, no slice.
    ///
    /// # Errors
    /// [`OutOfBounds`](crate::ErrorKind::OutOfBounds), [`Misaligned`](crate::ErrorKind::Misaligned).
    // Not inlined, so that those who call it are: then it is seen of every form what else it returns with, and a call by
    // another form carries none of that.
    #[inline(never)]
    pub fn in_area<X: Pointer>(self, memory: &[u8], area: u64) -> Result<Region> {
        match self {
            Shape::Value(layout) => Ok(Region { pointer: area, len: to_u64(layout.size()) }),
            Shape::Slice(_) if area == 0 => Ok(Region { pointer: 0, len: 0 }),
            Shape::Slice(_) => {
                let pair = Region { pointer: area, len: to_u64(size_of::<[X; 2]>()) };
                let area = pair.of(memory, align_of::<X>()).map_err(|error| error.at(Place::ReturnArea))?;
                let (pointer, count) = area.split_at_checked(X::SIZE).unwrap_or_default();
                Ok(self.named(X::read(pointer), X::read(count)))
            }
        }
    }
}

/// What came back: bytes that the guest says are the result, and whose they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Returned {
    /// The bytes; not checked yet.
    pub region: Region,
    /// The block that holds them, as whoever releases it knows it. Usually the same. One that the caller is to release must
    /// lie in memory.
    pub block: Region,
    /// Who releases them.
    pub owner: Owner,
    /// The room that they must lie in, if it is the host's.
    pub room: Option<Region>,
}

impl Returned {
    /// Bytes that are a block of their own.
    #[must_use]
    #[inline]
    pub fn new(region: Region, owner: Owner) -> Self {
        Returned { region, block: region, owner, room: None }
    }

    /// So many elements, as the guest says, in room of the host's.
    #[inline]
    pub(crate) fn filled(room: Region, count: u64, shape: Shape) -> Self {
        // Nobody releases it, so that there is no block, and the count can be kept as it was returned: its bytes may be
        // more than can be counted.
        let block = Region { pointer: NO_BLOCK, len: count };
        Returned { region: shape.named(room.pointer, count), block, owner: Owner::Frame, room: Some(room) }
    }

    /// The number of elements, or of bytes, as it was returned, if it is still known.
    pub(crate) fn said(&self) -> Option<u64> {
        (self.owner == Owner::Frame && self.block.pointer == NO_BLOCK).then_some(self.block.len)
    }
}

/// Where nothing can be.
const NO_BLOCK: u64 = u64::MAX;

/// Who releases a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Owner {
    /// The caller, through the guest's allocator.
    Caller,
    /// The guest: the bytes are static, or it reuses them.
    Guest,
    /// The frame: the host had reserved room for them.
    Frame,
    /// The convention, by [`Results::release`], as soon as they have been read. They cannot be borrowed, then.
    Convention,
}

/// Room that was reserved for a result.
pub type Room = Option<Region>;

/// The result axis of a [`Convention`](crate::Convention), for what lies in memory. Scalars need none: they are core
/// values.
pub trait Results<X: Pointer>: 'static {
    /// What is called, with parameters `P`.
    type Func<P: Params>: Callable;

    /// Whether the result is gone when the call is over, so that nothing can be borrowed: it returns with
    /// [`Owner::Convention`], or what lies in room of the host's.
    const RELEASES: bool = false;

    /// How many of the signatures, from the first on, a single value can come by.
    const FORMS_OF_VALUES: usize = usize::MAX;

    /// Whether this is [`ByType`], whose form is told by the export's type. A convention around it is not, for another
    /// form would take the place of all of it: the type lets none of them copy this.
    #[doc(hidden)]
    const BY_TYPE: Itself<Self> = Itself::NOT_BY_TYPE;

    /// Whether what is counted are bytes, and not elements.
    const IN_BYTES: bool = false;

    /// Whether an `Option` is told by a tag before the value, and not by a null pointer.
    const TAGGED: bool = false;

    /// Reserves room for the result, before the arguments. There is none to reserve where the guest provides it.
    #[inline]
    fn prepare<P: Params>(func: &Self::Func<P>, into: &mut Lowering<'_>, shape: Shape) -> Room {
        let _ = (func, into, shape);
        None
    }

    /// Calls it, and says where the result lies.
    fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        room: Room,
        params: P,
        shape: Shape,
    ) -> impl Future<Output = Result<Returned>>;

    /// Gives back what was returned with [`Owner::Convention`].
    ///
    /// # Errors
    /// What calling the guest can end with.
    fn release<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        returned: Returned,
        shape: Shape,
    ) -> impl Future<Output = Result<()>> {
        let _ = (func, frame, returned, shape);
        ready(Ok(()))
    }

    /// What to write instead of this convention, if such an error in reading a slice or a text says that it is another.
    /// It ends the error's message. Say what it takes the place of, for that may be within another.
    fn hint<P: Params>(func: &Self::Func<P>, error: &Error) -> Option<&'static str> {
        let _ = (func, error);
        None
    }
}
