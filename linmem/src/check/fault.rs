//! What is wrong with one export, and what may be meant.

use super::{Found, Module, Sought};
use crate::bind::{Role, Text, is_called_so};
use crate::core::{Signature, Types};

/// Says what is wrong, and which signatures were wanted and found; if anything is.
pub(super) const fn fault(
    text: &mut Text,
    role: Role,
    sought: &Sought<'_>,
    wanted: &[Signature],
    module: &Module,
) -> bool {
    if is(sought.found, wanted) {
        return false;
    }
    begin(text);
    text.role(role);
    text.push(": `");
    text.push(module.name);
    let other = match sought.found {
        Found::Nothing => {
            text.push("` does not export ");
            text.quoted(sought.export);
            None
        }
        Found::Function(_) => {
            text.push("` exports ");
            text.quoted(sought.export);
            text.push(" with another type");
            None
        }
        Found::Global(_) => Some("global"),
        Found::Other(kind) => Some(kind),
    };
    if let Some(kind) = other {
        text.push("` exports ");
        text.quoted(sought.export);
        text.push(", which is no function, but a ");
        text.push(kind);
    }
    signatures(text, wanted, sought.found);
    true
}

/// The same, with all that may help.
pub(super) const fn function(text: &mut Text, role: Role, sought: &Sought<'_>, wanted: &[Signature], module: &Module) {
    if fault(text, role, sought, wanted, module) {
        names(text, sought, wanted, module);
        help(text, role, sought, wanted, module);
    }
}

/// One fault follows another.
pub(super) const fn begin(text: &mut Text) {
    if !text.is_empty() {
        text.push("\n");
    }
}

pub(super) const fn signatures(text: &mut Text, mut wanted: &[Signature], found: Found) {
    let mut label = "wanted";
    while let [first, rest @ ..] = wanted {
        text.line(label);
        text.signature(first.types());
        (wanted, label) = (rest, "or");
    }
    if let Found::Function(found) = found {
        text.line("found");
        text.signature(found);
    }
}

/// Whether it is a function that would do.
pub(super) const fn is(found: Found, wanted: &[Signature]) -> bool {
    match found {
        Found::Function(found) => fits(wanted, found),
        _ => false,
    }
}

/// Whether a function of that type would do.
const fn fits(mut wanted: &[Signature], found: Types<'_>) -> bool {
    while let [first, rest @ ..] = wanted {
        if first.types().is(found) {
            return true;
        }
        wanted = rest;
    }
    false
}

/// Exports that may be meant.
pub(super) const fn names(text: &mut Text, sought: &Sought<'_>, wanted: &[Signature], module: &Module) {
    if !sought.similar.is_empty() {
        text.line("similar");
        let mut similar = sought.similar;
        while let [(name, _), rest @ ..] = similar {
            text.quoted(name);
            text.push(if rest.is_empty() { "" } else { ", " });
            similar = rest;
        }
    }
    let mut functions = module.functions;
    let mut is_first = true;
    while let [(ty, names), rest @ ..] = functions {
        if fits(wanted, *ty) {
            if is_first {
                text.line("fitting");
            } else {
                text.push(", ");
            }
            text.names(names);
            is_first = false;
        }
        functions = rest;
    }
}

/// The option that names another export, if there is one.
pub(super) const fn help(text: &mut Text, role: Role, sought: &Sought<'_>, wanted: &[Signature], module: &Module) {
    let best = match (best(sought, wanted), role, sought.found) {
        (Some(best), ..) => Some(best),
        // The two were given in the wrong order, perhaps.
        (None, _, Found::Function(_)) => usual(role, wanted, module),
        _ => None,
    };
    let best = match best {
        Some(best) => best,
        None => "…",
    };
    let mut setting = Text::new();
    setting.setting(role, best);
    if !setting.is_empty() {
        text.line("help");
        text.push(setting.as_str());
    }
}

/// The similar name that would do.
const fn best(sought: &Sought<'_>, wanted: &[Signature]) -> Option<&'static str> {
    let mut similar = sought.similar;
    while let [(name, ty), rest @ ..] = similar {
        if fits(wanted, *ty) {
            return Some(name);
        }
        similar = rest;
    }
    None
}

/// The one that would do, with a name that is usual for it.
const fn usual(role: Role, wanted: &[Signature], module: &Module) -> Option<&'static str> {
    let mut functions = module.functions;
    let mut found = None;
    while let [(ty, names), rest @ ..] = functions {
        let mut names = if fits(wanted, *ty) { *names } else { &[] };
        while let [name, behind @ ..] = names {
            if is_called_so(role, name) {
                if found.is_some() {
                    return None;
                }
                found = Some(*name);
            }
            names = behind;
        }
        functions = rest;
    }
    found
}
