//! What a trait with mistakes expands to, so that only the mistakes are reported.
//!
//! Without stubs, rustc would add that `GreeterInstance` does not exist, that it lacks each method
//! that is called, and that what they return is unknown. So all names are there, and the methods
//! are as they will be once the mistakes are mended: then neither the trait nor the code around it
//! raises an error that the messages do not already explain.

use crate::checked;
use crate::expand::{Parts, assemble, implementation, without_attrs, without_options};
use crate::model::{Interface, methods, plain_name};
use crate::types::Unnameable;
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Error, FnArg, ItemTrait, ReturnType, Signature, TraitItem, TraitItemFn, parse_quote};

pub(crate) fn expand(interface: &Interface<'_>, error: &Error) -> TokenStream {
    let errors = error.to_compile_error();
    let item = mended(interface);
    let mut parts = Parts::default();
    if can_be_implemented(&item) {
        parts.implementation = implementation(interface, methods(&item).map(stub).collect());
    }
    // Whatever the options are once they are mended: the module may be what has the mistake.
    let krate = interface.options.krate(Span::mixed_site());
    parts.checks = Some(checked::embedded(&krate, &interface.exports(), &quote!(&[])));
    let stubs = assemble(interface, item, &parts);
    quote!(#errors #stubs)
}

/// The trait without what has been reported and rustc would report again, or what no stub could
/// implement.
fn mended(interface: &Interface<'_>) -> ItemTrait {
    let mut item = without_options(interface.original);
    item.unsafety = None;
    item.auto_token = None;
    item.colon_token = None;
    item.supertraits.clear();
    item.generics.where_clause = None;
    item.items.retain(|item| matches!(item, TraitItem::Fn(_)));
    for item in &mut item.items {
        if let TraitItem::Fn(method) = item {
            method.default = None;
            method.semi_token.get_or_insert_default();
            mend(&mut method.sig, &interface.options.krate(Span::mixed_site()));
        }
    }
    item
}

fn mend(sig: &mut Signature, krate: &TokenStream) {
    sig.constness = None;
    sig.unsafety = None;
    sig.abi = None;
    sig.variadic = None;
    if sig.receiver().is_none() {
        sig.inputs.insert(0, parse_quote!(&mut self));
    }
    for input in &mut sig.inputs {
        if let FnArg::Typed(param) = input {
            param.attrs.clear();
            if plain_name(&param.pat).is_none() {
                *param.pat = parse_quote!(_);
            }
        }
    }
    if let ReturnType::Default = sig.output {
        sig.output = parse_quote!(-> #krate::Result<()>);
    }
}

/// A trait's own parameters, and types that only a body can settle, leave nothing that a stub could
/// say.
fn can_be_implemented(item: &ItemTrait) -> bool {
    item.generics.params.is_empty()
        && methods(item).all(|method| match &method.sig.output {
            ReturnType::Type(_, ty) => Unnameable::find(ty).impl_traits.is_empty(),
            ReturnType::Default => true,
        })
}

/// It never runs, because what it stands in for does not compile: the errors are beside it.
fn stub(method: &TraitItemFn) -> TokenStream {
    let cfgs = method.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    let sig = without_attrs(&method.sig);
    quote! {
        #(#cfgs)*
        #sig {
            ::core::unimplemented!()
        }
    }
}
