//! Numbers that a module exports: by a function without parameters, or as a global.

use super::{Callable, Finder, Resolver, Role, other_module};
use crate::core::{Func, Pointer};
use crate::error::Result;
use crate::guest::Guest;
use crate::mode::Mode;
use std::fmt;
use wasmtime::{AsContextMut, Global, ModuleExport};

/// Where a number was found in a module.
pub struct NumberPlan {
    export: ModuleExport,
    is_global: bool,
}

impl fmt::Debug for NumberPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NumberPlan").field("is_global", &self.is_global).finish_non_exhaustive()
    }
}

/// A number that an instance exports.
#[derive(Debug)]
pub enum Number<X: Pointer> {
    /// By a function.
    Getter(Func<(), X>),
    /// As a global.
    Global(Global),
}

impl Finder<'_> {
    /// The number that is exported by that name, as a function `() -> pointer` or as a global; a fault if it is not.
    pub fn number<X: Pointer>(&mut self, role: Role, name: &str) -> Option<NumberPlan> {
        if let Some(export) = self.global(name, X::TYPE) {
            return Some(NumberPlan { export, is_global: true });
        }
        let (export, _) = self.named_function(role, name, <Func<(), X> as Callable>::SIGNATURES)?;
        Some(NumberPlan { export, is_global: false })
    }
}

impl<S: AsContextMut> Resolver<'_, S> {
    /// The number, as it is in this instance.
    ///
    /// # Errors
    /// If the instance is not one of the module that was planned for.
    pub fn number<X: Pointer>(&mut self, plan: &NumberPlan) -> Result<Number<X>> {
        if plan.is_global {
            let global = self.external(&plan.export)?.into_global();
            return Ok(Number::Global(global.ok_or_else(other_module)?));
        }
        Ok(Number::Getter(self.callable(&(plan.export, 0))?))
    }
}

impl<X: Pointer> Number<X> {
    /// What it is now.
    ///
    /// # Errors
    /// As [`Guest::call`].
    pub async fn get<M: Mode>(&self, guest: &mut Guest<'_, M>) -> Result<u64> {
        match self {
            Number::Getter(getter) => Ok(guest.call(getter, ()).await?.into()),
            Number::Global(global) => {
                let value = X::from_val(&global.get(guest.mode.store_mut().as_context_mut()));
                Ok(value.ok_or_else(other_module)?.into())
            }
        }
    }
}
