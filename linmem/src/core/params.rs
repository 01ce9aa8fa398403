//! Core values in a row: the parameters and results of functions, of any number.

use super::{CoreType, CoreValue, Signature};
use std::fmt;
use wasmtime::{AsContext, AsContextMut, TypedFunc, Val, WasmResults};

/// Core values in a row.
pub trait CoreValues: Sized {
    /// Their types.
    const TYPES: &'static [CoreType];

    /// Writes them down, each with its type beside it.
    fn push(self, vals: &mut Vec<Val>);

    /// Reads them, if they are of these types.
    fn pull(vals: &[Val]) -> Option<Self>;
}

/// What a core function returns: nothing, a value, or a tuple of values.
pub trait CoreResults: CoreValues + WasmResults + Copy + Sync + 'static {}

impl<R: CoreValues + WasmResults + Copy + Sync + 'static> CoreResults for R {}

impl<X: CoreValue> CoreValues for X {
    const TYPES: &'static [CoreType] = &[X::TYPE];

    fn push(self, vals: &mut Vec<Val>) {
        vals.push(self.into_val());
    }

    fn pull(vals: &[Val]) -> Option<Self> {
        X::from_val(vals.first()?)
    }
}

/// The core parameters of one function: a tuple of core values, or [`Wide`] where wasmtime has no tuple of that length.
pub trait Params: CoreValues + Sync + Prepend<u32> + Prepend<u64> + Append<(u32,)> + Append<(u64,)> + 'static {
    /// A function that takes these, with its type checked.
    type Checked<R: CoreResults>: Clone + Send + Sync + 'static;

    /// Checks that a function takes these and returns `R`.
    ///
    /// # Errors
    /// If it does not.
    fn check<R: CoreResults>(func: wasmtime::Func, store: impl AsContext) -> wasmtime::Result<Self::Checked<R>>;

    /// Calls it.
    ///
    /// # Errors
    /// As wasmtime's calls.
    fn call<R: CoreResults>(self, func: &Self::Checked<R>, store: impl AsContextMut) -> wasmtime::Result<R>;

    /// Calls it on a fiber.
    #[cfg(feature = "async")]
    fn call_async<R: CoreResults>(
        self,
        func: &Self::Checked<R>,
        store: impl AsContextMut<Data: Send>,
    ) -> impl Future<Output = wasmtime::Result<R>>;
}

/// Parameters with one more in front.
pub trait Prepend<X> {
    /// The longer row.
    type Out: Params;

    /// Adds `first` in front.
    fn prepend(self, first: X) -> Self::Out;
}

/// Parameters with those of another tuple behind.
#[diagnostic::on_unimplemented(message = "an argument becomes at most 4 core values, a tuple of them")]
pub trait Append<T> {
    /// The longer row.
    type Out: Params;

    /// Adds `tail` behind.
    fn append(self, tail: T) -> Self::Out;
}

/// A function of a guest's that takes `P` and returns `R`, checked once. It is wasmtime's [`TypedFunc`] where that takes as
/// many parameters, which is up to 17.
pub struct Func<P: Params, R: CoreResults>(P::Checked<R>);

impl<P: Params, R: CoreResults> Func<P, R> {
    /// Its type.
    pub const SIGNATURE: Signature = Signature::new(P::TYPES, R::TYPES);

    pub(crate) fn check(func: wasmtime::Func, store: impl AsContext) -> wasmtime::Result<Self> {
        P::check(func, store).map(Func)
    }

    #[inline(always)]
    pub(crate) fn call(&self, store: impl AsContextMut, params: P) -> wasmtime::Result<R> {
        params.call(&self.0, store)
    }

    #[cfg(feature = "async")]
    #[inline]
    pub(crate) fn call_async(
        &self,
        store: impl AsContextMut<Data: Send>,
        params: P,
    ) -> impl Future<Output = wasmtime::Result<R>> {
        params.call_async(&self.0, store)
    }
}

impl<P: Params, R: CoreResults> Clone for Func<P, R> {
    fn clone(&self) -> Self {
        Func(self.0.clone())
    }
}

impl<P: Params, R: CoreResults> fmt::Debug for Func<P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Func{}", Self::SIGNATURE)
    }
}

