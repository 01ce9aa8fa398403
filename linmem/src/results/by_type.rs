//! The four forms that an export's type tells apart, and the choice among them.

use crate::allocator::Allocator;
use crate::bind::FoundExport;
use crate::core::{CoreType, Params, Pointer, Signature, narrow};
use crate::error::{ErrorKind, Result};
use crate::frame::Frame;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::results::{Owner, Results, Returned, Room, Shape};
use std::alloc::Layout;
use std::fmt::Debug;
use wasmtime::{AsContextMut, TypedFunc};

/// An `i64` with the pointer in its upper half and the count in its lower one: `(ptr << 32) | len`.
///
/// What hand-written guests in Rust, Zig, Go and AssemblyScript return where they have one core result only. The guest
/// gives the bytes away: they are released through its allocator.
#[derive(Debug, Clone, Copy)]
pub struct Packed;

impl Results<u32> for Packed {
    type Func<P: Params> = TypedFunc<P, u64>;

    fn signatures<P: Params>(_: Shape) -> Vec<Signature> {
        vec![Signature::new(P::types(), &[CoreType::I64])]
    }

    fn resolve<P: Params, S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func<P>> {
        found.func()
    }

    #[inline(always)]
    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        _: Room,
        params: P,
        shape: Shape,
    ) -> Result<Returned> {
        let packed = frame.invoke(func, params).await?;
        let region = shape.named(packed >> 32, packed & u64::from(u32::MAX));
        Ok(Returned::new(region, Owner::Caller))
    }
}

/// Two core results: the pointer, then the count. Compilers call it multi-value.
#[derive(Debug, Clone, Copy)]
pub struct Pair;

impl<X: Pointer> Results<X> for Pair {
    type Func<P: Params> = TypedFunc<P, (X, X)>;

    fn signatures<P: Params>(_: Shape) -> Vec<Signature> {
        vec![Signature::new(P::types(), &[X::TYPE, X::TYPE])]
    }

    fn resolve<P: Params, S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func<P>> {
        found.func()
    }

    #[inline(always)]
    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        _: Room,
        params: P,
        shape: Shape,
    ) -> Result<Returned> {
        let (pointer, count) = frame.invoke(func, params).await?;
        Ok(Returned::new(shape.named(pointer.into(), count.into()), Owner::Caller))
    }
}

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

/// A returned pointer: to the pointer and the count of a slice (an area that stays the guest's), or to a value.
#[derive(Debug, Clone, Copy)]
pub struct ReturnArea;

impl<X: Pointer> Results<X> for ReturnArea {
    type Func<P: Params> = TypedFunc<P, X>;

    fn signatures<P: Params>(_: Shape) -> Vec<Signature> {
        vec![Signature::new(P::types(), &[X::TYPE])]
    }

    fn resolve<P: Params, S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self::Func<P>> {
        found.func()
    }

    #[inline(always)]
    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &Self::Func<P>,
        frame: &mut Frame<'_, M, A>,
        _: Room,
        params: P,
        shape: Shape,
    ) -> Result<Returned> {
        let pointer = frame.invoke(func, params).await?.into();
        let region = shape.in_area::<X>(frame.memory()?, pointer)?;
        Ok(Returned::new(region, Owner::Caller))
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
