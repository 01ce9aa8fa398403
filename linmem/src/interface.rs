//! An annotated trait at run time: planned against a module, resolved in an instance, bound to a store.

mod bound;
mod embedded;
mod imports;
mod pre;

#[cfg(feature = "async")]
pub use bound::call_async;
pub use bound::{Bound, Failure, MethodResult, call};
pub use embedded::Embedded;
pub(crate) use imports::ImportedMemory;
pub use imports::{Exit, Stub};
pub use pre::Pre;

use crate::allocator::Allocator;
use crate::bind::{ExportPlan, Finder, FoundHelper, Planned, Planner, Resolver, Role};
use crate::convention::Convention;
use crate::core::{CoreValue, Signature};
use crate::error::{ErrorKind, Result};
use crate::runtime::Runtime;
use crate::store_id::StoreId;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use wasmtime::{AsContext, AsContextMut, FuncType, Instance, Memory, Module, ModuleExport};

/// What a trait says of the module as a whole. The attribute makes it from its options.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings<'a> {
    pub(crate) memory: Option<&'a str>,
    pub(crate) allocator: Option<&'a str>,
    pub(crate) deallocator: Option<&'a str>,
    pub(crate) init: Option<&'a str>,
    pub(crate) keep: bool,
    pub(crate) imports: Option<Stub>,
}

impl<'a> Settings<'a> {
    /// A memory exported as `memory`, an allocator under a known name, and zeroing.
    #[must_use]
    pub const fn new() -> Self {
        Settings { memory: None, allocator: None, deallocator: None, init: None, keep: false, imports: None }
    }

    /// The memory is exported under this name.
    #[must_use]
    pub const fn memory(self, name: &'a str) -> Self {
        Settings { memory: Some(name), ..self }
    }

    /// The allocator is exported under this name, and takes `(size)`, `(size, align)`, or what `cabi_realloc` takes.
    #[must_use]
    pub const fn allocator(self, name: &'a str) -> Self {
        Settings { allocator: Some(name), ..self }
    }

    /// The function that releases is exported under this name, and takes `(pointer)`, `(pointer, size)` or
    /// `(pointer, size, align)`.
    #[must_use]
    pub const fn deallocator(self, name: &'a str) -> Self {
        Settings { deallocator: Some(name), ..self }
    }

    /// The function that initializes an instance is exported under this name, and takes nothing.
    #[must_use]
    pub const fn init(self, name: &'a str) -> Self {
        Settings { init: Some(name), ..self }
    }

    /// Whether what was placed in the guest is zeroed before it is released. It is, unless that is switched off.
    #[must_use]
    pub const fn zero(self, zero: bool) -> Self {
        Settings { keep: !zero, ..self }
    }

    /// What functions do that the module imports and the linker does not define. Without it, that is an error.
    #[must_use]
    pub const fn imports(self, stub: Stub) -> Self {
        Settings { imports: Some(stub), ..self }
    }

    pub(crate) fn memory_name(&self) -> &'a str {
        self.memory.unwrap_or("memory")
    }
}

