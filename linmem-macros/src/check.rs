//! What a trait must not have. Types are not among it: bounds in the expansion test them, where
//! rustc can see them.

use crate::model::{Interface, Method, methods};
use crate::options::{Options, Setting};
use crate::report::Errors;
use crate::types::Unnameable;
use std::collections::BTreeMap;
use syn::{
    FnArg, GenericParam, Generics, ItemTrait, LitStr, Receiver, ReturnType, Signature, TraitItem, TraitItemFn, Type,
};

/// `async_fns` says whether the feature is on. It is an argument so that tests cover both answers.
pub(crate) fn check(errors: &mut Errors, interface: &Interface<'_>, async_fns: bool) {
    declaration(errors, interface.original);
    settings(errors, &interface.options);
    // The syntax nodes and not the model's methods, which lack those that have a mistake already.
    for method in methods(interface.original) {
        qualifiers(errors, &method.sig, async_fns);
        generics(errors, &method.sig.generics);
        inputs(errors, &method.sig);
        if let ReturnType::Type(_, ty) = &method.sig.output {
            types(errors, ty);
            result(errors, ty);
        }
        body(errors, method);
    }
    exports(errors, &interface.methods);
}

fn declaration(errors: &mut Errors, item: &ItemTrait) {
    if let Some(token) = &item.unsafety {
        errors.at(token, "calling a guest is safe, whatever the guest does: remove `unsafe`");
    }
    if let Some(token) = &item.auto_token {
        errors.at(token, "an `auto` trait has no methods to call: remove `auto`");
    }
    if !item.generics.params.is_empty() {
        errors.at(
            &item.generics.params,
            "the exports of a module have fixed types: \
            remove the parameters, and write one trait for each set of types",
        );
    }
    if let Some(clause) = &item.generics.where_clause {
        errors.at(clause, "the instance is generated and cannot be bounded: remove the `where` clause");
    }
    if !item.supertraits.is_empty() {
        let name = &item.ident;
        errors.at(
            &item.supertraits,
            format!(
                "a guest implements nothing but its exports: \
                remove the supertraits, or write `trait Extension: {name}`"
            ),
        );
    }
    for item in &item.items {
        let instead = match item {
            TraitItem::Fn(_) => continue,
            TraitItem::Type(_) => "move the type out of the trait",
            TraitItem::Const(_) => "move the constant out of the trait",
            TraitItem::Macro(_) => "write out the methods that the macro stands for",
            _ => {
                "write `fn name(&mut self) -> linmem::Result<()>;`, \
                without qualifiers such as `pub`"
            }
        };
        errors.at(item, format!("a guest exports methods only: {instead}"));
    }
}

fn settings(errors: &mut Errors, options: &Options) {
    for name in [&options.memory, &options.alloc, &options.free, &options.init].into_iter().flatten() {
        not_empty(errors, name);
    }
    if let (None, Some(free)) = (&options.alloc, &options.free) {
        let name = free.value.value();
        errors.at(
            &free.key,
            format!(
                "`free` without `alloc` releases what another export allocates: \
                write `alloc = \"…\", free = \"{name}\"`"
            ),
        );
    }
}

fn not_empty(errors: &mut Errors, name: &Setting<LitStr>) {
    if name.value.value().is_empty() {
        let key = &name.key;
        errors.at(&name.value, format!("`{key}` is empty: write the name of an export, `{key} = \"…\"`"));
    }
}

fn qualifiers(errors: &mut Errors, sig: &Signature, async_fns: bool) {
    if let Some(token) = &sig.constness {
        errors.at(token, "a guest runs when the program runs: remove `const`");
    }
    if let Some(token) = sig.asyncness.as_ref().filter(|_| !async_fns) {
        errors.at(
            token,
            "`async fn` needs linmem's `async` feature: \
            add `features = [\"async\"]` to the `linmem` dependency",
        );
    }
    if let Some(token) = &sig.unsafety {
        errors.at(token, "calling a guest is safe, whatever the guest does: remove `unsafe`");
    }
    if let Some(abi) = &sig.abi {
        errors.at(
            abi,
            "the convention says how the guest is called: \
            remove `extern`, or write `#[wasm(convention = some::path)]`",
        );
    }
}

