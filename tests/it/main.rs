//! Calls through annotated traits and through the memory API, into real guests and hostile ones.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    reason = "a test that fails panics"
)]

mod allocators;
mod arguments;
mod asynchronous;
mod bind;
mod checked;
mod conventions;
mod corners;
mod expressible;
mod forgotten;
mod guests;
mod hostile;
mod instances;
mod memory_api;
mod mistakes;
mod recognize;
mod release;
mod results;
mod support;
mod traced;
