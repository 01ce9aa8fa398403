//! AssemblyScript's objects.

use crate::allocator::{ARRAY_BUFFER, Allocator, STRING};
use crate::core::{Func, Params};
use crate::error::{Error, ErrorKind, Place, Result};
use crate::frame::Frame;
use crate::mode::Mode;
use crate::region::{Region, to_u64};
use crate::results::{Owner, Results, Returned, Room, Shape, hint};

/// The address of an object of AssemblyScript's: a `String` or an `ArrayBuffer`, which is the data itself, or anything else,
/// which is taken for a view of a buffer: a typed array or an `Array` of numbers.
///
/// The object is the collector's, and is read before the guest runs again.
///
/// Source: AssemblyScript's documentation, "Runtime", memory layout: the 20 bytes before an object are its header, which
/// ends with the class and the size. `std/assembly/typedarray.ts` has the view.
#[derive(Debug, Clone, Copy)]
pub struct Managed;

/// The address of an object that is the data itself, whatever its class: a `StaticArray`.
#[derive(Debug, Clone, Copy)]
pub struct StaticArray;

/// Class and size, at the end of the header.
const TAIL: u64 = 8;
/// The first three words of a view.
const VIEW: u64 = 12;

/// Words at an address of the guest's.
fn words<const N: usize>(memory: &[u8], pointer: u64, len: u64) -> Result<[u32; N]> {
    let (words, _) = Region { pointer, len }.of(memory, align_of::<u32>())?.as_chunks();
    let mut words = words.iter().map(|word| u32::from_le_bytes(*word));
    Ok([(); N].map(|()| words.next().unwrap_or(0)))
}

/// The data of an object.
fn data(memory: &[u8], object: u32, align: usize, is_view: impl Fn(u32) -> bool) -> Result<Region> {
    let pointer = u64::from(object);
    if object == 0 {
        return Ok(Region { pointer, len: 0 });
    }
    let header = pointer
        .checked_sub(TAIL)
        .ok_or(ErrorKind::OutOfBounds { region: Region { pointer, len: 0 }, memory: to_u64(memory.len()) });
    let words = header.map_err(Error::from).and_then(|header| words(memory, header, TAIL));
    let [class, size] = words.map_err(|error| error.answered(pointer))?;
    if is_view(class) {
        return view(memory, pointer, align).map_err(|error| error.at(Place::ReturnArea));
    }
    Ok(Region { pointer, len: size.into() })
}

/// What a view shows. It is looked at here, because what is wrong with it may be that the object is none.
fn view(memory: &[u8], pointer: u64, align: usize) -> Result<Region> {
    let [_, start, len] = words(memory, pointer, VIEW)?;
    let region = Region { pointer: start.into(), len: len.into() };
    if start != 0 {
        region.of(memory, align)?;
    }
    Ok(region)
}

macro_rules! managed {
    ($($name:ident: $is_view:expr, $hint:expr;)*) => {$(
        impl Results<u32> for $name {
            type Func<P: Params> = Func<P, u32>;

            fn call<P: Params, M: Mode, A: Allocator>(
                func: &Self::Func<P>,
                frame: &mut Frame<'_, M, A>,
                _: Room,
                params: P,
                shape: Shape,
            ) -> impl Future<Output = Result<Returned>> {
                frame.invoke_then(func, params, move |answer, object| {
                    let align = shape.layout().align();
                    Ok(Returned::new(data(answer.memory()?, object, align, $is_view)?, Owner::Guest))
                })
            }

            fn hint<P: Params>(_: &Self::Func<P>, error: &Error) -> Option<&'static str> {
                // The first words of a view are addresses, where numbers of an array's may be anything.
                let is_view = error.place() == Some(Place::ReturnArea) || matches!(error.kind(), ErrorKind::Null);
                if is_view { $hint } else { hint::pointed::<u32>(error, None) }
            }
        }
    )*};
}
managed! {
    Managed: |class| !matches!(class, ARRAY_BUFFER | STRING), Some(hint::MANAGED);
    StaticArray: |_| false, None::<&'static str>;
}
