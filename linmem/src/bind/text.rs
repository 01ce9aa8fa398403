//! Text that can be put together while compiling, where there is neither `String` nor `Display`.

use super::argument::{Parameter, Parameters};
use super::remedy::Remedy;
use crate::core::{CoreType, Types};
use crate::shown::LONGEST_NAME;
use std::cmp::Ordering;

/// The order of two names, also while compiling.
pub(crate) const fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        match (a, b) {
            ([], []) => return Ordering::Equal,
            ([], [_, ..]) => return Ordering::Less,
            ([_, ..], []) => return Ordering::Greater,
            ([first, ..], [second, ..]) if *first < *second => return Ordering::Less,
            ([first, ..], [second, ..]) if *first > *second => return Ordering::Greater,
            ([_, rest @ ..], [_, behind @ ..]) => (a, b) = (rest, behind),
        }
    }
}

/// Text of a bounded length. What does not fit is left out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text {
    bytes: [u8; MOST],
    len: usize,
}

const MOST: usize = 4096;

/// How many types of a row are written out.
const MOST_TYPES: usize = 32;

#[cfg_attr(not(feature = "module"), allow(dead_code, reason = "some of it is for messages of the compiler alone"))]
impl Text {
    pub(crate) const fn new() -> Self {
        Text { bytes: [0; MOST], len: 0 }
    }

