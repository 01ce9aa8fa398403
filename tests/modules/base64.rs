//! as-base64: AssemblyScript, whose strings and arrays are objects of its collector's.

use crate::published::{Published, bytes, integer, spell, text};
use linmem::convention::AssemblyScript;
use linmem::pass::TypedArray;
use linmem::{Result, wasm_import};
use serde_json::json;
use wasmtime::{Linker, Store};

#[wasm_import(convention = AssemblyScript)]
trait Base64 {
    fn encode(&mut self, #[wasm(pass = TypedArray<4>)] data: &[u8]) -> Result<String>;
    fn decode(&mut self, text: &str) -> Result<Vec<u8>>;
}

#[test]
fn answers_as_known() {
    let published = Published::load("as-base64", "build/as-base64.wasm");
    let Published { engine, module, .. } = &published;
    let mut linker = Linker::new(engine);
    linker.define_unknown_imports_as_traps(module).unwrap();
    let mut base64 = Base64Instance::instantiate(Store::new(engine, ()), module, &linker).unwrap();
    published.check(&mut base64, |base64, call, args| match (call, &args["pattern_mod256"]) {
        ("encode", serde_json::Value::Null) => Ok(json!({ "str": base64.encode(&bytes(&args["data"]))? })),
        ("encode", len) => {
            let data: Vec<u8> = (0..integer::<usize>(len)).map(|i| i as u8).collect();
            Ok(json!({ "len": base64.encode(&data)?.len() }))
        }
        _ => Ok(json!({ "bytes": spell(&base64.decode(text(&args["text"]))?) })),
    });
}
