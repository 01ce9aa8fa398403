//! What the arguments and the result of a method become, as far as its signature goes. All of it is constant, so that
//! a signature can be explained while a crate compiles, too.

use crate::core::{CoreType, Signature, strip};

/// The arguments of a method, from one on.
#[derive(Debug, Clone, Copy)]
pub struct Arguments(Option<&'static Argument>);

/// One argument, and those behind it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Argument {
    pub(crate) types: &'static [CoreType],
    pub(crate) is_passed: bool,
    pub(crate) rest: Arguments,
}

impl Arguments {
    pub(crate) const NONE: Self = Arguments(None);

    pub(crate) const fn new(first: &'static Argument) -> Self {
        Arguments(Some(first))
    }
}

/// Which option chooses how a result comes back, and with it the export's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResultOption {
    /// None: the result is a core value.
    None,
    /// `returns = …`: it lies in memory.
    Returns,
    /// `status = …`: there is none.
    Status,
}

/// One parameter of a method: its name, and the core values that it becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name in the trait.
    pub name: &'static str,
    /// The types of the core values.
    pub types: &'static [CoreType],
    /// Whether `pass = …` chooses them.
    pub is_passed: bool,
}

/// A method, as far as its export's type goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Method<'a> {
    pub(crate) signatures: &'a [Signature],
    pub(crate) arguments: Arguments,
    pub(crate) names: &'static [&'static str],
    pub(crate) pointer: CoreType,
    pub(crate) option: ResultOption,
}

/// The parameters of a method, one by one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameters {
    arguments: Arguments,
    names: &'static [&'static str],
}

impl Method<'_> {
    pub(crate) const fn parameters(&self) -> Parameters {
        Parameters { arguments: self.arguments, names: self.names }
    }

    /// Whether this is the type of the arguments and nothing else.
    pub(crate) const fn takes(&self, mut params: &[CoreType]) -> bool {
        let mut parameters = self.parameters();
        while let Some((parameter, rest)) = parameters.next() {
            match strip(params, parameter.types) {
                Some(behind) => (params, parameters) = (behind, rest),
                None => return false,
            }
        }
        params.is_empty()
    }
}

impl Parameters {
    /// The next, and those behind it. No `Iterator`, which cannot be used while compiling.
    pub(crate) const fn next(self) -> Option<(Parameter, Parameters)> {
        let Some(&Argument { types, is_passed, rest }) = self.arguments.0 else { return None };
        let (name, names): (_, &[_]) = match self.names {
            [name, names @ ..] => (*name, names),
            [] => ("_", &[]),
        };
        Some((Parameter { name, types, is_passed }, Parameters { arguments: rest, names }))
    }
}

impl Iterator for Parameters {
    type Item = Parameter;

    fn next(&mut self) -> Option<Parameter> {
        let (parameter, rest) = Parameters::next(*self)?;
        *self = rest;
        Some(parameter)
    }
}
