//! The contenders without linmem: hand-written glue whose exports were looked up once, or are for every call.

use crate::calls::Calls;
use crate::guest::{engine, module};
use linmem_benches::{Heap, MakePoint, Point, Scale, Slice, owned, text};
use wasmtime::{Instance, Store, TypedFunc, WasmParams, WasmResults};

fn instantiate() -> (Store<()>, Instance) {
    let mut store = Store::new(engine(), ());
    let instance = Instance::new(&mut store, module(), &[]).unwrap();
    (store, instance)
}

/// All that is called, looked up once.
pub(crate) struct Hand {
    pub(crate) store: Store<()>,
    pub(crate) heap: Heap,
    pub(crate) add: TypedFunc<(u32, u32), u32>,
    pub(crate) last_byte: Slice<u32>,
    pub(crate) echo: Slice<u64>,
    pub(crate) last_f64: Slice<f64>,
    pub(crate) point: MakePoint,
    pub(crate) scale_last: Scale,
}

impl Hand {
    pub(crate) fn new() -> Self {
        Self::with(false)
    }

    /// The same, and arguments are zeroed before they are freed, as linmem does.
    pub(crate) fn zeroing() -> Self {
        Self::with(true)
    }

    fn with(zeroing: bool) -> Self {
        let (mut store, instance) = instantiate();
        Hand {
            heap: Heap::find(&mut store, &instance, zeroing).unwrap(),
            add: instance.get_typed_func(&mut store, "add").unwrap(),
            last_byte: instance.get_typed_func(&mut store, "last_byte").unwrap(),
            echo: instance.get_typed_func(&mut store, "echo_bytes").unwrap(),
            last_f64: instance.get_typed_func(&mut store, "last_f64").unwrap(),
            point: instance.get_typed_func(&mut store, "point").unwrap(),
            scale_last: instance.get_typed_func(&mut store, "scale_last").unwrap(),
            store,
        }
    }
}

impl Calls for Hand {
    #[inline]
    fn add(&mut self, a: u32, b: u32) -> u32 {
        self.add.call(&mut self.store, (a, b)).unwrap()
    }

    #[inline]
    fn last_byte(&mut self, bytes: &[u8]) -> u32 {
        self.heap.send(&mut self.store, &self.last_byte, bytes).unwrap()
    }

    #[inline]
    fn echo_bytes(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.heap.echo(&mut self.store, &self.echo, bytes, owned).unwrap()
    }

    #[inline]
    fn echo_str(&mut self, string: &str) -> String {
        self.heap.echo(&mut self.store, &self.echo, string.as_bytes(), text).unwrap()
    }

    #[inline]
    fn last_f64(&mut self, values: &[f64]) -> f64 {
        self.heap.send(&mut self.store, &self.last_f64, values).unwrap()
    }

    #[inline]
    fn point(&mut self, x: f64, y: f64) -> Point {
        self.heap.point(&mut self.store, &self.point, x, y).unwrap()
    }

    #[inline]
    fn scale_last(&mut self, values: &mut [f32], by: f32) {
        self.heap.scale(&mut self.store, &self.scale_last, values, by).unwrap();
    }
}

/// Looks up by name what a call needs, at every call.
pub(crate) struct Naive {
    store: Store<()>,
    instance: Instance,
}

impl Naive {
    pub(crate) fn new() -> Self {
        let (store, instance) = instantiate();
        Naive { store, instance }
    }

    fn heap(&mut self) -> Heap {
        Heap::find(&mut self.store, &self.instance, false).unwrap()
    }

    fn function<P: WasmParams, R: WasmResults>(&mut self, name: &str) -> TypedFunc<P, R> {
        self.instance.get_typed_func(&mut self.store, name).unwrap()
    }
}

impl Calls for Naive {
    #[inline]
    fn add(&mut self, a: u32, b: u32) -> u32 {
        let add = self.function::<(u32, u32), u32>("add");
        add.call(&mut self.store, (a, b)).unwrap()
    }

    #[inline]
    fn last_byte(&mut self, bytes: &[u8]) -> u32 {
        let (heap, last_byte) = (self.heap(), self.function("last_byte"));
        heap.send(&mut self.store, &last_byte, bytes).unwrap()
    }

    #[inline]
    fn echo_bytes(&mut self, bytes: &[u8]) -> Vec<u8> {
        let (heap, echo) = (self.heap(), self.function("echo_bytes"));
        heap.echo(&mut self.store, &echo, bytes, owned).unwrap()
    }

    #[inline]
    fn echo_str(&mut self, string: &str) -> String {
        let (heap, echo) = (self.heap(), self.function("echo_bytes"));
        heap.echo(&mut self.store, &echo, string.as_bytes(), text).unwrap()
    }

    #[inline]
    fn last_f64(&mut self, values: &[f64]) -> f64 {
        let (heap, last_f64) = (self.heap(), self.function("last_f64"));
        heap.send(&mut self.store, &last_f64, values).unwrap()
    }

    #[inline]
    fn point(&mut self, x: f64, y: f64) -> Point {
        let (heap, point) = (self.heap(), self.function("point"));
        heap.point(&mut self.store, &point, x, y).unwrap()
    }

    #[inline]
    fn scale_last(&mut self, values: &mut [f32], by: f32) {
        let (heap, scale_last) = (self.heap(), self.function("scale_last"));
        heap.scale(&mut self.store, &scale_last, values, by).unwrap();
    }
}
