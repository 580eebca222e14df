//! What reading a log of any form needs to know.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::{Entry, Instant, Raw, Typing};
use crate::failure::Failure;

/// How to understand a log.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) typing: Typing,
    /// Names to replace.
    pub(crate) names: BTreeMap<String, String>,
}

/// A line of a file, for errors.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    line: u64,
}

impl Place {
    pub(super) fn new(path: &Path, line: u64) -> Self {
        Self { path: path.to_owned(), line }
    }

    pub(super) fn fault(&self, what: impl fmt::Display, next: impl fmt::Display) -> Failure {
        Failure::new(format_args!("{}:{}: {what}", self.path.display(), self.line), next)
    }
}

impl Reading {
    pub(super) fn entry(
        &self,
        place: &Place,
        at: &str,
        name: &str,
        properties: Vec<(String, Raw)>,
    ) -> Result<Entry, Failure> {
        let at = Instant::parse(at).ok_or_else(|| {
            place.fault(
                format_args!("`{at}` is no time"),
                "write times as RFC 3339, such as 2026-03-01T09:00:00+08:00",
            )
        })?;
        let name = self.names.get(name).map_or(name, String::as_str);
        let properties = self.typing.apply(name, properties).map_err(|property| {
            place.fault(
                format_args!("`{property}` of `{name}` is an amount without a currency"),
                "add --currency USD (or another ISO 4217 code), or a property `currency`",
            )
        })?;
        Ok(Entry { at, name: name.to_owned(), properties })
    }
}
