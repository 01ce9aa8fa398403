//! A module checked against an interface, ready to be instantiated many times.

use super::{Bound, Interface, Plan};
use crate::error::{ErrorKind, Result};
use std::fmt;
use std::sync::Arc;
use wasmtime::{AsContextMut, Instance, InstancePre};

/// A module that was linked and checked against an interface once, as [`InstancePre`] is linked once.
///
/// It is cheap to clone, and `Send + Sync`. Instantiating it looks no name up.
pub struct Pre<T: 'static, I: Interface> {
    pre: InstancePre<T>,
    plan: Arc<Plan<I>>,
}

impl<T, I: Interface> Pre<T, I> {
    /// Checks a linked module against the interface.
    ///
    /// # Errors
    /// [`ErrorKind::Bind`] with all that the module lacks.
    pub fn new(pre: InstancePre<T>) -> Result<Self> {
        let plan = Arc::new(Plan::new(pre.module())?);
        Ok(Pre { pre, plan })
    }

    /// The linked module.
    pub fn instance_pre(&self) -> &InstancePre<T> {
        &self.pre
    }

    /// Makes an instance in that store, and binds it. If the module exports a function for its own initialization it is
    /// called first, once: the one that the trait names (`init = "…"`), or else the first of these that is there:
    ///
    /// | export | of |
    /// |---|---|
    /// | `_initialize` | WASI reactors: C, C++, Go, Zig |
    /// | `__wasm_call_ctors` | C and C++ without WASI |
    /// | `__wbindgen_start` | wasm-bindgen |
    ///
    /// # Errors
    /// [`ErrorKind::Instantiate`] if the module cannot be instantiated or its start or initializing function fails.
    pub fn instantiate<S: AsContextMut<Data = T>>(&self, mut store: S) -> Result<Bound<S, I>> {
        let instance = self.pre.instantiate(&mut store).map_err(ErrorKind::Instantiate)?;
        if let Some(initialize) = self.initializer_of(&mut store, &instance)? {
            initialize.call(&mut store, ()).map_err(ErrorKind::Instantiate)?;
        }
        let handle = self.plan.resolve(&mut store, &instance)?;
        Ok(Bound::from_parts(store, handle))
    }

    /// As [`instantiate`](Pre::instantiate), for stores whose host functions or limiter are async.
    ///
    /// # Errors
    /// As [`instantiate`](Pre::instantiate).
    #[cfg(feature = "async")]
    pub async fn instantiate_async<S>(&self, mut store: S) -> Result<Bound<S, I>>
    where
        S: AsContextMut<Data = T> + Send,
        T: Send,
    {
        let instance = self.pre.instantiate_async(&mut store).await.map_err(ErrorKind::Instantiate)?;
        if let Some(initialize) = self.initializer_of(&mut store, &instance)? {
            initialize.call_async(&mut store, ()).await.map_err(ErrorKind::Instantiate)?;
        }
        let handle = self.plan.resolve(&mut store, &instance)?;
        Ok(Bound::from_parts(store, handle))
    }

    fn initializer_of(
        &self,
        mut store: impl AsContextMut,
        instance: &Instance,
    ) -> Result<Option<wasmtime::TypedFunc<(), ()>>> {
        let found = self.plan.initializer().and_then(|export| instance.get_module_export(&mut store, export));
        let func = found.and_then(|found| found.into_func());
        Ok(func.map(|func| func.typed(&store)).transpose().map_err(ErrorKind::Instantiate)?)
    }
}

impl<T, I: Interface> Clone for Pre<T, I> {
    fn clone(&self) -> Self {
        Pre { pre: self.pre.clone(), plan: Arc::clone(&self.plan) }
    }
}

impl<T, I: Interface> fmt::Debug for Pre<T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pre").field("interface", &I::NAME).finish_non_exhaustive()
    }
}
