//! How text is encoded in the guest.

use crate::error::{ErrorKind, Result};
use std::borrow::Cow;

/// The text axis of a [`Convention`](crate::Convention): what `&str` and `String` are in the guest's memory.
pub trait Text: 'static {
    /// The size of a code unit in bytes, which is its alignment too. Lengths count code units.
    const UNIT: usize;

    /// Whether it is UTF-8, so that text can be borrowed.
    const IS_UTF8: bool = false;

    /// The code units' bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Unencodable`] if the encoding has no such character.
    fn encode(text: &str) -> Result<Cow<'_, [u8]>>;

    /// The text that these are. The length is a multiple of [`UNIT`](Text::UNIT).
    ///
    /// # Errors
    /// If they are no text of this encoding.
    fn decode(bytes: &[u8]) -> Result<String>;
}

/// UTF-8, as Rust's own: nothing is converted, and text can be borrowed from the guest.
#[derive(Debug, Clone, Copy)]
pub struct Utf8;

impl Text for Utf8 {
    const UNIT: usize = 1;
    const IS_UTF8: bool = true;

    #[inline]
    fn encode(text: &str) -> Result<Cow<'_, [u8]>> {
        Ok(Cow::Borrowed(text.as_bytes()))
    }

    #[inline(always)]
    fn decode(bytes: &[u8]) -> Result<String> {
        if bytes.len() > PIECE { decode_in_pieces(bytes) } else { Ok(utf8(bytes)?.to_owned()) }
    }
}

/// From how many bytes on it pays to set up vector instructions.
const LONG: usize = 64;

/// How long a piece is: it and its copy fit a core's nearest cache, which has 32 KiB or more.
const PIECE: usize = 16 << 10;

/// Copies each piece right after it was seen to be text, while it is in the nearest cache: long text is fetched from
/// farther away once, and not twice.
fn decode_in_pieces(bytes: &[u8]) -> Result<String> {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at_checked(whole_characters(rest)).unwrap_or((rest, &[]));
        let Ok(piece) = simdutf8::basic::from_utf8(piece) else {
            // Where the fault is counts from the beginning of the whole.
            return Ok(utf8(bytes)?.to_owned());
        };
        text.push_str(piece);
        rest = after;
    }
    Ok(text)
}

/// How many bytes the first piece has: no character is cut in two, of which each has at most three bytes after its first.
fn whole_characters(bytes: &[u8]) -> usize {
    let is_first = |end: &usize| bytes.get(*end).is_none_or(|byte| byte & 0xc0 != 0x80);
    (PIECE.saturating_sub(3)..=PIECE).rev().find(is_first).unwrap_or(PIECE).min(bytes.len())
}

#[inline]
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str> {
    if bytes.len() >= LONG
        && let Ok(text) = simdutf8::basic::from_utf8(bytes)
    {
        return Ok(text);
    }
    // The fast one does not say where the fault is.
    std::str::from_utf8(bytes)
        .map_err(|source| ErrorKind::InvalidUtf8 { valid_up_to: source.valid_up_to(), source }.into())
}

/// UTF-16, little-endian: AssemblyScript's, and that of ported Java, C# and Windows code. A surrogate without its other
/// half is an error.
#[derive(Debug, Clone, Copy)]
pub struct Utf16;

impl Text for Utf16 {
    const UNIT: usize = 2;

    fn encode(text: &str) -> Result<Cow<'_, [u8]>> {
        Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
    }

    fn decode(bytes: &[u8]) -> Result<String> {
        let (units, _) = bytes.as_chunks();
        let mut index = 0_usize;
        let units = units.iter().map(|unit| u16::from_le_bytes(*unit));
        let decoded = char::decode_utf16(units).map(|decoded| {
            let character =
                decoded.map_err(|unpaired| ErrorKind::InvalidUtf16 { index, unit: unpaired.unpaired_surrogate() })?;
            index = index.saturating_add(character.len_utf16());
            Ok(character)
        });
        decoded.collect()
    }
}

/// Latin-1, ISO 8859-1: a byte a character, the first 256 of Unicode.
#[derive(Debug, Clone, Copy)]
pub struct Latin1;

impl Text for Latin1 {
    const UNIT: usize = 1;

    fn encode(text: &str) -> Result<Cow<'_, [u8]>> {
        let byte = |(index, character): (usize, char)| {
            u8::try_from(character).map_err(|_| ErrorKind::Unencodable { character, index, encoding: "Latin-1" }.into())
        };
        text.char_indices().map(byte).collect()
    }

    fn decode(bytes: &[u8]) -> Result<String> {
        Ok(bytes.iter().copied().map(char::from).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_read_wherever_its_characters_lie() {
        for character in ['a', '\u{e9}', '\u{20ac}', '\u{1f980}'] {
            for before in 0..4 {
                let text = "x".repeat(before) + &String::from(character).repeat(PIECE);
                assert_eq!(Utf8::decode(text.as_bytes()).unwrap(), text);
                assert!(text.is_char_boundary(whole_characters(text.as_bytes())));
            }
        }
    }

    #[test]
    fn a_fault_in_long_text_is_where_it_is() {
        let text = "\u{e9}".repeat(PIECE);
        for at in [0, 1, PIECE - 1, PIECE, PIECE + 1, text.len() - 1] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = 0xff;
            let source = str::from_utf8(&bytes).unwrap_err();
            let error = Utf8::decode(&bytes).unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::InvalidUtf8 { valid_up_to, .. } if *valid_up_to == source.valid_up_to()),
                "{at}: {error}"
            );
        }
        // A character ends where a piece does, and a byte follows that begins none.
        let mut bytes = "\u{1f980}".repeat(PIECE / 2).into_bytes();
        bytes[PIECE] = 0x80;
        let error = Utf8::decode(&bytes).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { valid_up_to: PIECE, .. }), "{error}");
        // Not one byte begins a character.
        let error = Utf8::decode(&[0x80; 2 * PIECE]).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidUtf8 { valid_up_to: 0, .. }), "{error}");
    }

    #[test]
    fn utf16_goes_and_comes_back() {
        let text = "a\u{e9}\u{1f980}";
        let bytes = Utf16::encode(text).unwrap();
        assert_eq!(*bytes, [0x61, 0, 0xe9, 0, 0x3e, 0xd8, 0x80, 0xdd]);
        assert_eq!(Utf16::decode(&bytes).unwrap(), text);
    }

    #[test]
    fn a_surrogate_alone_is_an_error_that_says_where() {
        let error = Utf16::decode(&[0x61, 0, 0x3e, 0xd8, 0x62, 0]).unwrap_err();
        assert_eq!(error.to_string(), "the text is not valid UTF-16: code unit 1 is 0xd83e, a surrogate alone");
    }

    #[test]
    fn latin1_has_256_characters() {
        assert_eq!(*Latin1::encode("na\u{ef}f").unwrap(), [b'n', b'a', 0xef, b'f']);
        assert_eq!(Latin1::decode(&[0xff]).unwrap(), "\u{ff}");
        let error = Latin1::encode("1 \u{20ac}").unwrap_err();
        assert_eq!(error.to_string(), "'\u{20ac}' at byte 2 of the text does not exist in Latin-1");
    }
}
