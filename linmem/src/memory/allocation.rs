//! Guards over memory that was placed in a guest by hand.

use crate::allocator::{Allocator, Found};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::OwnGuard;
use crate::ledger::{Block, Leaked};
use crate::mode::now;
use crate::pod::Element;
use crate::region::Region;
use bytemuck::{NoUninit, Pod};
use std::fmt;
use wasmtime::{TypedFunc, Val, WasmParams, WasmResults};

/// Several allocations around a call. When it goes, whichever way, all of them are zeroed and released.
///
/// ```
/// # use linmem::LinearMemory;
/// # use wasmtime::{Engine, Instance, Module, Store};
/// # let engine = Engine::default();
/// # let module = Module::new(&engine, r#"(module (memory (export "memory") 1)
/// #     (func (export "copy") (param i32 i32 i32)
/// #       (memory.copy (local.get 0) (local.get 1) (local.get 2))))"#)?;
/// # let mut store = Store::new(&engine, ());
/// # let instance = Instance::new(&mut store, &module, &[])?;
/// # let copy = instance.get_typed_func::<(u32, u32, u32), ()>(&mut store, "copy")?;
/// let mut memory = LinearMemory::open(&mut store, &instance, None)?;
/// let mut frame = memory.frame()?;
/// let (to, from) = (frame.alloc(&[0_u8; 5])?, frame.alloc(b"hello")?);
/// frame.call(&copy, (u32::try_from(to.pointer)?, u32::try_from(from.pointer)?, 5))?;
/// assert_eq!(frame.bytes(to)?, b"hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "what a frame holds is released when it is dropped"]
pub struct MemoryFrame<'m, D: 'static, A: Allocator = Found>(pub(super) OwnGuard<'m, D, A>);

impl<D, A: Allocator> MemoryFrame<'_, D, A> {
    /// Places a slice, aligned for its elements. The region says where.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfMemory`], [`ErrorKind::BadAllocation`], [`ErrorKind::Overlap`], [`ErrorKind::Grow`],
    /// [`ErrorKind::TooLarge`], and what a call into the guest's allocator can end with.
    pub fn alloc<T: NoUninit>(&mut self, data: &[T]) -> Result<Region> {
        self.0.step(|frame| now(frame.place(Element::<T>::bytes(data), align_of::<T>())))
    }

    /// Calls a function of this instance while what was placed lives.
    ///
    /// # Errors
    /// [`ErrorKind::Trap`], after which the instance is poisoned.
    pub fn call<P, R>(&mut self, func: &TypedFunc<P, R>, params: P) -> Result<R>
    where
        P: WasmParams + Sync,
        R: WasmResults + Sync,
    {
        self.0.step(|frame| frame.call_typed(func, params))
    }

    /// Bytes of the memory, as they are now.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfBounds`].
    pub fn bytes(&self, region: Region) -> Result<&[u8]> {
        self.0.bytes(region, 1)
    }

    /// The same, to write.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfBounds`].
    pub fn bytes_mut(&mut self, region: Region) -> Result<&mut [u8]> {
        self.0.bytes_mut(region, 1)
    }

    /// Elements of the memory, as they are now.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfBounds`], [`ErrorKind::Misaligned`], [`ErrorKind::WrongSize`] if the bytes are no whole number
    /// of elements.
    pub fn slice<T: Pod>(&self, region: Region) -> Result<&[T]> {
        Element::slice(self.0.bytes(region, align_of::<T>())?)
    }

    /// Ends the frame, and says whether the guest's allocator went along. A frame that is dropped keeps that to itself.
    ///
    /// # Errors
    /// What the guest's allocator can end with.
    pub fn close(mut self) -> Result<()> {
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        if self.0.end() { now(self.0.release()) } else { Ok(()) }
    }
}

impl<D, A: Allocator> Drop for MemoryFrame<'_, D, A> {
    fn drop(&mut self) {
        // While the host panics the guest is not entered, because a second panic there would abort: the frame itself
        // zeroes, and what is due is released later. A guest that traps here is poisoned, and its next user will hear
        // of it.
        if !std::thread::panicking() {
            let _ = self.end();
        }
    }
}

impl<D, A: Allocator> fmt::Debug for MemoryFrame<'_, D, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryFrame").finish_non_exhaustive()
    }
}

/// Bytes in a guest's memory, and the right to look at them: it holds the store's borrow, so nothing moves meanwhile but
/// by its own [`call`](Allocation::call).
///
/// Dropped, it zeroes the bytes and releases them, unless it was told not to.
#[must_use = "what an allocation holds is released when it is dropped"]
pub struct Allocation<'m, D: 'static, A: Allocator = Found> {
    frame: MemoryFrame<'m, D, A>,
    region: Region,
    /// None for an empty one.
    block: Option<Block>,
    auto_deallocate: bool,
}

