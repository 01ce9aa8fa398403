//! wasm-gzip: Rust that returns a length, or all ones for an error, and tells the rest through getters.

use crate::published::{Published, bytes, integer, spell};
use linmem::results::{AllOnes, Failing, LastError, LengthThen};
use linmem::{ErrorKind, Result, export_names, wasm_import};
use serde_json::json;
use wasmtime::{Linker, Store};

export_names!(Buffer = "buffer", Text = "error_message", Len = "error_message_len");

type Answer = Failing<LengthThen<Buffer>, AllOnes, LastError<Text, Len>>;

#[wasm_import(alloc = "malloc_u8", free = "free_u8", returns = Answer)]
trait Gzip {
    fn gzip_compress(&mut self, data: &[u8], flags: u32) -> Result<Vec<u8>>;
    fn gzip_decompress(&mut self, data: &[u8], flags: u32) -> Result<Vec<u8>>;
    fn deallocate_buffer(&mut self) -> Result<()>;
}

#[test]
fn answers_as_known() {
    let published = Published::load("wasm-gzip", "node_modules/wasm-gzip/wasm_gzip.wasm");
    let Published { engine, module, .. } = &published;
    let mut gzip = GzipInstance::instantiate(Store::new(engine, ()), module, &Linker::new(engine)).unwrap();
    published.check(&mut gzip, |gzip, call, args| {
        let (data, flags) = (bytes(&args["data"]), integer(&args["flags"]));
        let answer = match call {
            "gzip_compress" => gzip.gzip_compress(&data, flags),
            _ => gzip.gzip_decompress(&data, flags),
        };
        gzip.deallocate_buffer()?;
        match answer.map_err(|error| error.into_kind()) {
            Ok(bytes) => Ok(json!({ "bytes": spell(&bytes) })),
            Err(ErrorKind::Guest { code: -1, message: Some(message) }) => Ok(json!({ "error": message })),
            Err(other) => panic!("{other}"),
        }
    });
}
