//! A module checked against an interface, ready to be instantiated many times.

use super::imports::{exited, unlinked};
use super::{Bound, Interface, Plan};
use crate::error::{ErrorKind, Result};
use std::fmt;
use std::sync::Arc;
use wasmtime::{AsContextMut, Instance, InstancePre, Linker, Module};

/// A module that was linked and checked against an interface once, as [`InstancePre`] is linked once.
///
/// It is cheap to clone, and `Send + Sync`. Instantiating it looks no name up, but where the module imports its memory,
/// which belongs to one store.
pub struct Pre<T: 'static, I: Interface> {
    linked: Linked<T>,
    plan: Arc<Plan<I>>,
}

/// A module with its imports.
enum Linked<T: 'static> {
    /// All of them.
    Pre(InstancePre<T>),
    /// All but the memory, which is made for each instance.
    Late(Arc<Linker<T>>, Module),
}

impl<T, I: Interface> Pre<T, I> {
    /// Checks a linked module against the interface. Of its imports nothing is known here, so it must export its memory.
    ///
    /// # Errors
    /// [`ErrorKind::Bind`] with all that the module lacks.
    pub fn new(pre: InstancePre<T>) -> Result<Self> {
        let plan = Arc::new(Plan::new(pre.module(), false)?);
        Ok(Pre { linked: Linked::Pre(pre), plan })
    }

    /// Checks a module against the interface, and links it. A memory that it imports is provided for each instance, with the
    /// limits that the module asks for, unless the linker has it; and functions, if the trait says so
    /// (`imports = linmem::Stub::…`).
    ///
    /// # Errors
    /// [`ErrorKind::Bind`] with all that the module lacks, [`ErrorKind::Instantiate`] if an import is not defined.
    pub fn link(module: &Module, linker: &Linker<T>) -> Result<Self> {
        let plan = Arc::new(Plan::new(module, true)?);
        let stubbed = I::SETTINGS.imports.map(|stub| {
            let mut linker = linker.clone();
            stub.define(&mut linker, module);
            linker
        });
        let linker = stubbed.as_ref().unwrap_or(linker);
        let linked = match plan.imported_memory() {
            Some(_) => Linked::Late(Arc::new(linker.clone()), module.clone()),
            None => Linked::Pre(linker.instantiate_pre(module).map_err(|error| unlinked(error, linker, module))?),
        };
        Ok(Pre { linked, plan })
    }

    /// The module.
    pub fn module(&self) -> &Module {
        match &self.linked {
            Linked::Pre(pre) => pre.module(),
            Linked::Late(_, module) => module,
        }
    }

    /// Makes an instance in that store, and binds it. If the module exports a function for its own initialization it is
    /// called first, once: the one that the trait names (`init = "…"`), or else the first of these that is there:
    ///
    /// | export | of |
    /// |---|---|
    /// | `_initialize` | WASI reactors: C, C++, Go, Zig |
    /// | `__wasm_call_ctors` | C and C++ without WASI |
    /// | `__wbindgen_start` | wasm-bindgen |
    /// | `_start` | programs; that it exits with status 0 is no error (see [`Exit`](crate::Exit)) |
    ///
    /// # Errors
    /// [`ErrorKind::Instantiate`] if the module cannot be instantiated or its start or initializing function fails.
    pub fn instantiate<S: AsContextMut<Data = T>>(&self, mut store: S) -> Result<Bound<S, I>> {
        let (instance, memory) = match &self.linked {
            Linked::Pre(pre) => (pre.instantiate(&mut store), None),
            Linked::Late(linker, module) => {
                let mut linker = Linker::clone(linker);
                let memory = self.plan.imported_memory().map(|memory| memory.provide(&mut linker, &mut store));
                (linker.instantiate(&mut store, module), memory.transpose()?)
            }
        };
        let instance = instance.map_err(ErrorKind::Instantiate)?;
        if let Some(initialize) = self.initializer_of(&mut store, &instance)? {
            exited(initialize.call(&mut store, ()))?;
        }
        let handle = self.plan.resolve(&mut store, &instance, memory)?;
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
        let (instance, memory) = match &self.linked {
            Linked::Pre(pre) => (pre.instantiate_async(&mut store).await, None),
            Linked::Late(linker, module) => {
                let mut linker = Linker::clone(linker);
                let memory = match self.plan.imported_memory() {
                    Some(memory) => Some(memory.provide_async(&mut linker, &mut store).await?),
                    None => None,
                };
                (linker.instantiate_async(&mut store, module).await, memory)
            }
        };
        let instance = instance.map_err(ErrorKind::Instantiate)?;
        if let Some(initialize) = self.initializer_of(&mut store, &instance)? {
            exited(initialize.call_async(&mut store, ()).await)?;
        }
        let handle = self.plan.resolve(&mut store, &instance, memory)?;
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

impl<I: Interface> Pre<(), I> {
    /// Checks a module alone, without a linker or a store: memory, allocator, initializer, and the presence and type of
    /// every method's export, as [`new`](Pre::new) does. In a test it tells that a trait and a module have parted; a
    /// host that takes modules from others can refuse one when it is handed in.
    ///
    /// Types are compared, not meanings: where an export takes two numbers of one type in the other order, nothing is found.
    ///
    /// # Errors
    /// [`ErrorKind::Bind`] with all that the module lacks.
    ///
    /// ```
    /// use linmem::{ErrorKind, Fault, wasm_import};
    /// use wasmtime::{Engine, Module};
    ///
    /// #[wasm_import]
    /// trait Adder {
    ///     fn add(&mut self, a: u32, b: u32) -> linmem::Result<u32>;
    /// }
    ///
    /// let module = Module::new(&Engine::default(), r#"(module (func (export "ad") (param i32)))"#)?;
    /// let error = AdderPre::check(&module).unwrap_err();
    /// let ErrorKind::Bind(faults) = error.kind() else { panic!("{error}") };
    /// let [Fault::MissingExport { candidates, .. }] = faults.faults.as_slice() else { panic!("{faults}") };
    /// assert_eq!(candidates.similar, ["ad"]);
    /// # Ok::<(), wasmtime::Error>(())
    /// ```
    pub fn check(module: &Module) -> Result<()> {
        Plan::<I>::new(module, true).map(drop)
    }
}

impl<T, I: Interface> Clone for Pre<T, I> {
    fn clone(&self) -> Self {
        let linked = match &self.linked {
            Linked::Pre(pre) => Linked::Pre(pre.clone()),
            Linked::Late(linker, module) => Linked::Late(Arc::clone(linker), module.clone()),
        };
        Pre { linked, plan: Arc::clone(&self.plan) }
    }
}

impl<T, I: Interface> fmt::Debug for Pre<T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pre").field("interface", &I::NAME).finish_non_exhaustive()
    }
}
