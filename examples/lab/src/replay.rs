//! What signals and decisions a log would have brought about.

mod lines;
mod run;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use staykit_core::event::Currency;

use crate::failure::Failure;
use crate::log::{Columns, Instant, Log, Reading, Typing, add_launches, read_csv, read_json_lines};

/// What to replay, and how.
#[derive(Debug)]
pub(crate) struct Replay {
    pub(crate) events: PathBuf,
    pub(crate) pack: Option<PathBuf>,
    /// The pack that takes over, and when.
    pub(crate) then: Option<(PathBuf, Instant)>,
    pub(crate) names: BTreeMap<String, String>,
    pub(crate) currency: Option<Currency>,
    pub(crate) json: bool,
    pub(crate) columns: Columns,
}

/// Replays and prints every change, ordered by time, then by user.
pub(crate) fn run(replay: &Replay) -> Result<(), Failure> {
    let (text, refused) = replay.text()?;
    // A reader who has seen enough closes the pipe.
    let _ = io::stdout().lock().write_all(text.as_bytes());
    if let Some((first, count)) = refused {
        let _ = writeln!(io::stderr(), "{count} events refused; the first: {first}");
    }
    Ok(())
}

impl Replay {
    /// All that is printed, and the first refusal with the number of all.
    fn text(&self) -> Result<(String, Option<(String, usize)>), Failure> {
        let pack = self.pack.as_deref().map(crate::packs::load).transpose()?;
        let then = match &self.then {
            Some((file, at)) => Some(run::Then { pack: crate::packs::load(file)?, at: *at }),
            None => None,
        };
        let mut log = self.read()?;
        add_launches(&mut log);
        let mut replayed = run::replay(&log, pack.as_ref(), then.as_ref())?;
        replayed.lines.sort_by(|a, b| (a.at.wall_ms, &a.user).cmp(&(b.at.wall_ms, &b.user)));
        let text = if self.json {
            lines::json(&replayed.lines)?
        } else {
            lines::text(&replayed.lines, log.people.len() > 1)
        };
        let count = replayed.refused.len();
        let first = replayed.refused.into_iter().next();
        Ok((text, first.map(|first| (first, count))))
    }

    fn read(&self) -> Result<Log, Failure> {
        let reading = Reading { typing: Typing::new(self.currency), names: self.names.clone() };
        let extension = self.events.extension();
        if extension.is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
            read_csv(&self.events, &self.columns, &reading)
        } else {
            read_json_lines(&self.events, &reading)
        }
    }
}

#[cfg(test)]
mod tests;
