//! From a module to a plan, and from a plan to resolved functions.
//!
//! Names and types are looked at once, in the [`Module`] alone; what is wrong is collected and reported together. What
//! is found is kept as indices, by which an instance's functions are resolved without looking a name up again.

mod argument;
mod arity;
mod candidates;
mod fault;
mod finder;
mod number;
mod remedy;
mod report;
mod text;

pub(crate) use argument::{Argument, Arguments, Method};
pub use argument::{Parameter, ResultOption};
pub use candidates::Candidates;
pub use fault::{Fault, Faults, Role};
pub use finder::Finder;
pub use number::{Number, NumberPlan};
pub use remedy::Remedy;
#[cfg(feature = "module")]
pub(crate) use remedy::remedies;
#[cfg(feature = "module")]
pub(crate) use text::Text;

use crate::convention::Convention;
use crate::core::{CoreResults, CoreValue, Func, Params, Signature};
use crate::error::{ErrorKind, Result};
use crate::export::{Export, Names};
use crate::lower::Args;
use crate::results::ExportName;
use crate::returns::Returns;
use std::fmt;
use std::marker::PhantomData;
use std::slice;
use wasmtime::{AsContextMut, Instance, Module, ModuleExport};

/// A function of the module, and which of the signatures that would do it has.
type Found = (ModuleExport, usize);

/// One method's export, found and typed, and the functions that its convention calls besides.
pub(crate) struct ExportPlan {
    export: Found,
    helpers: Vec<Option<Found>>,
    names: Names,
}

/// What is called, resolved: a function that may have one of several types, and whatever is called besides it.
///
/// [`Func`] is the simplest. A convention that tells several types apart implements it for an enum of them, and one that
/// calls other exports, too, for a struct.
pub trait Callable: Sized + Send + Sync + 'static {
    /// The signatures that would do, the preferred one first.
    const SIGNATURES: &'static [Signature];

    /// What is called besides the export, which has that name.
    fn helpers(export: &str) -> Vec<Helper> {
        let _ = export;
        Vec::new()
    }

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

/// A function of the module that a convention calls besides the export itself: a getter, say, or one that frees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Helper {
    name: String,
    signatures: &'static [Signature],
    optional: bool,
}

impl Helper {
    /// A function of that name, which is a fault of the method's if the module lacks it.
    #[must_use]
    pub fn new<F: Callable>(name: impl Into<String>) -> Self {
        Helper { name: name.into(), signatures: F::SIGNATURES, optional: false }
    }

    /// A function that the module may lack.
    #[must_use]
    pub fn optional<F: Callable>(name: impl Into<String>) -> Self {
        Helper { optional: true, ..Helper::new::<F>(name) }
    }
}

/// A function that is called besides an export, and is exported by the name `N`: the second and third of a tuple that is
/// [`Callable`], of which the first is the export. So a convention with getters needs no type of its own for them.
pub struct Named<N, F> {
    /// The function.
    pub func: F,
    name: PhantomData<fn() -> N>,
}

impl<N: ExportName, F: fmt::Debug> fmt::Debug for Named<N, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(N::NAME).field(&self.func).finish()
    }
}

macro_rules! with_named {
    ($($name:ident: $func:ident),*) => {
        impl<E: Callable, $($name: ExportName, $func: Callable,)*> Callable for (E, $(Named<$name, $func>,)*) {
            const SIGNATURES: &'static [Signature] = E::SIGNATURES;

            fn helpers(export: &str) -> Vec<Helper> {
                let mut helpers = E::helpers(export);
                helpers.extend([$(Helper::new::<$func>($name::NAME)),*]);
                helpers
            }

            fn resolve<S: AsContextMut>(found: &mut FoundExport<'_, '_, S>) -> Result<Self> {
                Ok((E::resolve(found)?, $(Named::<$name, $func> { func: found.helper()?, name: PhantomData },)*))
            }
        }
    };
}
with_named!(A: F);
with_named!(A: F, B: G);

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
        let find = |helper: Helper| {
            let Helper { name, signatures, optional } = helper;
            if optional {
                self.finder.function(&name, signatures)
            } else {
                self.finder.named_function(Role::Helper(method), &name, signatures)
            }
        };
        let helpers = T::Func::helpers(export).into_iter().map(find).collect();
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

/// Resolves a plan in an instance, in the order in which it was made. Generated code drives it.
pub struct Resolver<'a, S> {
    pub(crate) store: &'a mut S,
    pub(crate) instance: &'a Instance,
    exports: slice::Iter<'a, ExportPlan>,
}

impl<'a, S: AsContextMut> Resolver<'a, S> {
    pub(crate) fn new(store: &'a mut S, instance: &'a Instance, exports: &'a [ExportPlan]) -> Self {
        Resolver { store, instance, exports: exports.iter() }
    }

    /// The next method's export.
    ///
    /// # Errors
    /// If the instance is not one of the module that was planned for.
    pub fn export<C, A, T>(&mut self) -> Result<Export<C, A, T>>
    where
        C: Convention,
        A: Args<C>,
        T: Returns<C, A::Core>,
    {
        let ExportPlan { export, helpers, names } = self.exports.next().ok_or_else(other_module)?;
        let func = T::Func::resolve(&mut FoundExport { found: export, helpers: helpers.iter(), resolver: self })?;
        Ok(Export { func, names: *names })
    }

    /// A function that was found in the module, with the type that it was planned with.
    ///
    /// # Errors
    /// If the instance is not one of the module that was planned for.
    pub fn callable<F: Callable>(&mut self, found: &(ModuleExport, usize)) -> Result<F> {
        F::resolve(&mut FoundExport { found, helpers: [].iter(), resolver: self })
    }

    pub(crate) fn external(&mut self, export: &ModuleExport) -> Result<wasmtime::Extern, ErrorKind> {
        self.instance.get_module_export(&mut *self.store, export).ok_or_else(other_module)
    }
}

/// What was found of a [`Callable`]: its export, with the signature that it has, and its helpers.
pub struct FoundExport<'f, 'a, S> {
    found: &'f Found,
    helpers: slice::Iter<'f, Option<Found>>,
    resolver: &'f mut Resolver<'a, S>,
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
        let func = self.resolver.external(&self.found.0)?.into_func().ok_or_else(other_module)?;
        Ok(Func::check(func, &*self.resolver.store).map_err(ErrorKind::Instantiate)?)
    }

    /// The next helper.
    ///
    /// # Errors
    /// If the function has another type than was planned with.
    pub fn helper<F: Callable>(&mut self) -> Result<F> {
        Ok(self.optional_helper()?.ok_or_else(other_module)?)
    }

    /// The next helper, if the module has it.
    ///
    /// # Errors
    /// If the function has another type than was planned with.
    pub fn optional_helper<F: Callable>(&mut self) -> Result<Option<F>> {
        let found = self.helpers.next().ok_or_else(other_module)?;
        found.as_ref().map(|found| self.resolver.callable(found)).transpose()
    }
}

impl<S> fmt::Debug for FoundExport<'_, '_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FoundExport").field("signature", &self.found.1).finish_non_exhaustive()
    }
}

impl<I> fmt::Debug for Planner<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Planner").field("finder", &self.finder).finish_non_exhaustive()
    }
}

impl<S> fmt::Debug for Resolver<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").field("instance", self.instance).finish_non_exhaustive()
    }
}

/// A plan met an instance of another module than its own, which only a handle built by hand can do.
#[cold]
pub(crate) fn other_module() -> ErrorKind {
    ErrorKind::Instantiate(wasmtime::Error::msg("the instance is of another module than the one planned for"))
}
