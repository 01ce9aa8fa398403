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

    #[inline]
    fn decode(bytes: &[u8]) -> Result<String> {
        Ok(utf8(bytes)?.to_owned())
    }
}

/// From how many bytes on it pays to set up vector instructions.
const LONG: usize = 64;

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
