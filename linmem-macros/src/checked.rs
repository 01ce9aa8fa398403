//! What a trait expands to besides, if it names its module: constants that linmem's `check` fills in while the crate
//! compiles, each at the method or the option that it is about.

use crate::method::Expanded;
use crate::model::Interface;
use crate::module::{Extern, Module, Type};
use crate::options::Setting;
use crate::similar::{SHOWN, shown, similar};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use std::collections::BTreeMap;
use std::iter::zip;
use syn::LitStr;
use syn::spanned::Spanned as _;

pub(crate) fn expand(interface: &Interface<'_>, module: &Module, methods: &[Expanded<'_>]) -> TokenStream {
    let exports = interface.exports();
    let krate = interface.options.krate(Span::mixed_site());
    let facts = facts(&krate, module);
    let methods_fit = methods.iter().map(|method| method.check(module, &exports));
    let initializer_fits = initializer(interface, module);
    let needs = methods.iter().map(|method| method.needs_memory(&exports));
    let memory_fits = memory(interface, module, &exports);
    let allocator_fits = allocator(interface, module, &exports);
    let embedded = bytes(&krate, module, &exports);
    quote! {
        #facts
        const __NEEDS_MEMORY: &[::core::primitive::bool] = &[#(#needs),*];
        #(#methods_fit)*
        #allocator_fits
        #initializer_fits
        #memory_fits
        #embedded
    }
}

/// What messages say of the module as a whole.
fn facts(krate: &TokenStream, module: &Module) -> TokenStream {
    let name = shown(&module.name);
    let mut by_type = BTreeMap::<&Type, Vec<String>>::new();
    for (name, ty) in module.functions() {
        let names = by_type.entry(ty).or_default();
        if names.len() < SHOWN {
            names.push(shown(name));
        }
    }
    let indices: BTreeMap<_, _> = zip(by_type.keys().copied(), 0_usize..).collect();
    let functions = by_type.iter().map(|(ty, names)| {
        let ty = types(krate, ty);
        quote!((#ty, &[#(#names),*]))
    });
    let exports = module.facts.exports.iter().map(|(name, export)| {
        let export = match export {
            Extern::Function(ty) => {
                let index = indices.get(ty);
                quote!(Function(#index))
            }
            Extern::Global(ty) => {
                let ty = Ident::new(ty, Span::mixed_site());
                quote!(Global(#krate::CoreType::#ty))
            }
            Extern::Memory(_) => quote!(Other("memory")),
            Extern::Other(kind) => quote!(Other(#kind)),
        };
        quote!((#name, #krate::__private::check::Extern::#export))
    });
    quote! {
        const __MODULE: &#krate::__private::check::Module = &#krate::__private::check::Module {
            name: #name,
            functions: &[#(#functions),*],
            exports: &[#(#exports),*],
        };
    }
}

/// A core type as linmem's `check` takes it.
pub(crate) fn types(krate: &TokenStream, Type { params, results }: &Type) -> TokenStream {
    let idents = |types: &[&str]| -> Vec<_> { types.iter().map(|ty| Ident::new(ty, Span::mixed_site())).collect() };
    let (params, results) = (idents(params), idents(results));
    quote! {
        #krate::__private::check::Types::new(
            &[#(#krate::CoreType::#params),*],
            &[#(#krate::CoreType::#results),*],
        )
    }
}

/// What the module has by a name. What is taken already is not what was meant.
pub(crate) fn sought(krate: &TokenStream, module: &Module, export: &str, taken: &[String]) -> TokenStream {
    let name = shown(export);
    let check = quote!(#krate::__private::check);
    let found = match module.facts.exports.get(export) {
        None => quote!(#check::Found::Nothing),
        Some(Extern::Global(ty)) => {
            let ty = Ident::new(ty, Span::mixed_site());
            quote!(#check::Found::Global(#krate::CoreType::#ty))
        }
        Some(Extern::Memory(_)) => quote!(#check::Found::Other("memory")),
        Some(Extern::Other(kind)) => quote!(#check::Found::Other(#kind)),
        Some(Extern::Function(ty)) => {
            let ty = types(krate, ty);
            quote!(#check::Found::Function(#ty))
        }
    };
    let free = module.functions().map(|(name, _)| name).filter(|name| !taken.iter().any(|taken| taken == name));
    let similar = similar(export, free);
    let similar = similar.iter().filter_map(|name| match module.facts.exports.get(*name) {
        Some(Extern::Function(ty)) => {
            let (name, ty) = (shown(name), types(krate, ty));
            Some(quote!((#name, #ty)))
        }
        _ => None,
    });
    quote!(&#check::Sought { export: #name, found: #found, similar: &[#(#similar),*] })
}

/// What allocates, and what releases: at the option that names it, or else at what brings the allocator in.
fn allocator(interface: &Interface<'_>, module: &Module, exports: &Ident) -> TokenStream {
    let options = &interface.options;
    let brings = options.allocator.as_ref().or(options.convention.as_ref());
    let otherwise = brings.map_or_else(|| interface.original.ident.span(), |Setting { value, .. }| value.span());
    let each = [(&options.alloc, quote!(allocator)), (&options.free, quote!(deallocator))];
    let checks = each.into_iter().map(|(option, function)| {
        let named: Option<&LitStr> = option.as_ref().map(|Setting { value, .. }| value);
        let span = Span::mixed_site().located_at(named.map_or(otherwise, LitStr::span));
        let krate = options.krate(span);
        let sought = match named {
            Some(name) => {
                let sought = sought(&krate, module, &name.value(), &[]);
                quote!(::core::option::Option::Some(#sought))
            }
            None => quote!(::core::option::Option::None),
        };
        quote_spanned! {span=>
            const _: () = #krate::__private::check::#function::<#exports>(__NEEDS_MEMORY, #sought, __MODULE);
        }
    });
    checks.collect()
}

fn initializer(interface: &Interface<'_>, module: &Module) -> Option<TokenStream> {
    let name: &LitStr = &interface.options.init.as_ref()?.value;
    let span = Span::mixed_site().located_at(name.span());
    let krate = interface.options.krate(span);
    let sought = sought(&krate, module, &name.value(), &[]);
    Some(quote_spanned!(span=> const _: () = #krate::__private::check::initializer(#sought, __MODULE);))
}

fn memory(interface: &Interface<'_>, module: &Module, exports: &Ident) -> TokenStream {
    let named = interface.options.memory.as_ref();
    let span = named.map_or_else(|| interface.original.ident.span(), |Setting { value, .. }| value.span());
    let span = Span::mixed_site().located_at(span);
    let krate = interface.options.krate(span);
    let named = named.map(|Setting { value, .. }| value.value());
    let found = module.memory(named.as_deref());
    let name = shown(named.as_deref().unwrap_or("memory"));
    let is_there = found.is_some();
    let (is_wide, is_shared) = found.map_or((false, false), |memory| (memory.is_wide, memory.is_shared));
    let exported = module.facts.exports.iter().filter(|(_, export)| matches!(export, Extern::Memory(_)));
    let exported = exported.map(|(name, _)| shown(name)).take(SHOWN);
    quote_spanned! {span=>
        const _: () = #krate::__private::check::memory::<#exports>(
            __NEEDS_MEMORY,
            &#krate::__private::check::Memory {
                name: #name,
                is_there: #is_there,
                is_wide: #is_wide,
                is_shared: #is_shared,
                exported: &[#(#exported),*],
            },
            __MODULE,
        );
    }
}

/// The module itself; and in either case rustc is told of the file.
fn bytes(krate: &TokenStream, module: &Module, exports: &Ident) -> TokenStream {
    let include = &module.include;
    match &module.translated {
        None => embedded(krate, exports, include),
        Some(binary) => {
            let binary = Literal::byte_string(binary);
            let embedded = embedded(krate, exports, &quote!(#binary));
            quote! {
                const _: &[::core::primitive::u8] = #include;

                #embedded
            }
        }
    }
}

/// That these bytes are the trait's module.
pub(crate) fn embedded(krate: &TokenStream, exports: &Ident, bytes: &TokenStream) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl #krate::Embedded for #exports {
            const MODULE: &'static [::core::primitive::u8] = #bytes;
        }
    }
}
