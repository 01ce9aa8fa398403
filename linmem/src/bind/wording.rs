//! What is said of a fault in the same words when a module is bound and while a crate compiles.

use super::Role;
use super::text::{Text, compare};
use crate::allocator::OF_COMPONENTS;

/// Before the names that were looked for.
pub(crate) const NO_ALLOCATOR: &str = "no allocator is exported as ";
/// What helps where an allocator is of another type.
pub(crate) const NAME_OTHERS: &str =
    "name others by `alloc = \"…\", free = \"…\"`, or `linmem::allocator::Hosted` in a convention";
/// Of a memory whose pointers are not the convention's.
pub(crate) const IS_WIDE: &str = "has 64-bit addresses";
/// What helps then.
pub(crate) const NAME_WIDE: &str = "`convention = linmem::convention::Memory64`, or another whose `Pointer` is `u64`";
/// What helps where strings are objects of a collector's.
pub(crate) const NAME_MANAGED: &str = "`convention = linmem::convention::AssemblyScript`";

/// Whether an export of that name is likely to be one for this.
pub(crate) const fn is_called_so(role: Role, name: &str) -> bool {
    let mut names: &[&str] = match role {
        Role::Allocator => &["malloc", "alloc", "allocate"],
        Role::Deallocator => &["free", "dealloc", "deallocate"],
        _ => &[],
    };
    while let [first, rest @ ..] = names {
        if compare(first, name).is_eq() {
            return true;
        }
        names = rest;
    }
    false
}

impl Text {
    /// What an export is wanted for.
    pub(crate) const fn role(&mut self, role: Role) {
        match role {
            Role::Method(name) => self.quoted(name),
            Role::Helper(name) => {
                self.quoted(name);
                self.push(", by its convention");
            }
            Role::Allocator | Role::OwnAllocator => self.push("allocator"),
            Role::Deallocator | Role::OwnDeallocator => self.push("deallocator"),
            Role::Initializer => self.push("initializer"),
        }
    }

    /// The option that names an export for it, if there is one.
    pub(crate) const fn setting(&mut self, role: Role, name: &str) {
        let option = match role {
            Role::Method(_) => return self.name(name),
            Role::Helper(_) | Role::OwnAllocator | Role::OwnDeallocator => return,
            Role::Allocator => "alloc",
            Role::Deallocator => "free",
            Role::Initializer => "init",
        };
        self.push("`");
        self.push(option);
        self.push(" = \"");
        self.push(name);
        self.push("\"`");
        if let Role::Deallocator = role {
            // It is refused alone: it would release what another allocator has given.
            self.push(" beside `alloc = \"…\"`");
        }
    }

    pub(crate) const fn name_allocator(&mut self, name: &str) {
        self.push("`alloc = \"");
        self.push(name);
        self.push("\", free = \"…\"`");
    }

    pub(crate) const fn unusable(&mut self, allocator: &str, release: &str) {
        self.push("the allocator ");
        self.quoted(allocator);
        self.push(" with ");
        self.quoted(release);
        self.push(" cannot be used");
    }

    pub(crate) const fn keeps(&mut self, allocator: &str, release: &str) {
        self.push("the allocator ");
        self.quoted(allocator);
        self.push(" has no ");
        self.quoted(release);
        self.push(" that releases");
    }

    /// What helps where nothing releases.
    pub(crate) const fn name_releasing(&mut self, allocator: &str) {
        self.name_allocator(allocator);
        self.push(", or `alloc = \"");
        self.push(allocator);
        self.push("\"` alone, which releases nothing");
    }

    pub(crate) const fn owners(&mut self, allocator: &str) {
        self.push("functions of modules with ");
        self.quoted(allocator);
        self.push(" free their arguments");
    }

    pub(crate) const fn name_owners(&mut self, allocator: &str) {
        let is_of_components = compare(allocator, OF_COMPONENTS).is_eq();
        self.push("`convention = linmem::convention::");
        self.push(if is_of_components { "Canonical" } else { "WasmBindgen" });
        self.push("`, or `alloc = \"");
        self.push(allocator);
        self.push("\"` if these do not");
    }

    pub(crate) const fn managed(&mut self, allocator: &str) {
        self.push("strings and arrays of modules with ");
        self.quoted(allocator);
        self.push(" are objects of a collector's");
    }
}
