//! How an error reads.

use super::{Error, ErrorKind};
use std::fmt;

impl Error {
    /// The message, without what caused it.
    fn message(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.export, self.0.place) {
            (Some(export), Some(place)) => write!(f, "`{export}`, {place}: {}", self.0.kind)?,
            (Some(export), None) => write!(f, "`{export}`: {}", self.0.kind)?,
            (None, Some(place)) => write!(f, "{place}: {}", self.0.kind)?,
            (None, None) => write!(f, "{}", self.0.kind)?,
        }
        self.0.hint.map_or(Ok(()), |hint| write!(f, "; {hint}"))
    }

    fn causes(&self) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
        std::iter::successors(std::error::Error::source(self), |error| error.source())
    }
}

/// `{}` is the message alone, and for [`ErrorKind::Instantiate`] the first line of its cause, too, which
/// tells what to do. `{:#}` is the message and all that caused it, in one line.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message(f)?;
        if f.alternate() {
            // wasmtime's backtraces and the text format's errors have lines of their own.
            return self.causes().try_for_each(|cause| {
                f.write_str(":")?;
                cause.to_string().split_whitespace().try_for_each(|word| write!(f, " {word}"))
            });
        }
        let ErrorKind::Instantiate(cause) = &self.0.kind else { return Ok(()) };
        let is_trap = cause.downcast_ref::<wasmtime::WasmBacktrace>().is_some();
        let cause = if is_trap { cause.root_cause().to_string() } else { cause.to_string() };
        // The names in it are the guest's.
        let line = cause.lines().next().unwrap_or_default();
        write!(f, ": {}", line.replace(char::is_control, "\u{fffd}"))
    }
}

/// As wasmtime's errors: the message and what caused it, for a `main` that returns an error, and for `unwrap`. The fields
/// are shown by `{:#?}`.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            return self.0.fmt(f);
        }
        self.message(f)?;
        if self.causes().next().is_some() {
            f.write_str("\n\nCaused by:")?;
        }
        self.causes().try_for_each(|cause| write!(f, "\n    {cause}"))
    }
}
