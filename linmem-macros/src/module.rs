//! What a module exports, as far as a trait is to be checked against it.

use crate::options::Setting;
use crate::report::Errors;
use crate::source::Source;
use proc_macro2::TokenStream;
use std::collections::BTreeMap;

#[cfg(feature = "module")]
mod read;

/// A module that was read.
pub(crate) struct Module {
    /// The name of its file.
    pub(crate) name: String,
    /// `include_bytes!` of that file.
    pub(crate) include: TokenStream,
    /// The binary, if the file has the text.
    pub(crate) translated: Option<Vec<u8>>,
    pub(crate) facts: Facts,
}

/// What is known of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) exports: BTreeMap<String, Extern>,
    /// The memories that it imports, in order.
    pub(crate) imported_memories: Vec<(String, Memory)>,
}

/// An export, or an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Extern {
    Function(Type),
    /// A global of that core type.
    Global(&'static str),
    Memory(Memory),
    Other(&'static str),
}

/// The type of a function, in linmem's names of core types.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Type {
    pub(crate) params: Vec<&'static str>,
    pub(crate) results: Vec<&'static str>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    pub(crate) is_wide: bool,
    pub(crate) is_shared: bool,
}

impl Module {
    /// Reads the module that the option names, or reports why that cannot be.
    #[cfg(feature = "module")]
    pub(crate) fn read(errors: &mut Errors, option: &Setting<Source>) -> Option<Self> {
        read::module(&option.value).map_err(|error| errors.push(error)).ok()
    }

    #[cfg(not(feature = "module"))]
    pub(crate) fn read(errors: &mut Errors, option: &Setting<Source>) -> Option<Self> {
        let message = "`module = …` needs linmem's `module` feature: \
            add `features = [\"module\"]` to the `linmem` dependency";
        errors.at(&option.key, message);
        None
    }

    /// The memory of that name, or else one that is imported, under any name unless there is one that the user gave.
    pub(crate) fn memory(&self, named: Option<&str>) -> Option<Memory> {
        if let Some(Extern::Memory(memory)) = self.facts.exports.get(named.unwrap_or("memory")) {
            return Some(*memory);
        }
        let mut imports = self.facts.imported_memories.iter();
        imports.find(|(name, _)| named.is_none_or(|named| named == name)).map(|(_, memory)| *memory)
    }

    /// The functions that it exports.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (&str, &Type)> {
        self.facts.exports.iter().filter_map(|(name, export)| match export {
            Extern::Function(ty) => Some((name.as_str(), ty)),
            Extern::Global(_) | Extern::Memory(_) | Extern::Other(_) => None,
        })
    }
}
