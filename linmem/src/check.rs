//! Checks a trait against a module while the crate compiles: `#[wasm_import(module = "…")]`.
//!
//! The attribute reads the file and knows names and core types, but no ABI; these functions know what a method asks for.
//! They are called in constants, one for each method, so that rustc reports every fault, and each where it is. What they
//! look for, and what they say, is what a [`Finder`](crate::bind::Finder) looks for when a module is bound, and what
//! [`Faults`](crate::Faults) says then: both go by the same constants.
#![allow(clippy::panic, clippy::missing_panics_doc, reason = "a panic in a constant is an error of the compiler's")]

mod allocator;
mod fault;
mod form;
mod helpers;
mod module;

pub use allocator::{allocator, deallocator};
pub use form::{Form, Tell, Told, form};
pub use helpers::helpers;
pub use module::{Extern, Found, Memory, Module, Sought};

use crate::bind::{IS_WIDE, NAME_WIDE, Role, Text, method_of, remedies};
use crate::convention::Convention;
use crate::core::{CoreType, CoreValue, Signature};
use crate::export::Export;
use crate::interface::Interface;
use crate::lower::Args;
use crate::returns::Returns;
use fault::{fault, help, is_cut, names};

/// That the module has a method's export, with a type that the method can call.
#[track_caller]
pub const fn method<I, C, A, T>(
    _: fn(&I) -> &Export<C, A, T>,
    name: &'static str,
    params: &'static [&'static str],
    sought: &Sought<'_>,
    module: &Module,
) where
    C: Convention,
    A: Args<C>,
    T: Returns<C, A::Core>,
{
    let wanted = method_of::<C, A, T>(params);
    let (role, mut text) = (Role::Method(name), Text::new());
    if !fault(&mut text, role, sought, wanted.signatures, None, module) {
        return;
    }
    if let Found::Function(_) = sought.found
        && !params.is_empty()
    {
        text.line("where");
        text.parameters(wanted.parameters());
    }
    names(&mut text, sought, wanted.signatures, module);
    if let Found::Function(found) = sought.found
        && let Some(remedies) = remedies(&wanted, found)
    {
        let mut remedies = remedies.as_slice();
        while let [remedy, rest @ ..] = remedies {
            if let Some(remedy) = remedy {
                text.line("help");
                text.remedy(remedy);
            }
            remedies = rest;
        }
    } else {
        help(&mut text, role, sought, wanted.signatures, module);
    }
    report(&text);
}

/// That the module has the function that initializes it.
#[track_caller]
pub const fn initializer(sought: &Sought<'_>, module: &Module) {
    const NOTHING: &[Signature] = &[Signature::new(&[], &[])];
    let mut text = Text::new();
    fault::function(&mut text, Role::Initializer, sought, NOTHING, None, module);
    report(&text);
}

/// Ends the compilation with what was said, if anything was.
#[track_caller]
const fn report(text: &Text) {
    if !text.is_empty() {
        panic!("{}", text.as_str());
    }
}

/// Whether a method needs a memory.
pub const fn needs_memory<I, C, A, T>(_: fn(&I) -> &Export<C, A, T>) -> bool
where
    C: Convention,
    A: Args<C>,
    T: Returns<C, A::Core>,
{
    A::NEEDS_MEMORY || T::NEEDS_MEMORY
}

/// That the module has a memory, if one of the methods needs it or the trait names it, and that it can be used.
#[track_caller]
pub const fn memory<I: Interface>(needed: &[bool], memory: &Memory, module: &Module) {
    let is_needed = I::SETTINGS.memory.is_some() || any(needed);
    let mut text = Text::new();
    text.push("`");
    text.push(module.name);
    if is_needed && !memory.is_there && memory.exported.is_empty() {
        text.push("` exports no memory");
    } else if is_needed && !memory.is_there {
        text.push("` exports no memory `");
        text.push(memory.name);
        text.push("`");
        text.line("exports");
        text.names(memory.exported);
        text.line("help");
        text.push("`memory = \"");
        text.push(offered(memory.exported));
        text.push("\"`");
    } else if is_needed
        && memory.is_wide
        && <<I::Convention as Convention>::Pointer as CoreValue>::TYPE.is(CoreType::I32)
    {
        text.push("`: the memory `");
        text.push(memory.name);
        text.push("` ");
        text.push(IS_WIDE);
        text.line("help");
        text.push(NAME_WIDE);
    } else if is_needed && memory.is_shared {
        text.push("`: its memory is shared, and other threads may write to it: build the module without threads");
    } else {
        return;
    }
    report(&text);
}

/// The first name that can be written. One that is cut short would not be found.
const fn offered(mut names: &[&'static str]) -> &'static str {
    while let [first, rest @ ..] = names {
        if !is_cut(first) {
            return first;
        }
        names = rest;
    }
    "…"
}

/// Whether one of them is.
const fn any(mut each: &[bool]) -> bool {
    while let [first, rest @ ..] = each {
        if *first {
            return true;
        }
        each = rest;
    }
    false
}
