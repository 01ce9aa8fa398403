//! The four steps of `#[wasm_import]`.

use crate::check::check;
use crate::model::Interface;
use crate::module::Module;
use crate::report::Errors;
use crate::{expand, fallback};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Error, Item};

pub(crate) fn wasm_import(options: TokenStream, item: TokenStream, async_fns: bool) -> TokenStream {
    let original = match syn::parse2(item.clone()) {
        Ok(Item::Trait(original)) => original,
        Ok(_) => return refuse(&not_a_trait(), &item),
        Err(error) => return refuse(&error, &item),
    };
    let mut errors = Errors::new();
    let mut interface = Interface::from_syn(&mut errors, options, &original);
    check(&mut errors, &interface, async_fns);
    interface.module = interface.options.module.as_ref().and_then(|option| Module::read(&mut errors, option));
    match errors.propagate() {
        Ok(()) => expand::expand(&interface),
        Err(error) => fallback::expand(&interface, &error),
    }
}

/// The attribute is what is in the wrong place, so the message goes there.
fn not_a_trait() -> Error {
    let message = "`#[wasm_import]` implements a trait: \
        write `trait Name { fn export(&mut self) -> linmem::Result<()>; }`";
    Error::new(Span::call_site(), message)
}

/// The item stays, so that the names in it do not go missing.
fn refuse(error: &Error, item: &TokenStream) -> TokenStream {
    let error = error.to_compile_error();
    quote!(#error #item)
}
