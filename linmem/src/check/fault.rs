//! What is wrong with one export, and what may be meant.

use super::{Found, Module, Sought};
use crate::bind::{Role, Text, is_called_so};
use crate::core::{CoreType, Signature, Types};

/// Says what is wrong, and which signatures were wanted and found; if anything is.
pub(super) const fn fault(
    text: &mut Text,
    role: Role,
    sought: &Sought<'_>,
    wanted: &[Signature],
    global: Option<CoreType>,
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
    signatures(text, wanted, global, sought.found);
    true
}

/// The same, with all that may help.
pub(super) const fn function(
    text: &mut Text,
    role: Role,
    sought: &Sought<'_>,
    wanted: &[Signature],
    global: Option<CoreType>,
    module: &Module,
) {
    if fault(text, role, sought, wanted, global, module) {
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

pub(super) const fn signatures(text: &mut Text, mut wanted: &[Signature], global: Option<CoreType>, found: Found) {
    let mut label = "wanted";
    while let [first, rest @ ..] = wanted {
        text.line(label);
        text.signature(first.types());
        (wanted, label) = (rest, "or");
    }
    if let Some(global) = global {
        text.line("or");
        text.global(global);
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
        (Some(name), ..) => name,
        // It is the one that was meant, in another version perhaps.
        (None, Role::Method(_), Found::Function(_)) if !has_likely(sought, wanted) => return,
        // The two were given in the wrong order, perhaps.
        (None, _, Found::Function(_)) => match usual(role, wanted, module) {
            Some(name) => name,
            None => "…",
        },
        (None, ..) => "…",
    };
    let mut setting = Text::new();
    setting.setting(role, best);
    if !setting.is_empty() {
        text.line("help");
        text.push(setting.as_str());
    }
}

/// The similar name that would do, and can be written.
const fn best(sought: &Sought<'_>, wanted: &[Signature]) -> Option<&'static str> {
    let mut similar = sought.similar;
    while let [(name, ty), rest @ ..] = similar {
        if fits(wanted, *ty) && !is_cut(name) {
            return Some(name);
        }
        similar = rest;
    }
    None
}

/// Whether there is a similar name that would do, be it too long to be written.
const fn has_likely(sought: &Sought<'_>, wanted: &[Signature]) -> bool {
    let mut similar = sought.similar;
    while let [(_, ty), rest @ ..] = similar {
        if fits(wanted, *ty) {
            return true;
        }
        similar = rest;
    }
    false
}

/// Whether the attribute has cut a name: what ends so by itself is not worth telling from that.
pub(super) const fn is_cut(name: &str) -> bool {
    matches!(name.as_bytes(), [.., 0xe2, 0x80, 0xa6])
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
