//! What is told of conditions that belong together.

use staykit_core::profile::{Feature, ScalarType};
use staykit_core::rules::{Op, Program, Relation};

use super::domain;
use super::report::{Role, condition, values};
use super::search::{Goal, Known, possible};
use super::tree::Tree;
use crate::problem::Problems;
use crate::rule::{Excerpt, Expr, Tables};
use crate::source::Spot;

/// A compiled condition and where it stands.
pub(crate) type Written<'p> = (Excerpt<'p>, &'p Expr, &'p Program);

/// How a campaign starts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Start<'s> {
    Event(&'s str),
    Raised(u16),
}

/// Looks at one condition by itself; gives it taken apart, and whether it may hold.
fn alone(
    (excerpt, expr, program): Written<'_>,
    role: Role,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> (Tree, bool) {
    let tree = Tree::of(program, &tables.features);
    // A condition that reads nothing is told of elsewhere.
    if !program.features().is_empty() {
        condition((excerpt, expr), &tree, role, tables, problems);
    }
    let may = possible(&[(&tree, true)], Known::default(), tables);
    (tree, may)
}

/// A signal or tag: its `raise`, and its `clear` if it has one.
pub(crate) fn signal(
    number: Option<u16>,
    raise: Written<'_>,
    clear: Option<Written<'_>>,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) {
    let (raise, may_rise) = alone(raise, Role::Raise, tables, problems);
    if let Some(written) = clear {
        let (clear, may_clear) = alone(written, Role::Clear, tables, problems);
        let goals = [(&raise, true), (&clear, false)];
        let sometimes = possible(&[(&clear, false)], Known::default(), tables);
        if may_rise && may_clear && sometimes && !possible(&goals, Known::default(), tables) {
            let message = "holds whenever `raise` does: it falls as soon as it rises; \
                           write what ends it";
            problems.warn_here(spot(written, problems), message);
        }
    }
    if let Some(number) = number {
        tables.raise.insert(number, raise);
    }
}

/// The `when` of a campaign.
pub(crate) fn start(
    when: Written<'_>,
    start: Start<'_>,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) {
    let (tree, may) = alone(when, Role::When, tables, problems);
    if !may {
        return;
    }
    let raise = match start {
        Start::Raised(signal) => tables.raise.get(&signal).cloned(),
        Start::Event(_) => None,
    };
    let mut goals: Vec<Goal<'_>> = vec![(&tree, true)];
    if let Some(raise) = raise.as_ref() {
        if !possible(&[(raise, true)], Known::default(), tables) {
            return;
        }
        goals.push((raise, true));
    }
    let known = known_at(start, tables);
    if !possible(&goals, known, tables) {
        let (what, instead) = match start {
            Start::Event(event) => (
                format!("after `{event}`"),
                "the event itself counts already; ask for a signal that stood before it",
            ),
            Start::Raised(signal) => {
                let name = tables.signals.get(usize::from(signal));
                let name = name.map(String::as_str).unwrap_or_default();
                (format!("when `{name}` rises"), "see its `raise`")
            }
        };
        let message = format!("can never hold {what}, so it is never shown; {instead}");
        problems.warn_here(spot(when, problems), message);
    }
}

/// What is certain when a campaign starts so.
fn known_at(start: Start<'_>, tables: &Tables) -> Known {
    let mut known = Known::default();
    for (number, feature) in (0..).zip(&tables.features) {
        let happened = |name: &str, tests: usize| match start {
            Start::Event(event) => event == name && tests == 0,
            Start::Raised(_) => false,
        };
        let (relation, constant) = match (feature, start) {
            (Feature::SinceLast(of) | Feature::Absent(of), _)
                if happened(&of.name, of.tests.len()) =>
            {
                (Relation::LessOrEqual, 0.0)
            }
            (Feature::Count { events, .. } | Feature::ActiveDays { events, .. }, _)
                if happened(&events.name, events.tests.len()) =>
            {
                (Relation::GreaterOrEqual, 1.0)
            }
            (Feature::Signal(of), Start::Raised(signal)) if *of == signal => (Relation::Equal, 1.0),
            _ => continue,
        };
        known.narrow(number, relation, constant, tables);
    }
    known
}

/// The segments of a table: each takes those that no earlier one took.
pub(crate) fn segments(
    rows: &[Option<Written<'_>>],
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) {
    let mut earlier: Vec<Tree> = Vec::new();
    for row in rows.iter().flatten() {
        let (tree, may) = alone(*row, Role::Row, tables, problems);
        let none: Vec<Goal<'_>> = earlier.iter().map(|tree| (tree, false)).collect();
        let left: Vec<Goal<'_>> = none.iter().copied().chain([(&tree, true)]).collect();
        if may && !none.is_empty() && !possible(&left, Known::default(), tables) {
            let message = "the rows before take all for whom this holds; write the narrower first";
            problems.warn_here(spot(*row, problems), message);
        }
        earlier.push(tree);
    }
}

/// One stage: where it is entered, and where it is stayed in.
pub(crate) fn stage(
    enter: Option<Written<'_>>,
    stay: Option<Written<'_>>,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) {
    let enter = enter.map(|written| alone(written, Role::Row, tables, problems));
    let Some(written) = stay else { return };
    let stay = Tree::of(written.2, &tables.features);
    let Some((enter, true)) = enter else { return };
    if !possible(&[(&enter, true), (&stay, true)], Known::default(), tables) {
        let message = "can never hold where `enter` does: it is left as soon as it is entered";
        problems.warn_here(spot(written, problems), message);
    }
}

/// A value that something is compared with: a step of a factor or of a level.
pub(crate) fn threshold(
    at: Spot,
    of: &Program,
    value: f64,
    tables: &Tables,
    problems: &mut Problems<'_>,
) {
    let ops: Vec<_> = of.ops().collect();
    let ([Op::Feature(number)] | [Op::Feature(number), Op::ToNumber]) = *ops else { return };
    let Some(feature) = tables.features.get(usize::from(number)) else { return };
    let range = domain::of(feature, tables);
    if value > range.high && feature.scalar_type() != ScalarType::Flag {
        let message = format!("never reached: what it goes by is {}", values(number, tables));
        problems.warn_here(at, message);
    }
}

fn spot((excerpt, expr, _): Written<'_>, problems: &Problems<'_>) -> Spot {
    excerpt.spot(&expr.range, problems)
}
