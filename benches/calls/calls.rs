//! What every contender can do, whichever way it gets there: the guest's functions as a Rust trait, and linmem's ways.

use crate::guest::{engine, module};
use linmem::wasm_import;
use linmem_benches::Point;
use wasmtime::{Linker, Store};

/// The functions of `guest.wat`. They return no error, because a contender that fails has nothing to be measured.
pub(crate) trait Calls {
    fn add(&mut self, a: u32, b: u32) -> u32;
    fn last_byte(&mut self, bytes: &[u8]) -> u32;
    fn echo_bytes(&mut self, bytes: &[u8]) -> Vec<u8>;
    fn echo_str(&mut self, text: &str) -> String;
    fn last_f64(&mut self, values: &[f64]) -> f64;
    fn point(&mut self, x: f64, y: f64) -> Point;
    fn scale_last(&mut self, values: &mut [f32], by: f32);
}

/// The trait as a user of linmem writes it, with an option or without.
macro_rules! annotated {
    ($name:ident, $instance:ident, $($option:tt)*) => {
        #[wasm_import($($option)*)]
        pub(crate) trait $name {
            fn add(&mut self, a: u32, b: u32) -> linmem::Result<u32>;
            fn last_byte(&mut self, bytes: &[u8]) -> linmem::Result<u32>;
            fn echo_bytes(&mut self, bytes: &[u8]) -> linmem::Result<Vec<u8>>;
            fn echo_str(&mut self, text: &str) -> linmem::Result<String>;
            fn last_f64(&mut self, values: &[f64]) -> linmem::Result<f64>;
            fn point(&mut self, x: f64, y: f64) -> linmem::Result<Point>;
            fn scale_last(&mut self, values: &mut [f32], by: f32) -> linmem::Result<()>;
        }

        impl Calls for $instance<Store<()>> {
            #[inline]
            fn add(&mut self, a: u32, b: u32) -> u32 {
                $name::add(self, a, b).unwrap()
            }
            #[inline]
            fn last_byte(&mut self, bytes: &[u8]) -> u32 {
                $name::last_byte(self, bytes).unwrap()
            }
            #[inline]
            fn echo_bytes(&mut self, bytes: &[u8]) -> Vec<u8> {
                $name::echo_bytes(self, bytes).unwrap()
            }
            #[inline]
            fn echo_str(&mut self, text: &str) -> String {
                $name::echo_str(self, text).unwrap()
            }
            #[inline]
            fn last_f64(&mut self, values: &[f64]) -> f64 {
                $name::last_f64(self, values).unwrap()
            }
            #[inline]
            fn point(&mut self, x: f64, y: f64) -> Point {
                $name::point(self, x, y).unwrap()
            }
            #[inline]
            fn scale_last(&mut self, values: &mut [f32], by: f32) {
                $name::scale_last(self, values, by).unwrap()
            }
        }
    };
}
annotated!(Annotated, AnnotatedInstance,);
annotated!(Unzeroed, UnzeroedInstance, zero = false);

/// Results that stay in the guest until the next call.
#[wasm_import]
pub(crate) trait Borrowed {
    fn echo_bytes(&mut self, bytes: &[u8]) -> linmem::Result<&[u8]>;
    fn echo_str(&mut self, text: &str) -> linmem::Result<&str>;
}

pub(crate) fn linmem() -> impl Calls {
    AnnotatedInstance::instantiate(Store::new(engine(), ()), module(), &Linker::new(engine())).unwrap()
}

pub(crate) fn linmem_nozero() -> impl Calls {
    UnzeroedInstance::instantiate(Store::new(engine(), ()), module(), &Linker::new(engine())).unwrap()
}

pub(crate) fn linmem_borrowed() -> impl Borrowed {
    BorrowedInstance::instantiate(Store::new(engine(), ()), module(), &Linker::new(engine())).unwrap()
}
