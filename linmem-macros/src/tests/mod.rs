//! What the macros write, and what they say. That the expansion compiles is for linmem's own tests
//! to show.

mod messages;
#[cfg(feature = "module")]
mod modules;
mod snapshots;