impl<'m, D, A: Allocator> Allocation<'m, D, A> {
    pub(super) fn new(
        frame: MemoryFrame<'m, D, A>,
        region: Region,
        block: Option<Block>,
        auto_deallocate: bool,
    ) -> Self {
        Allocation { frame, region, block, auto_deallocate }
    }

    /// The address of the first byte on the host. It holds until the memory grows.
    pub fn base(&self) -> *const u8 {
        self.as_slice().as_ptr()
    }

    /// The address of the first byte in the guest: its index in the memory.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.region.pointer
    }

    /// How many bytes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_slice().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.region.len == 0
    }

    /// The address and the length in the guest.
    #[must_use]
    pub fn region(&self) -> Region {
        self.region
    }

    /// Whether dropping it zeroes and releases the bytes.
    #[must_use]
    pub fn auto_deallocate(&self) -> bool {
        self.auto_deallocate
    }

    /// Decides whether dropping it zeroes and releases the bytes.
    pub fn set_auto_deallocate(&mut self, auto_deallocate: bool) {
        self.auto_deallocate = auto_deallocate;
    }

    /// Leaves the bytes in the guest, and returns what [`LinearMemory::release`](crate::LinearMemory::release) takes;
    /// none for no bytes.
    #[must_use = "it is the only way to release the bytes"]
    pub fn leave(mut self) -> Option<Leaked> {
        let block = self.block.take()?;
        Some(self.frame.0.leave(block))
    }

    /// The bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        // The region was in bounds when this was made, and memory never shrinks.
        self.frame.bytes(self.region).unwrap_or_default()
    }

    /// The bytes, to write.
    #[must_use]
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        self.frame.bytes_mut(self.region).unwrap_or_default()
    }

    /// The bytes as text.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidUtf8`].
    pub fn as_str(&self) -> Result<&str> {
        std::str::from_utf8(self.as_slice())
            .map_err(|source| ErrorKind::InvalidUtf8 { valid_up_to: source.valid_up_to(), source }.into())
    }

    /// The bytes as elements.
    ///
    /// # Errors
    /// [`ErrorKind::Misaligned`], [`ErrorKind::WrongSize`] if the bytes are no whole number of elements.
    pub fn as_slice_of<T: Pod>(&self) -> Result<&[T]> {
        self.frame.slice(self.region)
    }

    /// The bytes as one value.
    ///
    /// # Errors
    /// [`ErrorKind::Misaligned`], [`ErrorKind::WrongSize`].
    pub fn read<T: Pod>(&self) -> Result<T> {
        Element::value(self.frame.0.bytes(self.region, align_of::<T>())?)
    }

    /// Makes all bytes zero.
    pub fn zero(&mut self) {
        self.as_mut_slice().fill(0);
    }

    /// Calls a function of this instance while the bytes live.
    ///
    /// # Errors
    /// [`ErrorKind::Trap`], after which the instance is poisoned.
    pub fn call<P, R>(&mut self, func: &TypedFunc<P, R>, params: P) -> Result<R>
    where
        P: WasmParams + Sync,
        R: WasmResults + Sync,
    {
        self.frame.call(func, params)
    }
}

impl<D, A: Allocator> Drop for Allocation<'_, D, A> {
    fn drop(&mut self) {
        if let (false, Some(block)) = (self.auto_deallocate, self.block) {
            let _ = self.frame.0.leave(block);
        }
    }
}

/// The address as a core value: `i32`, or `i64` in a memory with 64-bit addresses.
impl<D, A: Allocator> From<&Allocation<'_, D, A>> for Val {
    fn from(allocation: &Allocation<'_, D, A>) -> Self {
        let index = allocation.region.pointer;
        match u32::try_from(index) {
            Ok(index) if !allocation.frame.0.is_64() => Val::I32(index.cast_signed()),
            _ => Val::I64(index.cast_signed()),
        }
    }
}

/// The address as a 32-bit pointer.
impl<D, A: Allocator> TryFrom<&Allocation<'_, D, A>> for u32 {
    type Error = Error;

    fn try_from(allocation: &Allocation<'_, D, A>) -> Result<Self> {
        crate::core::narrow(allocation.region.pointer)
    }
}

/// The address as wasm's `i32`: the bits of the unsigned one, so negative above 2 GiB.
impl<D, A: Allocator> TryFrom<&Allocation<'_, D, A>> for i32 {
    type Error = Error;

    fn try_from(allocation: &Allocation<'_, D, A>) -> Result<Self> {
        u32::try_from(allocation).map(u32::cast_signed)
    }
}

impl<D, A: Allocator> fmt::Debug for Allocation<'_, D, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Allocation")
            .field("region", &self.region)
            .field("auto_deallocate", &self.auto_deallocate)
            .finish_non_exhaustive()
    }
}
