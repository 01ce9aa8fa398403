//! What `#[wasm_import]` understands of a trait. Every node borrows what the user wrote, so every
//! span is theirs.

use crate::module::Module;
use crate::options::{Options, Place};
use crate::report::Errors;
use proc_macro2::TokenStream;
use quote::format_ident;
use syn::ext::IdentExt as _;
use syn::{
    Attribute, FnArg, Ident, ItemTrait, LitStr, Pat, PatIdent, PatType, ReturnType, Token, TraitItem, TraitItemFn, Type,
};

pub(crate) struct Interface<'a> {
    pub(crate) original: &'a ItemTrait,
    pub(crate) options: Options,
    /// The methods that could be read. One that could not has been reported, and none of the others
    /// suffers from it.
    pub(crate) methods: Vec<Method<'a>>,
    /// The module that the trait is for, if it names one.
    pub(crate) module: Option<Module>,
}

pub(crate) struct Method<'a> {
    pub(crate) original: &'a TraitItemFn,
    pub(crate) options: Options,
    /// The receiver's own `self`: one made by the macro would have other hygiene and name nothing.
    pub(crate) this: &'a Token![self],
    pub(crate) params: Vec<Param<'a>>,
    pub(crate) output: &'a Type,
}

pub(crate) struct Param<'a> {
    pub(crate) options: Options,
    pub(crate) name: &'a Ident,
    pub(crate) ty: &'a Type,
}

impl<'a> Interface<'a> {
    pub(crate) fn from_syn(errors: &mut Errors, arguments: TokenStream, original: &'a ItemTrait) -> Self {
        let mut options = Options::default();
        options.read(errors, Place::Trait, arguments);
        refuse_options(errors, &original.attrs, "options of the trait go into `#[wasm_import(…)]`");
        let methods = methods(original).filter_map(|method| Method::from_syn(errors, method)).collect();
        Self { original, options, methods, module: None }
    }

    /// What the struct of the exports is called.
    pub(crate) fn exports(&self) -> Ident {
        format_ident!("{}Exports", self.original.ident)
    }

    /// Whether calling may suspend, which asks more of the store than a blocking call does.
    pub(crate) fn is_async(&self) -> bool {
        methods(self.original).any(|method| method.sig.asyncness.is_some())
    }
}

/// The items of a trait that are methods.
pub(crate) fn methods(original: &ItemTrait) -> impl Iterator<Item = &TraitItemFn> {
    original.items.iter().filter_map(|item| match item {
        TraitItem::Fn(method) => Some(method),
        _ => None,
    })
}

impl<'a> Method<'a> {
    fn from_syn(errors: &mut Errors, original: &'a TraitItemFn) -> Option<Self> {
        let name = &original.sig.ident;
        let options = Options::from_attrs(errors, Place::Method, "wasm", &original.attrs);
        let mut this = None;
        let mut params = Vec::new();
        for input in &original.sig.inputs {
            match input {
                FnArg::Receiver(receiver) => {
                    refuse_options(errors, &receiver.attrs, "options of a method go in front of its `fn`");
                    this = Some(&receiver.self_token);
                }
                FnArg::Typed(param) => params.extend(Param::from_syn(errors, param)),
            }
        }
        if this.is_none() {
            errors.at(name, format!("`{name}` has no receiver: write `fn {name}(&mut self, …)`"));
        }
        let output = match &original.sig.output {
            ReturnType::Type(_, ty) => Some(&**ty),
            ReturnType::Default => {
                errors.at(
                    name,
                    format!(
                        "`{name}` returns nothing, but every call can fail: \
                        write `-> linmem::Result<()>`"
                    ),
                );
                None
            }
        };
        Some(Self { original, options, this: this?, params, output: output? })
    }

    /// The name of the export, and where it was given.
    pub(crate) fn export(&self) -> LitStr {
        match &self.options.name {
            Some(name) => name.value.clone(),
            None => literal(&self.original.sig.ident),
        }
    }

    /// The conditions under which the trait has this method.
    pub(crate) fn cfgs(&self) -> impl Iterator<Item = &'a Attribute> {
        self.original.attrs.iter().filter(|attr| attr.path().is_ident("cfg"))
    }
}

impl<'a> Param<'a> {
    fn from_syn(errors: &mut Errors, original: &'a PatType) -> Option<Self> {
        let options = Options::from_attrs(errors, Place::Param, "wasm", &original.attrs);
        let name = plain_name(&original.pat);
        if name.is_none() {
            let message = match &*original.pat {
                Pat::Wild(_) => "errors name the parameter that they are about: write a name instead of `_`",
                _ => "a parameter is passed as it is, so it cannot be a pattern: write a plain name",
            };
            errors.at(&original.pat, message);
        }
        Some(Self { options, name: name?, ty: &original.ty })
    }
}

/// The name that a parameter gives to its whole argument, without `mut`, `ref` or `@`.
pub(crate) fn plain_name(pattern: &Pat) -> Option<&Ident> {
    match pattern {
        Pat::Ident(PatIdent { by_ref: None, mutability: None, subpat: None, ident, .. }) => Some(ident),
        _ => None,
    }
}

/// An identifier as WebAssembly and messages know it: without `r#`.
pub(crate) fn literal(ident: &Ident) -> LitStr {
    LitStr::new(&ident.unraw().to_string(), ident.span())
}

fn refuse_options(errors: &mut Errors, attrs: &[Attribute], instead: &str) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("wasm")) {
        errors.at(attr, format!("`#[wasm(…)]` has no meaning here: {instead}"));
    }
}
