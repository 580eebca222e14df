//! Why a part or a command failed.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::tool::Tool;

/// Why a part or a command failed, in words for the person at the terminal.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A tool is not on this machine.
    Missing(&'static Tool),
    /// A command ended with an error.
    Ended {
        /// The command as typed.
        line: String,
        /// Its exit code; none if a signal ended it.
        code: Option<i32>,
        /// The telling end of what it printed.
        excerpt: String,
        /// Everything it printed.
        log: PathBuf,
    },
    /// A check ran and found faults, one a line.
    Found(Vec<String>),
    /// A file or process could not be had.
    Io {
        /// What was being done.
        doing: String,
        /// What the system answered.
        source: io::Error,
    },
}

impl Failure {
    /// Turns an I/O error into a failure that says what was being done.
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }

    /// Like [`Failure::io`], for a file.
    pub(crate) fn file(verb: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        Self::io(format!("{verb} {}", path.display()))
    }

    /// One line for the table.
    pub(crate) fn summary(&self) -> String {
        match self {
            Self::Missing(tool) => format!("{} is missing", tool.name),
            Self::Ended { line, code: Some(code), .. } => format!("`{line}` ended with {code}"),
            Self::Ended { line, code: None, .. } => format!("`{line}` was killed"),
            Self::Found(faults) if faults.len() == 1 => "1 fault".to_owned(),
            Self::Found(faults) => format!("{} faults", faults.len()),
            Self::Io { .. } => self.to_string(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(tool) => {
                write!(out, "{} is missing; get it with: {}", tool.name, tool.install)
            }
            Self::Ended { excerpt, log, .. } => {
                write!(out, "{excerpt}{} (all of it: {})", self.summary(), log.display())
            }
            Self::Found(faults) => out.write_str(&faults.join("\n")),
            Self::Io { doing, source } => write!(out, "cannot {doing}: {source}"),
        }
    }
}
