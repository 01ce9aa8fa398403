//! How an export hands back what lies in memory.

use crate::allocator::Allocator;
use crate::core::{CoreType, Params, Pointer, Signature, narrow};
use crate::error::{ErrorKind, Result};
use crate::frame::Frame;
use crate::lowering::Lowering;
use crate::mode::Mode;
use crate::region::{Region, to_u64};
use std::alloc::Layout;
use std::fmt::Debug;
use std::future::Future;
use std::marker::PhantomData;
use wasmtime::{AsContextMut, Func, TypedFunc};

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
    fn named(self, pointer: u64, count: u64) -> Region {
        match self {
            Shape::Slice(layout) => Region::of_elements(pointer, count, layout.size()),
            Shape::Value(_) => Region { pointer, len: count },
        }
    }

    fn at(self, pointer: u64) -> Region {
        Region { pointer, len: to_u64(self.layout().size()) }
    }
}

/// What came back: bytes that the guest says are the result, and whose they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Returned {
    /// The bytes; not checked yet.
    pub region: Region,
    /// Who releases them.
    pub owner: Owner,
}

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
}

/// Room that was reserved for a result.
pub type Room = Option<Region>;

/// The result axis of a [`Convention`](crate::Convention), for what lies in memory. Scalars need none: they are core
/// values.
pub trait Results<X: Pointer>: 'static {
    /// The export, resolved to be called with parameters `P`.
    type Func<P: Params>: Send + Sync + 'static;

    /// The signatures that it can call, the preferred one first.
    fn signatures<P: Params>(shape: Shape) -> Vec<Signature>;

    /// Resolves the export, which has the signature of that index in the list above.
    ///
    /// # Errors
    /// If the function has another type.
    fn resolve<P: Params>(signature: usize, func: &Func, store: impl AsContextMut) -> wasmtime::Result<Self::Func<P>>;

    /// Reserves room for the result, before the arguments. There is none to reserve where the guest provides it.
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
}

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

    fn resolve<P: Params>(_: usize, func: &Func, store: impl AsContextMut) -> wasmtime::Result<Self::Func<P>> {
        func.typed(store)
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
        Ok(Returned { region, owner: Owner::Caller })
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

    fn resolve<P: Params>(_: usize, func: &Func, store: impl AsContextMut) -> wasmtime::Result<Self::Func<P>> {
        func.typed(store)
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
        Ok(Returned { region: shape.named(pointer.into(), count.into()), owner: Owner::Caller })
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

    fn resolve<P: Params>(_: usize, func: &Func, store: impl AsContextMut) -> wasmtime::Result<Self::Func<P>> {
        func.typed(store)
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
            Shape::Value(_) => Ok(Returned { region: room, owner: Owner::Frame }),
            Shape::Slice(_) => {
                let region = read_pair::<X, M, A>(frame, room.pointer, shape)?;
                Ok(Returned { region, owner: Owner::Caller })
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

    fn resolve<P: Params>(_: usize, func: &Func, store: impl AsContextMut) -> wasmtime::Result<Self::Func<P>> {
        func.typed(store)
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
        let region = match shape {
            Shape::Value(_) => shape.at(pointer),
            // No area, no slice.
            Shape::Slice(_) if pointer == 0 => Region { pointer: 0, len: 0 },
            Shape::Slice(_) => read_pair::<X, M, A>(frame, pointer, shape)?,
        };
        Ok(Returned { region, owner: Owner::Caller })
    }
}

/// Reads a pointer and a count that the guest wrote at an address.
#[inline]
fn read_pair<X: Pointer, M: Mode, A: Allocator>(frame: &Frame<'_, M, A>, at: u64, shape: Shape) -> Result<Region> {
    let pair = Region { pointer: at, len: to_u64(size_of::<[X; 2]>()) };
    let (pointer, count) = frame.bytes(pair, align_of::<X>())?.split_at_checked(X::SIZE).unwrap_or_default();
    Ok(shape.named(X::read(pointer), X::read(count)))
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

    fn resolve<P: Params>(signature: usize, func: &Func, store: impl AsContextMut) -> wasmtime::Result<ByTypeFunc<P>> {
        Ok(match signature {
            0 => ByTypeFunc::ReturnPointer(func.typed(store)?),
            1 => ByTypeFunc::ReturnArea(func.typed(store)?),
            2 => ByTypeFunc::Packed(func.typed(store)?),
            _ => ByTypeFunc::Pair(func.typed(store)?),
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

/// The same results, which stay the guest's: static bytes, or a buffer that it reuses. Nothing is released.
///
/// ```
/// # use linmem::wasm_import;
/// #[wasm_import]
/// trait About {
///     #[wasm(returns = linmem::results::Static)]
///     fn version(&mut self) -> linmem::Result<&str>;
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Static<R = ByType>(PhantomData<fn() -> R>);

impl<X: Pointer, R: Results<X>> Results<X> for Static<R> {
    type Func<P: Params> = R::Func<P>;

    fn signatures<P: Params>(shape: Shape) -> Vec<Signature> {
        R::signatures::<P>(shape)
    }

    fn resolve<P: Params>(signature: usize, func: &Func, store: impl AsContextMut) -> wasmtime::Result<R::Func<P>> {
        R::resolve::<P>(signature, func, store)
    }

    #[inline]
    fn prepare<P: Params>(func: &R::Func<P>, into: &mut Lowering<'_>, shape: Shape) -> Room {
        R::prepare::<P>(func, into, shape)
    }

    #[inline(always)]
    async fn call<P: Params, M: Mode, A: Allocator>(
        func: &R::Func<P>,
        frame: &mut Frame<'_, M, A>,
        room: Room,
        params: P,
        shape: Shape,
    ) -> Result<Returned> {
        let returned = R::call(func, frame, room, params, shape).await?;
        let owner = if returned.owner == Owner::Caller { Owner::Guest } else { returned.owner };
        Ok(Returned { owner, ..returned })
    }
}
