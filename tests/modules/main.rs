//! Modules that others have published, bound as they are, against known answers.
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

mod base64;
mod dhi;
mod gzip;
mod lodepng;
mod published;
mod snappy;
mod xxhash;
