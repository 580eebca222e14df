//! Scores and tables in words.

use std::fmt::{self, Write};

use staykit_core::profile::Feature;
use staykit_core::rules::{Factor, Program, Row, Scale, Score, Table};

use super::{Description, in_words, write_texts};

impl Description<'_> {
    pub(super) fn write_score(&self, score: &Score, out: &mut String) -> fmt::Result {
        writeln!(out, "\nscore {}", score.name)?;
        for factor in &score.factors {
            self.write_factor(factor, out)?;
        }
        write_texts("says", &score.says, out)
    }

    fn write_factor(&self, factor: &Factor, out: &mut String) -> fmt::Result {
        let of = self.reprint().condition(&factor.of);
        let points = |hundredths: &i64| {
            // Points are bounded far below what a float holds exactly.
            f64::from(i32::try_from(*hundredths).unwrap_or(i32::MAX)) / 100.0
        };
        write!(out, "  {}: {of}: ", factor.name)?;
        match &factor.scale {
            Scale::Steps(steps) => {
                let step = |(from, hundredths): &(f64, i64)| {
                    format!("{} from {}", points(hundredths), self.value(&factor.of, *from))
                };
                let steps: Vec<String> = steps.iter().map(step).collect();
                writeln!(out, "{}", steps.join(", "))?;
            }
            Scale::Linear { from, to, hundredths } => {
                let (from, to) = (self.value(&factor.of, *from), self.value(&factor.of, *to));
                writeln!(out, "0 to {} from {from} to {to}", points(hundredths))?;
            }
        }
        write_texts("", &factor.says, out)
    }

    pub(super) fn write_table(&self, table: &Table, out: &mut String) -> fmt::Result {
        writeln!(out, "\n{} {}", table.kind, table.name)?;
        if let Some(of) = &table.of {
            let keeps = if table.keeps { ", never falls" } else { "" };
            writeln!(out, "  of     {}{keeps}", self.reprint().condition(of))?;
        }
        table.rows.iter().try_for_each(|row| self.write_row(table, row, out))
    }

    fn write_row(&self, table: &Table, row: &Row, out: &mut String) -> fmt::Result {
        let mut parts = Vec::new();
        if let Some(of) = &table.of {
            parts.push(format!("from {}", self.value(of, row.from)));
        }
        if (row.multiplier - 1.0).abs() > 0.0 {
            parts.push(format!("multiplier {}", row.multiplier));
        }
        if let Some(enter) = &row.enter {
            parts.push(format!("when {}", self.reprint().condition(enter)));
        }
        if let Some(stay) = &row.stay {
            parts.push(format!("stays while {}", self.reprint().condition(stay)));
        }
        if row.at_least_ms > 0 {
            parts.push(format!("at least {}", in_words(row.at_least_ms)));
        }
        if parts.is_empty() {
            parts.push("otherwise".to_owned());
        }
        writeln!(out, "  {}: {}", row.name, parts.join("; "))?;
        write_texts("", &row.says, out)
    }

    /// A value as what it is compared with is written.
    fn value(&self, of: &Program, value: f64) -> String {
        let duration = of
            .features()
            .iter()
            .any(|number| self.pack.definitions.feature(*number).is_some_and(Feature::is_duration));
        if duration && of.ops().count() == 1 && value > 0.0 {
            #[expect(clippy::cast_possible_truncation, reason = "for people to read")]
            return in_words(value as i64);
        }
        value.to_string()
    }
}
