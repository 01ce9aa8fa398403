//! That the module has an allocator, if the convention needs one.

use super::fault::{begin, function, is, names, signatures};
use super::helpers::{one, unnamed};
use super::{Found, Module, Sought, any, report};
use crate::allocator::{Allocator, Exports, NEW, NEW_SIGNATURES, OF_OWNERS, Otherwise, Pair};
use crate::bind::{Helper, NAME_MANAGED, NAME_OTHERS, NO_ALLOCATOR, Role, Text};
use crate::interface::{AllocatorOf, Interface};

/// That the module has what allocates. `needed` tells of each method whether it needs a memory, and `named` what was found
/// by the name that the trait gives.
#[track_caller]
pub const fn allocator<I: Interface>(needed: &[bool], named: Option<&Sought<'_>>, module: &Module) {
    let wanted = AllocatorOf::<I>::WANTED;
    if !wanted.is_needed(any(needed), &I::SETTINGS) {
        return;
    }
    let mut text = Text::new();
    match (&wanted.0, named) {
        (Exports::Each { allocate, .. }, _) => each(&mut text, false, allocate, named, module),
        (Exports::Pair(pair), Some(named)) => function(&mut text, Role::Allocator, named, pair.allocate, None, module),
        (Exports::Pair(pair), None) => known(&mut text, pair, module),
    }
    report(&text);
}

/// That the module has what releases, likewise.
#[track_caller]
pub const fn deallocator<I: Interface>(needed: &[bool], named: Option<&Sought<'_>>, module: &Module) {
    let wanted = AllocatorOf::<I>::WANTED;
    if !wanted.is_needed(any(needed), &I::SETTINGS) {
        return;
    }
    let mut text = Text::new();
    match (&wanted.0, named) {
        (Exports::Each { release, .. }, _) => each(&mut text, true, release, named, module),
        (Exports::Pair(pair), Some(named)) => function(&mut text, Role::Deallocator, named, pair.release, None, module),
        (Exports::Pair(_), None) => {}
    }
    report(&text);
}

const fn each(text: &mut Text, release: bool, mut helpers: &[Helper], named: Option<&Sought<'_>>, module: &Module) {
    while let [helper, rest @ ..] = helpers {
        let role = if release { helper.releases() } else { helper.allocates() };
        match named {
            Some(named) if helper.yields => one(text, role, helper, named, module),
            _ => unnamed(text, role, helper, helper.name, module),
        }
        helpers = rest;
    }
}

/// That it is one of those that are known, or may be the host's.
const fn known(text: &mut Text, pair: &Pair, module: &Module) {
    let mut known = pair.known;
    while let [(allocate, release), rest @ ..] = known {
        let releases = release.is_empty() || is(module.find(release), pair.release);
        if releases && is(module.find(allocate), pair.allocate) {
            return;
        }
        known = rest;
    }
    match pair.otherwise {
        Otherwise::Fault => missing(text, pair, module),
        Otherwise::Arena => no_arena(text, pair, module),
    }
}

const fn missing(text: &mut Text, pair: &Pair, module: &Module) {
    of_module(text, module);
    text.push(NO_ALLOCATOR);
    let mut known = pair.known;
    while let [(allocate, _), rest @ ..] = known {
        text.quoted(allocate);
        text.push(if rest.is_empty() { "" } else { ", " });
        known = rest;
    }
    signatures(text, pair.allocate, None, Found::Nothing);
    names(text, &module.seek(""), pair.allocate, module);
    text.line("help");
    text.name_allocator("…");
}

/// Every reason why no arena can take the place of the module's allocator.
const fn no_arena(text: &mut Text, pair: &Pair, module: &Module) {
    if let Some(((allocator, _), _)) = first(&OF_OWNERS, module) {
        of_module(text, module);
        text.owners(allocator);
        text.line("help");
        text.name_owners(allocator);
    }
    if is(module.find(NEW), NEW_SIGNATURES) {
        of_module(text, module);
        text.managed(NEW);
        text.line("help");
        text.push(NAME_MANAGED);
    }
    if let Some(((allocator, release), found)) = first(pair.known, module) {
        of_module(text, module);
        if is(found, pair.allocate) {
            text.keeps(allocator, release);
            signatures(text, pair.release, None, module.find(release));
            text.line("help");
            return text.name_releasing(allocator);
        }
        text.unusable(allocator, release);
        signatures(text, pair.allocate, None, found);
        text.line("help");
        text.push(NAME_OTHERS);
    }
}

/// The first that allocates, whatever its type.
const fn first(
    mut allocators: &[(&'static str, &'static str)],
    module: &Module,
) -> Option<((&'static str, &'static str), Found)> {
    while let [names, rest @ ..] = allocators {
        let found = module.find(names.0);
        if let Found::Function(_) = found {
            return Some((*names, found));
        }
        allocators = rest;
    }
    None
}

const fn of_module(text: &mut Text, module: &Module) {
    begin(text);
    text.quoted(module.name);
    text.push(": ");
}
