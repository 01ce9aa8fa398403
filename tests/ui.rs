//! What a user is told who makes a mistake in a trait. `TRYBUILD=overwrite` accepts what the compiler says now.
#![forbid(unsafe_code)]

/// Messages that the macros write: the same with every toolchain.
#[test]
fn messages_of_the_macros() {
    trybuild::TestCases::new().compile_fail("ui/*/*.rs");
}

/// Messages that rustc writes, with ours among them. Their wording is rustc's, so they hold for one version of it, and a
/// feature switches them on where that version runs.
#[cfg(feature = "rustc-messages")]
#[test]
fn messages_of_rustc() {
    trybuild::TestCases::new().compile_fail("ui-rustc/*.rs");
}
