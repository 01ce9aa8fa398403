//! Guest memory in a user's own hands: the API that wasmtime's issue 106 asked for.

mod allocation;
mod outcome;

pub use allocation::{Allocation, MemoryFrame};
pub use outcome::Outcome;

use crate::allocator::{Allocator, Found, Request};
use crate::bind::{Finder, Resolver, other_module};
use crate::core::CoreValue;
use crate::error::{ErrorKind, Result};
use crate::frame::OwnGuard;
use crate::interface::{PlannedMemory, Settings};
use crate::ledger::Leaked;
use crate::mode::{Blocking, now};
use crate::region::{Region, to_u64};
use crate::runtime::{MAX_ALIGN, Runtime, State};
use std::ops::{Deref, DerefMut};
use wasmtime::{AsContext, AsContextMut, Instance, Memory, StoreContext, StoreContextMut, TypedFunc};
use wasmtime::{WasmParams, WasmResults};

/// An instance's linear memory with its allocator, and the store they live in.
///
/// For what an annotated trait does not say. Bytes are placed by the allocator that the guest exports, or else in an
/// arena in memory that the host grew (see [`Hosted`](crate::allocator::Hosted) for which guests that is safe), and are
/// zeroed and released when their guard goes.
///
/// ```
/// use linmem::LinearMemory;
/// use wasmtime::{Engine, Instance, Module, Store};
///
/// let engine = Engine::default();
/// // No allocator; `sum` adds up bytes.
/// let module = Module::new(&engine, r#"(module (memory (export "memory") 1)
///     (func (export "sum") (param $p i32) (param $n i32) (result i32) (local $s i32)
///       (loop $next
///         (if (local.get $n) (then
///           (local.set $s (i32.add (local.get $s) (i32.load8_u (local.get $p))))
///           (local.set $p (i32.add (local.get $p) (i32.const 1)))
///           (local.set $n (i32.sub (local.get $n) (i32.const 1)))
///           (br $next))))
///       (local.get $s)))"#)?;
/// let mut store = Store::new(&engine, ());
/// let instance = Instance::new(&mut store, &module, &[])?;
/// let sum = instance.get_typed_func::<(u32, u32), u32>(&mut store, "sum")?;
///
/// let mut memory = LinearMemory::open(&mut store, &instance, None)?;
/// assert_eq!(memory.next_available(3), None, "the host has added nothing yet");
/// let mut bytes = memory.alloc(&[1, 2, 3], true, true)?;
/// let address = bytes.index();
/// assert_eq!(address, 65536, "the host's page, not the guest's");
/// assert_eq!(bytes.call(&sum, (u32::try_from(&bytes)?, 3))?, 6);
///
/// drop(bytes);
/// assert_eq!(memory.as_slice()[65536..65539], [0, 0, 0]);
/// assert_eq!(memory.next_available(3), Some(address), "free again");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct LinearMemory<'h, S: AsContextMut, A: Allocator = Found> {
    store: S,
    memory: Memory,
    runtime: Held<'h, A>,
}

impl<S: AsContextMut> LinearMemory<'_, S> {
    /// The memory that the instance exports under that name, `"memory"` if none is given, with the allocator that it
    /// exports under a known name (`malloc`, `alloc`, …), or else the host's arena. For a memory with 64-bit addresses
    /// name an allocator of that width: `LinearMemory::<_, Found<u64>>::with(…)`.
    ///
    /// Keep it, rather than open it anew for every call: it looks names up.
    ///
    /// # Errors
    /// [`ErrorKind::Bind`] if there is no such memory.
    ///
    /// # Panics
    /// If the instance belongs to another store, as every function of wasmtime's does.
    pub fn open(store: S, instance: &Instance, export_name: Option<&str>) -> Result<Self> {
        let settings = export_name.map_or_else(Settings::new, |name| Settings::new().memory(name));
        Self::with(store, instance, settings)
    }
}

