//! What to write instead, where an export has another type than a method asks for. It is found by trying: other ways to
//! pass a slice, other ways to return, another order, another type of a scalar. The fewest changes win.
//!
//! All of it is `const`, for the same advice is given while a crate compiles.

use super::argument::{Method, Parameter, ResultOption};
use crate::core::{CoreType, Types, same, strip};

/// A change of a trait that would make it fit a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remedy {
    /// An option: `returns = linmem::results::Packed`.
    Set {
        /// The parameter that it is written before, or else it is the method.
        parameter: Option<&'static str>,
        /// Its name.
        option: &'static str,
        /// Its value.
        value: &'static str,
        /// Values that ask for the same type, and mean something else.
        or: &'static [&'static str],
    },
    /// Another order: `parameter` in front of `before`.
    Move {
        /// The parameter that is in the wrong place.
        parameter: &'static str,
        /// The one that it belongs before.
        before: &'static str,
    },
    /// Another order of them all, by which none of the types is another.
    Order {
        /// The parameters as the export takes them. Of several with the same types, those that are written first come first.
        parameters: [Option<&'static str>; MOST_PARAMETERS],
    },
    /// Another type.
    Retype {
        /// The parameter, or else it is the result.
        parameter: Option<&'static str>,
        /// What the type must cross as; none if there is to be no result.
        to: Option<CoreType>,
    },
    /// One parameter more, for what the export takes more.
    Add {
        /// The type of what it takes more.
        ty: CoreType,
        /// Whether it takes two of these more, which may be an address and a length.
        is_pair: bool,
        /// The parameter that it belongs after; if there is none of either, it is not known where.
        after: Option<&'static str>,
        /// The one that it belongs before.
        before: Option<&'static str>,
    },
    /// One parameter less.
    Remove {
        /// The parameter; there is none if it may be one or another.
        parameter: Option<&'static str>,
        /// What the export does not take.
        types: &'static [CoreType],
    },
}

/// A few remedies, which together make a method fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Remedies {
    items: [Option<Remedy>; MOST],
    len: usize,
}

/// How many changes are still advice. A method that needs more is for another export.
const MOST: usize = 3;

/// For methods with more parameters there is no advice: it would take too long to find.
pub(super) const MOST_PARAMETERS: usize = 6;

impl Remedies {
    const NONE: Self = Remedies { items: [None; MOST], len: 0 };

    /// Them and one more, unless they are too many then.
    const fn and(mut self, remedy: Remedy) -> Option<Self> {
        let Some(([.., slot], _)) = self.items.split_at_mut_checked(self.len.saturating_add(1)) else { return None };
        *slot = Some(remedy);
        self.len = self.len.saturating_add(1);
        Some(self)
    }

    /// Whether a parameter is to have another type, and that is not all. Then it is rather one that the export does not have.
    const fn is_far_fetched(&self) -> bool {
        let mut items = self.as_slice();
        while let ([first, rest @ ..], 2..) = (items, self.len) {
            if let Some(Remedy::Retype { parameter: Some(_), .. }) = first {
                return true;
            }
            items = rest;
        }
        false
    }

    pub(crate) const fn as_slice(&self) -> &[Option<Remedy>] {
        self.items.split_at(self.len).0
    }

    pub(crate) fn to_vec(self) -> Vec<Remedy> {
        self.as_slice().iter().copied().flatten().collect()
    }
}

/// The fewest changes that make a method fit an export of that type.
pub(crate) const fn remedies(method: &Method<'_>, found: Types<'_>) -> Option<Remedies> {
    let Some(parameters) = Row::of(method) else { return None };
    let mut best = None;
    // As the results come now.
    let mut signatures = method.signatures;
    while let [signature, rest @ ..] = signatures {
        let wanted = signature.types();
        if same(wanted.results, found.results) {
            best = fewer(best, parameters.arrange(found.params, method.room_in(wanted.params), None));
        }
        signatures = rest;
    }
    // As they could come.
    let mut forms: &[Form] = match method.option {
        ResultOption::Returns => RETURNS,
        ResultOption::Status => STATUS,
        ResultOption::None => &[],
    };
    while let [form, rest @ ..] = forms {
        if form.results.are(found.results, method.pointer) {
            best = fewer(best, parameters.arrange(found.params, form.room, Some(form.remedy)));
        }
        forms = rest;
    }
    // As another result.
    let to = match found.results {
        [] => Some(None),
        [one] => Some(Some(*one)),
        _ => None,
    };
    if let Some(to) = to {
        let retyped = Some(Remedy::Retype { parameter: None, to });
        best = fewer(best, parameters.arrange(found.params, RoomPointer::None, retyped));
    }
    // With the same types, or with one parameter more or less.
    if let Some(best) = best
        && !best.is_far_fetched()
    {
        return Some(best);
    }
    let mut signatures = method.signatures;
    while let [signature, rest @ ..] = signatures {
        let wanted = signature.types();
        if same(wanted.results, found.results)
            && let Some(params) = parameters.behind(method.room_in(wanted.params), found.params)
        {
            if let Some(parameters) = parameters.order(params) {
                return Remedies::NONE.and(Remedy::Order { parameters });
            }
            if let Some(remedy) = parameters.resize(params) {
                return Remedies::NONE.and(remedy);
            }
        }
        signatures = rest;
    }
    best
}

