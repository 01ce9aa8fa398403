//! xxhash-wasm: WAT without an allocator, its memory under another name, and a state that the host keeps.

use crate::published::{Published, bytes, integer};
use linmem::{Bound, Result, wasm_import};
use serde_json::json;
use wasmtime::{Linker, Store};

#[wasm_import(memory = "mem")]
trait XxHash {
    fn xxh32(&mut self, data: &[u8], seed: u32) -> Result<u32>;
    fn xxh64(&mut self, data: &[u8], seed: u64) -> Result<u64>;
    fn init64(&mut self, state: &mut [u8; 88], seed: u64) -> Result<()>;
    fn update64(&mut self, state: &mut [u8; 88], data: &[u8]) -> Result<()>;
    fn digest64(&mut self, state: &[u8; 88]) -> Result<u64>;
}

#[test]
fn answers_as_known() {
    let published = Published::load("xxhash-wasm", "node_modules/xxhash-wasm/workerd/xxhash.wasm");
    let Published { engine, module, .. } = &published;
    let mut hash: Bound<_, XxHashExports> =
        XxHashInstance::instantiate(Store::new(engine, ()), module, &Linker::new(engine)).unwrap();
    published.check(&mut hash, |hash, call, args| match call {
        "xxh32" => Ok(json!({ "u32": hash.xxh32(&bytes(&args["data"]), integer(&args["seed"]))? })),
        "xxh64" => {
            let data = match &args["pattern"] {
                serde_json::Value::Null => bytes(&args["data"]),
                pattern => {
                    let [len, factor, first] = ["len", "mul", "add"].map(|key| integer::<usize>(&pattern[key]));
                    (0..len).map(|i| (i * factor + first) as u8).collect()
                }
            };
            Ok(json!({ "u64": { "$i64": hash.xxh64(&data, integer(&args["seed"]))?.to_string() } }))
        }
        _ => {
            let mut state = [0; 88];
            hash.init64(&mut state, integer(&args["seed"]))?;
            for chunk in args["chunks"].as_array().unwrap() {
                hash.update64(&mut state, &bytes(chunk))?;
            }
            Ok(json!({ "u64": { "$i64": hash.digest64(&state)?.to_string() } }))
        }
    });
}
