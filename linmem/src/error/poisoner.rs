//! Who poisoned an instance.

use std::fmt;

/// What was running when an instance was poisoned: the export's name, or a description.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Poisoner(pub(crate) Option<&'static str>);

impl Poisoner {
    /// The export that was called, or `None` for a call through the memory API.
    #[must_use]
    pub fn export(self) -> Option<&'static str> {
        self.0
    }
}

impl fmt::Display for Poisoner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(export) => write!(f, "`{export}`"),
            None => f.write_str("a call"),
        }
    }
}
