//! Functions that read what other rules conclude: tags, scores, rows of tables, predictions.

use std::ops::Range;

use staykit_core::profile::{Derived, Feature, LONGEST_ACTION};
use staykit_core::rules::program::{Op, Relation};
use staykit_core::rules::{Program, TableKind};

use super::check::{Checker, Code, Type};
use super::signatures::signature_of;
use super::syntax::{Excerpt, Expr, Kind};
use super::tables::{RowNames, Tables};
use crate::problem::Problems;
use crate::suggest;

/// What a function reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Concluded {
    Signal,
    Score,
    Table(TableKind),
}

/// What the function of that name reads, if it reads a conclusion.
pub(crate) fn concluded_by(function: &str) -> Option<Concluded> {
    Some(match function {
        "signal" | "signal_age" | "tag" => Concluded::Signal,
        "score" => Concluded::Score,
        "segment" | "segment_age" => Concluded::Table(TableKind::Segment),
        "stage" | "stage_age" => Concluded::Table(TableKind::Stage),
        "tier" | "tier_age" => Concluded::Table(TableKind::Tier),
        "level" | "level_age" | "level_amount" | "level_progress" | "level_left"
        | "level_multiplier" => Concluded::Table(TableKind::Level),
        _ => return None,
    })
}

/// The conclusions that an expression reads, with their names.
pub(crate) fn conclusions_read<'e>(expr: &'e Expr, into: &mut Vec<(Concluded, &'e str)>) {
    if let Kind::Call(function, args) = &expr.kind
        && let Some(concluded) = concluded_by(function)
        && let Some(Expr { kind: Kind::Text(name), .. }) = args.first()
    {
        into.push((concluded, name));
    }
    for part in expr.parts() {
        conclusions_read(part, into);
    }
}

/// What a score or a level goes by.
pub(crate) struct Amount {
    pub(crate) program: Program,
    /// It is a duration: its steps are durations, too.
    pub(crate) is_duration: bool,
    /// It grows evenly with time: only steps tell when it matters.
    pub(crate) flows: bool,
}

