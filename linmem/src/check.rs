//! Checks a trait against a module while the crate compiles: `#[wasm_import(module = "…")]`.
//!
//! The attribute reads the file and knows names and core types, but no ABI; these functions know what a method asks for.
//! They are called in constants, one for each method, so that rustc reports every fault, and each where it is. What they
//! say is what [`Faults`](crate::Faults) says at run time.
#![allow(clippy::panic, clippy::missing_panics_doc, reason = "a panic in a constant is an error of the compiler's")]

use crate::allocator::Allocator;
use crate::bind::{ResultOption, Text, method_of, remedies};
use crate::convention::Convention;
use crate::core::{CoreType, CoreValue, Signature, Types};
use crate::export::Export;
use crate::interface::{AllocatorOf, Interface};
use crate::lower::Args;
use crate::results::{ByType, Packed, Pair, ReturnArea, ReturnPointer};
use crate::returns::Returns;

/// What the attribute has found of a module. Names are escaped and cut short already, and lists bounded.
#[derive(Debug, Clone, Copy)]
pub struct Module {
    /// The name of its file.
    pub name: &'static str,
    /// The functions that it exports, by their type: the first of each.
    pub functions: &'static [(Types<'static>, &'static [&'static str])],
}

/// What was found by the name of an export.
#[derive(Debug, Clone, Copy)]
pub struct Sought {
    /// The name.
    pub export: &'static str,
    /// What is exported by it.
    pub found: Found,
    /// Functions with similar names, the nearest first.
    pub similar: &'static [(&'static str, Types<'static>)],
}

/// An export.
#[derive(Debug, Clone, Copy)]
pub enum Found {
    /// There is none.
    Nothing,
    /// A function.
    Function(Types<'static>),
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

/// That the module has a method's export, with a type that the method can call.
#[track_caller]
pub const fn method<I, C, A, T>(
    _: fn(&I) -> &Export<C, A, T>,
    name: &str,
    params: &'static [&'static str],
    sought: &Sought,
    module: &Module,
) where
    C: Convention,
    A: Args<C>,
    T: Returns<C, A::Core>,
{
    let wanted = method_of::<C, A, T>(params);
    let Some(mut text) = fault(name, sought, wanted.signatures, module) else { return };
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
        panic!("{}", text.as_str());
    }
    text.line("help");
    text.name(best(sought, wanted.signatures));
    panic!("{}", text.as_str());
}

/// That the module has the function that initializes it.
#[track_caller]
pub const fn initializer(sought: &Sought, module: &Module) {
    const NOTHING: &[Signature] = &[Signature::new(&[], &[])];
    function("initializer", "init", sought, NOTHING, module);
}

/// That the module has the allocator that the trait names, if the convention's calls one.
#[track_caller]
pub const fn allocator<I: Interface>(sought: &Sought, module: &Module) {
    if let Some([wanted, _]) = <AllocatorOf<I> as Allocator>::NAMED {
        function("allocator", "alloc", sought, wanted, module);
    }
}

/// That the module has the function that releases, likewise.
#[track_caller]
pub const fn deallocator<I: Interface>(sought: &Sought, module: &Module) {
    if let Some([_, wanted]) = <AllocatorOf<I> as Allocator>::NAMED {
        function("deallocator", "free", sought, wanted, module);
    }
}

