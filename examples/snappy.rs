//! Compresses with Google's Snappy, which npm has as a module made by wasm-bindgen (`snappy-wasm`).
//!
//! ```sh
//! npm ci --prefix tests/modules         # fetches the module
//! cargo run --example snappy
//! cargo run --example snappy -- FILE    # the module is elsewhere
//! ```
//!
//! Without its JavaScript there is one thing left to do: the module imports a function that makes an error of a message.

use linmem::convention::{Standard, WasmBindgen};
use linmem::{ErrorKind, Lift, Region, wasm_import};
use std::error::Error;
use std::{env, fs};
use wasmtime::{AsContext, Caller, Engine, Extern, Linker, Module, Store};

const MODULE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/modules/node_modules/snappy-wasm/cjs/snappy_bg.wasm");

/// Such functions free their arguments, and return a pointer and a length, or an error. The convention knows.
#[wasm_import(convention = WasmBindgen)]
trait Snappy {
    fn compress(&mut self, text: &str) -> linmem::Result<Vec<u8>>;
    fn decompress(&mut self, data: &[u8]) -> linmem::Result<String>;
}

/// The messages of the errors that were made; the guest knows each by its index.
type Messages = Vec<String>;

fn error_new(mut caller: Caller<'_, Messages>, pointer: u32, len: u32) -> wasmtime::Result<u32> {
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    let memory = memory.ok_or_else(|| wasmtime::Error::msg("the guest exports no memory"))?;
    let region = Region { pointer: pointer.into(), len: len.into() };
    let message = String::read::<Standard>(memory.data(&caller), region)?;
    let messages = caller.data_mut();
    messages.push(message);
    Ok(u32::try_from(messages.len())?.saturating_sub(1))
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).unwrap_or_else(|| MODULE.to_owned());
    let Ok(wasm) = fs::read(&path) else {
        println!("There is no {path}: `npm ci --prefix tests/modules` installs it.");
        return Ok(());
    };
    let engine = Engine::default();
    let module = Module::new(&engine, wasm)?;
    let mut linker = Linker::new(&engine);
    linker.func_wrap("__wbindgen_placeholder__", "__wbindgen_error_new", error_new)?;
    let mut snappy = SnappyInstance::instantiate(Store::new(&engine, Messages::new()), &module, &linker)?;

    let text = "row, row, row your boat\n".repeat(100);
    let packed = snappy.compress(&text)?;
    assert!(packed.len() < text.len());
    assert_eq!(snappy.decompress(&packed)?, text);
    println!("{} bytes are {} bytes, and back", text.len(), packed.len());

    // A failure of the guest's own: the code is the index, and the instance as good as before.
    let failed = snappy.decompress(b"\xff not snappy").err().map(|error| error.into_kind());
    let Some(ErrorKind::Guest { code, .. }) = failed else {
        return Err(format!("decompressing what is not snappy ended with {failed:?}").into());
    };
    println!("what is not snappy: {:?}", snappy.as_context().data().get(usize::try_from(code)?));
    assert_eq!(snappy.decompress(&packed)?, text);
    Ok(())
}
