//! Rust's names for what is exported by any name at all.

use crate::bind::is_keyword;
use std::collections::HashMap;

/// The names that were given already, each with how often it was asked for.
#[derive(Default)]
pub(super) struct Names(HashMap<String, usize>);

impl Names {
    /// A name for a method that calls this export, unlike all others.
    pub(super) fn unique(&mut self, export: &str) -> String {
        let name = snake_case(export);
        let mut unique = name.clone();
        while self.0.contains_key(&unique) {
            let count = self.0.entry(name.clone()).or_default();
            *count = count.saturating_add(1);
            unique = format!("{}_{count}", name.trim_end_matches('_'));
        }
        self.0.insert(unique.clone(), 1);
        unique
    }
}

/// `toUpperCase`, `demo:text/api#to-upper-case` and `$to.UPPER case` as `to_upper_case`.
fn snake_case(export: &str) -> String {
    // The function's, of a component's export.
    let name = export.rsplit('#').find(|part| !part.is_empty()).unwrap_or_default();
    let name = words(name).join("_");
    match name.chars().next() {
        None => "function".to_owned(),
        Some('0'..='9') => format!("_{name}"),
        Some(_) if is_keyword(&name) => format!("{name}_"),
        Some(_) => name,
    }
}

/// The same as `ToUpperCase`, for a trait.
pub(super) fn upper_camel_case(name: &str) -> String {
    let word = |word: String| word.get(..1).unwrap_or_default().to_uppercase() + word.get(1..).unwrap_or_default();
    let name: String = words(name).into_iter().map(word).collect();
    match name.as_str() {
        // The last is what results are made of.
        "" | "Self" | "Vec" => format!("{name}Module"),
        _ if name.starts_with(|first: char| first.is_ascii_digit()) => format!("Module{name}"),
        _ => name,
    }
}

/// The words in a name, in small letters: what lies between other characters than letters and digits, and what begins
/// with a capital. Those of `HTTPServer2Go` are `http`, `server2` and `go`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut letters = name.chars().peekable();
    let mut before = ' ';
    while let Some(letter) = letters.next() {
        let followed = letters.peek().is_some_and(char::is_ascii_lowercase);
        let begins = letter.is_ascii_uppercase() && (!before.is_ascii_uppercase() || followed);
        if begins || !letter.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_ascii_alphanumeric()) {
            word.push(letter.to_ascii_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_becomes_one_of_rusts() {
        for (export, name) in [
            ("greet", "greet"),
            ("toUpperCase", "to_upper_case"),
            ("HTTPServer2Go", "http_server2_go"),
            ("demo:text/api#last-word", "last_word"),
            ("demo:text/api#[method]parser.feed", "method_parser_feed"),
            ("trailing#", "trailing"),
            ("$x", "x"),
            ("_start", "start"),
            ("A", "a"),
            ("type", "type_"),
            ("self", "self_"),
            ("2fast", "_2fast"),
            ("\u{e9}t\u{e9}", "t"),
            ("", "function"),
            ("#", "function"),
            ("\n\"\u{1f980}", "function"),
        ] {
            assert_eq!(snake_case(export), name, "{export}");
        }
    }

    #[test]
    fn no_two_methods_have_one_name() {
        let mut names = Names::default();
        let unique = ["a", "A", "$a", "a_2", "a_2_2", "type", "type_"].map(|export| names.unique(export));
        assert_eq!(unique, ["a", "a_2", "a_3", "a_2_2", "a_2_2_2", "type_", "type_2"].map(String::from));
    }

    #[test]
    fn any_name_becomes_a_traits() {
        for (name, upper) in [
            ("lodepng", "Lodepng"),
            ("as-base64.min", "AsBase64Min"),
            ("7zip", "Module7zip"),
            ("", "Module"),
            ("self", "SelfModule"),
            ("vec", "VecModule"),
        ] {
            assert_eq!(upper_camel_case(name), upper);
        }
    }
}
