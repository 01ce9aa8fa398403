//! Faults for people: a line that says what, and below it, one under the other, what is to be compared.
//!
//! What the guest chose is hostile here, too. Names are escaped, so that they cannot forge lines or colours, and whatever
//! may be long is cut.

use super::candidates::SHOWN;
use super::fault::{Fault, Faults, Role};
use super::remedy::Remedy;
use super::text::Text;
use super::{Candidates, Parameter, wording};
use crate::core::{CoreType, Signature};
use crate::shown::Shown;
use std::fmt;

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.faults.len();
        write!(f, "the module does not fit `{}`: {count} fault{}", self.interface, if count == 1 { "" } else { "s" })?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n  - {fault}"))?;
        // One name is misspelt; where several methods are at fault, it is as likely the file.
        if self.faults.iter().filter(|fault| fault.is_of_method()).nth(1).is_some() {
            f.write_str("\n  or the trait is right, and this is another build of the module than it was written for")?;
        }
        Ok(())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::MissingExport { role, export, wanted, global, candidates } => {
                write!(f, "{role}: no export `{}`", Shown::name(export))?;
                signatures(f, wanted, *global, None)?;
                names(f, candidates)?;
            }
            Fault::WrongSignature { role, export, wanted, global, found, parameters, candidates, .. } => {
                write!(f, "{role}: `{}` has another type", Shown::name(export))?;
                signatures(f, wanted, *global, Some(found))?;
                if !parameters.is_empty() {
                    line(f, "where", Where(parameters))?;
                }
                names(f, &Candidates { others: Vec::new(), ..candidates.clone() })?;
            }
            Fault::NotAFunction { role, export, kind, wanted, global, candidates } => {
                write!(f, "{role}: `{}` is no function, but a {kind}", Shown::name(export))?;
                signatures(f, wanted, *global, None)?;
                names(f, candidates)?;
            }
            Fault::MissingAllocator { known, wanted, candidates } => {
                write!(f, "{}{}", wording::NO_ALLOCATOR, List(known))?;
                signatures(f, wanted, None, None)?;
                names(f, candidates)?;
            }
            Fault::UnusableAllocator { allocator, release, wanted, found } => {
                said(f, |text| text.unusable(allocator, release))?;
                signatures(f, wanted, None, Some(found))?;
            }
            Fault::MissingDeallocator { allocator, release, wanted, found } => {
                said(f, |text| text.keeps(allocator, release))?;
                signatures(f, wanted, None, found.as_ref())?;
            }
            Fault::GuestOwnsArguments { allocator } => {
                said(f, |text| text.owners(allocator))?;
            }
            Fault::ManagedObjects { allocator } => {
                said(f, |text| text.managed(allocator))?;
            }
            Fault::MissingMemory { memories, .. } if memories.is_empty() => {
                f.write_str("the module exports no memory")?
            }
            Fault::MissingMemory { name, memories } => {
                write!(f, "no memory is exported as `{}`", Shown::name(name))?;
                line(f, "exports", List(memories))?;
            }
            Fault::ImportedMemory { name } => {
                write!(f, "the module imports its memory, and exports none as `{}`", Shown::name(name))?;
            }
            Fault::SharedMemory { name } => {
                write!(f, "the memory `{}` is shared, and other threads may write to it", Shown::name(name))?;
            }
            Fault::WideMemory { name } => write!(f, "the memory `{}` {}", Shown::name(name), wording::IS_WIDE)?,
        }
        self.help().iter().try_for_each(|help| line(f, "help", help))
    }
}

