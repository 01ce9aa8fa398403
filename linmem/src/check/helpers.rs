//! That the module has what conventions call besides.

use super::fault::function;
use super::{Found, Module, Sought, report};
use crate::bind::{Callable, Helper, Helpers, Role, Text};
use crate::convention::Convention;
use crate::export::Export;
use crate::lower::Args;
use crate::returns::Returns;

/// That the module has what a method calls besides its export, which has that name.
#[track_caller]
pub const fn helpers<I, C, A, T>(_: fn(&I) -> &Export<C, A, T>, name: &'static str, export: &str, module: &Module)
where
    C: Convention,
    A: Args<C>,
    T: Returns<C, A::Core>,
{
    let mut text = Text::new();
    each(&mut text, Role::Helper(name), &<T::Func as Callable>::HELPERS, export, module);
    report(&text);
}

const fn each(text: &mut Text, role: Role, helpers: &Helpers, export: &str, module: &Module) {
    match helpers {
        Helpers::None => {}
        Helpers::One(helper) => {
            let mut name = Text::new();
            name.push(helper.name);
            name.push(if helper.is_prefix { export } else { "" });
            unnamed(text, role, helper, name.as_str(), module);
        }
        Helpers::Both(first, second) => {
            each(text, role, first, export, module);
            each(text, role, second, export, module);
        }
    }
}

/// What is wrong with a helper of that name, which is as a convention has it: no attribute has escaped it.
pub(super) const fn unnamed(text: &mut Text, role: Role, helper: &Helper, name: &str, module: &Module) {
    let mut shown = Text::new();
    shown.escaped(name);
    one(text, role, helper, &Sought { export: shown.as_str(), ..module.seek(name) }, module);
}

/// What is wrong with what was found of a helper, if anything is.
pub(super) const fn one(text: &mut Text, role: Role, helper: &Helper, sought: &Sought<'_>, module: &Module) {
    match (helper.global, sought.found) {
        _ if helper.is_optional => {}
        (Some(wanted), Found::Global(found)) if found.is(wanted) => {}
        _ => function(text, role, sought, helper.signatures, helper.global, module),
    }
}
