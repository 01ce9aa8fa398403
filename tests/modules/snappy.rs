//! snappy-wasm: wasm-bindgen, with a `Result` in the return area, whose errors live on the host.

use crate::published::{Published, bytes, region, spell, text};
use linmem::convention::{Standard, WasmBindgen};
use linmem::{ErrorKind, Lift, Result, wasm_import};
use serde_json::json;
use wasmtime::{AsContext, Caller, Extern, Linker, Store};

#[wasm_import(convention = WasmBindgen)]
trait Snappy {
    fn compress(&mut self, text: &str) -> Result<Vec<u8>>;
    fn decompress(&mut self, data: &[u8]) -> Result<String>;
    fn compress_raw(&mut self, data: &[u8]) -> Result<Vec<u8>>;
    fn decompress_raw(&mut self, data: &[u8]) -> Result<Vec<u8>>;
}

/// `__wbindgen_error_new` makes an error of a message, and returns what the guest shall know it by.
fn throw(mut caller: Caller<'_, Vec<String>>, pointer: u32, len: u32) -> wasmtime::Result<u32> {
    let memory = caller.get_export("memory").and_then(Extern::into_memory).unwrap();
    let message = String::read::<Standard>(memory.data(&caller), region(pointer, len))?;
    caller.data_mut().push(message);
    Ok(u32::try_from(caller.data().len() - 1)?)
}

#[test]
fn answers_as_known() {
    let published = Published::load("snappy-wasm", "node_modules/snappy-wasm/cjs/snappy_bg.wasm");
    let Published { engine, module, .. } = &published;
    let mut linker = Linker::new(engine);
    linker.func_wrap("__wbindgen_placeholder__", "__wbindgen_error_new", throw).unwrap();
    let mut snappy = SnappyInstance::instantiate(Store::new(engine, vec![]), module, &linker).unwrap();
    published.check(&mut snappy, |snappy, call, args| {
        let answer = match call {
            "compress" => snappy.compress(text(&args["data"])),
            "decompress" => snappy.decompress(&bytes(&args["data"])).map(String::into_bytes),
            "compress_raw" => snappy.compress_raw(&bytes(&args["data"])),
            _ => snappy.decompress_raw(&bytes(&args["data"])),
        };
        match answer.map_err(|error| error.into_kind()) {
            Ok(bytes) => Ok(json!({ "bytes": spell(&bytes) })),
            Err(ErrorKind::Guest { code, .. }) => {
                let index = usize::try_from(code).unwrap();
                Ok(json!({ "error": snappy.as_context().data()[index] }))
            }
            Err(other) => panic!("{other}"),
        }
    });
}
