//! Calls AssemblyScript, whose strings and arrays are objects of a garbage collector.
//!
//! ```sh
//! cargo run --example assemblyscript
//! ```
//!
//! linmem makes the objects, keeps them from the collector for the call, and reads those that come back. The module is
//! compiled with `--exportRuntime`, because that takes `__new`, `__pin` and `__unpin`.

use linmem::convention::AssemblyScript;
use linmem::pass::TypedArray;
use linmem::results::StaticArray;
use linmem::wasm_import;
use std::error::Error;
use wasmtime::{AsContextMut, Engine, Linker, Module, Store};

const GUEST: &[u8] = include_bytes!("../tests/guests/assembly.wasm");

// A class has a number of the compiler's choice, `idof<Float64Array>()`, which the host has to know, and which may be another
// when the module is compiled again. This module exports them, so `main` compares.
const FLOAT64ARRAY: u32 = 4;
const UINT8ARRAY: u32 = 5;

#[wasm_import(convention = AssemblyScript)]
trait Assembly {
    /// `greet(name: string): string`, in UTF-16.
    fn greet(&mut self, name: &str) -> linmem::Result<String>;

    /// `sum(values: Float64Array): f64`
    fn sum(&mut self, #[wasm(pass = TypedArray<FLOAT64ARRAY>)] values: &[f64]) -> linmem::Result<f64>;

    /// `doubled(values: Uint8Array): Uint8Array`; a result tells its class by itself.
    fn doubled(&mut self, #[wasm(pass = TypedArray<UINT8ARRAY>)] values: &[u8]) -> linmem::Result<Vec<u8>>;

    /// `reversed(values: ArrayBuffer): ArrayBuffer`, which a slice is unless it is told otherwise.
    fn reversed(&mut self, values: &[u8]) -> linmem::Result<Vec<u8>>;

    /// `squares(n: i32): StaticArray<u32>`, which is named because its elements may be of any type.
    #[wasm(returns = StaticArray)]
    fn squares(&mut self, n: i32) -> linmem::Result<Vec<u32>>;
}

fn main() -> Result<(), Box<dyn Error>> {
    let engine = Engine::default();
    let module = Module::new(&engine, GUEST)?;
    let mut assembly = AssemblyInstance::instantiate(Store::new(&engine, ()), &module, &Linker::new(&engine))?;

    let instance = AssemblyInstance::handle(&mut assembly).instance();
    for (export, class) in [("FLOAT64ARRAY_ID", FLOAT64ARRAY), ("UINT8ARRAY_ID", UINT8ARRAY)] {
        let global = instance.get_global(assembly.as_context_mut(), export).ok_or("the class is not exported")?;
        let id = global.get(assembly.as_context_mut()).i32().map(i32::cast_unsigned);
        assert_eq!(id, Some(class), "{export}");
    }

    assert_eq!(assembly.greet("Ωmega 🦀")?, "Hello, Ωmega 🦀");
    assert_eq!(assembly.sum(&[0.5, 1.0, 40.5])?.to_string(), "42");
    assert_eq!(assembly.doubled(&[1, 2, 200])?, [2, 4, 144]);
    assert_eq!(assembly.reversed(b"stressed")?, b"desserts");
    assert_eq!(assembly.squares(5)?, [0, 1, 4, 9, 16]);
    println!("{}", assembly.greet("collector")?);
    Ok(())
}
