//! What the guest chose, as a terminal may show it: on one line, without control characters, and not too long.

use std::fmt::{self, Write as _};

/// Text of the guest's, escaped and cut.
pub(crate) struct Shown<'a> {
    text: &'a str,
    most: usize,
    /// Whether it stands between quotes, and would end there with one of its own.
    is_quoted: bool,
}

/// The longest name that is shown as a whole, in characters.
pub(crate) const LONGEST_NAME: usize = 80;

impl<'a> Shown<'a> {
    /// A name, as a string literal has it.
    pub(crate) fn name(text: &'a str) -> Self {
        Shown { text, most: LONGEST_NAME, is_quoted: true }
    }

    /// A message, which says more, and in which quotes and apostrophes are themselves.
    pub(crate) fn sentence(text: &'a str) -> Self {
        Shown { text, most: 1000, is_quoted: false }
    }

    /// Whether nothing is left out. What is no name any more cannot be written anywhere.
    pub(crate) fn is_whole(&self) -> bool {
        self.text.chars().nth(self.most).is_none()
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.text.chars().take(self.most) {
            match letter {
                '\'' | '"' if !self.is_quoted => f.write_char(letter)?,
                _ => write!(f, "{}", letter.escape_debug())?,
            }
        }
        if self.is_whole() { Ok(()) } else { f.write_str("…") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_guest_chose_stays_on_one_line_and_is_cut() {
        assert_eq!(Shown::name("a\"\n\u{1b}[31mé").to_string(), r#"a\"\n\u{1b}[31mé"#);
        assert_eq!(Shown::sentence("can't read \"a\"\n\u{202e}").to_string(), "can't read \"a\"\\n\\u{202e}");
        let (whole, cut) = ("é".repeat(80), "é".repeat(81));
        assert_eq!(Shown::name(&whole).to_string(), whole);
        assert_eq!(Shown::name(&cut).to_string(), format!("{whole}…"));
        assert!(Shown::name(&whole).is_whole() && !Shown::name(&cut).is_whole());
    }
}