macro_rules! params {
    ([$($p:ident)*]) => {
        impl<$($p: CoreValue,)*> CoreValues for ($($p,)*) {
            const TYPES: &'static [CoreType] = &[$($p::TYPE,)*];

            #[allow(non_snake_case, unused_variables, reason = "one name serves as type and as variable, or none")]
            fn push(self, vals: &mut Vec<Val>) {
                let ($($p,)*) = self;
                $(vals.push($p.into_val());)*
            }

            #[allow(unused_variables, unused_mut, reason = "there may be none")]
            fn pull(vals: &[Val]) -> Option<Self> {
                let mut vals = vals.iter();
                Some(($($p::from_val(vals.next()?)?,)*))
            }
        }

        impl<$($p: CoreValue,)*> Params for ($($p,)*) {
            type Checked<R: CoreResults> = TypedFunc<Self, R>;

            fn check<R: CoreResults>(func: wasmtime::Func, store: impl AsContext) -> wasmtime::Result<TypedFunc<Self, R>> {
                func.typed(store)
            }

            #[inline(always)]
            fn call<R: CoreResults>(self, func: &TypedFunc<Self, R>, store: impl AsContextMut) -> wasmtime::Result<R> {
                func.call(store, self)
            }

            #[cfg(feature = "async")]
            #[inline]
            fn call_async<R: CoreResults>(
                self,
                func: &TypedFunc<Self, R>,
                store: impl AsContextMut<Data: Send>,
            ) -> impl Future<Output = wasmtime::Result<R>> {
                func.call_async(store, self)
            }
        }
    };
}

/// A tuple with others behind it, and with one value in front: a tuple again where wasmtime has one of that length.
macro_rules! row {
    ($p:tt) => {
        row!($p fit ([] [X0] [X0 X1] [X0 X1 X2] [X0 X1 X2 X3]) wide ());
    };
    ($p:tt fit ($($fit:tt)*) wide ($($wide:tt)*)) => {
        params!($p);
        $(row!(@append $p $fit);)*
        $(row!(@wide $p $wide);)*
    };
    (@append [$($p:ident)*] [$($t:ident)*]) => {
        impl<$($p: CoreValue,)* $($t: CoreValue,)*> Append<($($t,)*)> for ($($p,)*) {
            type Out = ($($p,)* $($t,)*);

            #[inline(always)]
            #[allow(non_snake_case, clippy::unused_unit, reason = "one name serves as type and as variable, or none")]
            fn append(self, tail: ($($t,)*)) -> Self::Out {
                let (($($p,)*), ($($t,)*)) = (self, tail);
                ($($p,)* $($t,)*)
            }
        }
    };
    (@wide [$($p:ident)*] [$($t:ident)*]) => {
        impl<$($p: CoreValue,)* $($t: CoreValue,)*> Append<($($t,)*)> for ($($p,)*) {
            type Out = Wide<Self, ($($t,)*)>;

            #[inline]
            fn append(self, tail: ($($t,)*)) -> Self::Out {
                Wide(self, tail)
            }
        }
    };
}

macro_rules! prepend {
    ($($p:ident)*) => {
        impl<X: CoreValue, $($p: CoreValue,)*> Prepend<X> for ($($p,)*) {
            type Out = (X, $($p,)*);

            #[inline]
            #[allow(non_snake_case, reason = "one name serves as type and as variable")]
            fn prepend(self, first: X) -> Self::Out {
                let ($($p,)*) = self;
                (first, $($p,)*)
            }
        }
    };
}

row!([]);
row!([A]);
row!([A B]);
row!([A B C]);
row!([A B C D]);
row!([A B C D E]);
row!([A B C D E F]);
row!([A B C D E F G]);
row!([A B C D E F G H]);
row!([A B C D E F G H I]);
row!([A B C D E F G H I J]);
row!([A B C D E F G H I J K]);
row!([A B C D E F G H I J K L]);
row!([A B C D E F G H I J K L M]);
row!([A B C D E F G H I J K L M N] fit ([] [X0] [X0 X1] [X0 X1 X2]) wide ([X0 X1 X2 X3]));
row!([A B C D E F G H I J K L M N O] fit ([] [X0] [X0 X1]) wide ([X0 X1 X2] [X0 X1 X2 X3]));
row!([A B C D E F G H I J K L M N O P] fit ([] [X0]) wide ([X0 X1] [X0 X1 X2] [X0 X1 X2 X3]));
row!([A B C D E F G H I J K L M N O P Q] fit ([]) wide ([X0] [X0 X1] [X0 X1 X2] [X0 X1 X2 X3]));

/// More parameters than wasmtime has a tuple for: those of `H`, and those of `T` behind. The function is called through
/// [`wasmtime::Func::call`], which takes any number, and some time more.
#[derive(Debug, Clone, Copy)]
pub struct Wide<H, T>(H, T);

/// As many as fit into the constants below. WebAssembly itself allows 1,000.
const MAX: usize = 64;

impl<H: CoreValues, T: CoreValues> Wide<H, T> {
    /// The types of both, and how many they are.
    const JOINED: ([CoreType; MAX], usize) = {
        let (mut types, mut len) = ([CoreType::I32; MAX], 0);
        let (mut rest, mut next) = (H::TYPES, T::TYPES);
        while let [first, behind @ ..] = rest {
            match types.as_mut_slice().split_at_mut(len).1.first_mut() {
                Some(slot) => *slot = *first,
                None => panic!("the arguments take more core parameters than linmem passes: at most 64"),
            }
            len += 1;
            rest = behind;
            if rest.is_empty() {
                (rest, next) = (next, &[]);
            }
        }
        (types, len)
    };
}

