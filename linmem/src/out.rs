//! Out-parameters that lie elsewhere: the guest writes an address and a length.

use crate::convention::Convention;
use crate::core::{Pointer, narrow};
use crate::error::{ErrorKind, Result};
use crate::lift::Lift;
use crate::lower::Lower;
use crate::lowering::Lowering;
use crate::received::Received;
use crate::region::{Region, to_u64};
use crate::results::Shape;

/// An out-parameter for a buffer of the guest's: two pointers are passed, to where it is to write an address and a count.
/// When it has returned, the buffer is read and released, as a result is.
///
/// `T` is an owned type that is read from memory: `String`, or `Vec` of plain old data. An address that is null leaves it
/// as it was. A scalar or a struct needs no `Out`: `&mut T` is its out-parameter, and `&mut GuestPtr<T>` that of a handle.
///
/// ```
/// use linmem::status::Code;
/// use linmem::{Out, wasm_import};
///
/// #[wasm_import(status = Code)]
/// trait Png {
///     /// `unsigned lodepng_encode32(unsigned char **out, size_t *outsize, const unsigned char *image, …)`
///     fn lodepng_encode32(
///         &mut self,
///         png: Out<'_, Vec<u8>>,
///         #[wasm(pass = linmem::pass::Ptr)] rgba: &[u8],
///         width: u32,
///         height: u32,
///     ) -> linmem::Result<()>;
/// }
///
/// fn encode(lodepng: &mut dyn Png, rgba: &[u8], width: u32, height: u32) -> linmem::Result<Vec<u8>> {
///     let mut png = Vec::new();
///     lodepng.lodepng_encode32(Out(&mut png), rgba, width, height)?;
///     Ok(png)
/// }
/// ```
#[derive(Debug)]
pub struct Out<'a, T>(pub &'a mut T);

impl<C: Convention, T: Lift<Raw = T>> Lower<C> for Out<'_, T> {
    type Core = (C::Pointer, C::Pointer);
    /// Where the two are, one behind the other.
    type Placed = Region;
    const COPIES_BACK: bool = true;

    fn lower(&mut self, into: &mut Lowering<'_>) -> Result<(Self::Core, Region)> {
        // Zero, so that a guest which writes nothing leaves null there.
        let nulls = [0; size_of::<[u64; 2]>()];
        let size = C::Pointer::SIZE;
        let len = size.saturating_mul(2);
        let cells = into.place(nulls.get(..len).unwrap_or(&nulls), align_of::<C::Pointer>())?;
        let second = cells.pointer.saturating_add(to_u64(size));
        Ok(((narrow(cells.pointer)?, narrow(second)?), cells))
    }

    fn copy_back(&mut self, cells: Region, from: &mut Received<'_>) -> Result<()> {
        let cells = from.bytes(cells, align_of::<C::Pointer>())?;
        let (pointer, count) = cells.split_at_checked(C::Pointer::SIZE).unwrap_or_default();
        let (pointer, count) = (C::Pointer::read(pointer), C::Pointer::read(count));
        if pointer == 0 {
            return Ok(());
        }
        let (region, layout) = match T::shape::<C>() {
            Shape::Slice(layout) => (Region::of_elements(pointer, count, layout.size()), layout),
            Shape::Value(layout) => {
                let size = to_u64(layout.size());
                return Err(ErrorKind::WrongSize { len: count, size }.into());
            }
        };
        from.adopt(region, layout.align())?;
        *self.0 = T::read::<C>(from.memory(), region)?;
        Ok(())
    }
}
