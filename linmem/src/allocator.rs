//! Where bytes are placed in a guest: its own allocator, or an arena of the host's.

mod buffer;
mod exported;
mod hosted;
mod late;
mod managed;
mod wanted;

pub use buffer::{Buffer, Fixed, Reserve};
pub use exported::{Allocate, Exported, Release};
pub use hosted::Hosted;
pub(crate) use late::Late;
pub use managed::Managed;
pub(crate) use managed::{ARRAY_BUFFER, NEW, NEW_SIGNATURES, STRING, UNPIN};
pub use wanted::Wanted;
pub(crate) use wanted::{Exports, Otherwise, Pair};

use crate::bind::FoundHelpers;
use crate::core::Pointer;
use crate::error::Result;
use crate::guest::Guest;
use crate::ledger::Block;
use crate::mode::Mode;
use crate::region::Region;
use either::Either;
use std::fmt::Debug;
use std::future::Future;
use wasmtime::AsContextMut;

/// How many bytes are asked of an [`Allocator`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// The size in bytes. None are asked for only where the guest is told how many there will be, or for an object.
    pub size: u64,
    /// The alignment, a power of two.
    pub align: u64,
    /// Whether the host may grow the memory. A guest's own allocator decides that for itself.
    pub grow: bool,
    /// The class of the object that the block is to be, for allocators that know such; otherwise it is bytes.
    pub class: Option<u32>,
}

impl Request {
    /// That many bytes at that alignment, for which the memory may grow.
    #[must_use]
    pub fn new(size: u64, align: u64) -> Self {
        Request { size, align, grow: true, class: None }
    }

    /// Whether a block has that many bytes from its first aligned address on.
    pub(crate) fn is_met_by(self, block: Block) -> bool {
        let Region { pointer, len } = block.region();
        len >= self.size && pointer & self.align.wrapping_sub(1) == 0
    }
}

/// How many blocks an allocator hands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Supply {
    /// As many as are asked for. One of them is kept for the arguments of every call.
    Many,
    /// One: a buffer at a place of its own. It is asked for at each call, because the guest may move it; and while a call
    /// has it, a call within that one does not get it.
    One,
    /// One, which is asked for at each call: the guest is told how much there will be.
    Anew,
}

/// The allocator axis of a [`Convention`](crate::Convention): where linmem takes guest memory from and gives it back.
///
/// What an implementation returns is taken for hostile: linmem checks that the block lies in the guest's memory and
/// overlaps nothing that it holds already.
pub trait Allocator: Sized + Debug + Send + Sync + 'static {
    /// The width of the addresses that it hands out.
    type Pointer: Pointer;

    /// What it calls of the module. A module that lacks any of it is refused.
    const WANTED: Wanted = Wanted::NOTHING;

    /// How many blocks it hands out. Where there is one only, all arguments share it.
    const SUPPLY: Supply = Supply::Many;

    /// Resolves that in an instance, in the same order. The instance's first call does it, before it places anything, or
    /// whoever asks for its memory.
    ///
    /// # Errors
    /// If the functions have other types than were planned with.
    fn resolve<S: AsContextMut>(found: &mut FoundHelpers<'_, '_, S>) -> Result<Self>;

    /// Takes a block, or none where there is no room. It should be aligned as requested; if it is not, linmem gives it
    /// back and asks for one that is long enough to hold an aligned address wherever it begins.
    fn allocate<M: Mode>(
        &self,
        guest: &mut Guest<'_, M>,
        request: Request,
    ) -> impl Future<Output = Result<Option<Block>>>;

    /// Gives a block back that it has handed out.
    fn release<M: Mode>(&self, guest: Guest<'_, M>, block: Block) -> impl Future<Output = Result<()>>;

    /// Gives a block back that the guest returned as a result. An allocator of the guest's has handed it out to the
    /// guest; one of the host's has not, and must leave it alone.
    fn release_result<M: Mode>(&self, guest: Guest<'_, M>, block: Block) -> impl Future<Output = Result<()>> {
        self.release(guest, block)
    }

    /// Whether a block is released by its address alone, so that one without bytes can be, too.
    fn releases_without_size(&self) -> bool {
        false
    }

    /// Where the next block would go, for allocators of the host's that can tell.
    fn next_available(&self, size: u64, align: u64) -> Option<u64> {
        let _ = (size, align);
        None
    }

    /// Takes memory that the host has just grown on the user's behalf, for allocators of the host's.
    fn donate(&self, region: Region) {
        let _ = region;
    }
}

