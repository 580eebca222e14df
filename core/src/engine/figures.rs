//! Every figure that the active pack keeps, for whoever inspects it.

use serde::Serialize;

use super::Engine;
use super::error::Error;
use super::live::Live;
use super::shared::lock;
use super::understanding::{Words, wall_ms};
use crate::profile::{Scalar, ValidFrom};
use crate::rules::{Comparison, Program, Reading, Readings, Relation};
use crate::text::Language;
use crate::time::{ClockReading, Stamp, civil};

/// One figure that the active pack keeps.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// What it measures.
    pub says: Words,
    /// What it is now; durations in ms. `None` if there is nothing it could be made of.
    pub value: Option<Scalar>,
    /// From when on it takes in all that happened, by the wall clock of now, ms since
    /// 1970-01-01T00:00Z; `None` if from the first event on.
    pub valid_from_ms: Option<i64>,
    /// Whether what the buffer holds has yet to be taken in.
    pub unfilled: bool,
}

impl Engine {
    /// Every figure that the active pack keeps, in the order of its features. For inspectors and
    /// tests: they are many.
    pub fn figures(&self) -> Result<Vec<Figure>, Error> {
        let mut hot = lock(&self.shared.hot);
        let reading = self.shared.reading()?;
        Ok(hot.live()?.figures(&reading))
    }
}

impl Live {
    fn figures(&self, reading: &ClockReading) -> Vec<Figure> {
        let stamp = self.state.timeline.stamp(reading);
        let pass = self.pass(&stamp);
        let values = Reading { pass: &pass, signals: &self.state.signals };
        let figure = |(number, feature): (u16, &crate::profile::Feature)| {
            let value = values.read(number);
            let scalar = value.unwrap_or(Scalar::Flag(true));
            let compared = (Relation::Equal, scalar, scalar, true);
            let named = (pass.definitions, pass.rules);
            let says = Comparison::named(feature.clone(), compared, &values, named)?;
            let valid = self.state.profile.valid_from(number, pass.definitions);
            Some(Figure {
                says: Words::of(|language| says.subject(language)),
                value,
                valid_from_ms: match valid {
                    ValidFrom::Instant(at) => Some(wall_ms(at, &stamp)),
                    _ => None,
                },
                unfilled: valid == ValidFrom::Unfilled,
            })
        };
        (0..).zip(pass.definitions.features()).filter_map(figure).collect()
    }

    /// Since when what a condition reads is counted, if it is not since the first event; in words
    /// behind an explanation.
    pub(super) fn counted_since(
        &self,
        program: &Program,
        stamp: &Stamp,
    ) -> impl Fn(Language) -> String {
        let (profile, definitions) = (&self.state.profile, &self.pack.definitions);
        let valid = program.features().iter().filter_map(|number| {
            match profile.valid_from(*number, definitions) {
                ValidFrom::Instant(at) => Some(at),
                _ => None,
            }
        });
        let day = valid.max().map(|at| civil::date(stamp.reading.zone.day(wall_ms(at, stamp))));
        move |language| match (day, language) {
            (None, _) => String::new(),
            (Some((year, month, day)), Language::English) => {
                format!("; counted since {year:04}-{month:02}-{day:02}")
            }
            (Some((year, month, day)), Language::Chinese) => {
                format!("；自{year:04}-{month:02}-{day:02}起统计")
            }
        }
    }
}
