//! Numbers that a module exports: by a function without parameters, or as a global.

use super::other_module;
use crate::core::{Func, Pointer};
use crate::error::Result;
use crate::guest::Guest;
use crate::mode::Mode;
use wasmtime::Global;

/// A number that an instance exports.
#[derive(Debug)]
pub enum Number<X: Pointer> {
    /// By a function.
    Getter(Func<(), X>),
    /// As a global.
    Global(Global),
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
                let value = X::from_val(&global.get(guest.mode.store_mut()));
                Ok(value.ok_or_else(other_module)?.into())
            }
        }
    }
}