impl Fault {
    /// What to write instead, where linmem knows of something: a setting such as `` `#[wasm(name = "sum")]` ``, or one of
    /// the trait's such as `` `memory = "mem"` ``. Several lines are to be followed together.
    #[must_use]
    pub fn help(&self) -> Vec<String> {
        match self {
            Fault::WrongSignature { remedies, .. } if !remedies.is_empty() => {
                remedies.iter().map(ToString::to_string).collect()
            }
            // It is the one that was meant, in another version perhaps.
            Fault::WrongSignature { role: Role::Method(_), candidates, .. } if candidates.likely().next().is_none() => {
                vec![]
            }
            Fault::MissingExport { role, candidates, .. }
            | Fault::NotAFunction { role, candidates, .. }
            | Fault::WrongSignature { role, candidates, .. } => {
                let best = offered(candidates.likely().map(String::as_str).chain(self.swapped()));
                Vec::from_iter(role.setting(&best))
            }
            Fault::MissingAllocator { candidates, .. } => {
                let best = offered(candidates.likely().map(String::as_str));
                vec![text(|text| text.name_allocator(&best))]
            }
            Fault::UnusableAllocator { .. } => vec![wording::NAME_OTHERS.to_owned()],
            Fault::MissingDeallocator { allocator, .. } => vec![text(|text| text.name_releasing(allocator))],
            Fault::GuestOwnsArguments { allocator } => vec![text(|text| text.name_owners(allocator))],
            Fault::ManagedObjects { .. } => vec![wording::NAME_MANAGED.to_owned()],
            Fault::MissingMemory { memories, .. } => {
                let named = |_: &String| format!("`memory = \"{}\"`", offered(memories.iter().map(String::as_str)));
                memories.first().map(named).into_iter().collect()
            }
            Fault::ImportedMemory { .. } => {
                vec!["instantiate it by `…Instance::instantiate` or `…Pre::link`, which know the linker".to_owned()]
            }
            Fault::SharedMemory { .. } => vec!["build the module without threads".to_owned()],
            Fault::WideMemory { .. } => {
                vec![wording::NAME_WIDE.to_owned()]
            }
        }
    }
}

impl Fault {
    /// The function that is likely to be meant where an allocator's export is another: the two may have been given in the
    /// wrong order.
    fn swapped(&self) -> Option<&str> {
        match self {
            Fault::WrongSignature { role, candidates, .. } => candidates.usual(*role),
            _ => None,
        }
    }

    fn is_of_method(&self) -> bool {
        match self {
            Fault::MissingExport { role, .. }
            | Fault::WrongSignature { role, .. }
            | Fault::NotAFunction { role, .. } => {
                matches!(role, Role::Method(_))
            }
            _ => false,
        }
    }
}

impl Role {
    /// The option that names an export for it.
    fn setting(self, name: &str) -> Option<String> {
        Some(text(|text| text.setting(self, name))).filter(|setting| !setting.is_empty())
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        said(f, |text| text.role(*self))
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        said(f, |text| text.remedy(self))
    }
}

/// What is said while compiling, too.
fn said(f: &mut fmt::Formatter<'_>, say: impl FnOnce(&mut Text)) -> fmt::Result {
    f.write_str(&text(say))
}

fn text(say: impl FnOnce(&mut Text)) -> String {
    let mut text = Text::new();
    say(&mut text);
    text.as_str().to_owned()
}

/// One of the lines below a fault.
fn line(f: &mut fmt::Formatter<'_>, label: &str, text: impl fmt::Display) -> fmt::Result {
    write!(f, "\n      {label:7}  {text}")
}

/// The first of these names that can be written. One that is cut short would not be found.
fn offered<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names = names.map(Shown::name);
    names.find(Shown::is_whole).map_or("…".to_owned(), |name| name.to_string())
}

fn signatures(
    f: &mut fmt::Formatter<'_>,
    wanted: &[Signature],
    global: Option<CoreType>,
    found: Option<&Signature>,
) -> fmt::Result {
    for (index, signature) in wanted.iter().enumerate() {
        line(f, if index == 0 { "wanted" } else { "or" }, Short(signature))?;
    }
    if let Some(global) = global {
        line(f, "or", text(|text| text.global(global)))?;
    }
    found.map_or(Ok(()), |found| line(f, "found", Short(found)))
}

fn names(f: &mut fmt::Formatter<'_>, candidates: &Candidates) -> fmt::Result {
    let Candidates { similar, fitting, others } = candidates;
    for (label, names) in [("similar", similar), ("fitting", fitting), ("exports", others)] {
        if !names.is_empty() {
            line(f, label, List(names))?;
        }
    }
    Ok(())
}

/// Which parameter asks for what.
struct Where<'a>(&'a [Parameter]);

impl fmt::Display for Where<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        said(f, |text| {
            for (index, parameter) in self.0.iter().enumerate() {
                text.push(if index == 0 { "" } else { ", " });
                text.parameter(parameter);
            }
        })
    }
}

/// A signature as [`Signature`] displays it, cut short.
struct Short<'a>(&'a Signature);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        said(f, |text| text.signature(self.0.types()))
    }
}

/// Names in a row.
struct List<'a, T>(&'a [T]);

impl<T: AsRef<str>> fmt::Display for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (index, name) in self.0.iter().take(SHOWN).enumerate() {
            write!(f, "{}`{}`", if index == 0 { "" } else { ", " }, Shown::name(name.as_ref()))?;
        }
        if self.0.len() > SHOWN { f.write_str(", …") } else { Ok(()) }
    }
}
