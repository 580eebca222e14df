//! What functions take: names, texts, windows, durations.

use std::ops::Range;

use staykit_core::event::PropertyType;
use staykit_core::event::limits::{NAME, PROPERTY_NAME};
use staykit_core::pack::limits::{NAMES, TEXT};
use staykit_core::profile::{Unit, Window, limits};

use super::DURATIONS;
use super::check::Checker;
use super::syntax::{Expr, Kind};
use super::tables::Tables;
use crate::problem::Problems;
use crate::source::Spot;
use crate::suggest;

const UNITS: [(&str, Unit); 5] = [
    ("minutes", Unit::Minutes),
    ("hours", Unit::Hours),
    ("days", Unit::Days),
    ("weeks", Unit::Weeks),
    ("sessions", Unit::Sessions),
];

/// Checks the name of an event: an error if it cannot be one, a warning if no catalog knows it.
pub(crate) fn event_name(
    name: &str,
    spot: Spot,
    tables: &Tables,
    problems: &mut Problems<'_>,
) -> Option<String> {
    if name.is_empty() || name.len() > NAME.most || name.chars().any(char::is_control) {
        problems.add(spot, format!("names of events have 1 to {} {}", NAME.most, NAME.unit));
        return None;
    }
    if tables.catalog.find(name).is_none() {
        let suggestion = suggest::quoted(name, tables.event_names());
        problems.warn(spot, format!("unknown event `{name}`"), suggestion);
    }
    Some(name.to_owned())
}

impl Checker<'_, '_> {
    /// The type of a property, if the catalog knows it; a warning if it knows the event only.
    pub(super) fn property(
        &mut self,
        event: &str,
        property: &str,
        range: &Range<usize>,
    ) -> Option<PropertyType> {
        if property.is_empty() || property.len() > PROPERTY_NAME.most {
            let message = format!("names of properties have 1 to {} bytes", PROPERTY_NAME.most);
            return self.wrong(range, message);
        }
        let spec = self.tables.catalog.find(event)?;
        if let Some(known) = spec.find(property) {
            return Some(known.kind);
        }
        let names = spec.properties.iter().map(|spec| &*spec.name);
        let suggestion = suggest::quoted(property, names);
        let message = format!("`{event}` has no known property `{property}`");
        let spot = self.excerpt.spot(range, self.problems);
        self.problems.warn(spot, message, suggestion);
        None
    }

    pub(super) fn event(&mut self, expr: &Expr) -> Option<String> {
        let name = self.text(expr, "the name of an event")?;
        let spot = self.excerpt.spot(&expr.range, self.problems);
        event_name(&name, spot, self.tables, self.problems)
    }

    pub(super) fn key(&mut self, expr: &Expr) -> Option<String> {
        let key = self.text(expr, "the name of a value")?;
        if key.is_empty() || key.len() > NAMES.most || key.chars().any(char::is_control) {
            return self.wrong(&expr.range, format!("1 to {} {}", NAMES.most, NAMES.unit));
        }
        Some(key)
    }

    pub(super) fn checked_text(&mut self, text: &str, range: &Range<usize>) -> Option<String> {
        if text.is_empty() || text.len() > TEXT.most || text.chars().any(char::is_control) {
            let message = format!("a text to compare with has 1 to {} {}", TEXT.most, TEXT.unit);
            return self.wrong(range, message);
        }
        Some(text.to_owned())
    }

    pub(super) fn text(&mut self, expr: &Expr, expected: &str) -> Option<String> {
        match &expr.kind {
            Kind::Text(text) => Some(text.clone()),
            Kind::Name(name) => {
                self.wrong(&expr.range, format!("expected {expected} in quotes: '{name}'"))
            }
            _ => self.wrong(&expr.range, format!("expected {expected} in quotes")),
        }
    }

    pub(super) fn days(&mut self, expr: &Expr) -> Option<u16> {
        match self.window(expr)? {
            Window { unit: Unit::Days, length } => Some(length),
            _ => self.wrong(&expr.range, "only days(n) here"),
        }
    }

    /// `days(7)`, `ever()` and the like.
    pub(super) fn window(&mut self, expr: &Expr) -> Option<Window> {
        const WINDOWS: &str =
            "a window: minutes(n), hours(n), days(n), weeks(n), sessions(n) or ever()";
        match &expr.kind {
            Kind::Call(name, args) if name == "ever" && args.is_empty() => {
                Some(Window { unit: Unit::Ever, length: 1 })
            }
            Kind::Call(name, args) => {
                let unit = UNITS.iter().find(|(unit, _)| unit == name).map(|(_, unit)| *unit);
                let (Some(unit), [Expr { kind: Kind::Integer(length), .. }]) =
                    (unit, args.as_slice())
                else {
                    return self.wrong(&expr.range, format!("expected {WINDOWS}"));
                };
                let most = limits::window_length(unit);
                match u16::try_from(*length) {
                    Ok(length) if (1..=most).contains(&length) => Some(Window { unit, length }),
                    _ => self.wrong(&expr.range, format!("a window of 1 to {most} {name}")),
                }
            }
            _ => self.wrong(&expr.range, format!("expected {WINDOWS}")),
        }
    }

    /// The milliseconds of `hours(2)` and the like.
    pub(super) fn duration(&mut self, expr: &Expr) -> Option<i64> {
        const EXPECTED: &str =
            "expected a duration: seconds(n), minutes(n), hours(n), days(n) or weeks(n)";
        let Kind::Call(name, args) = &expr.kind else {
            return self.wrong(&expr.range, EXPECTED);
        };
        let unit = DURATIONS.iter().find(|(unit, _)| unit == name);
        let (Some((_, unit_ms)), [Expr { kind: Kind::Integer(count), .. }]) =
            (unit, args.as_slice())
        else {
            return self.wrong(&expr.range, EXPECTED);
        };
        let ms = unit_ms.checked_mul(*count).filter(|ms| *ms >= 0);
        ms.or_else(|| self.wrong(&expr.range, "out of bounds"))
    }
}