#[track_caller]
const fn function(role: &str, option: &str, sought: &Sought, wanted: &[Signature], module: &Module) {
    let Some(mut text) = fault(role, sought, wanted, module) else { return };
    names(&mut text, sought, wanted, module);
    text.line("help");
    text.push("`");
    text.push(option);
    text.push(" = \"");
    text.push(best(sought, wanted));
    text.push("\"`");
    panic!("{}", text.as_str());
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
pub const fn memory<I: Interface>(mut needed: &[bool], memory: &Memory, module: &Module) {
    let mut is_needed = I::SETTINGS.memory.is_some();
    while let [first, rest @ ..] = needed {
        is_needed = is_needed || *first;
        needed = rest;
    }
    let mut text = Text::new();
    text.push("`");
    text.push(module.name);
    if is_needed && !memory.is_there {
        text.push("` exports no memory `");
        text.push(memory.name);
        text.push("`");
        if !memory.exported.is_empty() {
            text.line("exports");
            text.names(memory.exported);
        }
        text.line("help");
        text.push("`memory = \"");
        text.push(if let [first, ..] = memory.exported { first } else { "…" });
        text.push("\"`");
    } else if is_needed
        && memory.is_wide
        && <<I::Convention as Convention>::Pointer as CoreValue>::TYPE.is(CoreType::I32)
    {
        text.push("`: its memory has 64-bit addresses: name a convention whose `Pointer` is `u64`");
    } else if is_needed && memory.is_shared {
        text.push("`: its memory is shared, and other threads may write to it: build the module without threads");
    } else {
        return;
    }
    panic!("{}", text.as_str());
}

/// What is wrong, and which signatures were wanted and found; if anything is.
const fn fault(who: &str, sought: &Sought, mut wanted: &[Signature], module: &Module) -> Option<Text> {
    if let Found::Function(found) = sought.found
        && fits(wanted, found)
    {
        return None;
    }
    let mut text = Text::new();
    text.quoted(who);
    text.push(": `");
    text.push(module.name);
    match sought.found {
        Found::Nothing => {
            text.push("` does not export ");
            text.quoted(sought.export);
        }
        Found::Function(_) => {
            text.push("` exports ");
            text.quoted(sought.export);
            text.push(" with another type");
        }
        Found::Other(kind) => {
            text.push("` exports ");
            text.quoted(sought.export);
            text.push(", which is no function, but a ");
            text.push(kind);
        }
    }
    let mut label = "wanted";
    while let [first, rest @ ..] = wanted {
        text.line(label);
        text.signature(first.types());
        (wanted, label) = (rest, "or");
    }
    if let Found::Function(found) = sought.found {
        text.line("found");
        text.signature(found);
    }
    Some(text)
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
const fn names(text: &mut Text, sought: &Sought, wanted: &[Signature], module: &Module) {
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

/// The similar name that would do.
const fn best(sought: &Sought, wanted: &[Signature]) -> &'static str {
    let mut similar = sought.similar;
    while let [(name, ty), rest @ ..] = similar {
        if fits(wanted, *ty) {
            return name;
        }
        similar = rest;
    }
    "…"
}

/// The form of [`ByType`] that an export of that type has, for a method with arguments `A` that returns `T`: an index for
/// [`Told`]. There is none for a result that is not in memory.
pub const fn form<C, A, T>(found: Types<'_>) -> usize
where
    C: Convention,
    A: Args<C>,
    T: Returns<C, A::Core>,
{
    let (mut signatures, mut index) = (T::SIGNATURES, 0);
    while let (ResultOption::Returns, [first, rest @ ..]) = (T::OPTION, signatures) {
        if first.types().is(found) {
            return index;
        }
        (signatures, index) = (rest, index.saturating_add(1));
    }
    usize::MAX
}

/// The results convention of a [`form`]. Where there is none, [`ByType`] is left to say what it would have taken.
pub type Told<const FORM: usize> = <Form<FORM> as Tell>::Results;

/// A form, by its index among the signatures of [`ByType`].
#[derive(Debug)]
pub struct Form<const FORM: usize>;

/// See [`Told`].
pub trait Tell {
    /// The convention.
    type Results;
}

macro_rules! forms {
    ($($index:expr => $results:ty;)*) => {$(
        impl Tell for Form<{ $index }> {
            type Results = $results;
        }
    )*};
}
forms! {
    0 => ReturnPointer;
    1 => ReturnArea;
    2 => Pair;
    3 => Packed;
    usize::MAX => ByType;
}
