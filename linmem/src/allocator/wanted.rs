//! What an allocator asks of a module.

use super::exported::{Allocate, Release};
use crate::bind::{Callable, Helper};
use crate::core::{Pointer, Signature};
use crate::interface::Settings;

/// The exports that an allocator calls. All of it is constant, so that a module can be asked for them while a crate
/// compiles, too.
#[derive(Debug, Clone, Copy)]
pub struct Wanted(pub(crate) Exports);

/// See [`Wanted`].
#[derive(Debug, Clone, Copy)]
pub(crate) enum Exports {
    /// These.
    Each { allocate: &'static [Helper], release: &'static [Helper] },
    /// One that allocates, and perhaps one that releases.
    Pair(Pair),
}

/// The pair that the user names, or else the first of some that the module has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) allocate: &'static [Signature],
    pub(crate) release: &'static [Signature],
    /// Each with the one that releases; an empty name is that of none.
    pub(crate) known: &'static [(&'static str, &'static str)],
    pub(crate) otherwise: Otherwise,
}

/// What becomes of a module that has none of the pairs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Otherwise {
    /// It is a fault.
    Fault,
    /// The host keeps an arena; unless there is an allocator after all, which another convention calls, or none.
    Arena,
}

impl Pair {
    pub(crate) const fn of<X: Pointer>(known: &'static [(&'static str, &'static str)], otherwise: Otherwise) -> Self {
        let (allocate, release) = (Allocate::<X>::SIGNATURES, Release::<X>::SIGNATURES);
        Pair { allocate, release, known, otherwise }
    }
}

impl Wanted {
    /// None at all.
    pub const NOTHING: Self = Wanted::new(&[], &[]);

    /// Some that allocate, and some that release, in the order in which they are resolved.
    #[must_use]
    pub const fn new(allocate: &'static [Helper], release: &'static [Helper]) -> Self {
        Wanted(Exports::Each { allocate, release })
    }

    pub(crate) const fn pair<X: Pointer>(known: &'static [(&'static str, &'static str)], otherwise: Otherwise) -> Self {
        Wanted(Exports::Pair(Pair::of::<X>(known, otherwise)))
    }

    /// Whether a trait cannot do without. Scalars alone can be passed to any module, whatever its allocator is.
    pub(crate) const fn is_needed(&self, needs_memory: bool, settings: &Settings<'_>) -> bool {
        needs_memory || settings.allocator.is_some() || matches!(self.0, Exports::Each { .. })
    }
}