/// Of two, the one with fewer changes; the first of equals.
const fn fewer(first: Option<Remedies>, second: Option<Remedies>) -> Option<Remedies> {
    match (first, second) {
        (Some(first), Some(second)) => Some(if second.len < first.len { second } else { first }),
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) => None,
    }
}

/// A way for a result to come back, by another option.
struct Form {
    room: RoomPointer,
    results: Returned,
    remedy: Remedy,
}

/// Where a pointer to room for the result is passed.
#[derive(Clone, Copy)]
enum RoomPointer {
    None,
    First,
    Last,
}

enum Returned {
    Nothing,
    Int,
    Pointer,
    Two,
    Packed,
}

impl Returned {
    const fn are(&self, found: &[CoreType], pointer: CoreType) -> bool {
        match self {
            Returned::Nothing => found.is_empty(),
            Returned::Int => same(found, &[CoreType::I32]),
            Returned::Pointer => same(found, &[pointer]),
            Returned::Two => same(found, &[pointer, pointer]),
            Returned::Packed => same(found, &[CoreType::I64]) && pointer.is(CoreType::I32),
        }
    }
}

const fn form(room: RoomPointer, results: Returned, remedy: Remedy) -> Form {
    Form { room, results, remedy }
}

const fn set(option: &'static str, value: &'static str, or: &'static [&'static str]) -> Remedy {
    Remedy::Set { parameter: None, option, value, or }
}

const RETURNS: &[Form] = &[
    form(RoomPointer::First, Returned::Nothing, set("returns", "linmem::results::ReturnPointer", &[])),
    form(RoomPointer::Last, Returned::Nothing, set("returns", "linmem::results::LastPointer", &[])),
    form(RoomPointer::None, Returned::Packed, set("returns", "linmem::results::Packed", &["PackedLenPtr"])),
    form(RoomPointer::None, Returned::Two, set("returns", "linmem::results::Pair", &[])),
    form(
        RoomPointer::None,
        Returned::Pointer,
        set("returns", "linmem::results::ReturnArea", &["NulTerminated", "LengthPrefixed", "LengthBefore"]),
    ),
];

const STATUS: &[Form] = &[
    form(RoomPointer::None, Returned::Int, set("status", "linmem::status::Code", &[])),
    form(RoomPointer::None, Returned::Nothing, set("status", "linmem::status::Silent", &[])),
];

impl Method<'_> {
    /// Where one of the method's own signatures has a pointer besides the arguments.
    const fn room_in(&self, params: &[CoreType]) -> RoomPointer {
        match params {
            _ if self.takes(params) => RoomPointer::None,
            [_, rest @ ..] if self.takes(rest) => RoomPointer::First,
            _ => RoomPointer::Last,
        }
    }
}

/// The parameters of a method, and the type of its pointers.
pub(super) struct Row {
    items: [Option<Parameter>; MOST_PARAMETERS],
    len: usize,
    pointer: CoreType,
}

impl Row {
    const fn of(method: &Method<'_>) -> Option<Row> {
        let mut row = Row { items: [None; MOST_PARAMETERS], len: 0, pointer: method.pointer };
        let mut parameters = method.parameters();
        while let Some((parameter, rest)) = parameters.next() {
            let len = row.len.saturating_add(1);
            let Some(([.., slot], _)) = row.items.split_at_mut_checked(len) else { return None };
            *slot = Some(parameter);
            (row.len, parameters) = (len, rest);
        }
        Some(row)
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) const fn pointer(&self) -> CoreType {
        self.pointer
    }