/// Compiles an expression that leaves a number or a duration; `None` after a problem.
pub(crate) fn amount(
    excerpt: Excerpt<'_>,
    expr: &Expr,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<Amount> {
    let mut checker = Checker { excerpt, tables, problems };
    let code = checker.value(expr)?;
    if code.kind == Type::Flag {
        let message = "yes or no is no amount; count events, or measure something";
        return checker.wrong(&expr.range, message);
    }
    let features = &checker.tables.features;
    let feature = |number: u16| features.get(usize::from(number));
    let read = |op: &Op| if let Op::Feature(number) = op { feature(*number) } else { None };
    let flows = code.ops.iter().filter_map(read).any(Feature::flows);
    let is_duration = code.kind == Type::Duration;
    if code.ops.iter().all(|op| read(op).is_none()) {
        let message = "reads nothing about the person: always the same";
        return checker.wrong(&expr.range, message);
    }
    match Program::number(code.ops, &|number| feature(number).map(Feature::scalar_type)) {
        Ok(program) => Some(Amount { program, is_duration, flows }),
        Err(error) => checker.wrong(&expr.range, format!("too much for one amount: {error}")),
    }
}

impl Checker<'_, '_> {
    /// The feature of a function that reads a conclusion other than a signal.
    pub(super) fn conclusion(&mut self, name: &str, args: &[Expr], expr: &Expr) -> Option<Feature> {
        let of_level = |table| match name {
            "level_amount" => Derived::Amount(table),
            "level_progress" => Derived::Progress(table),
            "level_left" => Derived::Left(table),
            "level_multiplier" => Derived::Multiplier(table),
            _ => Derived::Age(table),
        };
        match concluded_by(name) {
            Some(Concluded::Signal) => self.tag(args, expr),
            Some(Concluded::Score) => {
                let [of] = self.args(name, args, expr)?;
                self.score(of).map(|score| Feature::Derived(Derived::Score(score)))
            }
            Some(Concluded::Table(kind)) if kind.name() == name => {
                let message = format!("compares with a text: {}", signature_of(name));
                self.wrong(&expr.range, message)
            }
            Some(Concluded::Table(kind)) => {
                let [of] = self.args(name, args, expr)?;
                let (table, _) = self.table(kind, of)?;
                Some(Feature::Derived(of_level(table)))
            }
            None => self.next_action(args, expr),
        }
    }

    /// `segment(name) == 'row'` and the like.
    pub(super) fn row_test(
        &mut self,
        (kind, relation): (TableKind, Relation),
        (of, row): (&Expr, &str),
        whole: &Expr,
    ) -> Option<Code> {
        let Kind::Call(name, args) = &of.kind else { return None };
        let [table] = self.args(name, args, of)?;
        let (table, names) = self.table(kind, table)?;
        let Some(number) = names.rows.iter().position(|known| known == row) else {
            let rows: Vec<&str> = names.rows.iter().map(String::as_str).collect();
            let suggestion =
                suggest::nearest(row, rows.iter().copied()).map(|name| format!("'{name}'"));
            let message = match suggestion {
                Some(_) => format!("{kind} `{}` has no such row", names.name),
                None => format!(
                    "{kind} `{}` has no such row; it has {}",
                    names.name,
                    suggest::list(rows)
                ),
            };
            let spot = self.excerpt.spot(&whole.range, self.problems);
            self.problems.add_guessing(spot, message, suggestion);
            return None;
        };
        let row = u16::try_from(number).ok()?;
        let mut code = self.read(Feature::Derived(Derived::Is { table, row }), &of.range)?;
        match relation {
            Relation::Equal => {}
            Relation::NotEqual => code.ops.push(Op::Not),
            _ => return self.wrong(&whole.range, "texts have no order here; write == or !="),
        }
        Some(code)
    }

    fn tag(&mut self, args: &[Expr], expr: &Expr) -> Option<Feature> {
        let [tag] = self.args("tag", args, expr)?;
        let wanted = self.text(tag, "the name of a tag")?;
        match self.tables.signal(&wanted) {
            Some(number) if self.tables.tags.contains(&wanted) => Some(Feature::Signal(number)),
            Some(_) => {
                self.wrong(&tag.range, format!("a signal, no tag: write signal('{wanted}')"))
            }
            None => {
                let names: Vec<String> = self.tables.tags.iter().cloned().collect();
                self.missing("tag", (&wanted, &names), &tag.range)
            }
        }
    }

    fn score(&mut self, of: &Expr) -> Option<u16> {
        let wanted = self.text(of, "the name of a score")?;
        let place = self.tables.scores.iter().position(|known| *known == wanted);
        place.and_then(|place| u16::try_from(place).ok()).or_else(|| {
            let names = self.tables.scores.clone();
            self.missing("score", (&wanted, &names), &of.range)
        })
    }

    fn table(&mut self, kind: TableKind, of: &Expr) -> Option<(u16, RowNames)> {
        let wanted = self.text(of, &format!("the name under `{}`", section(kind)))?;
        let found = |known: &RowNames| known.kind == kind && known.name == wanted;
        if let Some(place) = self.tables.rows.iter().position(found) {
            let names = self.tables.rows.get(place)?.clone();
            return Some((u16::try_from(place).ok()?, names));
        }
        let names = self.tables.rows.iter().filter(|known| known.kind == kind);
        let names: Vec<String> = names.map(|known| known.name.clone()).collect();
        self.missing(kind.name(), (&wanted, &names), &of.range)
    }

    /// `next_action('cart')`, with the prediction's name if there are several.
    fn next_action(&mut self, args: &[Expr], expr: &Expr) -> Option<Feature> {
        let (action, prediction) = match args {
            [action] => (action, None),
            [action, prediction] => (action, Some(prediction)),
            _ => {
                let message = format!("write {}", signature_of("next_action"));
                return self.wrong(&expr.range, message);
            }
        };
        let name = self.text(action, "an action")?;
        if name.is_empty() || name.len() > LONGEST_ACTION || name.chars().any(char::is_control) {
            let message = format!("an action has 1 to {LONGEST_ACTION} bytes of UTF-8");
            return self.wrong(&action.range, message);
        }
        let names: Vec<String> =
            self.tables.predictions.iter().map(|known| known.name.clone()).collect();
        let place = match (prediction, names.as_slice()) {
            (None, [_]) => 0,
            (None, []) => {
                let message = "this pack has nothing under `predictions`";
                return self.wrong(&expr.range, message);
            }
            (None, _) => {
                let message = format!("which prediction? add one of {}", quoted(&names));
                return self.wrong(&expr.range, message);
            }
            (Some(of), _) => {
                let wanted = self.text(of, "the name of a prediction")?;
                match names.iter().position(|known| *known == wanted) {
                    Some(place) => place,
                    None => return self.missing("prediction", (&wanted, &names), &of.range),
                }
            }
        };
        Some(Feature::Next { prediction: u16::try_from(place).ok()?, action: name })
    }

    fn missing<T>(
        &mut self,
        what: &str,
        (wanted, names): (&str, &[String]),
        range: &Range<usize>,
    ) -> Option<T> {
        let spot = self.excerpt.spot(range, self.problems);
        let suggestion = suggest::nearest(wanted, names.iter().map(String::as_str));
        let suggestion = suggestion.map(|name| format!("'{name}'"));
        self.problems.add_guessing(spot, format!("no such {what} in this pack"), suggestion);
        None
    }
}

/// The section of the YAML where tables of a kind stand.
fn section(kind: TableKind) -> &'static str {
    match kind {
        TableKind::Segment => "segments",
        TableKind::Stage => "stages",
        TableKind::Level => "levels",
        TableKind::Tier => "scores",
    }
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    names.join(", ")
}