impl<'h, S: AsContextMut, A: Allocator> LinearMemory<'h, S, A> {
    /// The same with an allocator under names of the user's, or one of another kind.
    ///
    /// # Errors
    /// [`ErrorKind::Bind`] with all that the module lacks.
    ///
    /// # Panics
    /// If the instance belongs to another store, as every function of wasmtime's does.
    pub fn with(mut store: S, instance: &Instance, settings: Settings<'_>) -> Result<Self> {
        let mut finder = Finder::new(instance.module(store.as_context()), false);
        let memory = finder.memory(&settings, <A::Pointer as CoreValue>::TYPE);
        let found = finder.allocator(&A::WANTED, &settings);
        finder.finish("LinearMemory")?;
        let exported = match memory {
            PlannedMemory::Exported(export) => instance.get_module_export(&mut store, &export),
            PlannedMemory::None | PlannedMemory::Imported(_) => None,
        };
        let exported = exported.and_then(wasmtime::Extern::into_memory);
        let memory = Some(exported.ok_or_else(other_module)?);
        let runtime = Runtime::new(memory, !settings.keep);
        let mut resolver = Resolver { store: &mut store, instance };
        runtime.allocator().resolve(|| A::resolve(&mut resolver.helpers(&found)))?;
        Self::from_parts(store, Held::Own(Box::new(runtime)))
    }

    pub(crate) fn from_parts(store: S, runtime: Held<'h, A>) -> Result<Self> {
        let memory = runtime.memory.ok_or_else(|| ErrorKind::NoMemory)?;
        Ok(LinearMemory { store, memory, runtime })
    }

    /// All of the memory. Borrowing it borrows the store, so it cannot move meanwhile.
    pub fn as_slice(&self) -> &[u8] {
        self.memory.data(&self.store)
    }

    /// All of the memory, to write.
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        self.memory.data_mut(&mut self.store)
    }

    /// Its size in pages.
    pub fn size(&self) -> u64 {
        self.memory.size(&self.store)
    }

    /// The size of one of its pages in bytes: 65,536 unless the module says otherwise.
    pub fn page_size(&self) -> u64 {
        self.memory.page_size(&self.store)
    }

    /// Adds that many pages, and returns the region they make. In an instance without an allocator the arena may use
    /// it from now on.
    ///
    /// # Errors
    /// [`ErrorKind::Grow`] where the memory's maximum, the store's limiter or the host's memory does not allow it.
    pub fn grow(&mut self, pages: u64) -> Result<Region> {
        let mut mode = Blocking(self.store.as_context_mut());
        let added = now(self.runtime.guest(&mut mode).grow(pages))?;
        if let Some(allocator) = self.runtime.allocator().get() {
            allocator.donate(added);
        }
        Ok(added)
    }

    /// Adds as many pages as hold that many bytes.
    ///
    /// # Errors
    /// As [`grow`](LinearMemory::grow).
    pub fn grow_by_bytes(&mut self, bytes: u64) -> Result<Region> {
        self.grow(bytes.div_ceil(self.page_size()))
    }

    /// Where the next allocation of that many bytes would go in the arena, or none if it would have to grow. Allocates
    /// nothing. What a guest's own allocator would do, only the guest knows: none there, too.
    pub fn next_available(&self, len: usize) -> Option<u64> {
        self.runtime.allocator().get()?.next_available(to_u64(len), MAX_ALIGN)
    }

    /// Places bytes in the guest, at an address that is a multiple of 16.
    ///
    /// `grow` allows the arena to grow the memory; the guest's own allocator decides that for itself.
    /// `auto_deallocate` has the bytes zeroed and released when the [`Allocation`] is dropped; without it they stay
    /// until [`release`](LinearMemory::release).
    ///
    /// # Errors
    /// [`ErrorKind::NoSpace`] if growing was needed and not allowed, otherwise as
    /// [`MemoryFrame::alloc`].
    pub fn alloc(&mut self, data: &[u8], grow: bool, auto_deallocate: bool) -> Result<Allocation<'_, S::Data, A>> {
        let mut guard = self.guard()?;
        let block = match to_u64(data.len()) {
            0 => None,
            size => Some(guard.step(|frame| now(frame.take(Request { grow, ..Request::new(size, MAX_ALIGN) })))?),
        };
        // Nothing needs no room, and a pointer to it must be neither null nor misaligned.
        let region = block.map_or(Region { pointer: MAX_ALIGN, len: 0 }, |block| block.region());
        let region = Region { len: to_u64(data.len()), ..region };
        guard.frame().bytes_mut(region, 1)?.copy_from_slice(data);
        Ok(Allocation::new(MemoryFrame(guard), region, block, auto_deallocate))
    }

    /// A guard for several allocations around a call.
    ///
    /// # Errors
    /// [`ErrorKind::Poisoned`], and what releasing earlier blocks can end with.
    pub fn frame(&mut self) -> Result<MemoryFrame<'_, S::Data, A>> {
        Ok(MemoryFrame(self.guard()?))
    }

    /// What a call's outcome points at, as an allocation that is zeroed and released when it is dropped. See
    /// [`Outcome`] for the forms.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfBounds`], [`ErrorKind::Misaligned`], [`ErrorKind::Null`], [`ErrorKind::NoAddress`], and
    /// [`ErrorKind::Overlap`] if it lies in something that the host holds.
    pub fn get_output(&mut self, outcome: impl Outcome) -> Result<Allocation<'_, S::Data, A>> {
        let mut guard = self.guard()?;
        let region = outcome.region(guard.frame().memory()?)?;
        if region.pointer == 0 {
            return Err(ErrorKind::Null.into());
        }
        let block = guard.frame().take_over(region)?;
        Ok(Allocation::new(MemoryFrame(guard), region, block, true))
    }

    /// Calls a function of this instance. A trap poisons the instance: for the handle whose memory this is and its clones, or
    /// for this alone where it was [opened](LinearMemory::open) by itself, of which other handles do not hear.
    ///
    /// # Errors
    /// [`ErrorKind::Trap`], [`ErrorKind::Poisoned`].
    pub fn call<P, R>(&mut self, func: &TypedFunc<P, R>, params: P) -> Result<R>
    where
        P: WasmParams + Sync,
        R: WasmResults + Sync,
    {
        self.frame()?.call(func, params)
    }

    /// Gives a block back that an [`Allocation`] has left in the guest, zeroed.
    ///
    /// # Errors
    /// [`ErrorKind::ForeignBlock`] if it was left in another instance, and what the guest's allocator can end with.
    pub fn release(&mut self, leaked: Leaked) -> Result<()> {
        let mut guard = self.guard()?;
        guard.take_back(&leaked)?;
        MemoryFrame(guard).close()
    }

    fn guard(&mut self) -> Result<OwnGuard<'_, S::Data, A>> {
        let mut guard = OwnGuard::own(self.store.as_context_mut(), &mut self.runtime);
        // By hand nothing need enter the guest, and would not be refused, then.
        if guard.state() != State::Calm || guard.is_poisoned() {
            now(guard.calm_down(None))?;
        }
        guard.open_by_hand();
        Ok(guard)
    }
}