/// The exports that one trait calls. `#[wasm_import]` implements it for the `…Exports` type that it generates.
pub trait Interface: Sized + 'static {
    /// The trait's convention.
    type Convention: Convention;

    /// The trait's name.
    const NAME: &'static str;

    /// What it says of the module as a whole.
    const SETTINGS: Settings<'static>;

    /// Plans every method, in order.
    fn plan(planner: &mut Planner<'_, Self>);

    /// What was planned, in the same order, for an instance.
    fn new(planned: &mut Planned<'_>) -> Self;
}

/// The allocator of an interface.
pub(crate) type AllocatorOf<I> = <<I as Interface>::Convention as Convention>::Allocator;

/// A module that fits an interface: where everything is.
pub(crate) struct Plan<I: Interface> {
    pub(crate) exports: Vec<ExportPlan>,
    memory: PlannedMemory,
    allocator: Vec<Option<FoundHelper>>,
    initializer: Option<ModuleExport>,
    token_type: FuncType,
    interface: PhantomData<fn() -> I>,
}

/// Where the memory of a module is.
#[derive(Clone)]
pub(crate) enum PlannedMemory {
    /// There is none, or none is needed.
    None,
    /// Among its exports.
    Exported(ModuleExport),
    /// Among its imports.
    Imported(ImportedMemory),
}

/// What tool-chains call the function that wants to be called once, before any other. WASI's application ABI has the
/// first for reactors: <https://github.com/WebAssembly/WASI/blob/main/legacy/application-abi.md>. A module that has it
/// calls the second from there. A program has the last.
pub(crate) const INITIALIZERS: [&str; 4] = ["_initialize", "__wasm_call_ctors", "__wbindgen_start", "_start"];

impl<I: Interface> Plan<I> {
    /// Looks for everything, and reports all that is not there. Where `links`, a memory may be imported.
    pub(crate) fn new(module: &Module, links: bool) -> Result<Self> {
        let mut planner = Planner::<I>::new(module, links);
        I::plan(&mut planner);
        let Planner { mut finder, exports, needs_memory, .. } = planner;
        // An interface of scalars only needs no memory; but one that was named must be there.
        let pointer = <<I::Convention as Convention>::Pointer as CoreValue>::TYPE;
        let memory = if needs_memory || I::SETTINGS.memory.is_some() {
            finder.memory(&I::SETTINGS, pointer)
        } else {
            finder.optional_memory(&I::SETTINGS, pointer)
        };
        let wanted = &AllocatorOf::<I>::WANTED;
        let allocator = match wanted.is_needed(needs_memory, &I::SETTINGS) {
            true => finder.allocator(wanted, &I::SETTINGS),
            // Its faults are none of this trait's.
            false => Finder::new(module, links).allocator(wanted, &I::SETTINGS),
        };
        let nothing = [Signature::new(&[], &[])];
        let initializer = match I::SETTINGS.init {
            Some(name) => finder.named_function(Role::Initializer, name, &nothing),
            None => INITIALIZERS.iter().find_map(|name| finder.function(name, &nothing)),
        };
        finder.finish(I::NAME)?;
        let initializer = initializer.map(|(export, _)| export);
        let token_type = StoreId::token_type(module.engine());
        Ok(Plan { exports, memory, allocator, initializer, token_type, interface: PhantomData })
    }

    pub(crate) fn initializer(&self) -> Option<&ModuleExport> {
        self.initializer.as_ref()
    }

    /// The memory that the module imports.
    pub(crate) fn imported_memory(&self) -> Option<&ImportedMemory> {
        match &self.memory {
            PlannedMemory::Imported(memory) => Some(memory),
            PlannedMemory::None | PlannedMemory::Exported(_) => None,
        }
    }

    /// Resolves the allocator, unless that was done.
    pub(crate) fn supply<S: AsContextMut>(
        &self,
        store: &mut S,
        instance: &Instance,
        runtime: &Runtime<AllocatorOf<I>>,
    ) -> Result<()> {
        let mut resolver = Resolver { store, instance };
        runtime.allocator().resolve(|| Allocator::resolve(&mut resolver.helpers(&self.allocator)))
    }

    /// Makes a handle to an instance: see [`Export::resolve`](crate::export::Export::resolve) for what is resolved when.
    pub(crate) fn resolve<S: AsContextMut>(
        self: &Arc<Self>,
        mut store: S,
        instance: &Instance,
        imported: Option<Memory>,
    ) -> Result<Handle<I>> {
        let memory = match &self.memory {
            PlannedMemory::None => None,
            PlannedMemory::Imported(_) => imported,
            PlannedMemory::Exported(export) => {
                let found = instance.get_module_export(&mut store, export).and_then(|found| found.into_memory());
                Some(found.ok_or_else(crate::bind::other_module)?)
            }
        };
        let runtime = Runtime::new(memory, !I::SETTINGS.keep);
        let exports = Arc::new(I::new(&mut Planned::new(&self.exports)));
        Ok(Handle { instance: *instance, owner: None, plan: Arc::clone(self), exports, runtime })
    }
}

/// A bound module, apart from its store: the exports, of which each is resolved by its first call, the allocator, which is
/// resolved by the first of any, the scratch block, and whether the instance is poisoned.
///
/// Keep it where the store cannot be kept: beside other handles to the same store, or in the store's own data, so that a
/// host function can take it out and call the guest back. A clone is a second handle to the same instance, with a
/// scratch block of its own; that a call through one has poisoned the instance is seen by all. Each knows the blocks
/// that it holds itself: a guest that names bytes which another handle holds damages itself, and is not told.
///
/// ```
/// use linmem::{Handle, wasm_import};
/// use wasmtime::{Caller, Engine, Linker, Module, Store};
///
/// #[wasm_import]
/// trait Doubler {
///     fn run(&mut self, n: u32) -> linmem::Result<u32>;
///     fn double(&mut self, n: u32) -> linmem::Result<u32>;
/// }
///
/// type Host = Option<Handle<DoublerExports>>;
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"(module
///     (import "host" "back" (func $back (param i32) (result i32)))
///     (func (export "run") (param i32) (result i32) (call $back (local.get 0)))
///     (func (export "double") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2))))"#)?;
/// let mut linker = Linker::new(&engine);
/// // The guest calls the host, which calls the guest again.
/// linker.func_wrap("host", "back", |mut caller: Caller<'_, Host>, n: u32| -> wasmtime::Result<u32> {
///     let mut handle = caller.data().clone().expect("set below");
///     Ok(handle.bind(&mut caller)?.double(n)?)
/// })?;
///
/// let mut store = Store::new(&engine, None);
/// let doubler = DoublerInstance::instantiate(&mut store, &module, &linker)?;
/// let (store, mut handle) = DoublerInstance::into_parts(doubler);
/// *store.data_mut() = Some(handle.clone());
/// assert_eq!(handle.bind(store)?.run(21)?, 42);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Handle<I: Interface> {
    instance: Instance,
    /// The store, from when the two may be parted.
    owner: Option<StoreId>,
    plan: Arc<Plan<I>>,
    exports: Arc<I>,
    pub(crate) runtime: Runtime<AllocatorOf<I>>,
}

