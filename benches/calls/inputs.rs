//! What is sent.

pub(crate) fn bytes(size: usize) -> Vec<u8> {
    (0..size).map(|i| (i * 31 + 7) as u8).collect()
}

pub(crate) fn ascii(size: usize) -> String {
    "The quick brown fox jumps over the lazy dog. ".chars().cycle().take(size).collect()
}

/// One to four bytes a character, cut at the last that fits, and filled up.
pub(crate) fn mixed(size: usize) -> String {
    let mut text = String::with_capacity(size);
    for c in "Grüße, Привет, 你好, こんにちは, שלום, 🦀! ".chars().cycle() {
        if text.len() + c.len_utf8() > size {
            break;
        }
        text.push(c);
    }
    text.extend(std::iter::repeat_n('.', size - text.len()));
    text
}

pub(crate) fn doubles(size: usize) -> Vec<f64> {
    (0..size / 8).map(|i| i as f64 + 0.5).collect()
}

pub(crate) fn floats(size: usize) -> Vec<f32> {
    (0..size / 4).map(|i| i as f32 + 0.5).collect()
}
