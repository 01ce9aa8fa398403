//! Arguments into which the guest writes its result.

use crate::convention::Convention;
use crate::core::{Pointer, narrow};
use crate::error::{ErrorKind, Result};
use crate::lift::Lift;
use crate::lower::Lower;
use crate::lowering::Lowering;
use crate::pass::{Pass, Slice};
use crate::received::Received;
use crate::region::{Region, to_u64};
use std::marker::PhantomData;

/// Room for so many elements of the result, as an argument of an export that fills a buffer of its caller's. It is passed as
/// a slice is, so by its address and this number; and [`Filled`](crate::results::Filled) reads what the guest says it
/// wrote.
///
/// ```
/// use linmem::results::Filled;
/// use linmem::{Capacity, wasm_import};
///
/// #[wasm_import]
/// trait Packer {
///     /// `size_t pack_bound(size_t len)`
///     fn pack_bound(&mut self, len: u32) -> linmem::Result<u32>;
///     /// `size_t pack(const uint8_t *in, size_t len, uint8_t *out, size_t capacity)`, the length of what it wrote
///     #[wasm(returns = Filled)]
///     fn pack(&mut self, data: &[u8], out: Capacity<u8>) -> linmem::Result<Vec<u8>>;
/// }
///
/// fn pack(packer: &mut dyn Packer, data: &[u8]) -> linmem::Result<Vec<u8>> {
///     let bound = packer.pack_bound(data.len() as u32)?;
///     packer.pack(data, Capacity::new(bound as usize))
/// }
/// ```
///
/// What lies in the room before the guest has written is whatever lay there.
#[derive(Debug, Clone, Copy)]
pub struct Capacity<T = u8>(usize, PhantomData<fn() -> T>);

impl<T> Capacity<T> {
    /// Room for that many elements.
    #[must_use]
    pub const fn new(count: usize) -> Self {
        Capacity(count, PhantomData)
    }
}

impl<C: Convention, T: bytemuck::Pod> Lower<C> for Capacity<T> {
    type Core = <C::Pass as Pass<C::Pointer>>::Core;
    type Placed = ();
    const IS_PASSED: bool = true;

    fn lower(&mut self, into: &mut Lowering<'_>) -> Result<(Self::Core, ())> {
        let room = self.0.saturating_mul(size_of::<T>());
        let (core, room) = C::Pass::pass(into, Slice { count: self.0, room, ..Slice::of::<T>(&[]) })?;
        into.output(room);
        Ok((core, ()))
    }
}

/// A slice that the guest changes where it lies, and says how many elements of it there are then:
/// [`Filled`](crate::results::Filled) reads them.
///
/// ```
/// use linmem::results::Filled;
/// use linmem::{InPlace, wasm_import};
///
/// #[wasm_import]
/// trait Trimmer {
///     /// `size_t trim(char *text, size_t len)`, the new length
///     #[wasm(returns = Filled)]
///     fn trim(&mut self, text: InPlace<'_, u8>) -> linmem::Result<String>;
/// }
///
/// fn trim(trimmer: &mut dyn Trimmer, text: &str) -> linmem::Result<String> {
///     trimmer.trim(InPlace::new(text.as_bytes()))
/// }
/// ```
///
/// A guest that makes it longer needs room for that: [`with_capacity`](InPlace::with_capacity). How much there is is not
/// passed; an argument of its own says it.
#[derive(Debug, Clone, Copy)]
pub struct InPlace<'a, T = u8> {
    elements: &'a [T],
    capacity: usize,
}

impl<'a, T> InPlace<'a, T> {
    /// These elements.
    #[must_use]
    pub const fn new(elements: &'a [T]) -> Self {
        InPlace { elements, capacity: elements.len() }
    }

    /// These elements, with room for so many in all.
    #[must_use]
    pub const fn with_capacity(elements: &'a [T], capacity: usize) -> Self {
        InPlace { elements, capacity }
    }
}

impl<C: Convention, T: bytemuck::Pod> Lower<C> for InPlace<'_, T> {
    type Core = <C::Pass as Pass<C::Pointer>>::Core;
    type Placed = ();
    const IS_PASSED: bool = true;

    fn lower(&mut self, into: &mut Lowering<'_>) -> Result<(Self::Core, ())> {
        let slice = Slice::of(self.elements);
        let room = self.capacity.saturating_mul(size_of::<T>()).max(slice.room);
        let (core, room) = C::Pass::pass(into, Slice { room, ..slice })?;
        into.output(room);
        Ok((core, ()))
    }
}

/// A buffer of the caller's with a length that the guest reads and writes: `(pointer, pointer to the length)`. The length is
/// the capacity when the guest is called, and what it has written when it returns; so zlib's `compress` has it.
///
/// ```
/// use linmem::status::Code;
/// use linmem::{Buf, wasm_import};
///
/// #[wasm_import(status = Code)]
/// trait Zlib {
///     /// `int compress(Bytef *dest, uLongf *destLen, const Bytef *source, uLong sourceLen)`
///     fn compress(&mut self, dest: Buf<'_, Vec<u8>>, source: &[u8]) -> linmem::Result<()>;
/// }
///
/// fn compress(zlib: &mut dyn Zlib, data: &[u8]) -> linmem::Result<Vec<u8>> {
///     let mut packed = Vec::new();
///     zlib.compress(Buf::new(&mut packed, data.len() + 64), data)?;
///     Ok(packed)
/// }
/// ```
#[derive(Debug)]
pub struct Buf<'a, T> {
    into: &'a mut T,
    capacity: usize,
}

impl<'a, T> Buf<'a, T> {
    /// Room for that many elements, which are read into `into` when the guest has returned.
    pub fn new(into: &'a mut T, capacity: usize) -> Self {
        Buf { into, capacity }
    }
}

impl<C: Convention, T: Lift<Raw = T>> Lower<C> for Buf<'_, T> {
    type Core = (C::Pointer, C::Pointer);
    /// The room, and the cell with its length.
    type Placed = (Region, Region);
    const COPIES_BACK: bool = true;

    fn lower(&mut self, into: &mut Lowering<'_>) -> Result<(Self::Core, Self::Placed)> {
        let layout = T::shape::<C>().layout();
        let room = into.reserve(self.capacity.saturating_mul(layout.size()), layout.align());
        let mut capacity = Vec::with_capacity(C::Pointer::SIZE);
        C::Pointer::write(to_u64(self.capacity), &mut capacity)?;
        let cell = into.place(&capacity, align_of::<C::Pointer>())?;
        Ok(((narrow(room.pointer)?, narrow(cell.pointer)?), (room, cell)))
    }

    fn copy_back(&mut self, (room, cell): Self::Placed, from: &mut Received<'_>) -> Result<()> {
        let shape = T::shape::<C>();
        let count = C::Pointer::read(from.bytes(cell, align_of::<C::Pointer>())?);
        let region = shape.named(room.pointer, count);
        if region.len > room.len {
            let capacity = shape.count(room);
            return Err(ErrorKind::Overflow { count, capacity }.into());
        }
        *self.into = T::read::<C>(from.memory(), region)?;
        Ok(())
    }
}
