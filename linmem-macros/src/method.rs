//! From one method to the four places that mention it.

use crate::checked;
use crate::expand::without_attrs;
use crate::model::{Interface, Method, Param, literal};
use crate::module::{Extern, Module};
use crate::options::Setting;
use crate::types::with_static_lifetimes;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned as _;

/// A method, with what all of its places need.
pub(crate) struct Expanded<'a> {
    interface: &'a Interface<'a>,
    method: &'a Method<'a>,
    name: &'a Ident,
    /// Each place has to exist under the same conditions.
    cfg: TokenStream,
}

impl<'a> Expanded<'a> {
    pub(crate) fn new(interface: &'a Interface<'a>, method: &'a Method<'a>) -> Self {
        let cfgs = method.cfgs();
        Self { interface, method, name: &method.original.sig.ident, cfg: quote!(#(#cfgs)*) }
    }

    pub(crate) fn field(&self) -> TokenStream {
        let Self { method, name, cfg, .. } = self;
        let span = method.output.span();
        let krate = self.krate(span);
        let convention = self.convention(span);
        let arguments = nest(span, method.params.iter().map(|param| self.argument_type(param)));
        let output = with_static_lifetimes(method.output);
        let output = quote_spanned!(span=> <#output as #krate::__private::MethodResult>::Ok);
        let output = self.told(&convention, &output).unwrap_or(output);
        // What is wrong with a type is said where that is; here it would be said again.
        quote_spanned! {self.span()=>
            #cfg
            #name: #krate::__private::Export<#convention, #arguments, #output>,
        }
    }

    /// The result in the form that the export's type tells, if that is known.
    fn told(&self, convention: &TokenStream, output: &TokenStream) -> Option<TokenStream> {
        let module = self.interface.module.as_ref()?;
        let Some(Extern::Function(ty)) = module.facts.exports.get(&self.method.export().value()) else { return None };
        // At the method's name, as the field: an argument that is not supported is no fault of the result's.
        let span = self.span();
        let krate = self.krate(span);
        let ty = checked::types(&krate, ty);
        let arguments = nest(span, self.method.params.iter().map(|param| self.argument_type(param)));
        Some(quote_spanned! {span=>
            #krate::__private::check::Told<
                { #krate::__private::check::form::<#convention, #arguments, #output>(#ty) },
                #output,
            >
        })
    }

    /// That the module has the export, and that its type fits: at the name that is wrong.
    pub(crate) fn check(&self, module: &Module, exports: &Ident) -> TokenStream {
        let Self { method, name, cfg, .. } = self;
        let export = method.export();
        let is_there = module.facts.exports.contains_key(&export.value());
        let span = Span::mixed_site().located_at(if is_there { name.span() } else { export.span() });
        let krate = self.krate(span);
        // No two methods may call the same.
        let taken: Vec<_> = self.interface.methods.iter().map(|method| method.export().value()).collect();
        let sought = checked::sought(&krate, module, &export.value(), &taken);
        let (method_name, export_name) = (literal(name).value(), export.value());
        let params = method.params.iter().map(|param| literal(param.name).value());
        quote_spanned! {span=>
            #cfg
            const _: () = #krate::__private::check::method(
                |__exports: &#exports| &__exports.#name,
                #method_name,
                &[#(#params),*],
                #sought,
                __MODULE,
            );
            #cfg
            const _: () = #krate::__private::check::helpers(
                |__exports: &#exports| &__exports.#name,
                #method_name,
                #export_name,
                __MODULE,
            );
        }
    }

    /// Whether the module must have a memory for it.
    pub(crate) fn needs_memory(&self, exports: &Ident) -> TokenStream {
        let Self { name, cfg, .. } = self;
        let krate = self.krate(self.span());
        quote!(#cfg #krate::__private::check::needs_memory(|__exports: &#exports| &__exports.#name))
    }

    pub(crate) fn plan(&self) -> TokenStream {
        let Self { method, name, cfg, .. } = self;
        let method_name = literal(name);
        let export = method.export();
        let params = method.params.iter().map(|param| literal(param.name));
        let arguments = method.params.iter().map(|param| self.argument_check(param));
        let checks = arguments.chain([self.output_check()]);
        quote_spanned! {self.span()=>
            #cfg
            __planner.export(|__exports| &__exports.#name, #method_name, #export, &[#(#params),*]);
            #(#checks)*
        }
    }

    /// Types that cannot be passed are to be refused where the user wrote them, and not at the
    /// attribute.
    fn argument_check(&self, param: &Param<'_>) -> TokenStream {
        let span = param.ty.span();
        let (krate, convention) = (self.krate(span), self.convention(span));
        let (cfg, ty) = (&self.cfg, self.argument_type(param));
        let width = width(&krate, span, &ty);
        quote_spanned! {span=>
            #cfg #krate::__private::argument::<#convention, #ty>();
            #cfg #width
        }
    }

    fn output_check(&self) -> TokenStream {
        let span = self.method.output.span();
        let (krate, convention) = (self.krate(span), self.convention(span));
        let (cfg, ty) = (&self.cfg, with_static_lifetimes(self.method.output));
        let width = width(&krate, span, &quote_spanned!(span=> <#ty as #krate::__private::MethodResult>::Ok));
        quote_spanned! {span=>
            #cfg #krate::__private::returned::<#convention, #ty>();
            #cfg #width
        }
    }

    pub(crate) fn planned(&self) -> TokenStream {
        let Self { name, cfg, .. } = self;
        quote_spanned!(self.span()=> #cfg #name: __planned.export(),)
    }

    pub(crate) fn implementation(&self) -> TokenStream {
        let Self { method, name, cfg, .. } = self;
        let krate = self.krate(self.span());
        let this = method.this;
        let sig = without_attrs(&method.original.sig);
        let arguments = nest(self.span(), method.params.iter().map(|param| self.argument(param)));
        let (call, wait) = match sig.asyncness {
            Some(_) => (quote!(call_async), quote!(.await)),
            None => (quote!(call), TokenStream::new()),
        };
        quote_spanned! {self.span()=>
            #cfg
            #[inline]
            #sig {
                #krate::__private::#call(#this, |__exports| &__exports.#name, #arguments) #wait
            }
        }
    }

    fn argument(&self, param: &Param<'_>) -> TokenStream {
        let name = param.name;
        let Some(Setting { value, .. }) = &param.options.pass else {
            return quote!(#name);
        };
        let krate = self.krate(name.span());
        quote!(#krate::__private::With::<#value, _>::new(#name))
    }

    fn argument_type(&self, param: &Param<'_>) -> TokenStream {
        let ty = with_static_lifetimes(param.ty);
        let Some(Setting { value, .. }) = &param.options.pass else {
            return quote!(#ty);
        };
        let krate = self.krate(param.ty.span());
        quote!(#krate::__private::With<#value, #ty>)
    }

    /// The method's own options come first, and those of the trait fill in for what it does not
    /// say.
    fn convention(&self, span: Span) -> TokenStream {
        let (options, defaults) = (&self.method.options, &self.interface.options);
        let krate = self.krate(span);
        let convention = match options.convention.as_ref().or(defaults.convention.as_ref()) {
            Some(Setting { value, .. }) => quote!(#value),
            None => quote_spanned!(span=> #krate::convention::Standard),
        };
        let convention = match &defaults.allocator {
            Some(Setting { value, .. }) => quote!(#krate::convention::Allocating<#convention, #value>),
            None => convention,
        };
        let convention = match options.text.as_ref().or(defaults.text.as_ref()) {
            Some(Setting { value, .. }) => quote!(#krate::__private::Encoding<#convention, #value>),
            None => convention,
        };
        let convention = match options.status.as_ref().or(defaults.status.as_ref()) {
            Some(Setting { value, .. }) => quote!(#krate::__private::Checking<#convention, #value>),
            None => convention,
        };
        match options.returns.as_ref().or(defaults.returns.as_ref()) {
            Some(Setting { value, .. }) => {
                quote!(#krate::__private::Returning<#convention, #value>)
            }
            None => convention,
        }
    }

    fn krate(&self, span: Span) -> TokenStream {
        self.interface.options.krate(span)
    }

    /// Where a lifetime or a type does not fit, rustc points at the generated code, and so at the
    /// name of the method.
    fn span(&self) -> Span {
        Span::mixed_site().located_at(self.name.span())
    }
}

/// That a type is no `usize`, and no slice of such: bytemuck takes it for plain data, and only its width tells that it is
/// not the guest's. `OtherWidth` is in scope there.
pub(crate) fn width(krate: &TokenStream, span: Span, ty: &TokenStream) -> TokenStream {
    quote_spanned! {span=>
        const _: () = #krate::__private::has_width(<#krate::__private::Width<#ty>>::IS_OF_HOST);
    }
}

/// Arguments travel as nested pairs, `(a, (b, ()))`, so that the runtime needs no trait
/// implementation for each arity.
fn nest(span: Span, arguments: impl DoubleEndedIterator<Item = TokenStream>) -> TokenStream {
    arguments.rfold(quote_spanned!(span=> ()), |rest, argument| quote_spanned!(span=> (#argument, #rest)))
}