    pub(crate) const fn as_str(&self) -> &str {
        match str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "",
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds all of it, or nothing.
    pub(crate) const fn push(&mut self, text: &str) {
        let Some((_, room)) = self.bytes.split_at_mut_checked(self.len) else { return };
        let Some((room, _)) = room.split_at_mut_checked(text.len()) else { return };
        room.copy_from_slice(text.as_bytes());
        self.len = self.len.saturating_add(text.len());
    }

    /// Begins a line under a fault, with what it is about.
    pub(crate) const fn line(&mut self, label: &str) {
        self.push("\n  ");
        self.push(label);
        self.push("         ".split_at(9_usize.saturating_sub(label.len())).0);
    }

    pub(crate) const fn quoted(&mut self, code: &str) {
        self.push("`");
        self.push(code);
        self.push("`");
    }

    /// A name, escaped and cut as [`Shown`](crate::shown::Shown) does it; of letters beyond ASCII, those are left as they
    /// are of which only the standard library knows that they cannot be printed.
    pub(crate) const fn escaped(&mut self, mut name: &str) {
        let mut left = LONGEST_NAME;
        while let [first, ..] = name.as_bytes() {
            if left == 0 {
                return self.push("…");
            }
            let (letter, rest) = name.split_at(match first {
                0..0x80 => 1,
                0x80..0xe0 => 2,
                0xe0..0xf0 => 3,
                _ => 4,
            });
            match letter.as_bytes() {
                b"\0" => self.push("\\0"),
                b"\t" => self.push("\\t"),
                b"\n" => self.push("\\n"),
                b"\r" => self.push("\\r"),
                b"\"" | b"'" | b"\\" => {
                    self.push("\\");
                    self.push(letter);
                }
                [control @ (0..0x20 | 0x7f)] | [0xc2, control @ 0x80..0xa0] => {
                    self.push("\\u{");
                    if *control > 0xf {
                        self.hexadecimal(*control >> 4);
                    }
                    self.hexadecimal(*control & 0xf);
                    self.push("}");
                }
                _ => self.push(letter),
            }
            (name, left) = (rest, left.saturating_sub(1));
        }
    }

    const fn hexadecimal(&mut self, digit: u8) {
        const DIGITS: [&str; 16] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f"];
        let mut digits = DIGITS.as_slice();
        let mut behind = digit;
        while let [first, rest @ ..] = digits {
            if behind == 0 {
                return self.push(first);
            }
            (digits, behind) = (rest, behind.saturating_sub(1));
        }
    }

    pub(crate) const fn number(&mut self, number: usize) {
        if let Some(rest @ 1..) = number.checked_div(10) {
            self.number(rest);
        }
        self.push("0123456789".split_at(number % 10).1.split_at(1).0);
    }

    /// `(i32, i32) -> i64`, cut short.
    pub(crate) const fn signature(&mut self, Types { params, results }: Types<'_>) {
        self.row(params);
        match results {
            [] => {}
            [one] => {
                self.push(" -> ");
                self.push(one.name());
            }
            many => {
                self.push(" -> ");
                self.row(many);
            }
        }
    }

    const fn row(&mut self, mut types: &[CoreType]) {
        self.push("(");
        let mut left = MOST_TYPES;
        while let [first, rest @ ..] = types {
            if left == 0 {
                self.push("… and ");
                self.number(types.len());
                self.push(" more");
                break;
            }
            self.push(first.name());
            if !rest.is_empty() {
                self.push(", ");
            }
            (types, left) = (rest, left.saturating_sub(1));
        }
        self.push(")");
    }

    /// Which parameter asks for what.
    pub(crate) const fn parameters(&mut self, mut parameters: Parameters) {
        let mut is_first = true;
        while let Some((parameter, rest)) = parameters.next() {
            if !is_first {
                self.push(", ");
            }
            self.parameter(&parameter);
            (parameters, is_first) = (rest, false);
        }
    }

    pub(crate) const fn parameter(&mut self, Parameter { name, types, .. }: &Parameter) {
        self.quoted(name);
        self.push(" is ");
        match types {
            [] => self.push("nothing"),
            [one] => self.push(one.name()),
            many => self.row(many),
        }
    }

    /// What to write instead.
    pub(crate) const fn remedy(&mut self, remedy: &Remedy) {
        match *remedy {
            Remedy::Set { parameter, option, value, mut or } => {
                self.push("`#[wasm(");
                self.push(option);
                self.push(" = ");
                self.push(value);
                self.push(")]`");
                if let Some(parameter) = parameter {
                    self.push(" before ");
                    self.quoted(parameter);
                }
                while let [first, rest @ ..] = or {
                    self.push(", or ");
                    self.quoted(first);
                    or = rest;
                }
            }
            Remedy::Move { parameter, before } => {
                self.push("write ");
                self.quoted(parameter);
                self.push(" before ");
                self.quoted(before);
            }
            Remedy::Order { parameters } => {
                self.push("write the parameters in the order ");
                let mut rest = parameters.as_slice();
                while let [Some(parameter), behind @ ..] = rest {
                    self.quoted(parameter);
                    self.push(if let [Some(_), ..] = behind { ", " } else { "" });
                    rest = behind;
                }
            }
            Remedy::Retype { to: None, .. } => self.push("return `()`"),
            Remedy::Retype { to: Some(ty), .. } | Remedy::Add { ty, .. } if crossing_as(ty).is_empty() => {
                self.push("call it by `wasmtime::Func`: no type of Rust's crosses as ");
                self.push(ty.name());
            }
            Remedy::Retype { parameter, to: Some(to) } => {
                match parameter {
                    Some(parameter) => {
                        self.push("give ");
                        self.quoted(parameter);
                        self.push(" a type that is passed as ");
                    }
                    None => self.push("return a type that comes as "),
                }
                self.push(to.name());
                self.push(": ");
                self.push(crossing_as(to));
                // Which of the integers is an address, their type does not tell.
                self.push(match (parameter, to) {
                    (None, CoreType::I32) => "; or `String`, `Vec<T>` if it is an address",
                    (None, CoreType::I64) => "; or `String`, `Vec<T>` if it is an address and a length",
                    _ => "",
                });
            }
            Remedy::Add { ty, is_pair, after, before } => {
                self.push("add a parameter");
                self.push(match (after, before) {
                    (Some(_), Some(_)) => " between ",
                    (Some(_), None) => " after ",
                    (None, Some(_)) => " before ",
                    (None, None) => "",
                });
                if let Some(after) = after {
                    self.quoted(after);
                }
                if let (Some(_), Some(_)) = (after, before) {
                    self.push(" and ");
                }
                if let Some(before) = before {
                    self.quoted(before);
                }
                self.push(": the export takes ");
                self.some([ty, ty].split_at(if is_pair { 2 } else { 1 }).0);
                self.push(" more (");
                self.push(if is_pair { "`&str`, `&[T]`, or two numbers" } else { crossing_as(ty) });
                self.push(")");
            }
            Remedy::Remove { parameter, types } => {
                self.push("leave out ");
                match parameter {
                    Some(parameter) => self.quoted(parameter),
                    None => self.push("one of the parameters"),
                }
                self.push(": the export takes ");
                self.some(types);
                self.push(" less");
            }
        }
    }

    /// One type, or a row of them.
    const fn some(&mut self, types: &[CoreType]) {
        match types {
            [one] => {
                self.push("one ");
                self.push(one.name());
            }
            many => self.row(many),
        }
    }

    /// The option that names a method's export, or else the method's own name, if it can be the export's.
    pub(crate) const fn name(&mut self, export: &str) {
        self.push("`#[wasm(name = \"");
        self.push(export);
        self.push("\")]`");
        if is_method(export) {
            self.push(", or call the method ");
            self.quoted(export);
        }
    }

    /// A global that would do as well as a function.
    pub(crate) const fn global(&mut self, ty: CoreType) {
        self.push("a global of type ");
        self.push(ty.name());
    }

    /// Names that have been escaped and cut.
    pub(crate) const fn names(&mut self, mut names: &[&str]) {
        while let [first, rest @ ..] = names {
            self.quoted(first);
            if !rest.is_empty() {
                self.push(", ");
            }
            names = rest;
        }
    }
}

/// Rust's types that cross as that one.
const fn crossing_as(ty: CoreType) -> &'static str {
    match ty {
        CoreType::I32 => "`i32`, `u32`, `bool`",
        CoreType::I64 => "`i64`, `u64`",
        CoreType::F32 => "`f32`",
        CoreType::F64 => "`f64`",
        _ => "",
    }
}

