//! Where a module is: `"guest.wasm"`, or `concat!(env!("OUT_DIR"), "/guest.wasm")`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use std::env;
use std::path::{Path, PathBuf};
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, ExprLit, ExprMacro, Lit, LitStr, Result, Token};

/// The path of a module, as it was written.
pub(crate) struct Source(Expr);

impl Parse for Source {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let expr = ungrouped(input.parse()?);
        match &expr {
            Expr::Lit(ExprLit { lit: Lit::Str(_), .. }) => Ok(Self(expr)),
            Expr::Macro(ExprMacro { mac, .. }) if mac.path.is_ident("concat") || mac.path.is_ident("env") => {
                Ok(Self(expr))
            }
            other => Err(Error::new_spanned(other, "no path")),
        }
    }
}

impl ToTokens for Source {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}

impl Source {
    /// The file. A relative path is one from the crate's manifest.
    pub(crate) fn path(&self) -> Result<PathBuf> {
        let path = text(&self.0)?;
        // An absolute path replaces the one that it is joined to.
        Ok(env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default().join(path))
    }

    /// The same for `include_bytes!`, without the folder in which the crate happens to lie: so that rustc is run again when
    /// the file has changed.
    pub(crate) fn include(&self) -> Result<TokenStream> {
        let Self(expr) = self;
        let is_absolute = Path::new(&text(expr)?).is_absolute();
        let path = if is_absolute {
            quote!(#expr)
        } else {
            quote!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/", #expr))
        };
        Ok(quote!(::core::include_bytes!(#path)))
    }
}

/// What a `macro_rules!` parameter stands for: its value comes in a group without delimiters.
fn ungrouped(mut expr: Expr) -> Expr {
    while let Expr::Group(group) = expr {
        expr = *group.expr;
    }
    expr
}

/// What rustc's own `concat!` and `env!` would make of it.
fn text(expr: &Expr) -> Result<String> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(text.value()),
        Expr::Macro(ExprMacro { mac, .. }) if mac.path.is_ident("concat") => {
            let parts = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone())?;
            parts.into_iter().map(|part| text(&ungrouped(part))).collect()
        }
        Expr::Macro(ExprMacro { mac, .. }) if mac.path.is_ident("env") => {
            let name: LitStr = mac.parse_body()?;
            let key = name.value();
            env::var(&key).map_err(|_| {
                let hint = if key == "OUT_DIR" { ": it is while a crate with a build script is" } else { "" };
                Error::new_spanned(&name, format!("`{key}` is not set while this crate compiles{hint}"))
            })
        }
        other => Err(Error::new_spanned(other, "a path is text: write a string, `concat!(…)` or `env!(…)` of such")),
    }
}
