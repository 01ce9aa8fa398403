//! The crates that are compiled: one with glue by hand, one with the attribute, and one whose attribute names the module.

use std::fmt::Write;
use std::fs;
use std::path::Path;

/// How many methods there are of each of the four kinds.
const EACH: usize = 25;

/// Writes a crate.
pub(crate) type Source = fn() -> String;

/// The name of a crate and its source. The first is what the others are compared with.
pub(crate) const CRATES: [(&str, Source); 3] = [
    ("by_hand", by_hand),
    ("attribute", || annotated("#[wasm_import]")),
    ("with_module", || annotated("#[wasm_import(module = \"../guest.wat\")]")),
];

/// Writes a workspace of them into a folder, if it is not there: what is unchanged is not compiled again.
pub(crate) fn write_workspace(folder: &Path, repository: &Path) {
    let members: Vec<_> = CRATES.iter().map(|(name, ..)| format!("\"{name}\"")).collect();
    let wasmtime = r#"{ version = "48", default-features = false, features = ["runtime", "std", "cranelift"] }"#;
    let linmem = repository.join("linmem");
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\"empty\", {}]\n\n[workspace.dependencies]\n\
         linmem = {{ path = {linmem:?}, features = [\"module\"] }}\nwasmtime = {wasmtime}\n\n\
         [profile.dev.package.\"*\"]\nopt-level = 1\ndebug = false\n",
        members.join(", ")
    );
    write(&folder.join("Cargo.toml"), &manifest);
    // The versions that the repository's own crates are compiled with.
    write(&folder.join("guest.wat"), &guest());
    if !folder.join("Cargo.lock").exists() {
        fs::copy(repository.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    }
    for (name, source) in CRATES.iter().map(|(name, source)| (*name, source())).chain([("empty", String::new())]) {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nlinmem.workspace = true\nwasmtime.workspace = true\n"
        );
        write(&folder.join(name).join("Cargo.toml"), &manifest);
        write(&folder.join(name).join("src/edited.rs"), "pub fn edited() -> usize {\n    0\n}\n");
        write(&folder.join(name).join("src/lib.rs"), &format!("pub mod edited;\n{source}"));
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        fs::write(path, text).unwrap();
    }
}

/// A trait, and a function that calls all of its methods: what nobody calls is not compiled to the end.
fn annotated(attribute: &str) -> String {
    let mut source = format!("use linmem::{{Result, wasm_import}};\n\n{attribute}\npub trait Guest {{\n");
    for i in 0..EACH {
        writeln!(source, "    fn add{i}(&mut self, a: u32, b: u32) -> Result<u32>;").unwrap();
        writeln!(source, "    fn count{i}(&mut self, text: &str, from: u32) -> Result<u32>;").unwrap();
        writeln!(source, "    fn encode{i}(&mut self, bytes: &[u8]) -> Result<Vec<u8>>;").unwrap();
        writeln!(source, "    fn mean{i}(&mut self, values: &[f64]) -> Result<f64>;").unwrap();
    }
    source += "}\n\npub type Store = wasmtime::Store<()>;\n\n";
    source += "pub fn instantiate(store: Store, module: &wasmtime::Module) -> Result<GuestInstance<Store>> {\n";
    source += "    let linker = wasmtime::Linker::new(store.engine());\n";
    source += "    GuestInstance::instantiate(store, module, &linker)\n}\n\n";
    source += "pub fn call_all(guest: &mut GuestInstance<Store>) -> Result<f64> {\n    let mut sum = 0.0;\n";
    source + &calls() + "    Ok(sum)\n}\n"
}

fn calls() -> String {
    let mut calls = String::new();
    for i in 0..EACH {
        writeln!(calls, "    sum += f64::from(guest.add{i}({i}, 2)?);").unwrap();
        writeln!(calls, "    sum += f64::from(guest.count{i}(\"text\", {i})?);").unwrap();
        writeln!(calls, "    sum += guest.encode{i}(b\"bytes\")?.len() as f64;").unwrap();
        writeln!(calls, "    sum += guest.mean{i}(&[1.0, 2.0])?;").unwrap();
    }
    calls
}

