//! What the tests share: the modules as npm installs them, and their known answers.

use linmem::{Bound, Interface, Region};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use wasmtime::{AsContextMut, Engine, Module};

/// How often each call is made, to see that it leaves nothing behind.
const ROUNDS: usize = 10_000;

/// A published module, and what its package's own code answers.
pub(crate) struct Published {
    pub(crate) engine: Engine,
    pub(crate) module: Module,
    vectors: Vec<Value>,
}

impl Published {
    /// The module in that file, below this directory, with the vectors of that name.
    pub(crate) fn load(name: &str, file: &str) -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("modules");
        let vectors = fs::read_to_string(here.join("vectors").join(name).with_extension("json")).unwrap();
        let vectors: Value = serde_json::from_str(&vectors).unwrap();
        let wasm = fs::read(here.join(file)).unwrap_or_else(|error| {
            panic!("{file}: {error}: run npm ci in tests/modules, which installs and builds it")
        });
        let found = json!(hex(&Sha256::digest(&wasm)));
        let wanted = &vectors["module"]["sha256"];
        assert_eq!(found, *wanted, "{file} is another module than the vectors are of: run npm ci in tests/modules");
        let engine = Engine::default();
        let module = Module::new(&engine, wasm).unwrap();
        Published { engine, module, vectors: vectors["vectors"].as_array().unwrap().clone() }
    }

    /// Has `call` answer every vector, given the name of the function and the arguments. Then all but the long ones again
    /// and again, whereby the guest's memory must not grow for ever.
    pub(crate) fn check<S: AsContextMut, I: Interface>(
        &self,
        bound: &mut Bound<S, I>,
        mut call: impl FnMut(&mut Bound<S, I>, &str, &Value) -> linmem::Result<Value>,
    ) {
        let mut size = 0;
        for round in 0..ROUNDS {
            for vector in self.vectors.iter().filter(|vector| round == 0 || !is_long(vector)) {
                let id = vector["id"].as_str().unwrap();
                let answer = call(bound, vector["call"].as_str().unwrap(), &vector["args"]);
                let answer = answer.unwrap_or_else(|error| panic!("{id}: {error:?}"));
                assert_eq!(answer, spelled_out(&vector["expect"]), "{id}, round {round}");
            }
            // A collector may need some rounds until it frees as fast as the calls allocate.
            let now = Bound::memory(bound).unwrap().size();
            assert!(
                round < ROUNDS / 2 || now == size,
                "round {round}: the memory has grown from {size} to {now} pages"
            );
            size = now;
        }
        println!("{} vectors pass", self.vectors.len());
    }
}

/// Whether the argument is a long one, of which the vector has the recipe only.
fn is_long(vector: &Value) -> bool {
    vector["args"].as_object().unwrap().keys().any(|key| key.starts_with("pattern"))
}

/// What a pointer and a length of the guest's name.
pub(crate) fn region(pointer: u32, len: u32) -> Region {
    Region { pointer: pointer.into(), len: len.into() }
}

/// The bytes that a vector gives, in either spelling.
pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    if let Some(text) = value["$utf8"].as_str() {
        return text.as_bytes().to_vec();
    }
    let digits = value["$hex"].as_str().unwrap().as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// The text that a vector gives.
pub(crate) fn text(value: &Value) -> &str {
    value["$utf8"].as_str().unwrap()
}

/// The integer that a vector gives, in either spelling.
pub(crate) fn integer<T: TryFrom<u64>>(value: &Value) -> T {
    let integer = value.as_u64().or_else(|| value["$i64"].as_str()?.parse().ok()).unwrap();
    T::try_from(integer).ok().unwrap()
}

/// Bytes as vectors spell them.
pub(crate) fn spell(bytes: &[u8]) -> Value {
    json!({ "$hex": hex(bytes) })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The same value with all bytes in one spelling.
fn spelled_out(value: &Value) -> Value {
    match value {
        Value::Object(fields) if fields.contains_key("$utf8") => spell(&bytes(value)),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| (key.clone(), spelled_out(value)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}
