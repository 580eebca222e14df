//! What went wrong and what to do next.

use std::fmt;
use std::path::Path;

/// The end of a command: one line of what failed, one of what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    what: String,
    next: String,
    code: u8,
}

impl Failure {
    /// `next` tells the reader what to do now.
    pub(crate) fn new(what: impl fmt::Display, next: impl fmt::Display) -> Self {
        Self { what: what.to_string(), next: next.to_string(), code: 1 }
    }

    /// With another exit code than 1.
    pub(crate) fn with_code(self, code: u8) -> Self {
        Self { code, ..self }
    }

    pub(crate) fn code(&self) -> u8 {
        self.code
    }

    /// For `map_err` on what is done with a file: `Failure::file("read", path)`.
    pub(crate) fn file<E: fmt::Display>(verb: &str, path: &Path) -> impl FnOnce(E) -> Self {
        move |error| {
            Self::new(
                format_args!("cannot {verb} {}: {error}", path.display()),
                "check that the path is right and that there is room and permission",
            )
        }
    }

    /// For what only a fault of this program explains.
    pub(crate) fn bug(what: impl fmt::Display) -> Self {
        Self::new(what, "this should not happen: please report it with the command you ran")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}\n  {}", self.what, self.next)
    }
}

impl std::error::Error for Failure {}
