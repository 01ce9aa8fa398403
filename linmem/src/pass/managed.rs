//! AssemblyScript's strings, buffers and arrays, as objects that the collector keeps for the call.

use super::{Pass, Slice};
use crate::allocator::{ARRAY_BUFFER, STRING};
use crate::core::narrow;
use crate::error::Result;
use crate::lowering::Lowering;
use crate::region::{Region, to_u64};

/// Text as a `String`, anything else as an `ArrayBuffer`: the address of the object, and that is the address of its data.
#[derive(Debug, Clone, Copy)]
pub struct Managed;

impl Pass<u32> for Managed {
    type Core = (u32,);

    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<((u32,), Region)> {
        let class = if slice.is_text { STRING } else { ARRAY_BUFFER };
        let region = into.object(class, |into| slice.place(into))?;
        Ok(((narrow(region.pointer)?,), region))
    }
}

/// A typed array, `Uint8Array` or `Float64Array` say: a view, which names the buffer that holds the elements. `CLASS` is
/// the number that the module's compiler gave it: `idof<Float64Array>()`.
///
/// ```
/// use linmem::convention::AssemblyScript;
/// use linmem::{pass, wasm_import};
///
/// #[wasm_import(convention = AssemblyScript)]
/// trait Statistics {
///     fn sum(&mut self, #[wasm(pass = pass::TypedArray<4>)] values: &[f64]) -> linmem::Result<f64>;
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct TypedArray<const CLASS: u32>;

impl<const CLASS: u32> Pass<u32> for TypedArray<CLASS> {
    type Core = (u32,);

    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<((u32,), Region)> {
        view::<3>(into, CLASS, slice)
    }
}

/// An `Array` of numbers: the same, with the number of elements besides.
#[derive(Debug, Clone, Copy)]
pub struct Array<const CLASS: u32>;

impl<const CLASS: u32> Pass<u32> for Array<CLASS> {
    type Core = (u32,);

    fn pass(into: &mut Lowering<'_>, slice: Slice<'_>) -> Result<((u32,), Region)> {
        view::<4>(into, CLASS, slice)
    }
}

/// A view of `N` words: buffer, address of the first element, length in bytes, and for some the number of elements.
fn view<const N: usize>(into: &mut Lowering<'_>, class: u32, slice: Slice<'_>) -> Result<((u32,), Region)> {
    let data = into.object(ARRAY_BUFFER, |into| slice.place(into))?;
    let (buffer, len) = data.try_into()?;
    let words = [buffer, buffer, len, narrow(to_u64(slice.count))?].map(u32::to_le_bytes);
    let (view, _) = words.split_at_checked(N).unwrap_or_default();
    let view = into.object(class, |into| into.place(view.as_flattened(), align_of::<u32>()))?;
    Ok(((narrow(view.pointer)?,), data))
}
