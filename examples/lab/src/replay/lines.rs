//! How a replay is printed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::failure::Failure;
use crate::log::{Instant, show};

/// A signal that changed or a decision, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) at: Instant,
    pub(super) user: String,
    pub(super) change: Change,
    pub(super) reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Change {
    Signal {
        signal: String,
        raised: bool,
    },
    /// The person came into another row of a table.
    Move {
        /// `segment`, `stage`, `level` or `tier`.
        of: String,
        table: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        to: String,
    },
    /// Another pack took over.
    Pack {
        pack: String,
        version: u32,
        /// Figures that the pack before did not keep, and since when each takes in everything:
        /// without a day, from the first event on.
        counted_anew: BTreeMap<String, Option<String>>,
    },
    Decision {
        /// Number within the user's installation.
        id: u64,
        campaign: String,
        shown: bool,
        /// The gate, if it was withheld.
        #[serde(skip_serializing_if = "Option::is_none")]
        withheld_by: Option<String>,
    },
}

impl Change {
    /// `going_quiet raised`.
    fn text(&self) -> String {
        match self {
            Self::Signal { signal, raised } => {
                format!("{signal} {}", if *raised { "raised" } else { "cleared" })
            }
            Self::Move { table, from: Some(from), to, .. } => format!("{table} {from} -> {to}"),
            Self::Move { table, to, .. } => format!("{table} {to}"),
            Self::Pack { pack, version, .. } => format!("{pack} {version} in force"),
            Self::Decision { campaign, shown, .. } => {
                format!("{campaign} {}", if *shown { "shown" } else { "withheld" })
            }
        }
    }
}

#[derive(Serialize)]
struct JsonLine<'a> {
    at: String,
    user: &'a str,
    #[serde(flatten)]
    change: &'a Change,
    reason: &'a str,
}

/// Aligned columns: when, who (if there are several), what, why.
pub(super) fn text(lines: &[Line], several: bool) -> String {
    let width = |part: fn(&Line) -> usize| lines.iter().map(part).max().unwrap_or(0);
    let user = width(|line| line.user.chars().count());
    let change = width(|line| line.change.text().chars().count());
    let mut text = String::new();
    for line in lines {
        text.push_str(&show(line.at));
        if several {
            // Writing to a String does not fail.
            let _ = write!(text, "  {:user$}", line.user);
        }
        let row = format!("  {:change$}  {}", line.change.text(), line.reason);
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

/// JSON Lines.
pub(super) fn json(lines: &[Line]) -> Result<String, Failure> {
    let mut text = String::new();
    for line in lines {
        let json = serde_json::to_string(&JsonLine {
            at: line.at.rfc3339(),
            user: &line.user,
            change: &line.change,
            reason: &line.reason,
        });
        text.push_str(&json.map_err(Failure::bug)?);
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Vec<Line> {
        let line = |minutes: i64, user: &str, change, reason: &str| Line {
            at: Instant::new(1_772_326_800_000 + minutes * 60_000, 480),
            user: user.to_owned(),
            change,
            reason: reason.to_owned(),
        };
        let raised = Change::Signal { signal: "going_quiet".to_owned(), raised: true };
        let withheld = Change::Decision {
            id: 1,
            campaign: "welcome_back".to_owned(),
            shown: false,
            withheld_by: Some("quiet_hours".to_owned()),
        };
        vec![
            line(0, "u1", raised, "no `open` for 5 d"),
            line(5, "user2", withheld, "quiet hours 22:00-08:00"),
        ]
    }

    #[test]
    fn columns_are_aligned_and_the_user_is_told_if_there_are_several() {
        assert_eq!(
            text(&lines(), true),
            "2026-03-01 09:00 +08:00  u1     going_quiet raised     no `open` for 5 d\n\
             2026-03-01 09:05 +08:00  user2  welcome_back withheld  quiet hours 22:00-08:00\n"
        );
        assert!(!text(&lines(), false).contains("user2"));
    }

    #[test]
    fn json_lines_say_the_same_for_programs() {
        assert_eq!(
            json(&lines()).unwrap(),
            concat!(
                r#"{"at":"2026-03-01T09:00:00.000+08:00","user":"u1","kind":"signal","#,
                r#""signal":"going_quiet","raised":true,"reason":"no `open` for 5 d"}"#,
                "\n",
                r#"{"at":"2026-03-01T09:05:00.000+08:00","user":"user2","kind":"decision","id":1,"#,
                r#""campaign":"welcome_back","shown":false,"withheld_by":"quiet_hours","#,
                r#""reason":"quiet hours 22:00-08:00"}"#,
                "\n"
            )
        );
    }
}