/// Rust's keywords, and what it keeps for later ones.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Whether a name is one of these. A constant, for what is said of names while a crate compiles.
pub(crate) const fn is_keyword(name: &str) -> bool {
    let mut keywords = KEYWORDS;
    while let [keyword, rest @ ..] = keywords {
        let (mut left, mut right) = (keyword.as_bytes(), name.as_bytes());
        while let ([first, behind @ ..], [second, after @ ..]) = (left, right)
            && *first == *second
        {
            (left, right) = (behind, after);
        }
        if left.is_empty() && right.is_empty() {
            return true;
        }
        keywords = rest;
    }
    false
}

/// Whether a method may have that name, and would have it by Rust's habits.
const fn is_method(name: &str) -> bool {
    let mut rest = match name.as_bytes() {
        [b'a'..=b'z', rest @ ..] => rest,
        _ => return false,
    };
    while let [b'a'..=b'z' | b'0'..=b'9' | b'_', behind @ ..] = rest {
        rest = behind;
    }
    rest.is_empty() && !is_keyword(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_does_not_fit_is_left_out() {
        let mut text = Text::new();
        text.push(&"x".repeat(MOST - 1));
        text.push("two");
        text.push("1");
        assert_eq!(text.as_str().len(), MOST);
    }

    #[test]
    fn a_method_is_called_by_what_can_be_its_name() {
        let help = |name| {
            let mut text = Text::new();
            text.name(name);
            text.as_str().to_owned()
        };
        assert_eq!(help("get_name"), "`#[wasm(name = \"get_name\")]`, or call the method `get_name`");
        for name in ["getName", "type", "2fast", "last-word", "_", "", "…"] {
            assert_eq!(help(name), format!("`#[wasm(name = \"{name}\")]`"));
        }
    }

    #[test]
    fn names_are_escaped_as_they_are_when_a_module_is_bound() {
        let (long, longer) = ("é".repeat(80), "é".repeat(81));
        for name in ["", "plain", "\"'\\\0\t\r\n", "\u{1}\u{1b}[31m\u{7f}\u{80}\u{9b}é…🦀", &long, &longer] {
            let mut text = Text::new();
            text.escaped(name);
            assert_eq!(text.as_str(), crate::shown::Shown::name(name).to_string());
        }
    }

    #[test]
    fn names_are_compared_as_strings_are() {
        let names = ["", "a", "ab", "abc", "b", "é"];
        for (a, b) in names.iter().flat_map(|a| names.map(|b| (*a, b))) {
            assert_eq!(compare(a, b), a.cmp(b), "{a} {b}");
        }
    }

    #[test]
    fn long_signatures_are_cut() {
        let mut text = Text::new();
        text.signature(Types { params: &[CoreType::I32; 1000], results: &[CoreType::F64, CoreType::I64] });
        assert!(text.as_str().ends_with("i32, … and 968 more) -> (f64, i64)"), "{}", text.as_str());
    }
}
