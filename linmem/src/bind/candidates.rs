//! Exports that may be the one that was meant.

use super::fault::Role;
use super::wording::is_called_so;

/// Functions of a module that may be meant where one was not found, the first few of each kind. The names are as the
/// guest chose them: escape them before a terminal sees them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Candidates {
    /// Those with a similar name, the nearest first.
    pub similar: Vec<String>,
    /// Those with a signature that would do, the nearest name first.
    pub fitting: Vec<String>,
    /// If there are none of either: whatever the module exports.
    pub others: Vec<String>,
}

/// How many names of a kind a message lists. A list holds one more, so that it can tell that there are others.
pub(super) const SHOWN: usize = 6;

impl Candidates {
    /// Those for a name, among the functions of a module, of which each comes with whether its type would do.
    pub(super) fn new<'m>(name: &str, functions: impl Iterator<Item = (&'m str, bool)> + Clone) -> Self {
        let others = functions.clone().filter(|(found, _)| *found != name);
        let similar = others.clone().filter_map(|(found, _)| Some((distance(name, found)?, found)));
        let far = name.len();
        let fitting = others.filter(|(_, fits)| *fits).map(|(found, _)| (distance(name, found).unwrap_or(far), found));
        let (similar, fitting) = (nearest(similar.collect()), nearest(fitting.collect()));
        let none = similar.is_empty() && fitting.is_empty();
        let others = if none { first(functions.map(|(name, _)| name)) } else { Vec::new() };
        Candidates { similar, fitting, others }
    }

    /// The one that is most likely meant: of a type that would do, and by a similar name. A type alone says little, as
    /// many functions take two numbers.
    #[must_use]
    pub fn best(&self) -> Option<&str> {
        self.likely().next().map(String::as_str)
    }

    /// Those that may be the best, the nearest first.
    pub(super) fn likely(&self) -> impl Iterator<Item = &String> {
        self.similar.iter().filter(|name| self.fitting.contains(name))
    }
}

impl Candidates {
    /// The one of a type that would do and with a name that is usual for it.
    pub(super) fn usual(&self, role: Role) -> Option<&str> {
        let mut usual = self.fitting.iter().filter(|name| is_called_so(role, name));
        let first = usual.next()?;
        usual.next().is_none().then_some(first)
    }
}

fn nearest(mut names: Vec<(usize, &str)>) -> Vec<String> {
    // The attribute has its own list of a module's exports, in alphabetical order: equals are to come in the same.
    names.sort_unstable();
    first(names.into_iter().map(|(_, name)| name))
}

/// As many as a list has room for.
pub(super) fn first<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    names.take(SHOWN.saturating_add(1)).map(str::to_owned).collect()
}

/// How many letters two names differ by, if that is few; none for the name itself. It costs no more than the wanted name
/// is long, for others are the guest's, and may be very long and very many.
fn distance(wanted: &str, found: &str) -> Option<usize> {
    if found == wanted {
        return None;
    }
    let wanted = function(wanted, wanted.len())?;
    let (len, limit) = (wanted.len(), wanted.len().max(3).div_euclid(3));
    let found = function(found, len.saturating_mul(3).saturating_add(limit))?;
    let distance = strsim::damerau_levenshtein(&plain(wanted), &plain(found));
    // `get_name` and `_name` for `name`: tool-chains add to names more than they change them.
    let distance = if len > 2 && found.contains(wanted) { distance.min(1) } else { distance };
    (distance <= limit).then_some(distance)
}

/// The function's name, where its interface's is before it: `last-word` of `demo:text/api#last-word`. There is none if it
/// is longer than that.
fn function(export: &str, most: usize) -> Option<&str> {
    let len = export.bytes().rev().take(most.saturating_add(1)).take_while(|byte| *byte != b'#').count();
    if len > most { None } else { export.get(export.len().saturating_sub(len)..) }
}

/// Without what differs between conventions of naming: `liveBlocks` and `live-blocks` for `live_blocks`.
fn plain(name: &str) -> String {
    name.chars().filter(|letter| !matches!(letter, '_' | '-')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn similar(name: &str, exports: &[&str]) -> Vec<String> {
        Candidates::new(name, exports.iter().map(|name| (*name, false))).similar
    }

    #[test]
    fn names_are_similar_if_little_differs() {
        assert_eq!(similar("live_blocks", &["dead_beef", "live_block", "liveBlocks"]), ["liveBlocks", "live_block"]);
        assert_eq!(similar("name", &["nmae", "title", "get_name", "surnames_of_all_the_guests"]), ["get_name", "nmae"]);
        assert!(similar("add", &["sum", "sub", "add"]).is_empty());
    }

    #[test]
    fn an_interface_and_another_way_to_join_words_make_no_name_less_similar() {
        let exports = ["last_ward", "demo:text/a-long-name-of-an-interface@0.1.0#last-word", "demo:text/api#evens"];
        assert_eq!(similar("last_word", &exports), [exports[1], exports[0]]);
        assert_eq!(similar("feed", &["demo:text/api#feed", "feed#"]), ["demo:text/api#feed"]);
        assert_eq!(similar("demo:text/api#last_word", &exports), [exports[1], exports[0]]);
    }

    #[test]
    fn very_long_names_are_not_looked_at() {
        assert!(similar("name", &[&"name".repeat(100_000)]).is_empty());
        assert!(similar("name", &[&format!("#{}", "\u{1f980}".repeat(100_000))]).is_empty());
    }

    #[test]
    fn the_best_fits_and_is_similar() {
        let found = Candidates::new("add", [("sum", true), ("ad", false), ("addd", true)].into_iter());
        assert_eq!(found.similar, ["ad", "addd"]);
        assert_eq!(found.fitting, ["addd", "sum"]);
        assert_eq!(found.best(), Some("addd"));
        assert_eq!(Candidates::new("add", [].into_iter()).best(), None);
    }
}
