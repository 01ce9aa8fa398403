//! Whole expansions, to be read in review. `BLESS=1 cargo test -p linmem-macros` rewrites the
//! files.

use crate::{import, record};
use proc_macro2::TokenStream;
use quote::quote;
use std::error::Error;
use std::iter::zip;
use std::path::Path;
use std::{env, fs};

type Result = std::result::Result<(), Box<dyn Error>>;

#[test]
fn greeter() -> Result {
    let item = quote! {
        /// Says hello.
        pub trait Greeter {
            /// Greets somebody.
            fn greet(&mut self, name: &str) -> linmem::Result<String>;
            fn banner(&mut self) -> linmem::Result<&str>;
            fn scale(&mut self, values: &mut [f32], by: f32) -> Result<(), MyError>;
        }
    };
    matches("greeter", import::wasm_import(TokenStream::new(), item, false))
}

#[test]
fn options() -> Result {
    let options = quote! {
        crate = renamed::linmem,
        convention = Custom<Alloc, 4>,
        returns = renamed::results::Packed,
        memory = "mem",
        alloc = "my_alloc",
        free = "my_free",
        init = "my_init",
        text = linmem::text::Utf16,
        status = linmem::status::Code,
        zero = false,
    };
    let item = quote! {
        #[deprecated = "use `New`"]
        pub(crate) trait Odd {
            #[wasm(name = "scale_all", returns = renamed::results::Nul)]
            #[must_use]
            fn scale<'a>(
                &'a mut self,
                #[wasm(pass = renamed::pass::LenPtr)] tags: &[Tag<'_, &'a str>],
                exports: &mut [f32],
            ) -> Result<Cow<'a, str>, MyError>;
            #[wasm(convention = Other)]
            fn r#type(&mut self, r#fn: u32) -> renamed::Result<()>;
            #[cfg(unix)]
            #[cfg(feature = "more")]
            #[deprecated]
            #[allow(non_snake_case)]
            fn only_here(&mut self, planner: Point) -> renamed::Result<Point>;
            #[cfg(not(unix))]
            #[wasm(name = "only_here")]
            fn elsewhere(&mut self, callback: Box<dyn Fn(&u8) -> &u8>) -> renamed::Result<Point>;
        }
    };
    matches("options", import::wasm_import(options, item, false))
}

#[test]
fn r#async() -> Result {
    let item = quote! {
        trait Later {
            async fn later(&mut self, point: Point) -> linmem::Result<&str>;
            fn now(&mut self) -> linmem::Result<u32>;
        }
    };
    matches("async", import::wasm_import(TokenStream::new(), item, true))
}

#[test]
fn record() -> Result {
    let item = quote! {
        #[derive(Clone, Copy, Pod, Zeroable)]
        #[repr(C)]
        pub struct Point {
            pub x: f32,
            pub y: f32,
        }
    };
    matches("record", record::derive(item))
}

#[cfg(feature = "module")]
#[test]
fn module() -> Result {
    let options = quote!(module = "src/tests/guest.wat", alloc = "take");
    let item = quote! {
        trait Guest {
            fn greet(&mut self, name: &str) -> linmem::Result<String>;
            #[cfg(unix)]
            #[wasm(name = "grets")]
            fn greet_all(&mut self, names: List<'_, &str>) -> linmem::Result<u32>;
        }
    };
    matches("module", import::wasm_import(options, item, false))
}

/// Stubs are what a user sees of a mistake, besides the message.
#[test]
fn stubs() -> Result {
    let item = quote! {
        #[wasm(memory = "mem")]
        pub trait Greeter: Clone {
            type Item;
            #[wasm(nam = "hello")]
            #[cfg(unix)]
            fn greet(&self, #[wasm(pass)] (first, last): (&str, &str));
            const unsafe fn sum(values: &[u32], ...) -> linmem::Result<u32> {
                0
            }
        }
    };
    matches("stubs", import::wasm_import(TokenStream::new(), item, false))
}

fn matches(name: &str, expansion: TokenStream) -> Result {
    let actual = prettyplease::unparse(&syn::parse2(expansion)?);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/tests/snapshots/{name}.rs"));
    if env::var_os("BLESS").is_some() {
        return Ok(fs::write(file, actual)?);
    }
    let expected = fs::read_to_string(file)?;
    assert!(expected == actual, "`{name}` expands to something else:\n{}", difference(&expected, &actual));
    Ok(())
}

/// The lines between what both texts begin with and what both end with.
fn difference(expected: &str, actual: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (expected.lines().collect(), actual.lines().collect());
    let same = zip(&old, &new).take_while(|(old, new)| old == new).count();
    let (old, new) = (old.get(same..).unwrap_or_default(), new.get(same..).unwrap_or_default());
    let same_end = zip(old.iter().rev(), new.iter().rev()).take_while(|(old, new)| old == new).count();
    let lines = |sign, lines: &[&str]| -> String {
        let changed = lines.len().saturating_sub(same_end);
        lines.iter().take(changed).map(|line| format!("{sign} {line}\n")).collect()
    };
    format!("after line {same}:\n{}{}", lines('-', old), lines('+', new))
}