    pub(super) const fn get(&self, index: usize) -> Option<Parameter> {
        match self.items.split_at_checked(index) {
            Some((_, [parameter, ..])) => *parameter,
            _ => None,
        }
    }

    /// Those besides the pointer to room.
    const fn behind<'p>(&self, room: RoomPointer, params: &'p [CoreType]) -> Option<&'p [CoreType]> {
        match (room, params) {
            (RoomPointer::None, params) => Some(params),
            (RoomPointer::First, [pointer, rest @ ..]) | (RoomPointer::Last, [rest @ .., pointer])
                if pointer.is(self.pointer) =>
            {
                Some(rest)
            }
            _ => None,
        }
    }

    /// The fewest changes by which the parameters become these.
    const fn arrange(&self, params: &[CoreType], room: RoomPointer, first: Option<Remedy>) -> Option<Remedies> {
        let Some(params) = self.behind(room, params) else { return None };
        let start = match first {
            None => Remedies::NONE,
            Some(remedy) => match Remedies::NONE.and(remedy) {
                Some(start) => start,
                None => return None,
            },
        };
        let mut best = None;
        // Each bit is a parameter that is passed in the other way.
        let mut others = 0_u32;
        while others < 1 << self.len {
            best = fewer(best, self.change(params, others, start));
            others = others.saturating_add(1);
        }
        // The nearest place first: of two moves that would do, the one that changes less is the likelier.
        let mut distance = 1_usize;
        while distance < self.len {
            let (mut near, mut far) = (0_usize, distance);
            while far < self.len {
                best = fewer(best, self.reorder(params, far, near, start));
                best = fewer(best, self.reorder(params, near, far, start));
                (near, far) = (near.saturating_add(1), far.saturating_add(1));
            }
            distance = distance.saturating_add(1);
        }
        best
    }

    /// In their order, some passed in the other way, and scalars of other types where it must be.
    const fn change(&self, mut params: &[CoreType], others: u32, mut so_far: Remedies) -> Option<Remedies> {
        let mut index = 0;
        while let Some(Parameter { name, types, is_passed }) = self.get(index) {
            let changed = if others & (1 << index) != 0 {
                let one = [self.pointer];
                let two = [self.pointer, self.pointer];
                let (types, value, or): (&[_], _, &'static [_]) = match types {
                    _ if !is_passed => return None,
                    [_] => (&two, "linmem::pass::PtrLen", &["LenPtr"]),
                    _ => (&one, "linmem::pass::NulTerminated", &["Ptr", "LengthPrefixed", "LengthBefore"]),
                };
                let set = Remedy::Set { parameter: Some(name), option: "pass", value, or };
                match strip(params, types) {
                    Some(rest) => Some((rest, Some(set))),
                    None => None,
                }
            } else {
                match (strip(params, types), types, params) {
                    (Some(rest), ..) => Some((rest, None)),
                    (None, [_], [to, rest @ ..]) if !is_passed => {
                        Some((rest, Some(Remedy::Retype { parameter: Some(name), to: Some(*to) })))
                    }
                    _ => None,
                }
            };
            params = match changed {
                None => return None,
                Some((rest, None)) => rest,
                Some((rest, Some(remedy))) => match so_far.and(remedy) {
                    None => return None,
                    Some(more) => {
                        so_far = more;
                        rest
                    }
                },
            };
            index = index.saturating_add(1);
        }
        if params.is_empty() { Some(so_far) } else { None }
    }

    /// As they are, with one in front of another.
    const fn reorder(&self, mut params: &[CoreType], from: usize, to: usize, so_far: Remedies) -> Option<Remedies> {
        let (Some(moved), Some(before)) = (self.get(from), self.get(to)) else { return None };
        let mut index = 0;
        while let Some(parameter) = self.get(index) {
            if index == to {
                match strip(params, moved.types) {
                    Some(rest) => params = rest,
                    None => return None,
                }
            }
            if index != from {
                match strip(params, parameter.types) {
                    Some(rest) => params = rest,
                    None => return None,
                }
            }
            index = index.saturating_add(1);
        }
        if !params.is_empty() {
            return None;
        }
        so_far.and(Remedy::Move { parameter: moved.name, before: before.name })
    }
}

#[cfg(test)]
mod tests;
