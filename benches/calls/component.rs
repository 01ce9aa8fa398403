//! The contender of the component model: the same functions, lifted, and bound by wasmtime's `bindgen!`.

use crate::calls::Calls;
use crate::guest::{component, sync_component};
use wasmtime::Store;
use wasmtime::component::{Component, Linker};

wasmtime::component::bindgen!({
    inline: "
        package linmem:benches;

        world guest {
            record point { x: f64, y: f64 }

            export add: func(a: u32, b: u32) -> u32;
            export last-byte: func(bytes: list<u8>) -> u32;
            export echo-bytes: func(bytes: list<u8>) -> list<u8>;
            export echo-str: func(text: string) -> string;
            export last-f64: func(values: list<f64>) -> f64;
            export make-point: func(x: f64, y: f64) -> point;
            export scale-last: func(values: list<f32>, by: f32) -> list<f32>;
        }
    ",
});

pub(crate) struct InComponent {
    store: Store<()>,
    guest: Guest,
}

impl InComponent {
    pub(crate) fn new() -> Self {
        Self::instantiate(component())
    }

    pub(crate) fn sync() -> Self {
        Self::instantiate(sync_component())
    }

    fn instantiate(component: &Component) -> Self {
        let engine = component.engine();
        let mut store = Store::new(engine, ());
        let guest = Guest::instantiate(&mut store, component, &Linker::new(engine)).unwrap();
        InComponent { store, guest }
    }
}

impl Calls for InComponent {
    #[inline]
    fn add(&mut self, a: u32, b: u32) -> u32 {
        self.guest.call_add(&mut self.store, a, b).unwrap()
    }

    #[inline]
    fn last_byte(&mut self, bytes: &[u8]) -> u32 {
        self.guest.call_last_byte(&mut self.store, bytes).unwrap()
    }

    #[inline]
    fn echo_bytes(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.guest.call_echo_bytes(&mut self.store, bytes).unwrap()
    }

    #[inline]
    fn echo_str(&mut self, text: &str) -> String {
        self.guest.call_echo_str(&mut self.store, text).unwrap()
    }

    #[inline]
    fn last_f64(&mut self, values: &[f64]) -> f64 {
        self.guest.call_last_f64(&mut self.store, values).unwrap()
    }

    #[inline]
    fn point(&mut self, x: f64, y: f64) -> linmem_benches::Point {
        let point = self.guest.call_make_point(&mut self.store, x, y).unwrap();
        linmem_benches::Point { x: point.x, y: point.y }
    }

    /// The component model changes nothing in place: the list that comes back is copied over the one that was sent.
    #[inline]
    fn scale_last(&mut self, values: &mut [f32], by: f32) {
        let scaled = self.guest.call_scale_last(&mut self.store, values, by).unwrap();
        values.copy_from_slice(&scaled);
    }
}