/// The C library's.
pub(crate) const OF_C: (&str, &str) = ("malloc", "free");

/// Exports that allocate, each with the one that releases, in the order in which they are looked for: those of the C
/// library, and the hand-written `extern "C"` pairs of Rust and Zig guests.
pub(crate) const KNOWN: [(&str, &str); 4] = [OF_C, ("alloc", "dealloc"), ("allocate", "deallocate"), ("alloc", "free")];

/// The canonical ABI's.
pub(crate) const OF_COMPONENTS: &str = "cabi_realloc";

/// Those of tool-chains whose functions free the arguments that they are given: wasm-bindgen's, and the canonical ABI's,
/// which has none to release.
pub(crate) const OF_OWNERS: [(&str, &str); 2] = [("__wbindgen_malloc", "__wbindgen_free"), (OF_COMPONENTS, "")];

/// The guest's exported allocator if it has one that is known or named, otherwise the host's arena.
#[derive(Debug)]
pub enum Found<X: Pointer = u32> {
    /// A pair of exports.
    Exported(Exported<X>),
    /// The host's arena.
    Hosted(Hosted<X>),
}

impl<X: Pointer> Allocator for Found<X> {
    type Pointer = X;
    const WANTED: Wanted = Wanted::pair::<X>(&KNOWN, Otherwise::Arena);

    fn resolve<S: AsContextMut>(found: &mut FoundHelpers<'_, '_, S>) -> Result<Self> {
        Ok(match found.optional_func()? {
            Some(allocate) => Found::Exported(Exported::new(allocate, found.optional_func()?)),
            // Also where an allocator is missed, by a trait that places nothing.
            None => Found::Hosted(Hosted::default()),
        })
    }

    async fn allocate<M: Mode>(&self, guest: &mut Guest<'_, M>, request: Request) -> Result<Option<Block>> {
        match self {
            Found::Exported(exported) => exported.allocate(guest, request).await,
            Found::Hosted(hosted) => hosted.allocate(guest, request).await,
        }
    }

    #[inline(always)]
    fn release<M: Mode>(&self, guest: Guest<'_, M>, block: Block) -> impl Future<Output = Result<()>> {
        M::either(match self {
            Found::Exported(exported) => Either::Left(exported.release(guest, block)),
            Found::Hosted(hosted) => Either::Right(hosted.release(guest, block)),
        })
    }

    #[inline(always)]
    fn release_result<M: Mode>(&self, guest: Guest<'_, M>, block: Block) -> impl Future<Output = Result<()>> {
        M::either(match self {
            Found::Exported(exported) => Either::Left(exported.release(guest, block)),
            Found::Hosted(hosted) => Either::Right(hosted.release_result(guest, block)),
        })
    }

    fn releases_without_size(&self) -> bool {
        matches!(self, Found::Exported(exported) if exported.releases_without_size())
    }

    fn next_available(&self, size: u64, align: u64) -> Option<u64> {
        match self {
            // Only the guest knows.
            Found::Exported(_) => None,
            Found::Hosted(hosted) => hosted.next_available(size, align),
        }
    }

    fn donate(&self, region: Region) {
        if let Found::Hosted(hosted) = self {
            hosted.donate(region);
        }
    }
}

/// The allocator that wasm-bindgen exports (`__wbindgen_malloc`, `__wbindgen_free`), or the canonical ABI's
/// (`cabi_realloc`, which nothing releases). Functions of such modules free the arguments that they are given, so it goes
/// with [`Given`](crate::pass::Given).
#[derive(Debug)]
pub struct OfOwners<X: Pointer = u32>(Found<X>);

impl<X: Pointer> Allocator for OfOwners<X> {
    type Pointer = X;
    const WANTED: Wanted = Wanted::pair::<X>(&OF_OWNERS, Otherwise::Fault);

    fn resolve<S: AsContextMut>(found: &mut FoundHelpers<'_, '_, S>) -> Result<Self> {
        Found::resolve(found).map(OfOwners)
    }

    async fn allocate<M: Mode>(&self, guest: &mut Guest<'_, M>, request: Request) -> Result<Option<Block>> {
        self.0.allocate(guest, request).await
    }

    #[inline(always)]
    fn release<M: Mode>(&self, guest: Guest<'_, M>, block: Block) -> impl Future<Output = Result<()>> {
        self.0.release(guest, block)
    }
}
