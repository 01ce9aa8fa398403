//! What a module lacks, all of it at once.

use crate::core::Signature;
use std::fmt;

/// What an export is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// The method of this name.
    Method(&'static str),
    /// To allocate.
    Allocator,
    /// To release.
    Deallocator,
    /// To initialize an instance.
    Initializer,
}

impl Role {
    /// The option that names another export for it.
    fn option(self) -> &'static str {
        match self {
            Role::Method(_) => "name",
            Role::Allocator => "alloc",
            Role::Deallocator => "free",
            Role::Initializer => "init",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Role::Method(name) => write!(f, "`{name}`"),
            Role::Allocator => f.write_str("allocator"),
            Role::Deallocator => f.write_str("deallocator"),
            Role::Initializer => f.write_str("initializer"),
        }
    }
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
        /// Functions that the module does export, the first of them.
        functions: Vec<String>,
    },
    /// The export is a function of another type.
    WrongSignature {
        /// What it is wanted for.
        role: Role,
        /// Its name.
        export: String,
        /// The signatures that would do.
        wanted: Vec<Signature>,
        /// The one it has.
        found: Signature,
    },
    /// The export is a memory, a global or a table.
    NotAFunction {
        /// What it is wanted for.
        role: Role,
        /// Its name.
        export: String,
    },
    /// The convention's allocator is not there.
    MissingAllocator {
        /// The names that were looked for.
        known: Vec<&'static str>,
        /// Functions that the module does export, the first of them.
        functions: Vec<String>,
    },
    /// The module's allocator has a known name, but another type, or nothing to release with.
    UnusableAllocator {
        /// Its name.
        allocator: &'static str,
        /// The name of what releases.
        release: &'static str,
        /// The type it has.
        found: Signature,
    },
    /// The module's allocator is that of a tool-chain whose functions free their arguments themselves.
    GuestOwnsArguments {
        /// Its name.
        allocator: &'static str,
    },
    /// There is no memory of that name.
    MissingMemory {
        /// The name that was looked for.
        name: String,
        /// The memories that the module does export.
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

/// All that is wrong between a trait and a module.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Faults {
    /// The trait, or `memory API`.
    pub interface: &'static str,
    /// The faults, in the order of the trait's methods; memory and allocator come last.
    pub faults: Vec<Fault>,
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.faults.len();
        write!(f, "the module does not fit `{}`: {count} fault{}", self.interface, if count == 1 { "" } else { "s" })?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n  - {fault}"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::MissingExport { role, export, wanted, functions } => write!(
                f,
                "{role}: no export `{export}` of type {}; the module exports {} (set `{} = \"…\"` if it is another)",
                OneOf(wanted),
                List(functions),
                role.option()
            ),
            Fault::WrongSignature { role, export, wanted, found } => {
                write!(f, "{role}: `{export}` has type `{found}`, and the trait asks for {}", OneOf(wanted))
            }
            Fault::NotAFunction { role, export } => write!(f, "{role}: `{export}` is exported, but is no function"),
            Fault::MissingAllocator { known, functions } => write!(
                f,
                "no allocator is exported as {}; the module exports {} (set `alloc = \"…\"` if it is another)",
                List(known),
                List(functions)
            ),
            Fault::UnusableAllocator { allocator, release, found } => write!(
                f,
                "the allocator `{allocator}` of type `{found}` cannot be used: it must take a size, and `{release}` must \
                 release (name others by `alloc = \"…\", free = \"…\"`, or `linmem::allocator::Hosted` in a convention)"
            ),
            Fault::GuestOwnsArguments { allocator } => write!(
                f,
                "functions of modules with `{allocator}` free their arguments: name a convention that gives them away \
                 (`linmem::convention::{}`), or `alloc = \"{allocator}\"` if these do not",
                if *allocator == "cabi_realloc" { "Canonical" } else { "WasmBindgen" }
            ),
            Fault::MissingMemory { name, memories } => write!(
                f,
                "no memory is exported as `{name}`; the module exports {} (set `memory = \"…\"` if it is another)",
                List(memories)
            ),
            Fault::ImportedMemory { name } => write!(
                f,
                "the module imports its memory, and exports none as `{name}`: instantiate it by `…Instance::instantiate` \
                 or `…Pre::link`, which know the linker"
            ),
            Fault::SharedMemory { name } => {
                write!(
                    f,
                    "the memory `{name}` is shared, and other threads may write to it: build the module without threads"
                )
            }
            Fault::WideMemory { name } => {
                write!(
                    f,
                    "the memory `{name}` has 64-bit addresses; name a convention whose `Pointer` is `u64` (`linmem::convention::Memory64`)"
                )
            }
        }
    }
}

/// How many names a message lists. A fault holds one more, so that it can tell that there are others.
pub(super) const SHOWN: usize = 12;

struct OneOf<'a>(&'a [Signature]);

impl fmt::Display for OneOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(index, signature)| {
            let or = if index == 0 { "" } else { " or " };
            write!(f, "{or}`{signature}`")
        })
    }
}

/// Names that the guest chose: escaped, so that they cannot forge lines or colours.
struct List<'a, T>(&'a [T]);

impl<T: AsRef<str>> fmt::Display for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        let names: Vec<_> =
            self.0.iter().take(SHOWN).map(|name| format!("`{}`", name.as_ref().escape_debug())).collect();
        f.write_str(&names.join(", "))?;
        if self.0.len() > SHOWN { f.write_str(", …") } else { Ok(()) }
    }
}
