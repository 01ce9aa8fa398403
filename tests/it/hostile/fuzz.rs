//! Whatever a guest returns and whatever its allocator hands out: an error of a few kinds or a value, never a panic.

use crate::support::{handle, instance, wat};
use bytemuck::{Pod, Zeroable};
use linmem::{Bound, Error, ErrorKind, Handle, Record, Result, results, wasm_import};
use std::collections::BTreeMap;
use wasmtime::Store;

#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable, Record)]
#[repr(C)]
struct Entry {
    key: u64,
    value: u32,
    flags: u32,
}

#[wasm_import]
trait Liar {
    fn set(&mut self, packed: u64, block: u32) -> Result<()>;
    fn calls(&mut self) -> Result<u32>;

    fn packed_text(&mut self, text: &str) -> Result<String>;
    fn packed_longs(&mut self, longs: &[u64]) -> Result<Vec<u64>>;
    fn packed_borrowed(&mut self, text: &str) -> Result<&str>;
    #[wasm(returns = results::Packed)]
    fn packed_entry(&mut self, entry: Entry) -> Result<Option<Entry>>;

    fn pair_text(&mut self, text: &str) -> Result<Option<String>>;
    fn pair_longs(&mut self, longs: &mut [u64]) -> Result<&[u64]>;
    #[wasm(returns = results::Static<results::Pair>)]
    fn pair_static(&mut self, text: &str) -> Result<&[u8]>;

    fn area_text(&mut self, text: &str) -> Result<String>;
    fn area_longs(&mut self, longs: &[u64]) -> Result<Vec<u64>>;
    fn area_entry(&mut self, entry: &Entry) -> Result<Option<Entry>>;
    fn area_letter(&mut self, text: &str) -> Result<Option<char>>;

    fn pointer_text(&mut self, text: &str) -> Result<&str>;
    fn pointer_entry(&mut self, entry: &mut Entry) -> Result<Entry>;
}

fn liar() -> wasmtime::Module {
    let functions = |names: &[&str], ty: &str, body: &str| -> String {
        names
            .iter()
            .map(|name| {
                let params = if name.ends_with("entry") { "i32" } else { "i32 i32" };
                format!(r#"(func (export "{name}") {} {body})"#, ty.replace("PARAMS", params))
            })
            .collect()
    };
    let upper = "(i32.wrap_i64 (i64.shr_u (global.get $packed) (i64.const 32)))";
    let lower = "(i32.wrap_i64 (global.get $packed))";
    wat(&format!(
        r#"(module (memory (export "memory") 2)
          (global $packed (mut i64) (i64.const 0))
          (global $block (mut i32) (i32.const 0))
          (global $calls (mut i32) (i32.const 0))
          (func (export "set") (param i64 i32)
            (global.set $packed (local.get 0)) (global.set $block (local.get 1)))
          (func (export "calls") (result i32) (global.get $calls))
          (func (export "malloc") (param i32) (result i32)
            (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
            ;; Every other block lies elsewhere, so that two may overlap, or not.
            (if (result i32) (i32.and (global.get $calls) (i32.const 1))
              (then (global.get $block))
              (else (i32.rotl (global.get $block) (i32.const 3)))))
          (func (export "free") (param i32))
          {} {} {} {})"#,
        functions(
            &["packed_text", "packed_longs", "packed_borrowed", "packed_entry"],
            "(param PARAMS) (result i64)",
            "(global.get $packed)"
        ),
        functions(
            &["pair_text", "pair_longs", "pair_static"],
            "(param PARAMS) (result i32 i32)",
            &format!("{upper} {lower}")
        ),
        functions(&["area_text", "area_longs", "area_entry", "area_letter"], "(param PARAMS) (result i32)", upper),
        functions(
            &["pointer_text", "pointer_entry"],
            "(param i32 PARAMS)",
            "(i64.store align=1 (local.get 0) (i64.rotl (global.get $packed) (i64.const 32)))"
        ),
    ))
}

/// Marsaglia's xorshift64.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A number such as a guest might give for an address or a length: mostly near a limit.
    fn number(&mut self) -> u32 {
        let number = match self.below(8) {
            0 => 0,
            1 => self.below(32),
            2 => 131_072 - 32 + self.below(64),
            3 => (1 << 31) - 8 + self.below(16),
            4 => (1 << 32) - 1 - self.below(32),
            5 => self.below(1024) * 16,
            6 => self.below(131_072),
            _ => self.next(),
        };
        (number & u64::from(u32::MAX)) as u32
    }
}

/// The kinds that a liar can be told of by; it never traps.
fn kind(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::OutOfBounds { region, memory } => {
            assert!(region.end().is_none_or(|end| end > *memory), "{error}");
            "OutOfBounds"
        }
        ErrorKind::Misaligned { pointer, align } => {
            assert_ne!(pointer % align, 0, "{error}");
            "Misaligned"
        }
        ErrorKind::Overlap { region, held } => {
            assert!(region.overlaps(*held), "{error}");
            "Overlap"
        }
        ErrorKind::BadAllocation { region, memory } => {
            assert!(region.end().is_none_or(|end| end > *memory), "{error}");
            "BadAllocation"
        }
        ErrorKind::Null => "Null",
        ErrorKind::InvalidUtf8 { .. } => "InvalidUtf8",
        ErrorKind::InvalidValue { ty: "char", .. } => "InvalidValue",
        ErrorKind::WrongSize { size: 16, .. } => "WrongSize",
        ErrorKind::OutOfMemory { .. } => "OutOfMemory",
        other => panic!("unexpected: {other:?}"),
    }
}

