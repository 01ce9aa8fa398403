//! One buffer, and more than one that wants it: a guest that moves it, and calls within calls.

use crate::support::{bind, engine, wat};
use linmem::allocator::{Buffer, Fixed};
use linmem::{ErrorKind, Handle, Result, export_names, wasm_import};
use wasmtime::{Caller, Linker, Store};

export_names!(Pointer = "buffer", Size = "capacity");

/// `move` makes a new buffer behind the old one, and fills that with 9.
const MOVING: &str = r#"(module (memory (export "memory") 1)
    (global $at (mut i32) (i32.const 1024))
    (func (export "buffer") (result i32) (global.get $at))
    (func (export "capacity") (result i32) (i32.const 64))
    (func (export "move")
      (memory.fill (global.get $at) (i32.const 9) (i32.const 64))
      (global.set $at (i32.add (global.get $at) (i32.const 64))))
    (func (export "first") (param i32) (result i32) (i32.load8_u (global.get $at)))
    (func (export "before") (result i32) (i32.load8_u (i32.sub (global.get $at) (i32.const 64)))))"#;

#[wasm_import(allocator = Buffer<Pointer, Size>)]
trait Moving {
    #[wasm(name = "move")]
    fn relocate(&mut self) -> Result<()>;
    fn first(&mut self, #[wasm(pass = linmem::pass::Len)] data: &[u8]) -> Result<u32>;
    fn before(&mut self) -> Result<u32>;
}

#[test]
fn a_buffer_is_looked_for_where_it_is_now() {
    let mut guest = bind::<MovingExports>(&wat(MOVING));
    for _ in 0..3 {
        assert_eq!(guest.first(&[7, 8]).unwrap(), 7);
        guest.relocate().unwrap();
        assert_eq!(guest.first(&[7, 8]).unwrap(), 7);
        // What was the buffer is the guest's again.
        assert_eq!(guest.before().unwrap(), 9);
    }
}

const NESTED: &str = r#"(module
    (import "host" "back" (func $back))
    (memory (export "memory") 1)
    (func (export "outer") (param i32 i32) (result i32) (call $back) (i32.load8_u (local.get 0)))
    (func (export "inner") (param i32 i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "nothing") (result i32) (i32.const 3)))"#;

#[wasm_import(allocator = Fixed<1024, 64>)]
trait Nested {
    fn outer(&mut self, data: &mut [u8]) -> Result<u32>;
    fn inner(&mut self, data: &[u8]) -> Result<u32>;
    fn nothing(&mut self) -> Result<u32>;
}

#[derive(Default)]
struct Host {
    handle: Option<Handle<NestedExports>>,
    inner: Vec<Result<u32>>,
}

#[test]
fn an_inner_call_does_not_write_over_the_outer_calls_arguments() {
    let mut linker = Linker::new(engine());
    let back = |mut caller: Caller<'_, Host>| -> wasmtime::Result<()> {
        let mut handle = caller.data().handle.clone().unwrap();
        let results = [handle.bind(&mut caller)?.inner(&[9; 5]), handle.bind(&mut caller)?.nothing()];
        caller.data_mut().inner.extend(results);
        Ok(())
    };
    linker.func_wrap("host", "back", back).unwrap();
    let guest = NestedInstance::instantiate(Store::new(engine(), Host::default()), &wat(NESTED), &linker).unwrap();
    let (mut store, mut handle) = NestedInstance::into_parts(guest);
    store.data_mut().handle = Some(handle.clone());
    for _ in 0..2 {
        let mut data = [7; 10];
        assert_eq!(handle.bind(&mut store).unwrap().outer(&mut data).unwrap(), 7);
        assert_eq!(data, [7; 10]);
        let inner = std::mem::take(&mut store.data_mut().inner);
        assert!(matches!(inner[0].as_ref().unwrap_err().kind(), ErrorKind::Overlap { .. }));
        assert_eq!(*inner[1].as_ref().unwrap(), 3, "what places nothing needs no buffer");
        // Behind each other they share it.
        let mut other = store.data_mut().handle.clone().unwrap();
        assert_eq!(other.bind(&mut store).unwrap().inner(&[5]).unwrap(), 5);
        assert_eq!(handle.bind(&mut store).unwrap().inner(&[6]).unwrap(), 6);
    }
}
