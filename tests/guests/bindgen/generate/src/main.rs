//! `generate RAW.wasm OUT_DIR`: what `wasm-bindgen --target nodejs` does, pinned by this package's lock file.

use std::env;

use wasm_bindgen_cli_support::Bindgen;

fn main() {
    let [_, raw, out] = env::args_os()
        .collect::<Vec<_>>()
        .try_into()
        .unwrap_or_else(|_| panic!("two arguments: the module, and the folder for what is made of it"));
    Bindgen::new()
        .input_path(raw)
        .nodejs(true)
        .expect("no other target is chosen")
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(out)
        .expect("a module that holds wasm-bindgen's descriptions of this version");
}
