use std::fmt;

use crate::limits;
use crate::source::{Source, Spot};

/// Something in a pack's YAML that is wrong, or that may not be meant so.
///
/// Its text is `line:column  piece   message; did you mean suggestion?`: put the name of the file
/// and a colon before it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Problem {
    /// Line of the YAML, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The piece of the YAML it is about; may be empty.
    pub text: String,
    /// What is wrong, and what is allowed there.
    pub message: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}  ", self.line, self.column)?;
        if !self.text.is_empty() {
            write!(out, "{}   ", self.text)?;
        }
        out.write_str(&self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(out, "; did you mean {suggestion}?"),
            None => Ok(()),
        }
    }
}

/// The problems found so far in one source. After an error nothing of the pack is used, so what
/// could not be read may be left out: `None` needs no reason beside the problem.
pub(crate) struct Problems<'a> {
    source: &'a Source,
    errors: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl<'a> Problems<'a> {
    pub(crate) fn new(source: &'a Source) -> Self {
        Self { source, errors: Vec::new(), warnings: Vec::new() }
    }

    pub(crate) fn source(&self) -> &'a Source {
        self.source
    }

    /// Adds an error.
    pub(crate) fn add(&mut self, spot: Spot, message: impl Into<String>) {
        self.add_guessing(spot, message, None);
    }

    /// Adds an error with what was probably meant.
    pub(crate) fn add_guessing(
        &mut self,
        spot: Spot,
        message: impl Into<String>,
        suggestion: Option<String>,
    ) {
        if self.errors.len() < limits::PROBLEMS {
            self.errors.push(self.problem(spot, message.into(), suggestion));
        }
    }

    /// Adds a warning, unless the same stands already.
    pub(crate) fn warn(&mut self, spot: Spot, message: String, suggestion: Option<String>) {
        let told = self.warnings.iter().any(|known| known.message == message);
        if !told && self.warnings.len() < limits::PROBLEMS {
            self.warnings.push(self.problem(spot, message, suggestion));
        }
    }

    /// Adds a warning that is about this place only.
    pub(crate) fn warn_here(&mut self, spot: Spot, message: impl Into<String>) {
        if self.warnings.len() < limits::PROBLEMS {
            self.warnings.push(self.problem(spot, message.into(), None));
        }
    }

    fn problem(&self, spot: Spot, message: String, suggestion: Option<String>) -> Problem {
        let (line, column) = self.source.place(spot.start);
        let text = self.source.piece(spot);
        let Some((base, its_line, its_column)) = self.source.in_base(spot.start) else {
            return Problem { line, column, text, message, suggestion };
        };
        let message = format!("{}:{its_line}:{its_column}  {text}   {message}", base.file);
        Problem { line, column, text: self.source.piece(base.spot), message, suggestion }
    }

    pub(crate) fn any(&self) -> bool {
        !self.errors.is_empty()
    }

    /// The warnings, or the errors if there are any; each in order of the lines.
    pub(crate) fn finish(mut self) -> Result<Vec<Problem>, Vec<Problem>> {
        self.errors.sort();
        self.warnings.sort();
        if self.errors.is_empty() { Ok(self.warnings) } else { Err(self.errors) }
    }
}