fn generics(errors: &mut Errors, generics: &Generics) {
    for param in &generics.params {
        let name = match param {
            GenericParam::Lifetime(_) => continue,
            GenericParam::Type(param) => &param.ident,
            GenericParam::Const(param) => &param.ident,
        };
        errors.at(param, format!("an export has one signature: remove `{name}`, and write one method for each type"));
    }
    if let Some(clause) = &generics.where_clause {
        errors.at(clause, "an export has one signature: remove the `where` clause");
    }
}

fn inputs(errors: &mut Errors, sig: &Signature) {
    for input in &sig.inputs {
        match input {
            FnArg::Receiver(this) => receiver(errors, this),
            FnArg::Typed(param) => {
                types(errors, &param.ty);
                for attr in param.attrs.iter().filter(|attr| attr.path().is_ident("cfg")) {
                    errors.at(
                        attr,
                        "a parameter cannot be conditional: \
                        write one method for each case, and `#[cfg(…)]` on them",
                    );
                }
            }
        }
    }
    if let Some(variadic) = &sig.variadic {
        errors.at(variadic, "an export has one signature: write each parameter instead of `...`");
    }
}

fn receiver(errors: &mut Errors, receiver: &Receiver) {
    // The shorthands are no special cases: syn writes out the type of `&mut self` too.
    match &*receiver.ty {
        Type::Reference(this) if is_self(&this.elem) && this.mutability.is_some() => {}
        Type::Reference(this) if is_self(&this.elem) => {
            errors.at(receiver, "calling a guest changes it: write `&mut self`");
        }
        ty if is_self(ty) => errors.at(receiver, "a call does not use the instance up: write `&mut self`"),
        _ => errors.at(receiver, "the instance is called through a plain reference: write `&mut self`"),
    }
}

fn is_self(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("Self"))
}

fn types(errors: &mut Errors, ty: &Type) {
    let found = Unnameable::find(ty);
    for impl_trait in &found.impl_traits {
        errors.at(impl_trait, "how a value is passed depends on its type: write the type instead of `impl Trait`");
    }
    for path in &found.selves {
        errors.at(path, "`Self` is the bound instance, which no guest knows of: write another type");
    }
}

/// What is written like this is no `Result`, whatever its parts are called. Of a name only rustc knows what it stands for.
fn result(errors: &mut Errors, ty: &Type) {
    if let Type::Reference(_) | Type::Tuple(_) | Type::Slice(_) | Type::Array(_) | Type::Ptr(_) | Type::BareFn(_) = ty {
        errors.at(ty, "every call can fail: write `linmem::Result<…>` around this type");
    }
}

fn body(errors: &mut Errors, method: &TraitItemFn) {
    if let Some(body) = &method.default {
        errors.at(body, "the guest has the body: write `;` here, and put Rust code into an extension trait");
    }
}

/// Two methods for one export are a slip of copy and paste, unless conditions choose between them.
fn exports(errors: &mut Errors, methods: &[Method<'_>]) {
    let mut seen = BTreeMap::new();
    for method in methods {
        if let Some(name) = &method.options.name {
            not_empty(errors, name);
        }
        if method.cfgs().next().is_some() {
            continue;
        }
        let export = method.export();
        let name = &method.original.sig.ident;
        let (first, first_export) = seen.entry(export.value()).or_insert_with(|| (name, export.clone()));
        // rustc reports two methods of one name, and that includes the first itself.
        if *first != name {
            let value = export.value();
            errors.at(first_export, format!("`{name}` calls the export `{value}`, too"));
            errors.at(
                &export,
                format!(
                    "`{first}` calls the export `{value}` already: \
                    remove one, or write `#[wasm(name = \"…\")]`"
                ),
            );
        }
    }
}
