use crate::{import, record};
use proc_macro2::TokenStream;
use syn::{File, Item, LitStr, Result};

#[test]
fn reports_every_mistake_of_a_trait_in_one_go() -> Result<()> {
    let found = of_trait(
        r#"free = "release", memory = "", what = "x""#,
        "unsafe trait Bad<T>: Clone where T: Copy {
            type Item;
            const N: u32;
            generate!();
            pub fn visible(&mut self) -> linmem::Result<()>;
            const fn nothing(&mut self, (a, b): (u32, u32), _: u32);
            unsafe fn associated(text: &str, ...) -> linmem::Result<u32> { 1 }
            extern \"C\" fn generic<T, const N: usize>(&self, x: T) -> linmem::Result<u32> where T: Copy;
            fn consumed(self, x: Self) -> impl Iterator<Item = Self::Item>;
            fn pinned(self: Pin<&mut Self>, #[cfg(unix)] x: &impl Copy) -> linmem::Result<u32>;
        }",
    )?;
    let expected = [
        "there is no option `what` here: `#[wasm_import(…)]` takes `convention`, `returns`, `status`, `text`, `allocator`, `memory`, `alloc`, `free`, `init`, `imports`, `module`, `zero` and `crate`",
        "a parameter is passed as it is, so it cannot be a pattern: write a plain name",
        "errors name the parameter that they are about: write a name instead of `_`",
        "`nothing` returns nothing, but every call can fail: write `-> linmem::Result<()>`",
        "`associated` has no receiver: write `fn associated(&mut self, …)`",
        "calling a guest is safe, whatever the guest does: remove `unsafe`",
        "the exports of a module have fixed types: remove the parameters, and write one trait for each set of types",
        "the instance is generated and cannot be bounded: remove the `where` clause",
        "a guest implements nothing but its exports: remove the supertraits, or write `trait Extension: Bad`",
        "a guest exports methods only: move the type out of the trait",
        "a guest exports methods only: move the constant out of the trait",
        "a guest exports methods only: write out the methods that the macro stands for",
        "a guest exports methods only: write `fn name(&mut self) -> linmem::Result<()>;`, without qualifiers such as `pub`",
        "`memory` is empty: write the name of an export, `memory = \"…\"`",
        "`free` without `alloc` releases what another export allocates: write `alloc = \"…\", free = \"release\"`",
        "a guest runs when the program runs: remove `const`",
        "calling a guest is safe, whatever the guest does: remove `unsafe`",
        "an export has one signature: write each parameter instead of `...`",
        "the guest has the body: write `;` here, and put Rust code into an extension trait",
        "the convention says how the guest is called: remove `extern`, or write `#[wasm(convention = some::path)]`",
        "an export has one signature: remove `T`, and write one method for each type",
        "an export has one signature: remove `N`, and write one method for each type",
        "an export has one signature: remove the `where` clause",
        "calling a guest changes it: write `&mut self`",
        "a call does not use the instance up: write `&mut self`",
        "`Self` is the bound instance, which no guest knows of: write another type",
        "how a value is passed depends on its type: write the type instead of `impl Trait`",
        "the instance is called through a plain reference: write `&mut self`",
        "how a value is passed depends on its type: write the type instead of `impl Trait`",
        "a parameter cannot be conditional: write one method for each case, and `#[cfg(…)]` on them",
    ];
    assert_eq!(found, expected);
    Ok(())
}