fn call(guest: &mut impl Liar, which: u64, text: &str, longs: &mut [u64]) -> Result<()> {
    let mut entry = Entry { key: 1, value: 2, flags: 3 };
    match which {
        0 => guest.packed_text(text).map(drop),
        1 => guest.packed_longs(longs).map(drop),
        2 => guest.packed_borrowed(text).map(|text| assert!(text.len() <= 131_072)),
        3 => guest.packed_entry(entry).map(drop),
        4 => guest.pair_text(text).map(drop),
        5 => guest.pair_longs(longs).map(|longs| assert!(longs.len() <= 131_072 / 8)),
        6 => guest.pair_static(text).map(|bytes| assert!(bytes.len() <= 131_072)),
        7 => guest.area_text(text).map(drop),
        8 => guest.area_longs(longs).map(drop),
        9 => guest.area_entry(&entry).map(drop),
        10 => guest.area_letter(text).map(drop),
        11 => guest.pointer_text(text).map(|text| assert!(text.len() <= 131_072)),
        _ => guest.pointer_entry(&mut entry).map(drop),
    }
}

/// The same numbers, as the memory API is given them by a user who called the guest himself.
fn get_output(
    guest: &mut Bound<&mut Store<()>, LiarExports, &mut Handle<LiarExports>>,
    which: u64,
    packed: u64,
) -> Result<()> {
    let (upper, lower) = ((packed >> 32) as u32, (packed & u64::from(u32::MAX)) as u32);
    let mut memory = Bound::memory(guest)?;
    let output = match which {
        0 => memory.get_output(packed)?,
        1 => memory.get_output((upper, lower))?,
        _ => memory.get_output(upper)?,
    };
    assert!(output.as_slice().len() <= 131_072);
    output.as_str().map(drop)?;
    match output.as_slice_of::<u64>() {
        // The wrong size is told in another way than for a record.
        Err(error) if output.len() % 8 != 0 => {
            kind_of_slice(&error);
            Ok(())
        }
        outcome => outcome.map(drop),
    }
}

/// Bytes that are no whole number of elements.
fn kind_of_slice(error: &Error) {
    assert!(matches!(error.kind(), ErrorKind::Misaligned { .. } | ErrorKind::WrongSize { size: 8, .. }), "{error}");
}

const ROUNDS: u32 = 20_000;

#[test]
fn whatever_a_guest_returns_the_host_does_not_panic() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut store, instance) = instance(&liar());
    let memory = instance.get_memory(&mut store, "memory").unwrap();
    let mut handle = handle::<LiarExports>(&mut store, &instance);
    let long = "x".repeat(70_000);
    let mut seen = BTreeMap::<&str, u32>::new();
    for round in 0..ROUNDS {
        if round % 64 == 0 {
            // The guest's own bytes are as arbitrary; a few of them are letters.
            let ascii = round % 128 == 0;
            memory.data_mut(&mut store).fill_with(|| random.next().to_le_bytes()[3] & if ascii { 0x7f } else { 0xff });
        }
        let mut guest = handle.bind(&mut store).unwrap();
        let packed = u64::from(random.number()) << 32 | u64::from(random.number());
        guest.set(packed, random.number()).unwrap();
        let text = match random.below(8) {
            0 => "",
            1 => &long,
            n => &long[..1 + random.below(60 * n) as usize],
        };
        let mut longs = vec![7; random.below(40) as usize];
        let by_hand = random.below(8) == 0;
        let outcome = if by_hand {
            get_output(&mut guest, random.below(3), packed)
        } else {
            call(&mut guest, random.below(13), text, &mut longs)
        };
        *seen.entry(outcome.as_ref().map_or_else(kind, |()| "Ok")).or_default() += 1;
        if let Err(error) = &outcome {
            assert!(by_hand || error.export().is_some() && error.place().is_some(), "{error}");
            assert_eq!(error.to_string().lines().count(), 1);
        }
        // Still usable: a call without memory always works, and so does giving everything back.
        guest.calls().unwrap();
        if random.below(3) == 0 {
            Bound::trim(&mut guest).unwrap();
        }
        assert!(!handle.is_poisoned());
    }
    let kinds = [
        "BadAllocation",
        "InvalidUtf8",
        "InvalidValue",
        "Misaligned",
        "Null",
        "Ok",
        "OutOfBounds",
        "OutOfMemory",
        "Overlap",
        "WrongSize",
    ];
    assert_eq!(seen.keys().copied().collect::<Vec<_>>(), kinds, "every kind was met: {seen:?}");
}