impl<S: AsContextMut, A: Allocator> AsContext for LinearMemory<'_, S, A> {
    type Data = S::Data;

    fn as_context(&self) -> StoreContext<'_, S::Data> {
        self.store.as_context()
    }
}

impl<S: AsContextMut, A: Allocator> AsContextMut for LinearMemory<'_, S, A> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, S::Data> {
        self.store.as_context_mut()
    }
}

/// The store is at hand here, so nothing is left behind in the guest. What a handle has lent stays with the handle.
impl<S: AsContextMut, A: Allocator> Drop for LinearMemory<'_, S, A> {
    fn drop(&mut self) {
        // Not while the host panics: a second panic, in a host function that the guest calls, would abort.
        if let (Held::Own(runtime), false) = (&mut self.runtime, std::thread::panicking()) {
            // There is nobody to tell of a guest that traps now; it is poisoned, and its next user will hear of it.
            let _ = now(runtime.trim(Blocking(self.store.as_context_mut())));
        }
    }
}

/// Its own state, or that of the handle whose memory this is: two that know nothing of each other would not see that the
/// guest names the same bytes to both.
#[derive(Debug)]
pub(crate) enum Held<'h, A: Allocator> {
    Own(Box<Runtime<A>>),
    Lent(&'h mut Runtime<A>),
}

impl<A: Allocator> Deref for Held<'_, A> {
    type Target = Runtime<A>;

    fn deref(&self) -> &Runtime<A> {
        match self {
            Held::Own(runtime) => runtime,
            Held::Lent(runtime) => runtime,
        }
    }
}

impl<A: Allocator> DerefMut for Held<'_, A> {
    fn deref_mut(&mut self) -> &mut Runtime<A> {
        match self {
            Held::Own(runtime) => runtime,
            Held::Lent(runtime) => runtime,
        }
    }
}