/// The same methods as one writes them without linmem, with what they have in common in functions of their own.
fn by_hand() -> String {
    let (mut fields, mut found, mut methods) = (String::new(), String::new(), String::new());
    let kinds = [
        ("add", "(u32, u32), u32", "a: u32, b: u32", "u32", "self.NAME.call(&mut self.store, (a, b))"),
        ("count", "(u32, u32, u32), u32", "text: &str, from: u32", "u32", "self.count(&self.NAME.clone(), text, from)"),
        ("encode", "(u32, u32), u64", "bytes: &[u8]", "Vec<u8>", "self.encode(&self.NAME.clone(), bytes)"),
        ("mean", "(u32, u32), f64", "values: &[f64]", "f64", "self.mean(&self.NAME.clone(), values)"),
    ];
    for i in 0..EACH {
        for (kind, core, params, result, body) in kinds {
            let name = format!("{kind}{i}");
            writeln!(fields, "    {name}: TypedFunc<{core}>,").unwrap();
            writeln!(found, "            {name}: instance.get_typed_func(&mut store, \"{name}\")?,").unwrap();
            let body = body.replace("NAME", &name);
            writeln!(methods, "    pub fn {name}(&mut self, {params}) -> Result<{result}> {{\n        {body}\n    }}")
                .unwrap();
        }
    }
    let sum = calls();
    format!(
        "{GLUE_USES}pub struct Guest {{\n    store: Store<()>,\n    memory: Memory,\n    malloc: TypedFunc<u32, u32>,\n    \
         free: TypedFunc<u32, ()>,\n{fields}}}\n\nimpl Guest {{\n    {GLUE_NEW}        Ok(Guest {{\n{found}            \
         memory,\n            malloc,\n            free,\n            store,\n        }})\n    }}\n{methods}{GLUE}}}\n\n\
         pub fn call_all(guest: &mut Guest) -> Result<f64> {{\n    let mut sum = 0.0;\n{sum}    Ok(sum)\n}}\n"
    )
}

const GLUE_USES: &str = "use wasmtime::{Instance, Memory, Module, Result, Store, TypedFunc, error::format_err};\n\n";

const GLUE_NEW: &str = r#"pub fn instantiate(mut store: Store<()>, module: &Module) -> Result<Self> {
        let instance = Instance::new(&mut store, module, &[])?;
        let memory = instance.get_memory(&mut store, "memory").ok_or_else(|| format_err!("no memory"))?;
        let malloc = instance.get_typed_func(&mut store, "malloc")?;
        let free = instance.get_typed_func(&mut store, "free")?;
"#;

const GLUE: &str = r#"
    fn place(&mut self, bytes: &[u8]) -> Result<u32> {
        let pointer = self.malloc.call(&mut self.store, bytes.len() as u32)?;
        self.memory.write(&mut self.store, pointer as usize, bytes)?;
        Ok(pointer)
    }

    fn count(&mut self, func: &TypedFunc<(u32, u32, u32), u32>, text: &str, from: u32) -> Result<u32> {
        let pointer = self.place(text.as_bytes())?;
        let count = func.call(&mut self.store, (pointer, text.len() as u32, from));
        self.free.call(&mut self.store, pointer)?;
        count
    }

    fn encode(&mut self, func: &TypedFunc<(u32, u32), u64>, bytes: &[u8]) -> Result<Vec<u8>> {
        let pointer = self.place(bytes)?;
        let packed = func.call(&mut self.store, (pointer, bytes.len() as u32));
        self.free.call(&mut self.store, pointer)?;
        let packed = packed?;
        let (start, len) = (packed as u32, (packed >> 32) as usize);
        let memory = self.memory.data(&self.store);
        let result = memory.get(start as usize..).and_then(|rest| rest.get(..len));
        let result = result.ok_or_else(|| format_err!("out of bounds"))?.to_vec();
        self.free.call(&mut self.store, start)?;
        Ok(result)
    }

    fn mean(&mut self, func: &TypedFunc<(u32, u32), f64>, values: &[f64]) -> Result<f64> {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let pointer = self.place(&bytes)?;
        let mean = func.call(&mut self.store, (pointer, values.len() as u32));
        self.free.call(&mut self.store, pointer)?;
        mean
    }
"#;

/// A module with all of the exports, whose bodies do not matter here.
fn guest() -> String {
    let mut wat = String::from(
        "(module\n    (memory (export \"memory\") 1)\n    (func (export \"malloc\") (param i32) (result i32) unreachable)\n    \
         (func (export \"free\") (param i32))\n",
    );
    for i in 0..EACH {
        for (kind, core) in [
            ("add", "(param i32 i32) (result i32)"),
            ("count", "(param i32 i32 i32) (result i32)"),
            ("encode", "(param i32 i32) (result i64)"),
            ("mean", "(param i32 i32) (result f64)"),
        ] {
            writeln!(wat, "    (func (export \"{kind}{i}\") {core} unreachable)").unwrap();
        }
    }
    wat + ")\n"
}
