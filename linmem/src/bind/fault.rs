//! What a module lacks, all of it at once.

use super::argument::Parameter;
use super::candidates::Candidates;
use super::remedy::Remedy;
use crate::core::{CoreType, Signature};

/// What an export is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// The method of this name.
    Method(&'static str),
    /// To be called besides the export of the method of this name, because its convention says so.
    Helper(&'static str),
    /// To allocate. An option of the trait's names another.
    Allocator,
    /// To release, likewise.
    Deallocator,
    /// To allocate, by an allocator whose exports no option names.
    OwnAllocator,
    /// To release, likewise.
    OwnDeallocator,
    /// To initialize an instance.
    Initializer,
}

/// One thing that the module does not have as the trait asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// There is no export of that name.
    MissingExport {
        /// What it is wanted for.
        role: Role,
        /// The name that was looked for.
        export: String,
        /// The signatures that would do.
        wanted: Vec<Signature>,
        /// The type of a global that would do as well.
        global: Option<CoreType>,
        /// Functions that may be meant.
        candidates: Candidates,
    },
    /// The export is a function of another type.
    WrongSignature {
        /// What it is wanted for.
        role: Role,
        /// Its name.
        export: String,
        /// The signatures that would do.
        wanted: Vec<Signature>,
        /// The type of a global that would do as well.
        global: Option<CoreType>,
        /// The one it has.
        found: Signature,
        /// Which parameter of the method asks for what.
        parameters: Vec<Parameter>,
        /// What to write instead, all of it together. There is none if no few changes help.
        remedies: Vec<Remedy>,
        /// Functions that may be meant.
        candidates: Candidates,
    },
    /// The export is a memory, a global or a table.
    NotAFunction {
        /// What it is wanted for.
        role: Role,
        /// Its name.
        export: String,
        /// What it is: `memory`, say.
        kind: &'static str,
        /// The signatures that would do.
        wanted: Vec<Signature>,
        /// The type of a global that would do as well.
        global: Option<CoreType>,
        /// Functions that may be meant.
        candidates: Candidates,
    },
    /// The convention's allocator is not there.
    MissingAllocator {
        /// The names that were looked for.
        known: Vec<&'static str>,
        /// The signatures that would do.
        wanted: Vec<Signature>,
        /// Functions that may be meant.
        candidates: Candidates,
    },
    /// The module's allocator has a known name, but another type.
    UnusableAllocator {
        /// Its name.
        allocator: &'static str,
        /// The name of what releases.
        release: &'static str,
        /// The signatures that would do.
        wanted: Vec<Signature>,
        /// The type it has.
        found: Signature,
    },
    /// The module's allocator has nothing to release with: no export of that name, or one of another type.
    MissingDeallocator {
        /// The allocator's name.
        allocator: &'static str,
        /// The name of what would release.
        release: &'static str,
        /// The signatures that would do.
        wanted: Vec<Signature>,
        /// The type it has, if there is a function of that name.
        found: Option<Signature>,
    },
    /// The module's allocator is that of a tool-chain whose functions free their arguments themselves.
    GuestOwnsArguments {
        /// Its name.
        allocator: &'static str,
    },
    /// The module's strings and arrays are objects of a collector's.
    ManagedObjects {
        /// The name of what makes them.
        allocator: &'static str,
    },
    /// There is no memory of that name.
    MissingMemory {
        /// The name that was looked for.
        name: String,
        /// The memories that the module does export, the first of them.
        memories: Vec<String>,
    },
    /// The module imports its memory, and was linked by somebody else.
    ImportedMemory {
        /// The name that was looked for.
        name: String,
    },
    /// The memory is shared with other threads, so that no slice of it can be borrowed.
    SharedMemory {
        /// Its name.
        name: String,
    },
    /// The memory has 64-bit addresses, and the convention 32-bit pointers.
    WideMemory {
        /// Its name.
        name: String,
    },
}

impl Fault {
    /// What may be meant instead of a method's export.
    pub(super) fn candidates_of_method(&mut self) -> Option<&mut Candidates> {
        match self {
            Fault::MissingExport { role: Role::Method(_), candidates, .. }
            | Fault::WrongSignature { role: Role::Method(_), candidates, .. }
            | Fault::NotAFunction { role: Role::Method(_), candidates, .. } => Some(candidates),
            _ => None,
        }
    }
}

/// All that is wrong between a trait and a module. `Display` is made for a terminal: some lines for each fault, with names
/// that the guest chose escaped, and long lists cut short.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Faults {
    /// The trait, or `memory API`.
    pub interface: &'static str,
    /// The faults, in the order of the trait's methods; memory and allocator come last.
    pub faults: Vec<Fault>,
}
