//! A parameter too few or too many: what an export takes more, or less, than a method passes.
//!
//! It is looked for last, since the same type has likelier reasons: a slice that is passed by its pointer alone is a value
//! less, too.

use super::argument::Parameter;
use super::remedy::{Remedy, Row};
use crate::core::{CoreType, strip};

impl Row {
    /// The parameter that is missing or too much, if the others become these without it.
    pub(super) const fn resize(&self, params: &[CoreType]) -> Option<Remedy> {
        let (mut len, mut index) = (0_usize, 0);
        while let Some(Parameter { types, .. }) = self.get(index) {
            len = len.saturating_add(types.len());
            index = index.saturating_add(1);
        }
        match params.len().saturating_sub(len) {
            0 => self.shrink(params),
            // A number, or an address and a length.
            more @ (1 | 2) => self.grow(params, more),
            _ => None,
        }
    }

    const fn grow(&self, params: &[CoreType], more: usize) -> Option<Remedy> {
        let mut found = None;
        let mut index = 0;
        while index <= self.len() {
            if let Some(rest) = self.strip(params, 0, index)
                && let Some((new, rest)) = rest.split_at_checked(more)
                && let Some([]) = self.strip(rest, index, self.len())
            {
                let ty = match *new {
                    [ty] => ty,
                    [ty, len] if ty.is(self.pointer()) && len.is(ty) => ty,
                    _ => return None,
                };
                let is_pair = more == 2;
                // Among parameters of one type any may be the new one.
                if found.is_some() {
                    return Some(Remedy::Add { ty, is_pair, after: None, before: None });
                }
                let after = self.name(index.checked_sub(1));
                found = Some(Remedy::Add { ty, is_pair, after, before: self.name(Some(index)) });
            }
            index = index.saturating_add(1);
        }
        found
    }

    const fn shrink(&self, params: &[CoreType]) -> Option<Remedy> {
        let mut found = None;
        let mut index = 0;
        while let Some(Parameter { types, .. }) = self.get(index) {
            if !types.is_empty()
                && let Some(rest) = self.strip(params, 0, index)
                && let Some([]) = self.strip(rest, index.saturating_add(1), self.len())
            {
                let parameter = if found.is_some() { None } else { self.name(Some(index)) };
                found = Some(Remedy::Remove { parameter, types });
                if parameter.is_none() {
                    return found;
                }
            }
            index = index.saturating_add(1);
        }
        found
    }

    /// What is behind the parameters from one on up to another, if it begins with them.
    const fn strip<'p>(&self, mut params: &'p [CoreType], mut from: usize, to: usize) -> Option<&'p [CoreType]> {
        while from < to {
            let Some(Parameter { types, .. }) = self.get(from) else { return None };
            match strip(params, types) {
                Some(rest) => params = rest,
                None => return None,
            }
            from = from.saturating_add(1);
        }
        Some(params)
    }

    const fn name(&self, index: Option<usize>) -> Option<&'static str> {
        match index {
            Some(index) => match self.get(index) {
                Some(Parameter { name, .. }) => Some(name),
                None => None,
            },
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::argument::{Argument, Arguments, Method, ResultOption};
    use super::super::remedy::{Remedies, remedies};
    use super::*;
    use crate::core::{Signature, Types};
    use CoreType::{F64, I32, I64};

    const TEXT: Argument = Argument { types: &[I32, I32], is_passed: true, rest: Arguments::new(&NUMBER) };
    const NUMBER: Argument = Argument { types: &[F64], is_passed: false, rest: Arguments::NONE };

    /// `(text: &str, number: f64) -> u32`.
    fn of(params: &[CoreType]) -> Vec<String> {
        let signatures = [Signature::new(&[I32, I32, F64], &[I32])];
        let arguments = Arguments::new(&TEXT);
        let names = &["text", "number"];
        let method = Method { signatures: &signatures, arguments, names, pointer: I32, option: ResultOption::None };
        let found = remedies(&method, Types { params, results: &[I32] });
        found.map(|found| found.to_vec().iter().map(ToString::to_string).collect()).unwrap_or_default()
    }

    #[test]
    fn a_parameter_that_is_missing_is_told_by_its_place() {
        assert_eq!(
            of(&[I32, I32, I64, F64]),
            ["add a parameter between `text` and `number`: the export takes one i64 more (`i64`, `u64`)"]
        );
        assert_eq!(
            of(&[I32, I32, F64, I32]),
            ["add a parameter after `number`: the export takes one i32 more (`i32`, `u32`, `bool`)"]
        );
        assert_eq!(of(&[F64, I32, I32, F64]), ["add a parameter before `text`: the export takes one f64 more (`f64`)"]);
        assert_eq!(
            of(&[I32, I32, F64, I32, I32]),
            ["add a parameter after `number`: the export takes (i32, i32) more (`&str`, `&[T]`, or two numbers)"]
        );
    }

    #[test]
    fn where_several_places_would_do_none_is_named() {
        assert_eq!(of(&[I32, I32, F64, F64]), ["add a parameter: the export takes one f64 more (`f64`)"]);
    }

    #[test]
    fn a_parameter_that_is_too_much_is_named() {
        assert_eq!(of(&[I32, I32]), ["leave out `number`: the export takes one f64 less"]);
        assert_eq!(of(&[F64]), ["leave out `text`: the export takes (i32, i32) less"]);
    }

    #[test]
    fn texts_that_are_passed_by_their_pointers_are_not_too_much() {
        const FIRST: Argument = Argument { types: &[I32, I32], is_passed: true, rest: Arguments::new(&SECOND) };
        const SECOND: Argument = Argument { types: &[I32, I32], is_passed: true, rest: Arguments::NONE };
        let (signatures, arguments) = ([Signature::new(&[I32; 4], &[I32])], Arguments::new(&FIRST));
        let names = &["left", "right"];
        let method = Method { signatures: &signatures, arguments, names, pointer: I32, option: ResultOption::None };
        let found = remedies(&method, Types { params: &[I32, I32], results: &[I32] }).map(Remedies::to_vec);
        assert!(matches!(found.as_deref(), Some([Remedy::Set { .. }, Remedy::Set { .. }])), "{found:?}");
    }

    #[test]
    fn nothing_is_said_of_what_differs_by_more() {
        assert!(of(&[I32, I32, F64, I64, F64]).is_empty());
        assert!(of(&[I32, I32, F64, I64, I64, I64]).is_empty());
        assert!(of(&[]).is_empty());
        assert!(of(&[I64]).is_empty());
    }
}
