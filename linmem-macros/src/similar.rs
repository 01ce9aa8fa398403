//! Names for messages: those that are like one that was not found, and as many as a message has room for.

/// How many names of a kind a message has.
pub(crate) const SHOWN: usize = 6;

/// The names that are like that one, the nearest first.
#[cfg(feature = "module")]
pub(crate) fn similar<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut found: Vec<_> = names.filter_map(|name| Some((distance(wanted, name)?, name))).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, name)| name).take(SHOWN).collect()
}

#[cfg(not(feature = "module"))]
pub(crate) fn similar<'a>(_: &str, _: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    Vec::new()
}

/// The function's name, where its interface's is before it: `last-word` of `demo:text/api#last-word`.
#[cfg(feature = "module")]
fn function(export: &str) -> &str {
    export.rsplit('#').next().unwrap_or(export)
}

/// As linmem has it in `bind/candidates.rs`.
#[cfg(feature = "module")]
fn distance(wanted: &str, found: &str) -> Option<usize> {
    if found == wanted {
        return None;
    }
    let (wanted, found) = (function(wanted), function(found));
    let (len, limit) = (wanted.len(), wanted.len().max(3).div_euclid(3));
    if found.len() > len.saturating_mul(3).saturating_add(limit) {
        return None;
    }
    let plain = |name: &str| -> String {
        name.chars().filter(|letter| !matches!(letter, '_' | '-')).flat_map(char::to_lowercase).collect()
    };
    let distance = strsim::damerau_levenshtein(&plain(wanted), &plain(found));
    let distance = if len > 2 && found.contains(wanted) { distance.min(1) } else { distance };
    (distance <= limit).then_some(distance)
}

/// A name as a terminal may show it: escaped, and cut.
pub(crate) fn shown(name: &str) -> String {
    const MOST: usize = 80;
    let escaped: String = name.chars().take(MOST).flat_map(char::escape_debug).collect();
    if name.chars().nth(MOST).is_some() { format!("{escaped}…") } else { escaped }
}