impl<H: CoreValues, T: CoreValues> CoreValues for Wide<H, T> {
    const TYPES: &'static [CoreType] = Self::JOINED.0.split_at(Self::JOINED.1).0;

    fn push(self, vals: &mut Vec<Val>) {
        self.0.push(vals);
        self.1.push(vals);
    }

    fn pull(vals: &[Val]) -> Option<Self> {
        let (head, tail) = vals.split_at_checked(H::TYPES.len())?;
        Some(Wide(H::pull(head)?, T::pull(tail)?))
    }
}

impl<H: CoreValues + Sync + 'static, T: Params> Params for Wide<H, T> {
    type Checked<R: CoreResults> = wasmtime::Func;

    fn check<R: CoreResults>(func: wasmtime::Func, store: impl AsContext) -> wasmtime::Result<wasmtime::Func> {
        let (found, wanted) = (Signature::from(func.ty(store)), Signature::new(Self::TYPES, R::TYPES));
        if found == wanted { Ok(func) } else { Err(wasmtime::format_err!("type is `{found}`, and not `{wanted}`")) }
    }

    fn call<R: CoreResults>(self, func: &wasmtime::Func, store: impl AsContextMut) -> wasmtime::Result<R> {
        let (params, mut results) = self.vals::<R>();
        func.call(store, &params, &mut results)?;
        returned(&results)
    }

    #[cfg(feature = "async")]
    async fn call_async<R: CoreResults>(
        self,
        func: &wasmtime::Func,
        store: impl AsContextMut<Data: Send>,
    ) -> wasmtime::Result<R> {
        let (params, mut results) = self.vals::<R>();
        func.call_async(store, &params, &mut results).await?;
        returned(&results)
    }
}

impl<H: CoreValues, T: CoreValues> Wide<H, T> {
    fn vals<R: CoreResults>(self) -> (Vec<Val>, Vec<Val>) {
        let mut params = Vec::with_capacity(Self::TYPES.len());
        self.push(&mut params);
        (params, vec![Val::I32(0); R::TYPES.len()])
    }
}

/// The engine returns what the function's type says, and that was checked.
fn returned<R: CoreResults>(results: &[Val]) -> wasmtime::Result<R> {
    R::pull(results).ok_or_else(|| wasmtime::format_err!("a function returned what its type does not say"))
}

impl<X: CoreValue, H: CoreValues + Sync + 'static, T: Params> Prepend<X> for Wide<H, T> {
    type Out = Wide<(X,), Self>;

    fn prepend(self, first: X) -> Self::Out {
        Wide((first,), self)
    }
}

impl<H: CoreValues + Sync + 'static, T: Append<U>, U> Append<U> for Wide<H, T> {
    type Out = Wide<H, T::Out>;

    fn append(self, tail: U) -> Self::Out {
        Wide(self.0, self.1.append(tail))
    }
}

prepend!();
prepend!(A);
prepend!(A B);
prepend!(A B C);
prepend!(A B C D);
prepend!(A B C D E);
prepend!(A B C D E F);
prepend!(A B C D E F G);
prepend!(A B C D E F G H);
prepend!(A B C D E F G H I);
prepend!(A B C D E F G H I J);
prepend!(A B C D E F G H I J K);
prepend!(A B C D E F G H I J K L);
prepend!(A B C D E F G H I J K L M);
prepend!(A B C D E F G H I J K L M N);
prepend!(A B C D E F G H I J K L M N O);
prepend!(A B C D E F G H I J K L M N O P);

/// The longest tuple.
type Longest<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q> = (A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q);

impl<X, A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q> Prepend<X>
    for Longest<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q>
where
    X: CoreValue,
    Self: Params,
{
    type Out = Wide<(X,), Self>;

    fn prepend(self, first: X) -> Self::Out {
        Wide((first,), self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CoreType::{F64, I32, I64};

    #[test]
    fn tuples_grow_at_both_ends() {
        assert_eq!((1u32, 2.0f64).append((3u32, 4u32)).prepend(0u32), (0, 1, 2.0, 3, 4));
        assert_eq!(<(u32, f64)>::TYPES, [I32, F64]);
    }

    #[test]
    fn more_than_a_tuple_holds_keeps_its_order() {
        let four = (1_u32, 2_u32, 3_u32, 4_u32);
        let wide = ().append(four).append(four).append(four).append(four).append((17_u32, 18_u64)).append((19.0_f64,));
        let wide = wide.prepend(0_u32);
        fn types<P: Params>(_: &P) -> &'static [CoreType] {
            P::TYPES
        }
        assert_eq!(types(&wide).len(), 20);
        assert_eq!(types(&wide).last_chunk(), Some(&[I32, I64, F64]));
        let mut vals = Vec::new();
        wide.push(&mut vals);
        assert_eq!((vals.len(), vals[0].i32(), vals[17].i32()), (20, Some(0), Some(17)));
    }
}
