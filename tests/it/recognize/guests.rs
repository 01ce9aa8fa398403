//! The traits that are printed for the guests, compiled as they are, and bound to them.
//!
//! `BLESS=1 cargo test -p linmem-tests --test it recognize` writes them anew.

use crate::support::engine;
use linmem::recognize::{Preset, Recognized};
use linmem::{Interface, Pre};
use std::path::Path;
use std::{env, fs};
use wasmtime::{Linker, Module};

/// The guest of that name, or the text beside this file, whose trait must be the printed one and fit it.
fn check<I: Interface>(file: &str, printed: &str) -> Recognized {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let wasm = here.join("guests").join(file).with_extension("wasm");
    let wat = here.join("it/recognize").join(file).with_extension("wat");
    let module = Module::from_file(engine(), if wat.exists() { wat } else { wasm }).unwrap();
    let recognized = Recognized::of(&module);
    let text = recognized.to_trait(file);
    if env::var_os("BLESS").is_some() {
        fs::write(here.join("it/recognize/printed").join(file).with_extension("rs"), text).unwrap();
        return recognized;
    }
    assert_eq!(text, printed, "{file}: if that is meant, write it with BLESS=1");
    let mut linker = Linker::<()>::new(engine());
    linker.define_unknown_imports_as_traps(&module).unwrap();
    Pre::<(), I>::new(linker.instantiate_pre(&module).unwrap()).unwrap();
    recognized
}

macro_rules! guests {
    ($($name:ident: $exports:ident, $preset:ident, $allocator:expr, $initializer:expr;)*) => {$(
        #[allow(clippy::too_many_arguments, dead_code, reason = "the guest has them, and nobody calls")]
        mod $name {
            include!(concat!("printed/", stringify!($name), ".rs"));

            #[test]
            fn is_recognized_and_its_trait_fits() {
                let printed = include_str!(concat!("printed/", stringify!($name), ".rs"));
                let recognized = super::check::<$exports>(stringify!($name), printed);
                assert_eq!(recognized.preset, super::Preset::$preset);
                assert_eq!(crate::recognize::allocator(&recognized), $allocator);
                assert_eq!(recognized.initializer, $initializer);
                assert!(recognized.faults.is_empty(), "{:?}", recognized.faults);
            }
        }
    )*};
}

guests! {
    assembly: AssemblyExports, AssemblyScript, Some(("__new", Some("__unpin"), true)), None;
    bindgen: BindgenExports, WasmBindgen, Some(("__wbindgen_malloc", Some("__wbindgen_free"), true)), Some("__wbindgen_start");
    canonical: CanonicalExports, Canonical, Some(("cabi_realloc", None, true)), None;
    corners: CornersExports, ByHand, Some(("my \"malloc\"", Some("my \"free\""), false)), Some("_start");
    cstrings: CstringsExports, C, Some(("malloc", Some("free"), true)), Some("_initialize");
    golang: GolangExports, ByHand, Some(("alloc", Some("dealloc"), true)), Some("_initialize");
    ledger: LedgerExports, ByHand, Some(("alloc", Some("dealloc"), true)), None;
    markdown: MarkdownExports, ByHand, Some(("alloc", Some("dealloc"), true)), None;
    shapes: ShapesExports, C, Some(("malloc", Some("free"), true)), Some("_initialize");
    wide: WideExports, C, Some(("malloc", Some("free"), true)), None;
    zig: ZigExports, ByHand, Some(("alloc", Some("dealloc"), true)), None;
}
