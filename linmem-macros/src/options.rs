//! The grammar of `#[wasm_import(…)]`, `#[wasm(…)]` and `#[record(…)]`: `key = value`, separated
//! by commas.

use crate::report::Errors;
use crate::source::Source;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote_spanned};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Attribute, Error, Ident, LitBool, LitStr, Meta, Path, Result, Token};

/// The options of one trait, method, parameter or record.
///
/// One type serves all four: [`Options::option`] is the only place that says which option belongs
/// where.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) alloc: Option<Setting<LitStr>>,
    pub(crate) allocator: Option<Setting<Path>>,
    pub(crate) convention: Option<Setting<Path>>,
    pub(crate) free: Option<Setting<LitStr>>,
    pub(crate) imports: Option<Setting<Path>>,
    pub(crate) init: Option<Setting<LitStr>>,
    pub(crate) krate: Option<Setting<Path>>,
    pub(crate) memory: Option<Setting<LitStr>>,
    pub(crate) module: Option<Setting<Source>>,
    pub(crate) name: Option<Setting<LitStr>>,
    pub(crate) pass: Option<Setting<Path>>,
    pub(crate) returns: Option<Setting<Path>>,
    pub(crate) status: Option<Setting<Path>>,
    pub(crate) text: Option<Setting<Path>>,
    pub(crate) zero: Option<Setting<LitBool>>,
}

/// An option that was given, with its key for messages about the option as a whole.
pub(crate) struct Setting<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
}

/// What an attribute is written on.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Trait,
    Method,
    Param,
    Record,
}

impl Place {
    fn refuse(self, key: &Ident) -> Error {
        let takes = match self {
            Self::Trait => {
                "`#[wasm_import(…)]` takes \
                `convention`, `returns`, `status`, `text`, `allocator`, `memory`, `alloc`, `free`, `init`, `imports`, `module`, `zero` and `crate`"
            }
            Self::Method => "`#[wasm(…)]` on a method takes `name`, `convention`, `returns`, `status` and `text`",
            Self::Param => "`#[wasm(…)]` on a parameter takes `pass`",
            Self::Record => "`#[record(…)]` takes `crate`",
        };
        Error::new(key.span(), format!("there is no option `{key}` here: {takes}"))
    }
}

impl Place {
    /// A value without a key. A string is likely to be a certain one's.
    fn refuse_unnamed(self, span: Span, input: ParseStream<'_>) -> Error {
        let text = input.fork().parse::<LitStr>().map(|text| text.value());
        let instead = match (self, text) {
            (Self::Trait, Ok(text)) if is_path(&text) => format!("module = {text:?}"),
            (Self::Method, Ok(text)) => format!("name = {text:?}"),
            _ => "key = value".to_owned(),
        };
        Error::new(span, format!("an option has a name: write `{instead}`"))
    }
}

/// Whether it is more likely the path of a module than the name of an export.
fn is_path(text: &str) -> bool {
    text.contains('/') || text.ends_with(".wasm") || text.ends_with(".wat")
}

/// What can stand behind the `=`.
trait Value: Parse {
    const KIND: &str;
    const EXAMPLE: &str;
}

impl Value for LitStr {
    const KIND: &str = "a string";
    const EXAMPLE: &str = "\"…\"";
}

impl Value for Source {
    const KIND: &str = "the path of a module";
    const EXAMPLE: &str = "\"guest.wasm\"";
}

impl Value for LitBool {
    const KIND: &str = "`true` or `false`";
    const EXAMPLE: &str = "false";
}

impl Value for Path {
    const KIND: &str = "a path";
    const EXAMPLE: &str = "some::path";
}

