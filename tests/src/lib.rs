//! The README's Rust blocks, compiled and run as doctests. The integration tests are beside this file.
#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}
