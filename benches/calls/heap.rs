//! What one writes by hand round a module's `malloc` and `free`, with everything looked up already: as good as it gets
//! without keeping a block between calls.

use crate::calls::Point;
use bytemuck::NoUninit;
use wasmtime::error::Context;
use wasmtime::{Instance, Memory, Result, Store, TypedFunc, ensure};

/// Pointer and length in, something out.
pub(crate) type Slice<R> = TypedFunc<(u32, u32), R>;
/// Where to write, and two coordinates.
pub(crate) type MakePoint = TypedFunc<(u32, f64, f64), ()>;
/// Pointer, length and factor.
pub(crate) type Scale = TypedFunc<(u32, u32, f32), ()>;

pub(crate) struct Heap {
    memory: Memory,
    malloc: TypedFunc<u32, u32>,
    pub(crate) free: TypedFunc<u32, ()>,
    /// Whether arguments are overwritten before they are freed.
    zeroing: bool,
}

impl Heap {
    pub(crate) fn find(store: &mut Store<()>, instance: &Instance, zeroing: bool) -> Result<Self> {
        Ok(Heap {
            memory: instance.get_memory(&mut *store, "memory").context("no memory")?,
            malloc: instance.get_typed_func(&mut *store, "malloc")?,
            free: instance.get_typed_func(store, "free")?,
            zeroing,
        })
    }

    pub(crate) fn place(&self, store: &mut Store<()>, bytes: &[u8]) -> Result<u32> {
        let pointer = self.malloc.call(&mut *store, u32::try_from(bytes.len())?)?;
        ensure!(pointer != 0, "out of memory");
        self.memory.write(store, pointer as usize, bytes)?;
        Ok(pointer)
    }

    fn remove(&self, store: &mut Store<()>, pointer: u32, len: usize) -> Result<()> {
        if self.zeroing {
            let rest = self.memory.data_mut(&mut *store).get_mut(pointer as usize..).context("out of bounds")?;
            rest.get_mut(..len).context("out of bounds")?.fill(0);
        }
        self.free.call(store, pointer)
    }

    pub(crate) fn send<T: NoUninit, R: wasmtime::WasmResults>(
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
    pub(crate) fn echo<R>(
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

    pub(crate) fn point(&self, store: &mut Store<()>, function: &MakePoint, x: f64, y: f64) -> Result<Point> {
        let pointer = self.malloc.call(&mut *store, 16)?;
        ensure!(pointer != 0, "out of memory");
        function.call(&mut *store, (pointer, x, y))?;
        let mut point = Point { x: 0.0, y: 0.0 };
        self.memory.read(&*store, pointer as usize, bytemuck::bytes_of_mut(&mut point))?;
        self.remove(store, pointer, 16)?;
        Ok(point)
    }

    pub(crate) fn scale(&self, store: &mut Store<()>, function: &Scale, values: &mut [f32], by: f32) -> Result<()> {
        let n = values.len() as u32;
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(values);
        let pointer = self.place(store, bytes)?;
        function.call(&mut *store, (pointer, n, by))?;
        self.memory.read(&*store, pointer as usize, bytes)?;
        self.remove(store, pointer, bytes.len())
    }
}

pub(crate) fn owned(bytes: &[u8]) -> Result<Vec<u8>> {
    Ok(bytes.to_vec())
}

pub(crate) fn text(bytes: &[u8]) -> Result<String> {
    Ok(std::str::from_utf8(bytes)?.to_owned())
}
