//! Looks at a module that you have not seen before, and writes a trait to begin with.
//!
//! ```sh
//! cargo run --example inspect                   # one of the guests of this workspace
//! cargo run --example inspect -- module.wasm    # a file of yours, `.wasm` or `.wat`
//! ```
//!
//! What the trait says of numbers is so. That two of them are a pointer and a length is a guess from their types.

use linmem::recognize::Recognized;
use linmem::{CoreType, Signature};
use std::env;
use std::error::Error;
use std::path::PathBuf;
use wasmtime::{Engine, ExternType, Module};

const GUEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/guests/bindgen.wasm");

fn main() -> Result<(), Box<dyn Error>> {
    let path = PathBuf::from(env::args().nth(1).unwrap_or_else(|| GUEST.to_owned()));
    let module = Module::from_file(&Engine::default(), &path)?;

    for import in module.imports() {
        println!("imports {:?} {:?}: {}", import.module(), import.name(), type_of(import.ty()));
    }
    for export in module.exports() {
        println!("exports {:?}: {}", export.name(), type_of(export.ty()));
    }

    let recognized = Recognized::of(&module);
    println!();
    println!("convention:  {:?}, {}", recognized.preset, recognized.preset.convention().unwrap_or("the default"));
    match &recognized.memory {
        None => println!("memory:      none"),
        Some(memory) => {
            let bits = if memory.ty.is_64() { 64 } else { 32 };
            let shared = if memory.ty.is_shared() { ", shared" } else { "" };
            let export = memory.export.as_ref().map(|name| format!("exported as {name:?}"));
            let import = memory.import.as_ref().map(|name| format!("imported as {name:?}"));
            println!("memory:      {}", [export, import].into_iter().flatten().collect::<Vec<_>>().join(", "));
            println!("             {bits}-bit addresses, {} pages at least{shared}", memory.ty.minimum());
        }
    }
    match &recognized.allocator {
        None => println!("allocator:   none, so linmem keeps an arena"),
        Some(exports) => {
            let release = exports.release.as_ref().map(|release| format!(", `{}` releases", release.name));
            println!("allocator:   `{}` allocates{}", exports.allocate.name, release.unwrap_or_default());
        }
    }
    println!("initializer: {}", recognized.initializer.unwrap_or("none"));
    println!();

    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    print!("{}", recognized.to_trait(&name));
    Ok(())
}

/// A type as the text format has it.
fn type_of(ty: ExternType) -> String {
    match ty {
        ExternType::Func(ty) => format!("func {}", Signature::from(ty)),
        ExternType::Memory(ty) => format!("memory, {} pages", ty.minimum()),
        ExternType::Global(ty) => format!("global {}", CoreType::from(ty.content().clone())),
        ExternType::Table(ty) => format!("table of {}", ty.element()),
        other => format!("{other:?}"),
    }
}