impl Options {
    /// Reads every attribute called `attribute` among `attrs`, and leaves the others alone.
    pub(crate) fn from_attrs(errors: &mut Errors, place: Place, attribute: &str, attrs: &[Attribute]) -> Self {
        let mut options = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident(attribute)) {
            match &attr.meta {
                Meta::List(list) => options.read(errors, place, list.tokens.clone()),
                Meta::Path(_) | Meta::NameValue(_) => errors.at(
                    &attr.meta,
                    format!(
                        "`#[{attribute}]` takes options in parentheses: \
                        write `#[{attribute}(key = value)]`"
                    ),
                ),
            }
        }
        options
    }

    /// Adds what the parentheses of one attribute hold.
    pub(crate) fn read(&mut self, errors: &mut Errors, place: Place, tokens: TokenStream) {
        let list = |input: ParseStream<'_>| self.list(errors, place, input);
        if let Err(error) = list.parse2(tokens) {
            errors.push(error);
        }
    }

    fn list(&mut self, errors: &mut Errors, place: Place, input: ParseStream<'_>) -> Result<()> {
        while !input.is_empty() {
            if let Err(error) = self.option(errors, place, input) {
                errors.push(error);
                // The next option may have a mistake of its own, which should be told in the same
                // go.
                while !at_end(input) {
                    input.parse::<TokenTree>()?;
                }
            }
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    }

    fn option(&mut self, errors: &mut Errors, place: Place, input: ParseStream<'_>) -> Result<()> {
        // Not `parse::<Ident>()`, which refuses the keyword `crate`.
        let key = input.call(Ident::parse_any).map_err(|error| place.refuse_unnamed(error.span(), input))?;
        match (place, key.to_string().as_str()) {
            (Place::Trait | Place::Record, "crate") => set(&mut self.krate, errors, key, input),
            (Place::Trait | Place::Method, "convention") => set(&mut self.convention, errors, key, input),
            (Place::Trait | Place::Method, "returns") => set(&mut self.returns, errors, key, input),
            (Place::Trait | Place::Method, "status") => set(&mut self.status, errors, key, input),
            (Place::Trait | Place::Method, "text") => set(&mut self.text, errors, key, input),
            (Place::Trait, "allocator") => set(&mut self.allocator, errors, key, input),
            (Place::Trait, "memory") => set(&mut self.memory, errors, key, input),
            (Place::Trait, "module") => set(&mut self.module, errors, key, input),
            (Place::Trait, "alloc") => set(&mut self.alloc, errors, key, input),
            (Place::Trait, "free") => set(&mut self.free, errors, key, input),
            (Place::Trait, "imports") => set(&mut self.imports, errors, key, input),
            (Place::Trait, "init") => set(&mut self.init, errors, key, input),
            (Place::Trait, "zero") => set(&mut self.zero, errors, key, input),
            (Place::Method, "name") => set(&mut self.name, errors, key, input),
            (Place::Param, "pass") => set(&mut self.pass, errors, key, input),
            _ => Err(place.refuse(&key)),
        }
    }

    /// The path of the runtime crate, from the root, so that no module of the user's can stand in
    /// for it.
    ///
    /// rustc points at the first token of a path, so the span says what a message about the path
    /// would be about.
    pub(crate) fn krate(&self, span: Span) -> TokenStream {
        match &self.krate {
            Some(krate) => krate.value.to_token_stream(),
            None => quote_spanned!(span=> ::linmem),
        }
    }
}

fn at_end(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// Parses `= value` into the slot of its key.
fn set<T: Value>(slot: &mut Option<Setting<T>>, errors: &mut Errors, key: Ident, input: ParseStream<'_>) -> Result<()> {
    let equals = input.parse::<Option<Token![=]>>()?;
    // At the value if there is one, and never at the end of the list, whose span would be the whole
    // attribute.
    let span = if equals.is_none() || at_end(input) { key.span() } else { input.span() };
    let value = input.parse::<T>().ok();
    let Some(value) = value.filter(|_| equals.is_some()) else {
        let (kind, example) = (T::KIND, T::EXAMPLE);
        return Err(Error::new(span, format!("`{key}` takes {kind}: write `{key} = {example}`")));
    };
    if !at_end(input) {
        return Err(input.error("options are separated by commas: write `,` in front of this"));
    }
    match slot {
        Some(first) => {
            errors.at(&first.key, format!("`{key}` is set here for the first time"));
            errors.at(&key, format!("`{key}` is set for a second time: remove one of the two"));
        }
        None => *slot = Some(Setting { key, value }),
    }
    Ok(())
}
