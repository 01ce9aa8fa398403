//! What a module imports that its user does not care for: stubs, a memory, and the exit of a `_start`.

use crate::error::{ErrorKind, Result};
use wasmtime::{AsContextMut, ExternType, Linker, Memory, MemoryType, Module, UnknownImportError, Val};

/// What an imported function does that nobody has defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stub {
    /// It traps, and says which import it is.
    Trap,
    /// It does nothing, and returns zeros and null references.
    Zero,
}

impl Stub {
    /// Defines all functions that the module imports and the linker lacks.
    pub(super) fn define<T: 'static>(self, linker: &mut Linker<T>, module: &Module) {
        linker.allow_shadowing(false);
        for import in module.imports() {
            let ExternType::Func(ty) = import.ty() else { continue };
            let defaults: Option<Vec<Val>> = ty.results().map(|ty| Val::default_for_ty(&ty)).collect();
            let defaults = defaults.filter(|_| self == Stub::Zero);
            let name = format!("{}::{}", import.module(), import.name());
            // What is defined already stays.
            let _ = linker.func_new(import.module(), import.name(), ty, move |_, _, results| match &defaults {
                Some(defaults) => {
                    results.clone_from_slice(defaults);
                    Ok(())
                }
                None => Err(wasmtime::format_err!("the guest called its import `{name}`, which is a stub")),
            });
        }
    }
}

/// The error of a module that could not be linked, with all functions that it lacks and not the first alone.
pub(super) fn unlinked<T: 'static>(error: wasmtime::Error, linker: &Linker<T>, module: &Module) -> ErrorKind {
    let mut linker = linker.clone();
    let mut missing = Vec::new();
    let mut found = error.downcast_ref::<UnknownImportError>().cloned();
    while let Some(ExternType::Func(ty)) = found.as_ref().map(UnknownImportError::ty) {
        let import = found.as_ref().map(|found| (found.module().to_owned(), found.name().to_owned()));
        let Some((from, name)) = import else { break };
        missing.push(format!("`{}::{}`", from.escape_debug(), name.escape_debug()));
        let stub = |_: wasmtime::Caller<'_, T>, _: &[Val], _: &mut [Val]| Ok(());
        if linker.func_new(&from, &name, ty, stub).is_err() {
            break;
        }
        found = linker.instantiate_pre(module).err().and_then(|next| next.downcast_ref().cloned());
    }
    if missing.is_empty() {
        return ErrorKind::Instantiate(error);
    }
    let missing = missing.join(", ");
    ErrorKind::Instantiate(error.context(format!(
        "nobody defines {missing}: define them in the linker, or `imports = linmem::Stub::Trap` (or `Stub::Zero`)"
    )))
}

/// A memory that a module imports.
#[derive(Debug, Clone)]
pub(crate) struct ImportedMemory {
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) ty: MemoryType,
}

impl ImportedMemory {
    /// The one that the linker has, or a new one with the limits that the module asks for.
    pub(super) fn provide<T: 'static>(
        &self,
        linker: &mut Linker<T>,
        mut store: impl AsContextMut<Data = T>,
    ) -> Result<Memory> {
        let found = linker.get(&mut store, &self.module, &self.name).ok();
        if let Some(memory) = found.and_then(wasmtime::Extern::into_memory) {
            return Ok(memory);
        }
        let memory = Memory::new(&mut store, self.ty.clone()).map_err(ErrorKind::Instantiate)?;
        self.define(linker, store, memory)
    }

    /// The same for stores whose limiter is async.
    #[cfg(feature = "async")]
    pub(super) async fn provide_async<T: Send + 'static>(
        &self,
        linker: &mut Linker<T>,
        mut store: impl AsContextMut<Data = T>,
    ) -> Result<Memory> {
        let found = linker.get(&mut store, &self.module, &self.name).ok();
        if let Some(memory) = found.and_then(wasmtime::Extern::into_memory) {
            return Ok(memory);
        }
        let memory = Memory::new_async(&mut store, self.ty.clone()).await.map_err(ErrorKind::Instantiate)?;
        self.define(linker, store, memory)
    }

    fn define<T: 'static>(
        &self,
        linker: &mut Linker<T>,
        mut store: impl AsContextMut<Data = T>,
        memory: Memory,
    ) -> Result<Memory> {
        linker.define(&mut store, &self.module, &self.name, memory).map_err(ErrorKind::Instantiate)?;
        Ok(memory)
    }
}

/// The guest has asked to exit with this status. A host function that is `proc_exit` ends the call with it:
///
/// ```
/// # let engine = wasmtime::Engine::default();
/// # let mut linker = wasmtime::Linker::<()>::new(&engine);
/// linker.func_wrap("wasi_snapshot_preview1", "proc_exit", |status: i32| -> wasmtime::Result<()> {
///     Err(linmem::Exit(status).into())
/// })?;
/// # Ok::<(), wasmtime::Error>(())
/// ```
///
/// A program's `_start` may end so: status 0 is no error there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the guest exited with status {0}")]
pub struct Exit(pub i32);

/// How wasmtime-wasi's `I32Exit` reads. linmem does not depend on it, so this is all there is to know it by.
const WASI_EXIT: &str = "Exited with i32 exit status 0";

/// What an initializer's end amounts to.
pub(super) fn exited(outcome: wasmtime::Result<()>) -> Result<()> {
    match outcome {
        Err(error) if error.downcast_ref() == Some(&Exit(0)) || error.root_cause().to_string() == WASI_EXIT => Ok(()),
        outcome => Ok(outcome.map_err(ErrorKind::Instantiate)?),
    }
}