impl<I: Interface> Clone for Handle<I> {
    fn clone(&self) -> Self {
        Handle {
            instance: self.instance,
            owner: self.owner.clone(),
            plan: Arc::clone(&self.plan),
            exports: Arc::clone(&self.exports),
            runtime: self.runtime.clone(),
        }
    }
}

impl<I: Interface> Handle<I> {
    /// Binds an instance that somebody else made. Its initialization (`_initialize`, say) is that somebody's too.
    ///
    /// For a second handle to the same exports clone the first: one that is made anew does not hear that the instance
    /// was poisoned through another.
    ///
    /// # Errors
    /// [`ErrorKind::Bind`] with all that the instance's module lacks.
    ///
    /// # Panics
    /// If the instance belongs to another store, as every function of wasmtime's does.
    pub fn new(mut store: impl AsContextMut, instance: &Instance) -> Result<Self> {
        let plan = Arc::new(Plan::<I>::new(instance.module(store.as_context()), false)?);
        let mut handle = plan.resolve(&mut store, instance, None)?;
        handle.part(store);
        Ok(handle)
    }

    /// Binds the handle to its store for a few calls. It costs a comparison.
    ///
    /// # Errors
    /// [`ErrorKind::WrongStore`] if it is another store than the instance's.
    #[inline]
    pub fn bind<S: AsContextMut>(&mut self, store: S) -> Result<Bound<S, I, &mut Self>> {
        self.check(&store)?;
        Ok(Bound::from_parts(store, self))
    }

    /// Binds the handle to its store for good.
    ///
    /// # Errors
    /// As [`bind`](Handle::bind).
    pub fn into_bound<S: AsContextMut>(self, store: S) -> Result<Bound<S, I>> {
        self.check(&store)?;
        Ok(Bound::from_parts(store, self))
    }

    /// The instance, for what no trait says: another trait's handle, its globals and tables.
    #[must_use]
    pub fn instance(&self) -> Instance {
        self.instance
    }

    /// Whether an earlier call has poisoned the instance, so that every further one ends with
    /// [`ErrorKind::Poisoned`].
    #[must_use]
    pub fn is_poisoned(&self) -> bool {
        self.runtime.health.is_poisoned()
    }

    #[inline]
    fn check(&self, store: &impl AsContext) -> Result<()> {
        match &self.owner {
            Some(owner) if owner.is(store) => Ok(()),
            _ => Err(ErrorKind::WrongStore.into()),
        }
    }

    /// Marks the store by which the handle is to know it again, because they may be parted from now on, and the handle
    /// cloned.
    fn part(&mut self, store: impl AsContextMut) {
        self.runtime.health.share();
        if self.owner.is_none() {
            self.owner = Some(StoreId::of(store, self.plan.token_type.clone()));
        }
    }
}

impl<I: Interface> fmt::Debug for Handle<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("interface", &I::NAME)
            .field("poisoned", &self.is_poisoned())
            .finish_non_exhaustive()
    }
}
