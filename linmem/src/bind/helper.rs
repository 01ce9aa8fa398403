//! Exports besides a method's own: how they are called, and of what type they are. All of it is constant, so that a module
//! can be asked for them while a crate compiles, too.

use super::{Callable, FoundHelpers, Role};
use crate::core::{CoreType, Func, Pointer, Signature};
use crate::error::Result;
use crate::results::ExportName;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use wasmtime::AsContextMut;

/// An export that is called besides a method's own: a getter, say, or one that frees. Those of an
/// [`Allocator`](crate::Allocator) are described so, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Helper {
    pub(crate) name: &'static str,
    /// Whether the name goes in front of that of the method's export.
    pub(crate) is_prefix: bool,
    pub(crate) signatures: &'static [Signature],
    /// The type of a global that would do as well.
    pub(crate) global: Option<CoreType>,
    pub(crate) is_optional: bool,
    /// Whether an option of the trait's names another.
    pub(crate) yields: bool,
}

impl Helper {
    /// A function of that name, which is a fault if the module lacks it.
    #[must_use]
    pub const fn new<F: Callable>(name: &'static str) -> Self {
        let signatures = F::SIGNATURES;
        Helper { name, is_prefix: false, signatures, global: None, is_optional: false, yields: false }
    }

    /// A function that the module may lack.
    #[must_use]
    pub const fn optional<F: Callable>(name: &'static str) -> Self {
        Helper { is_optional: true, ..Helper::new::<F>(name) }
    }

    /// A number: a function `() -> pointer`, or a global.
    #[must_use]
    pub const fn number<X: Pointer>(name: &'static str) -> Self {
        Helper { global: Some(X::TYPE), ..Helper::new::<Func<(), X>>(name) }
    }

    /// The same, called by that name with the name of the method's export behind it: `cabi_post_greet`.
    #[must_use]
    pub const fn in_front(self) -> Self {
        Helper { is_prefix: true, ..self }
    }

    /// The same, unless `alloc = "…"` or `free = "…"` names another: for an allocator's.
    #[must_use]
    pub const fn unless_named(self) -> Self {
        Helper { yields: true, ..self }
    }

    /// What it is wanted for, if it is an allocator's.
    pub(crate) const fn allocates(&self) -> Role {
        if self.yields { Role::Allocator } else { Role::OwnAllocator }
    }

    /// The same, if it is to release.
    pub(crate) const fn releases(&self) -> Role {
        if self.yields { Role::Deallocator } else { Role::OwnDeallocator }
    }

    /// Its name, for a method with that export, or for a trait whose option says so.
    pub(crate) fn name<'a>(&self, export: &str, option: Option<&'a str>) -> Cow<'a, str> {
        match option {
            Some(name) if self.yields => name.into(),
            _ if self.is_prefix => format!("{}{export}", self.name).into(),
            _ => self.name.into(),
        }
    }
}

/// What is called besides an export, in the order in which it is resolved.
#[derive(Debug, Clone, Copy)]
pub enum Helpers {
    /// Nothing.
    None,
    /// One export.
    One(Helper),
    /// Some, and then others. A list could not be put together while compiling.
    Both(&'static Helpers, &'static Helpers),
}

impl Helpers {
    pub(super) fn for_each(&self, each: &mut impl FnMut(&Helper)) {
        match self {
            Helpers::None => {}
            Helpers::One(helper) => each(helper),
            Helpers::Both(first, second) => {
                first.for_each(each);
                second.for_each(each);
            }
        }
    }
}

/// What a convention calls besides an export, resolved: nothing, a [`Named`] function, or a pair of such.
pub trait Besides: Sized + Send + Sync + 'static {
    /// What that is.
    const HELPERS: Helpers;

    /// Resolves it, in the same order.
    ///
    /// # Errors
    /// If the functions have other types than were planned with.
    fn resolve<S: AsContextMut>(found: &mut FoundHelpers<'_, '_, S>) -> Result<Self>;
}

impl Besides for () {
    const HELPERS: Helpers = Helpers::None;

    fn resolve<S: AsContextMut>(_: &mut FoundHelpers<'_, '_, S>) -> Result<Self> {
        Ok(())
    }
}

impl<A: Besides, B: Besides> Besides for (A, B) {
    const HELPERS: Helpers = Helpers::Both(&A::HELPERS, &B::HELPERS);

    fn resolve<S: AsContextMut>(found: &mut FoundHelpers<'_, '_, S>) -> Result<Self> {
        Ok((A::resolve(found)?, B::resolve(found)?))
    }
}

/// A function that is called besides an export, and is exported by the name `N`: the second and third of a tuple that is
/// [`Callable`], of which the first is the export. So a convention with getters needs no type of its own for them.
pub struct Named<N, F> {
    /// The function.
    pub func: F,
    name: PhantomData<fn() -> N>,
}

impl<N: ExportName, F: Callable> Besides for Named<N, F> {
    const HELPERS: Helpers = Helpers::One(Helper::new::<F>(N::NAME));

    fn resolve<S: AsContextMut>(found: &mut FoundHelpers<'_, '_, S>) -> Result<Self> {
        Ok(Named { func: found.func()?, name: PhantomData })
    }
}

impl<N: ExportName, F: fmt::Debug> fmt::Debug for Named<N, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(N::NAME).field(&self.func).finish()
    }
}
