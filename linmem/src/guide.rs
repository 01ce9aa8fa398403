//! Pages to read. They exist in the documentation only.

#[doc = include_str!("../docs/mistakes.md")]
pub mod mistakes {}

#[doc = include_str!("../docs/compiling.md")]
pub mod compiling {}

#[doc = include_str!("../docs/speed.md")]
pub mod speed {}
