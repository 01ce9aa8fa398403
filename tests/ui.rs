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

/// Faults between a trait and the module that it names. The cases find their modules by a variable, because trybuild
/// compiles them in a crate of its own; and as a test cannot set one for itself, it runs itself again.
#[cfg(feature = "rustc-messages")]
#[test]
fn messages_of_rustc_about_modules() -> std::io::Result<()> {
    use std::{env, path::Path, process::Command};
    const MODULES: &str = "UI_MODULES";
    if env::var_os(MODULES).is_some() {
        trybuild::TestCases::new().compile_fail("ui-module/*.rs");
        return Ok(());
    }
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui-module");
    let mut again = Command::new(env::current_exe()?);
    again.args(["--exact", "messages_of_rustc_about_modules", "--nocapture"]).env(MODULES, modules);
    assert!(again.status()?.success());
    Ok(())
}
