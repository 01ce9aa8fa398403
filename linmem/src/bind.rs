//! From a module to a plan, and from a plan to resolved functions.
//!
//! Names and types are looked at once, in the [`Module`] alone; what is wrong is collected and reported together. What
//! is found is kept as indices, by which an instance's functions are resolved without looking a name up again.

mod allocator;
mod argument;
mod arity;
mod candidates;
mod fault;
mod finder;
mod helper;
mod number;
mod order;
mod remedy;
mod report;
mod text;
mod wording;

pub(crate) use argument::{Argument, Arguments, Method};
pub use argument::{Parameter, ResultOption};
pub use candidates::Candidates;
pub use fault::{Fault, Faults, Role};
pub(crate) use finder::Finder;
pub use helper::{Besides, Helper, Helpers, Named};
pub use number::Number;
pub use remedy::Remedy;
#[cfg(feature = "module")]
pub(crate) use remedy::remedies;
pub(crate) use text::is_keyword;
#[cfg(feature = "module")]
pub(crate) use text::{Text, compare};
#[cfg(feature = "module")]
pub(crate) use wording::{IS_WIDE, NAME_MANAGED, NAME_OTHERS, NAME_WIDE, NO_ALLOCATOR, is_called_so};

use crate::convention::Convention;
use crate::core::{CoreResults, CoreValue, Func, Params, Pointer, Signature};
use crate::error::{ErrorKind, Result};
use crate::export::{Export, Names};
use crate::lower::Args;
use crate::results::ExportName;
use crate::returns::Returns;
use std::fmt;
use std::marker::PhantomData;
use std::{iter, slice};
use wasmtime::{AsContextMut, Instance, Module, ModuleExport};

/// A function of the module, and which of the signatures that would do it has.
pub(crate) type Found = (ModuleExport, usize);

/// One method's export, found and typed, and the functions that its convention calls besides.
pub(crate) struct ExportPlan {
    export: Found,
    helpers: Vec<Option<FoundHelper>>,
    names: Names,
}

/// What was found of a [`Helper`].
pub(crate) enum FoundHelper {
    Function(Found),
    /// A number that is no function's.
    Global(ModuleExport),
}

/// What is called, resolved: a function that may have one of several types, and whatever is called besides it.
///
/// [`Func`] is the simplest. A convention that tells several types apart implements it for an enum of them, and one that
/// calls other exports, too, for a struct.
pub trait Callable: Sized + Send + Sync + 'static {
    /// The signatures that would do, the preferred one first.
    const SIGNATURES: &'static [Signature];

    /// What is called besides the export.
    const HELPERS: Helpers = Helpers::None;

    /// Resolves the export, and then its helpers in their order.
    ///
    /// # Errors
    /// If the functions have other types than were planned with.
    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self>;
}

impl<P: Params, R: CoreResults> Callable for Func<P, R> {
    const SIGNATURES: &'static [Signature] = &[Self::SIGNATURE];

    fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self> {
        found.func()
    }
}

macro_rules! with_named {
    ($besides:ty; $($name:ident: $func:ident),*) => {
        impl<E: Callable, $($name: ExportName, $func: Callable,)*> Callable for (E, $(Named<$name, $func>,)*) {
            const SIGNATURES: &'static [Signature] = E::SIGNATURES;
            const HELPERS: Helpers = Helpers::Both(&E::HELPERS, &<$besides>::HELPERS);

            fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self> {
                Ok((E::resolve(found)?, $(Named::<$name, $func>::resolve(&mut found.helpers)?,)*))
            }
        }
    };
}
with_named!(Named<A, F>; A: F);
with_named!((Named<A, F>, Named<B, G>); A: F, B: G);

/// Plans the methods of an interface, one after the other. Generated code drives it.
pub struct Planner<'m, I> {
    pub(crate) finder: Finder<'m>,
    pub(crate) exports: Vec<ExportPlan>,
    pub(crate) needs_memory: bool,
    interface: PhantomData<fn() -> I>,
}

impl<'m, I> Planner<'m, I> {
    pub(crate) fn new(module: &'m Module, links: bool) -> Self {
        Planner { finder: Finder::new(module, links), exports: Vec::new(), needs_memory: false, interface: PhantomData }
    }

    /// Plans the method whose resolved form will lie in that field. The projection is there for its type only.
    pub fn export<C, A, T>(
        &mut self,
        _: fn(&I) -> &Export<C, A, T>,
        method: &'static str,
        export: &'static str,
        params: &'static [&'static str],
    ) where
        C: Convention,
        A: Args<C>,
        T: Returns<C, A::Core>,
    {
        self.needs_memory |= A::NEEDS_MEMORY || T::NEEDS_MEMORY;
        let found = self.finder.method(method, export, &method_of::<C, A, T>(params));
        let mut helpers = Vec::new();
        T::Func::HELPERS.for_each(&mut |helper| {
            helpers.push(self.finder.helper(Role::Helper(method), helper, &helper.name(export, None)));
        });
        let names = Names { export, params };
        self.exports.extend(found.map(|export| ExportPlan { export, helpers, names }));
    }
}

/// What a method asks of its export's type.
pub(crate) const fn method_of<C, A, T>(names: &'static [&'static str]) -> Method<'static>
where
    C: Convention,
    A: Args<C>,
    T: Returns<C, A::Core>,
{
    let (signatures, arguments) = (T::SIGNATURES, A::ARGUMENTS);
    Method { signatures, arguments, names, pointer: <C::Pointer as CoreValue>::TYPE, option: T::OPTION }
}

