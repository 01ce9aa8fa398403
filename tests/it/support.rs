//! What the tests share: one engine, the guests compiled once, and ways to bind them.

use linmem::{Bound, Handle, Interface};
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use wasmtime::{Engine, Instance, Linker, Module, Store};

/// How many bytes more an allocator is asked for, so that arguments can begin at a cache line.
pub(crate) const TO_LINE: u32 = 48;

/// The shortest scratch block, as an allocator is asked for it.
pub(crate) const SCRATCH: u32 = 256 + TO_LINE;

/// The engine of the whole process.
pub(crate) fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(Engine::default)
}

macro_rules! guests {
    ($($name:ident: $doc:literal),*) => {$(
        #[doc = $doc]
        pub(crate) fn $name() -> &'static Module {
            static MODULE: OnceLock<Module> = OnceLock::new();
            let bytes = include_bytes!(concat!("../guests/", stringify!($name), ".wasm"));
            MODULE.get_or_init(|| Module::new(engine(), bytes).unwrap())
        }
    )*};
}
guests! {
    ledger: "Rust; accounts for every block that the host holds.",
    shapes: "C; structs and in-out arguments, `malloc` and `free`.",
    markdown: "Rust; a library behind the usual interface.",
    cstrings: "C; NUL-terminated text, buffers of the caller's, twenty parameters.",
    assembly: "AssemblyScript; objects of a collector, and UTF-16.",
    canonical: "Rust; the canonical ABI, by wit-bindgen.",
    bindgen: "Rust; wasm-bindgen, with errors in a table.",
    zig: "Zig; packed slices, an empty one of which is out of bounds.",
    wide: "C; a memory with 64-bit addresses.",
    golang: "Go; a runtime that needs WASI, and a collector."
}

/// A guest written for one test.
pub(crate) fn wat(text: &str) -> Module {
    Module::new(engine(), text).unwrap()
}

/// An instance in a store of its own, without imports. Initialization is the caller's.
pub(crate) fn instance(module: &Module) -> (Store<()>, Instance) {
    let mut store = Store::new(engine(), ());
    let instance = Linker::new(engine()).instantiate(&mut store, module).unwrap();
    (store, instance)
}

/// An instance in a store of its own, bound to a trait by its exports: `bind::<GreeterExports>(ledger())`.
pub(crate) fn bind<I: Interface>(module: &Module) -> Bound<Store<()>, I> {
    Bound::instantiate(Store::new(engine(), ()), module, &Linker::new(engine())).unwrap()
}

/// A handle to an instance that somebody else made.
pub(crate) fn handle<I: Interface>(store: &mut Store<()>, instance: &Instance) -> Handle<I> {
    Handle::new(store, instance).unwrap()
}

/// Runs a future on this thread.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
