//! Lists of strings and byte strings.

use crate::convention::Convention;
use crate::core::Pointer;
use crate::error::Result;
use crate::lower::Lower;
use crate::lowering::Lowering;
use crate::pass::{Pass, Slice};
use crate::region::to_u64;
use crate::text::Text;
use std::borrow::Cow;

/// A list of strings or byte strings, as an argument: an array of `(pointer, length)` records is passed as a slice is,
/// and each record names one of them.
///
/// ```
/// use linmem::{List, wasm_import};
///
/// #[wasm_import]
/// trait Shell {
///     fn run(&mut self, arguments: List<'_, &str>) -> linmem::Result<i32>;
/// }
///
/// fn build(shell: &mut dyn Shell) -> linmem::Result<i32> {
///     shell.run(List(&["cc", "-o", "main", "main.c"]))
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct List<'a, T>(pub &'a [T]);

/// What a [`List`] can hold: text, in the convention's encoding, or bytes.
pub trait Item {
    /// Its bytes in the guest, and the size of an element of it.
    ///
    /// # Errors
    /// If the encoding has no such character.
    fn bytes<C: Convention>(&self) -> Result<(Cow<'_, [u8]>, usize)>;
}

macro_rules! items {
    ($($text:ty),*; $($bytes:ty),*) => {
        $(impl Item for $text {
            fn bytes<C: Convention>(&self) -> Result<(Cow<'_, [u8]>, usize)> {
                Ok((C::Text::encode(self)?, C::Text::UNIT))
            }
        })*
        $(impl Item for $bytes {
            fn bytes<C: Convention>(&self) -> Result<(Cow<'_, [u8]>, usize)> {
                Ok((Cow::Borrowed(self), 1))
            }
        })*
    };
}
items!(&str, String; &[u8], Vec<u8>);

impl<C: Convention, T: Item> Lower<C> for List<'_, T> {
    type Core = <C::Pass as Pass<C::Pointer>>::Core;
    type Placed = ();
    const IS_PASSED: bool = true;

    fn lower(&mut self, into: &mut Lowering<'_>) -> Result<(Self::Core, ())> {
        let mut records = Vec::with_capacity(self.0.len().saturating_mul(2).saturating_mul(C::Pointer::SIZE));
        for item in self.0 {
            let (bytes, unit) = item.bytes::<C>()?;
            let slice = Slice::of_text(&bytes, unit);
            // As the convention passes it, so that it is given away where the list is; of the core values only where it
            // lies is of use.
            let (_, region) = C::Pass::pass(into, slice)?;
            C::Pointer::write(region.pointer, &mut records)?;
            C::Pointer::write(to_u64(slice.count), &mut records)?;
        }
        let (size, align) = (size_of::<[C::Pointer; 2]>(), align_of::<C::Pointer>());
        let slice = Slice { bytes: &records, room: records.len(), count: self.0.len(), size, align, is_text: false };
        Ok((C::Pass::pass(into, slice)?.0, ()))
    }
}