/// What was planned, in the same order. Generated code drives it.
pub struct Planned<'p> {
    exports: iter::Enumerate<slice::Iter<'p, ExportPlan>>,
}

impl<'p> Planned<'p> {
    pub(crate) fn new(exports: &'p [ExportPlan]) -> Self {
        Planned { exports: exports.iter().enumerate() }
    }

    /// The next method's export, for an instance in which nothing is resolved yet.
    pub fn export<C, A, T>(&mut self) -> Export<C, A, T>
    where
        C: Convention,
        A: Args<C>,
        T: Returns<C, A::Core>,
    {
        // There are as many as were planned; one too many would be told when it is called.
        let (index, names) = self.exports.next().map_or_else(Default::default, |(index, plan)| (index, plan.names));
        Export::new(index, names)
    }
}

/// Resolves what was planned in an instance.
pub(crate) struct Resolver<'a, S> {
    pub(crate) store: &'a mut S,
    pub(crate) instance: &'a Instance,
}

impl<'a, S: AsContextMut> Resolver<'a, S> {
    /// The function of one method, and what is called besides.
    #[cold]
    pub(crate) fn callable<F: Callable>(mut self, exports: &[ExportPlan], index: usize) -> Result<F> {
        let ExportPlan { export, helpers, .. } = exports.get(index).ok_or_else(other_module)?;
        let helpers = self.helpers(helpers);
        F::resolve(&mut FoundExport { found: export, helpers })
    }

    /// What was found of an allocator.
    pub(crate) fn helpers<'f>(&'f mut self, found: &'f [Option<FoundHelper>]) -> FoundHelpers<'f, 'a, S> {
        FoundHelpers { found: found.iter(), resolver: self }
    }

    pub(crate) fn external(&mut self, export: &ModuleExport) -> Result<wasmtime::Extern, ErrorKind> {
        self.instance.get_module_export(&mut *self.store, export).ok_or_else(other_module)
    }
}

/// What was found of a [`Callable`]: its export, with the signature that it has, and its helpers.
pub struct FoundExport<'f, 'a, S> {
    found: &'f Found,
    /// What is called besides it.
    pub helpers: FoundHelpers<'f, 'a, S>,
}

impl<S: AsContextMut> FoundExport<'_, '_, S> {
    /// Which of the signatures that would do the export has, by its index among them.
    #[must_use]
    pub fn signature(&self) -> usize {
        self.found.1
    }

    /// The export, typed by that signature.
    ///
    /// # Errors
    /// If the function has another type.
    pub fn func<P: Params, R: CoreResults>(&mut self) -> Result<Func<P, R>> {
        let resolver = &mut *self.helpers.resolver;
        let func = resolver.external(&self.found.0)?.into_func().ok_or_else(other_module)?;
        Ok(Func::check(func, &*resolver.store).map_err(ErrorKind::Instantiate)?)
    }
}

/// What was found of [`Helpers`] or of an [`Allocator`](crate::Allocator): one after the other.
pub struct FoundHelpers<'f, 'a, S> {
    found: slice::Iter<'f, Option<FoundHelper>>,
    resolver: &'f mut Resolver<'a, S>,
}

impl<S: AsContextMut> FoundHelpers<'_, '_, S> {
    /// The next, which is a function.
    ///
    /// # Errors
    /// If it has another type than was planned with.
    pub fn func<F: Callable>(&mut self) -> Result<F> {
        Ok(self.optional_func()?.ok_or_else(other_module)?)
    }

    /// The next, if the module has it.
    ///
    /// # Errors
    /// If the function has another type than was planned with.
    pub fn optional_func<F: Callable>(&mut self) -> Result<Option<F>> {
        match self.found.next().ok_or_else(other_module)? {
            None => Ok(None),
            Some(FoundHelper::Function(found)) => {
                let helpers = FoundHelpers { found: [].iter(), resolver: &mut *self.resolver };
                F::resolve(&mut FoundExport { found, helpers }).map(Some)
            }
            Some(FoundHelper::Global(_)) => Err(other_module().into()),
        }
    }

    /// The next, which is a number.
    ///
    /// # Errors
    /// If it has another type than was planned with.
    pub fn number<X: Pointer>(&mut self) -> Result<Number<X>> {
        if let [Some(FoundHelper::Global(export)), ..] = self.found.as_slice() {
            self.found.next();
            let global = self.resolver.external(export)?.into_global();
            return Ok(Number::Global(global.ok_or_else(other_module)?));
        }
        self.func().map(Number::Getter)
    }
}

impl<S> fmt::Debug for FoundExport<'_, '_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FoundExport").field("signature", &self.found.1).finish_non_exhaustive()
    }
}

impl<S> fmt::Debug for FoundHelpers<'_, '_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FoundHelpers").field("left", &self.found.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Planned<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Planned").field("left", &self.exports.len()).finish_non_exhaustive()
    }
}

impl<I> fmt::Debug for Planner<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Planner").field("finder", &self.finder).finish_non_exhaustive()
    }
}

/// A plan met an instance of another module than its own, which only a handle built by hand can do.
#[cold]
pub(crate) fn other_module() -> ErrorKind {
    ErrorKind::Instantiate(wasmtime::Error::msg("the instance is of another module than the one planned for"))
}
