//! Collects mistakes instead of stopping at the first, so that one compilation shows all of them.

use quote::ToTokens;
use std::fmt::Display;
use syn::{Error, Result};

/// The mistakes found so far.
pub(crate) struct Errors(Vec<Error>);

impl Errors {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// Reports a mistake at the tokens that make it.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.push(Error::new_spanned(tokens, message));
    }

    pub(crate) fn push(&mut self, error: Error) {
        self.0.push(error);
    }

    /// The barrier before a step that relies on a correct input.
    pub(crate) fn propagate(self) -> Result<()> {
        let combined = self.0.into_iter().reduce(|mut all, error| {
            all.combine(error);
            all
        });
        combined.map_or(Ok(()), Err)
    }
}
