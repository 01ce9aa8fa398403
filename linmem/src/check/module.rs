//! What the attribute has found of a module.

use crate::bind::compare;
use crate::core::{CoreType, Types};
use std::cmp::Ordering;

/// A module. Names are escaped and cut short already where they are for messages, and lists of such bounded.
#[derive(Debug, Clone, Copy)]
pub struct Module {
    /// The name of its file.
    pub name: &'static str,
    /// The functions that it exports, by their type: the first of each, for messages.
    pub functions: &'static [(Types<'static>, &'static [&'static str])],
    /// All that it exports, by names as they are, in their order.
    pub exports: &'static [(&'static str, Extern)],
}

/// An export.
#[derive(Debug, Clone, Copy)]
pub enum Extern {
    /// A function, of which type is told by the index among the module's.
    Function(usize),
    /// A global.
    Global(CoreType),
    /// Something else: `memory`, say.
    Other(&'static str),
}

/// What was found by the name of an export.
#[derive(Debug, Clone, Copy)]
pub struct Sought<'a> {
    /// The name.
    pub export: &'a str,
    /// What is exported by it.
    pub found: Found,
    /// Functions with similar names, the nearest first.
    pub similar: &'static [(&'static str, Types<'static>)],
}

/// An export that was looked for.
#[derive(Debug, Clone, Copy)]
pub enum Found {
    /// There is none.
    Nothing,
    /// A function.
    Function(Types<'static>),
    /// A global.
    Global(CoreType),
    /// Something else: `memory`, say.
    Other(&'static str),
}

/// What was found of a memory.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Its name.
    pub name: &'static str,
    /// Whether it is there.
    pub is_there: bool,
    /// Whether its addresses have 64 bits.
    pub is_wide: bool,
    /// Whether it is shared.
    pub is_shared: bool,
    /// The memories that are exported.
    pub exported: &'static [&'static str],
}

impl Module {
    /// What is exported by that name.
    #[must_use]
    pub const fn find(&self, name: &str) -> Found {
        let mut exports = self.exports;
        // Halved each time, for rustc minds constants that take long.
        while let (before, [(export, found), behind @ ..]) = exports.split_at(exports.len() >> 1) {
            exports = match compare(name, export) {
                Ordering::Less => before,
                Ordering::Greater => behind,
                Ordering::Equal => return self.found(*found),
            };
        }
        Found::Nothing
    }

    /// The same for a name that only a convention knows. Similar ones are not looked for.
    pub(super) const fn seek<'a>(&self, name: &'a str) -> Sought<'a> {
        Sought { export: name, found: self.find(name), similar: &[] }
    }

    const fn found(&self, export: Extern) -> Found {
        match export {
            Extern::Global(ty) => Found::Global(ty),
            Extern::Other(kind) => Found::Other(kind),
            Extern::Function(index) => match self.functions.split_at_checked(index) {
                Some((_, [(ty, _), ..])) => Found::Function(*ty),
                _ => Found::Nothing,
            },
        }
    }
}
