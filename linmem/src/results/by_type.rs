//! The leading return pointer, and the choice among the four forms that an export's type tells apart.

use crate::allocator::Allocator;
use crate::bind::FoundExport;
use crate::core::{Params, Pointer, Signature, narrow};
use crate::error::{ErrorKind, Result};
use crate::frame::Frame;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::results::{Owner, Packed, Pair, Results, ReturnArea, Returned, Room, Shape};
use std::alloc::Layout;
use std::fmt::Debug;
use wasmtime::{AsContextMut, TypedFunc};

/// A pointer that the host passes in front, to room where the guest writes: the pointer and the count of a slice, or a
/// value itself. It is how C, C++ and Rust compile a function that returns a struct.
#[derive(Debug, Clone, Copy)]
pub struct ReturnPointer;

impl<X: Pointer> Results<X> for ReturnPointer {
    type Func<P: Params> = TypedFunc<X::Leading<P>, ()>;

    fn signatures<P: Params>(_: Shape) -> Vec<Signature> {
        let mut params = P::types();
        params.insert(0, X::TYPE);
        vec![Signature::new(params, &[])]
    }

    fn resolve<P: Params, S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func<P>> {
        found.func()
    }

    #[inline]
    fn prepare<P: Params>(_: &Self::Func<P>, into: &mut Lowering<'_>, shape: Shape) -> Room {
        let room = match shape {
            Shape::Value(layout) => layout,
            Shape::Slice(_) => Layout::new::<[X; 2]>(),
        };
        Some(into.reserve(room.size(), room.align()))
    }

    #[inline(always)]
    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        room: Room,
        params: P,
        shape: Shape,
    ) -> Result<Returned> {
        let room = room.ok_or(ErrorKind::Null)?;
        frame.invoke(func, narrow::<X>(room.pointer)?.lead(params)).await?;
        match shape {
            Shape::Value(_) => Ok(Returned::new(room, Owner::Frame)),
            Shape::Slice(_) => {
                let region = shape.in_area::<X>(frame.memory()?, room.pointer)?;
                Ok(Returned::new(region, Owner::Caller))
            }
        }
    }
}

/// Whichever of [`Packed`], [`Pair`], [`ReturnPointer`] and [`ReturnArea`] the export's type tells; no two of them have
/// the same type. It is found out once, when the module is bound.
///
/// A single value ([`Shape::Value`]) comes by [`ReturnPointer`] or [`ReturnArea`].
#[derive(Debug, Clone, Copy)]
pub struct ByType;

/// The export of a [`ByType`] method.
pub enum ByTypeFunc<P: Params> {
    /// Returns a packed `i64`.
    Packed(TypedFunc<P, u64>),
    /// Returns two values.
    Pair(TypedFunc<P, (u32, u32)>),
    /// Takes a return pointer in front.
    ReturnPointer(TypedFunc<<u32 as Pointer>::Leading<P>, ()>),
    /// Returns a pointer.
    ReturnArea(TypedFunc<P, u32>),
}

impl<P: Params> Debug for ByTypeFunc<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ByTypeFunc::Packed(_) => "Packed",
            ByTypeFunc::Pair(_) => "Pair",
            ByTypeFunc::ReturnPointer(_) => "ReturnPointer",
            ByTypeFunc::ReturnArea(_) => "ReturnArea",
        })
    }
}

impl Results<u32> for ByType {
    type Func<P: Params> = ByTypeFunc<P>;

    fn signatures<P: Params>(shape: Shape) -> Vec<Signature> {
        let pointer = <ReturnPointer as Results<u32>>::signatures::<P>(shape);
        let area = <ReturnArea as Results<u32>>::signatures::<P>(shape);
        let slice = match shape {
            Shape::Value(_) => vec![],
            Shape::Slice(_) => {
                [Packed::signatures::<P>(shape), <Pair as Results<u32>>::signatures::<P>(shape)].concat()
            }
        };
        [pointer, area, slice].concat()
    }

    fn resolve<P: Params, S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<ByTypeFunc<P>> {
        Ok(match found.signature() {
            0 => ByTypeFunc::ReturnPointer(found.func()?),
            1 => ByTypeFunc::ReturnArea(found.func()?),
            2 => ByTypeFunc::Packed(found.func()?),
            _ => ByTypeFunc::Pair(found.func()?),
        })
    }

    #[inline]
    fn prepare<P: Params>(func: &ByTypeFunc<P>, into: &mut Lowering<'_>, shape: Shape) -> Room {
        match func {
            ByTypeFunc::ReturnPointer(func) => <ReturnPointer as Results<u32>>::prepare::<P>(func, into, shape),
            ByTypeFunc::Packed(_) | ByTypeFunc::Pair(_) | ByTypeFunc::ReturnArea(_) => None,
        }
    }

    #[inline(always)]
    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &ByTypeFunc<P>,
        frame: &mut Frame<'_, M, A>,
        room: Room,
        params: P,
        shape: Shape,
    ) -> Result<Returned> {
        match func {
            ByTypeFunc::Packed(func) => Packed::call(func, frame, room, params, shape).await,
            ByTypeFunc::Pair(func) => <Pair as Results<u32>>::call(func, frame, room, params, shape).await,
            ByTypeFunc::ReturnPointer(func) => {
                <ReturnPointer as Results<u32>>::call(func, frame, room, params, shape).await
            }
            ByTypeFunc::ReturnArea(func) => <ReturnArea as Results<u32>>::call(func, frame, room, params, shape).await,
        }
    }
}
