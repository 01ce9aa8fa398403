//! What one writes by hand round a module's `malloc` and `free`, with everything looked up already: as good as it gets
//! without keeping a block between calls. All of it may be inlined, as if it were written where it is called.

use bytemuck::{NoUninit, Pod, Zeroable};
use linmem::Record;
use wasmtime::error::Context;
use wasmtime::{Instance, Memory, Result, Store, TypedFunc, ensure};

/// What `point` returns.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable, Record)]
#[repr(C)]
#[expect(missing_docs, reason = "coordinates")]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// Pointer and length in, something out.
pub type Slice<R> = TypedFunc<(u32, u32), R>;
/// Where to write, and two coordinates.
pub type MakePoint = TypedFunc<(u32, f64, f64), ()>;
/// Pointer, length and factor.
pub type Scale = TypedFunc<(u32, u32, f32), ()>;

/// A module's memory, and the functions that say what of it is free.
#[expect(missing_debug_implementations, reason = "a `TypedFunc` has none")]
pub struct Heap {
    /// Where blocks lie.
    pub memory: Memory,
    malloc: TypedFunc<u32, u32>,
    /// Takes back what `malloc` gave.
    pub free: TypedFunc<u32, ()>,
    /// Whether arguments are overwritten before they are freed.
    zeroing: bool,
}

impl Heap {
    /// Looks the exports up.
    #[inline]
    pub fn find(store: &mut Store<()>, instance: &Instance, zeroing: bool) -> Result<Self> {
        Ok(Heap {
            memory: instance.get_memory(&mut *store, "memory").context("no memory")?,
            malloc: instance.get_typed_func(&mut *store, "malloc")?,
            free: instance.get_typed_func(store, "free")?,
            zeroing,
        })
    }

    /// Puts bytes where the module is to read them.
    #[inline]
    pub fn place(&self, store: &mut Store<()>, bytes: &[u8]) -> Result<u32> {
        let pointer = self.malloc.call(&mut *store, u32::try_from(bytes.len())?)?;
        ensure!(pointer != 0, "out of memory");
        self.memory.write(store, pointer as usize, bytes)?;
        Ok(pointer)
    }

    #[inline]
    fn remove(&self, store: &mut Store<()>, pointer: u32, len: usize) -> Result<()> {
        if self.zeroing {
            let rest = self.memory.data_mut(&mut *store).get_mut(pointer as usize..).context("out of bounds")?;
            rest.get_mut(..len).context("out of bounds")?.fill(0);
        }
        self.free.call(store, pointer)
    }

    /// Calls a function with values.
    #[inline]
    pub fn send<T: NoUninit, R: wasmtime::WasmResults>(
        &self,
        store: &mut Store<()>,
        function: &Slice<R>,
        values: &[T],
    ) -> Result<R> {
        let bytes: &[u8] = bytemuck::cast_slice(values);
        let pointer = self.place(store, bytes)?;
        let result = function.call(&mut *store, (pointer, values.len() as u32))?;
        self.remove(store, pointer, bytes.len())?;
        Ok(result)
    }

    /// Sends bytes and copies the bytes that come back, `(pointer << 32) | length`.
    #[inline]
    pub fn echo<R>(
        &self,
        store: &mut Store<()>,
        function: &Slice<u64>,
        bytes: &[u8],
        copy: impl FnOnce(&[u8]) -> Result<R>,
    ) -> Result<R> {
        let packed = self.send(store, function, bytes)?;
        let (pointer, len) = ((packed >> 32) as u32, packed as u32);
        let rest = self.memory.data(&*store).get(pointer as usize..).context("out of bounds")?;
        let result = copy(rest.get(..len as usize).context("out of bounds")?)?;
        self.free.call(store, pointer)?;
        Ok(result)
    }

    /// Calls a function with room for what it returns.
    #[inline]
    pub fn point(&self, store: &mut Store<()>, function: &MakePoint, x: f64, y: f64) -> Result<Point> {
        let pointer = self.malloc.call(&mut *store, 16)?;
        ensure!(pointer != 0, "out of memory");
        function.call(&mut *store, (pointer, x, y))?;
        let mut point = Point { x: 0.0, y: 0.0 };
        self.memory.read(&*store, pointer as usize, bytemuck::bytes_of_mut(&mut point))?;
        self.remove(store, pointer, 16)?;
        Ok(point)
    }

    /// Calls a function that changes values in place.
    #[inline]
    pub fn scale(&self, store: &mut Store<()>, function: &Scale, values: &mut [f32], by: f32) -> Result<()> {
        let n = values.len() as u32;
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(values);
        let pointer = self.place(store, bytes)?;
        function.call(&mut *store, (pointer, n, by))?;
        self.memory.read(&*store, pointer as usize, bytes)?;
        self.remove(store, pointer, bytes.len())
    }
}

/// A copy.
#[inline]
pub fn owned(bytes: &[u8]) -> Result<Vec<u8>> {
    Ok(bytes.to_vec())
}

/// A copy of what is UTF-8.
#[inline]
pub fn text(bytes: &[u8]) -> Result<String> {
    Ok(std::str::from_utf8(bytes)?.to_owned())
}
