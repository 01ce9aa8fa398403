//! What an error in reading a result says besides: which other convention what came back looks like.

use crate::support::{bind, wat};
use linmem::results::{
    AllOnes, ByType, Failing, FreedBy, LengthBefore, LengthPrefixed, Negative, NulTerminated, Static,
};
use linmem::{ErrorKind, Place, Result, export_names, wasm_import};

const GUEST: &str = include_str!("hints.wat");

export_names!(Free = "free");

/// The same, whether the form of a result is told when the module is bound or while the crate compiles.
macro_rules! hints {
    ($name:ident: $($option:tt)*) => {
        mod $name {
            use super::*;

            #[wasm_import($($option)*)]
            trait Guest {
                fn greeting(&mut self) -> Result<String>;
                #[wasm(returns = Static)]
                fn constant(&mut self) -> Result<&str>;
                fn unaligned(&mut self) -> Result<Option<String>>;
                #[wasm(returns = Static<NulTerminated>)]
                fn text(&mut self) -> Result<&str>;
                #[wasm(returns = Failing<LengthPrefixed, AllOnes>)]
                fn prefixed(&mut self) -> Result<Vec<u8>>;
                #[wasm(returns = LengthBefore)]
                fn before(&mut self) -> Result<Vec<u64>>;
                fn lengths(&mut self) -> Result<Vec<u8>>;
                #[wasm(returns = Static)]
                fn static_lengths(&mut self) -> Result<&str>;
                fn point(&mut self) -> Result<[u32; 2]>;
                fn echo(&mut self, text: &str) -> Result<String>;
                fn failed(&mut self) -> Result<String>;
                #[wasm(returns = NulTerminated)]
                fn failed_text(&mut self) -> Result<String>;
                #[wasm(returns = LengthBefore)]
                fn failed_before(&mut self) -> Result<String>;
                fn failed_packed(&mut self) -> Result<String>;
                fn code(&mut self) -> Result<String>;
                fn outside(&mut self) -> Result<String>;
                #[wasm(returns = Failing<ByType, AllOnes>)]
                fn judged(&mut self) -> Result<String>;
                #[wasm(returns = Failing<NulTerminated, AllOnes>)]
                fn judged_text(&mut self) -> Result<String>;
                #[wasm(returns = Failing<LengthBefore, AllOnes>)]
                fn judged_before(&mut self) -> Result<Vec<u16>>;
                #[wasm(returns = Failing<Static, Negative>)]
                fn judged_code(&mut self) -> Result<&str>;
                #[wasm(returns = FreedBy<Free>)]
                fn freed(&mut self) -> Result<String>;
                fn edge(&mut self) -> Result<String>;
            }

            #[test]
            fn a_c_string_that_is_taken_for_a_return_area_is_told() {
                let mut guest = bind::<GuestExports>(&wat(GUEST));
                assert_eq!(guest.text().unwrap(), "Hello, world");
                let error = guest.greeting().unwrap_err();
                assert_eq!(
                    error.to_string(),
                    "`greeting`, result: 1998597231 bytes at 0x6c6c6548 are outside the guest's memory of 65536 bytes; an \
                     address and a length are looked for where the returned address points: if it points at a C string \
                     instead, write `linmem::results::NulTerminated` in place of `ReturnArea` or `ByType`, within \
                     `Static<…>` if nobody frees it; with a count there or before it, `LengthPrefixed` or `LengthBefore`"
                );
                let hint = error.hint();
                assert_eq!(guest.constant().map(drop).unwrap_err().hint(), hint);
                assert_eq!(guest.freed().unwrap_err().hint(), hint);
                assert_eq!(guest.edge().unwrap_err().hint(), hint, "it may be a string at the end of memory");
                let error = guest.unaligned().unwrap_err();
                assert_eq!((error.place(), error.hint()), (Some(Place::ReturnArea), hint));
                assert!(matches!(error.kind(), ErrorKind::Misaligned { pointer: 17, align: 4 }), "{error}");
            }

            #[test]
            fn other_forms_tell_which_look_like_them() {
                let mut guest = bind::<GuestExports>(&wat(GUEST));
                assert!(guest.prefixed().unwrap_err().hint().is_some_and(|hint| hint.contains("results::LengthBefore`")));
                let error = guest.lengths().unwrap_err();
                assert!(error.hint().is_some_and(|hint| hint.contains("results::PackedLenPtr`")), "{error}");
                assert_eq!(guest.before().unwrap(), [], "there is a zero before the text");
            }

            #[test]
            fn what_stays_the_guests_is_not_to_be_freed_by_a_hint() {
                let error = bind::<GuestExports>(&wat(GUEST)).static_lengths().map(drop).unwrap_err();
                let hint = error.hint().unwrap();
                assert!(hint.contains("in place of `Packed` or `ByType`, within `Static<…>`"), "{hint}");
                assert!(!hint.contains("returns ="), "{hint}");
            }

            #[test]
            fn a_value_was_not_read_from_an_address_and_a_length() {
                let error = bind::<GuestExports>(&wat(GUEST)).point().unwrap_err();
                assert!(matches!(error.kind(), ErrorKind::OutOfBounds { .. }), "{error}");
                assert_eq!(error.hint(), None);
            }

            #[test]
            fn a_result_inside_its_argument_came_by_the_right_convention() {
                let error = bind::<GuestExports>(&wat(GUEST)).echo("argument").unwrap_err();
                assert!(matches!(error.kind(), ErrorKind::Overlap { .. }), "{error}");
                assert_eq!(error.hint(), None);
            }

            #[test]
            fn minus_one_is_no_address_and_may_mean_failure() {
                let mut guest = bind::<GuestExports>(&wat(GUEST));
                let errors = [guest.failed(), guest.failed_text(), guest.failed_before(), guest.failed_packed()];
                for error in errors.map(Result::unwrap_err) {
                    let hint = error.hint().unwrap_or_default();
                    assert!(hint.starts_with("the address is −1"), "{error}");
                    assert!(hint.contains("linmem::results::Failing<R, linmem::results::AllOnes>`"), "{error}");
                }
                let error = guest.code().unwrap_err();
                assert!(error.hint().is_some_and(|hint| hint.contains("results::Negative>`")), "{error}");
                assert_eq!(guest.outside().unwrap_err().hint(), None, "nothing lies there");
            }

            #[test]
            fn the_hint_for_failure_is_right() {
                let mut guest = bind::<GuestExports>(&wat(GUEST));
                let errors = [guest.judged().map(drop), guest.judged_text().map(drop), guest.judged_before().map(drop)];
                for error in errors.map(Result::unwrap_err) {
                    assert!(matches!(error.kind(), ErrorKind::Guest { code: -1, message: None }), "{error}");
                }
                let error = guest.judged_code().map(drop).unwrap_err();
                assert!(matches!(error.kind(), ErrorKind::Guest { code: -5, message: None }), "{error}");
            }
        }
    };
}
hints!(when_bound:);
hints!(while_compiling: module = "it/results/hints.wat");
