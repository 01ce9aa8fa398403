//! Traits that name their module: what is read of it, and what is said if it cannot be.

use super::messages::{messages, of_trait};
use crate::import;
use crate::module::{Extern, Memory, Module, Type};
use crate::options::Setting;
use crate::report::Errors;
use crate::similar::{shown, similar};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::Result;

const METHOD: &str = "trait Guest { fn greet(&mut self, name: &str) -> linmem::Result<String>; }";

fn read(path: &str) -> Result<Module> {
    let mut errors = Errors::new();
    let option = Setting { key: format_ident!("module"), value: syn::parse_str(path)? };
    let module = Module::read(&mut errors, &option);
    errors.propagate()?;
    module.ok_or_else(|| syn::Error::new_spanned(&option.value, "neither a module nor an error"))
}

#[test]
fn reads_names_and_types_of_a_module() -> Result<()> {
    let module = read(r#"concat!("src/", "tests/guest.wat")"#)?;
    assert_eq!(module.name, "guest.wat");
    let exports = &module.facts.exports;
    assert_eq!(exports.len(), 6);
    assert_eq!(exports.get("counter"), Some(&Extern::Global("I32")));
    let ty = Type { params: vec!["ExternRef", "F32", "V128"], results: vec!["FuncRef", "F64"] };
    assert_eq!(exports.get("greets"), Some(&Extern::Function(ty)));
    assert_eq!(module.memory(None), Some(Memory { is_wide: false, is_shared: false }));
    assert_eq!(module.memory(Some("second")), Some(Memory { is_wide: true, is_shared: false }));
    assert_eq!(module.memory(Some("third")), None);
    assert!(module.translated.is_some_and(|binary| binary.starts_with(b"\0asm")));
    Ok(())
}

#[test]
fn paths_are_those_of_the_manifest_and_stay_as_they_are_written() -> Result<()> {
    let include = |path| read(path).map(|module| module.include.to_string());
    let relative = include(r#""src/tests/guest.wat""#)?;
    assert!(relative.contains(r#"env ! ("CARGO_MANIFEST_DIR")"#), "{relative}");
    let absolute = include(r#"concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/guest.wat")"#)?;
    assert_eq!(absolute.matches("CARGO_MANIFEST_DIR").count(), 1, "{absolute}");
    Ok(())
}

#[test]
fn a_path_may_come_from_a_declarative_macro() -> Result<()> {
    let grouped = |tokens: &str| -> Result<TokenStream> {
        Ok(TokenTree::Group(Group::new(Delimiter::None, syn::parse_str(tokens)?)).into())
    };
    let whole = grouped(r#""src/tests/guest.wat""#)?;
    let part = grouped(r#""guest.wat""#)?;
    for path in [quote!(#whole), quote!(concat!("src/", "tests/", #part))] {
        let found = messages(import::wasm_import(quote!(module = #path), syn::parse_str(METHOD)?, false))?;
        assert!(found.is_empty(), "{found:?}");
    }
    Ok(())
}

#[test]
fn says_why_a_module_cannot_be_read() -> Result<()> {
    let found = |path: &str| of_trait(&format!("module = {path}"), METHOD).map(|found| found.join("\n"));
    for (path, message) in [
        (r#""nowhere.wasm""#, "the module cannot be read: "),
        (r#""Cargo.toml""#, "is no module: "),
        (r#""src/tests/component.wat""#, "is a component: linmem calls core modules"),
        (r#""src/tests/latin1.txt""#, "is no module: it begins as no binary does, and the text format is UTF-8"),
        (r#"env!("LINMEM_NOT_SET")"#, "`LINMEM_NOT_SET` is not set while this crate compiles"),
        (r#"concat!("a", 1)"#, "a path is text: write a string, `concat!(…)` or `env!(…)` of such"),
        ("guest", "`module` takes the path of a module: write `module = \"guest.wasm\"`"),
    ] {
        let found = found(path)?;
        assert!(found.contains(message), "{path}: {found}");
    }
    Ok(())
}

#[test]
fn names_are_similar_as_they_are_when_a_module_is_bound() {
    let exports = ["nmae", "title", "get_name", "name"];
    assert_eq!(similar("name", exports.into_iter()), ["get_name", "nmae"]);
    assert_eq!(similar("live_blocks", ["liveBlocks"].into_iter()), ["liveBlocks"]);
    assert_eq!(shown("\u{1b}[31m"), r"\u{1b}[31m");
    assert!(shown(&"x".repeat(1000)).len() < 100);
}

#[test]
fn names_are_compared_without_their_interfaces() {
    let exports = ["last_ward", "demo:text/a-long-name-of-an-interface@0.1.0#last-word", "demo:text/api#evens"];
    assert_eq!(similar("last_word", exports.into_iter()), [exports[1], exports[0]]);
}