#[test]
fn reports_every_mistake_in_options() -> Result<()> {
    let found = of_trait(
        r#""../guest.wasm", crate = "linmem", convention, returns = , alloc "a", memory = "m" "n", memory = "a", memory = "b""#,
        r#"#[wasm(memory = "m")]
        trait Bad {
            #[wasm]
            fn bare(&mut self) -> linmem::Result<()>;
            #[wasm = "name"]
            fn value(#[wasm(pass = Nul)] &mut self) -> linmem::Result<()>;
            #[wasm(name = "twice", memory = "m", convention = Some<A, B>)]
            #[wasm(name = "again")]
            fn twice(&mut self, #[wasm(name = "x", pass = 1)] x: u32) -> linmem::Result<()>;
            #[wasm("exported", name = "", 3)]
            fn empty(&mut self) -> linmem::Result<()>;
        }"#,
    )?;
    let expected = [
        "an option has a name: write `module = \"../guest.wasm\"`",
        "`crate` takes a path: write `crate = some::path`",
        "`convention` takes a path: write `convention = some::path`",
        "`returns` takes a path: write `returns = some::path`",
        "`alloc` takes a string: write `alloc = \"…\"`",
        "options are separated by commas: write `,` in front of this",
        "`memory` is set here for the first time",
        "`memory` is set for a second time: remove one of the two",
        "`#[wasm(…)]` has no meaning here: options of the trait go into `#[wasm_import(…)]`",
        "`#[wasm]` takes options in parentheses: write `#[wasm(key = value)]`",
        "`#[wasm]` takes options in parentheses: write `#[wasm(key = value)]`",
        "`#[wasm(…)]` has no meaning here: options of a method go in front of its `fn`",
        "there is no option `memory` here: `#[wasm(…)]` on a method takes `name`, `convention`, `returns`, `status` and `text`",
        "`name` is set here for the first time",
        "`name` is set for a second time: remove one of the two",
        "there is no option `name` here: `#[wasm(…)]` on a parameter takes `pass`",
        "`pass` takes a path: write `pass = some::path`",
        "an option has a name: write `name = \"exported\"`",
        "an option has a name: write `key = value`",
        "`name` is empty: write the name of an export, `name = \"…\"`",
    ];
    assert_eq!(found, expected);
    Ok(())
}

#[test]
fn refuses_one_export_for_two_methods_unless_conditional() -> Result<()> {
    let found = of_trait(
        "",
        r#"trait Bad {
            fn first(&mut self) -> linmem::Result<u32>;
            #[wasm(name = "first")]
            fn second(&mut self) -> linmem::Result<u32>;
            #[cfg(unix)]
            #[wasm(name = "first")]
            fn third(&mut self) -> linmem::Result<u32>;
            fn first(&mut self) -> linmem::Result<u32>;
        }"#,
    )?;
    assert_eq!(
        found,
        [
            "`second` calls the export `first`, too",
            "`first` calls the export `first` already: remove one, or write `#[wasm(name = \"…\")]`"
        ]
    );
    Ok(())
}

#[test]
fn asks_for_the_feature_that_async_methods_need() -> Result<()> {
    let found = of_trait("", "trait Later { async fn later(&mut self) -> linmem::Result<()>; }")?;
    let expected = "`async fn` needs linmem's `async` feature: add `features = [\"async\"]` to the `linmem` dependency";
    assert_eq!(found, [expected]);
    Ok(())
}

#[cfg(not(feature = "module"))]
#[test]
fn asks_for_the_feature_that_a_module_needs() -> Result<()> {
    let found = of_trait("module = \"guest.wasm\"", "trait Guest { fn run(&mut self) -> linmem::Result<()>; }")?;
    let expected =
        "`module = …` needs linmem's `module` feature: add `features = [\"module\"]` to the `linmem` dependency";
    assert_eq!(found, [expected]);
    Ok(())
}

#[test]
fn refuses_auto_traits() -> Result<()> {
    let found = of_trait("", "auto trait Bad {}")?;
    assert_eq!(found, ["an `auto` trait has no methods to call: remove `auto`"]);
    Ok(())
}

#[test]
fn accepts_a_receiver_with_its_type_and_a_lifetime() -> Result<()> {
    let found = of_trait(
        "",
        "trait Good {
            fn typed(self: &mut Self) -> linmem::Result<()>;
            fn named<'a>(&'a mut self) -> linmem::Result<&'a str>;
        }",
    )?;
    assert!(found.is_empty(), "{found:?}");
    Ok(())
}

#[test]
fn keeps_an_item_that_is_no_trait() -> Result<()> {
    let item = "struct Greeter;";
    let expansion = import::wasm_import(TokenStream::new(), syn::parse_str(item)?, false);
    assert!(expansion.to_string().contains("struct Greeter"));
    let expected =
        "`#[wasm_import]` implements a trait: write `trait Name { fn export(&mut self) -> linmem::Result<()>; }`";
    assert_eq!(messages(expansion)?, [expected]);
    Ok(())
}

#[test]
fn refuses_records_that_have_no_one_layout() -> Result<()> {
    let of_record = |item| messages(record::derive(syn::parse_str(item)?));
    assert_eq!(
        of_record("#[derive(Clone)] #[repr(align(8))] #[record(krate = x)] struct Point<T>(T, T);")?,
        [
            "there is no option `krate` here: `#[record(…)]` takes `crate`",
            "a guest knows one layout of `Point`: remove the parameters, and write one struct for each layout",
            "`Point` needs `#[repr(C)]`: without it rustc may order its fields as it likes, and the guest would read others",
        ]
    );
    assert_eq!(
        of_record("#[repr(u8)] enum Level { Low }")?,
        ["a guest can write any number where `Level` is: pass an integer, and write `TryFrom` for `Level`"]
    );
    assert_eq!(
        of_record("#[repr(C)] union Bits { int: u32, float: f32 }")?,
        ["nothing tells which field of `Bits` a guest has written: write a `struct`"]
    );
    assert_eq!(
        of_record("#[repr(C)] struct Id { id: u32 }")?,
        [
            "C passes a struct of one field as that field, and not by its address: pass `u32`, or `&Id` if the guest takes a pointer"
        ]
    );
    Ok(())
}

#[test]
fn accepts_every_layout_that_the_fields_decide() -> Result<()> {
    for repr in ["C", "transparent", "C, packed(4)", "align(8), C"] {
        let item = syn::parse_str(&format!("#[repr({repr})] struct Point([u32; 2]);"))?;
        assert_eq!(messages(record::derive(item))?, [""; 0], "{repr}");
    }
    Ok(())
}

pub(super) fn of_trait(options: &str, item: &str) -> Result<Vec<String>> {
    messages(import::wasm_import(syn::parse_str(options)?, syn::parse_str(item)?, false))
}

/// What `compile_error!` says in an expansion, in its order.
pub(super) fn messages(expansion: TokenStream) -> Result<Vec<String>> {
    let items = syn::parse2::<File>(expansion)?.items;
    let macros = items.into_iter().filter_map(|item| match item {
        Item::Macro(item) => Some(item.mac),
        _ => None,
    });
    let errors = macros.filter(|mac| mac.path.segments.last().is_some_and(|name| name.ident == "compile_error"));
    errors.map(|mac| Ok(mac.parse_body::<LitStr>()?.value())).collect()
}
