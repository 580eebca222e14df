use staykit_core::pack::limits::VALUES;
use staykit_core::rules::{Program, Signal};
use staykit_core::text::Texts;

use super::{content, examples, terms};
use crate::example::Example;
use crate::order::order;
use crate::problem::Problems;
use crate::read::{Fields, Node, Scalar, entries, text};
use crate::rule::{Excerpt, Expr, Tables, condition, parse, says, signals_read};

const KEYS: [&str; 4] = ["raise", "clear", "says", "examples"];

/// The signals in the order in which they are evaluated, and their examples.
#[derive(Default)]
pub(crate) struct Signals {
    pub(crate) signals: Vec<Signal>,
    pub(crate) examples: Vec<Example>,
}

/// A signal whose conditions are parsed but not checked: they may read signals written later.
struct Parsed<'n> {
    name: &'n Scalar,
    fields: Fields<'n>,
    raise: Option<Parse<'n>>,
    clear: Option<Parse<'n>>,
}

struct Parse<'n> {
    excerpt: Excerpt<'n>,
    expr: Expr,
}

/// Compiles the signals; from then on `tables` knows their numbers.
pub(crate) fn signals(
    pack: &Fields<'_>,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Signals {
    let Some(node) = pack.find("signals") else {
        return Signals::default();
    };
    let mut parsed = Vec::new();
    for (name, node) in entries(node, "`signals`", problems) {
        parsed.extend(parse_signal(name, node, problems));
    }
    let Some(places) = evaluation_order(&parsed, problems) else {
        return Signals::default();
    };
    let ordered: Vec<&Parsed<'_>> = places.iter().filter_map(|place| parsed.get(*place)).collect();
    tables.signals = ordered.iter().map(|signal| signal.name.text.clone()).collect();
    let mut all = Signals::default();
    for signal in ordered {
        if let Some(node) = signal.fields.find("examples") {
            all.examples.extend(examples::examples(signal.name, node, tables, problems));
        }
        all.signals.extend(compile_signal(signal, tables, problems));
    }
    all
}

fn parse_signal<'n>(
    name: &'n Scalar,
    node: &'n Node,
    problems: &mut Problems<'_>,
) -> Option<Parsed<'n>> {
    let fields = Fields::of(node, "a signal", name.spot, &KEYS, problems)?;
    let raise = fields
        .need("raise", "the condition under which it rises", problems)
        .and_then(|node| parse_condition(node, problems));
    let clear = fields.find("clear").and_then(|node| parse_condition(node, problems));
    Some(Parsed { name, fields, raise, clear })
}

fn parse_condition<'n>(node: &'n Node, problems: &mut Problems<'_>) -> Option<Parse<'n>> {
    let excerpt = Excerpt::whole(text(node, "a condition", problems)?);
    let expr = parse(excerpt, problems)?;
    Some(Parse { excerpt, expr })
}

impl Parsed<'_> {
    /// Names of the signals that its conditions read.
    fn reads(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for condition in self.raise.iter().chain(&self.clear) {
            signals_read(&condition.expr, &mut names);
        }
        names
    }
}

fn evaluation_order(parsed: &[Parsed<'_>], problems: &mut Problems<'_>) -> Option<Vec<usize>> {
    let place = |name: &str| parsed.iter().position(|signal| signal.name.text == name);
    let reads = |signal: &Parsed<'_>| signal.reads().into_iter().filter_map(place).collect();
    let reads: Vec<Vec<usize>> = parsed.iter().map(reads).collect();
    match order(&reads) {
        Ok(places) => Some(places),
        Err(circle) => {
            let signals: Vec<&Parsed<'_>> =
                circle.iter().chain(circle.first()).filter_map(|at| parsed.get(*at)).collect();
            let names: Vec<&str> = signals.iter().map(|signal| &*signal.name.text).collect();
            let spot = signals.first().map(|signal| signal.name.spot).unwrap_or_default();
            let message = format!("signals read each other in a circle: {}", names.join(" -> "));
            problems.add(spot, message);
            None
        }
    }
}

fn compile_signal(
    parsed: &Parsed<'_>,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<Signal> {
    let mut program = |parse: &Parse<'_>| -> Option<Program> {
        condition(parse.excerpt, &parse.expr, tables, problems)
    };
    let raise = parsed.raise.as_ref().and_then(&mut program);
    let clear = parsed.clear.as_ref().and_then(program);
    let (says, values) = explanation(parsed, tables, problems)?;
    let name = terms::name(parsed.name, problems)?;
    Some(Signal { name, raise: raise?, clear: clear.map(Box::new), says, values })
}

fn explanation(
    parsed: &Parsed<'_>,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<(Texts, Vec<u16>)> {
    let mut values = Vec::new();
    let Some(node) = parsed.fields.find("says") else {
        let message = format!("signal `{}` has no `says`: nobody can read why", parsed.name.text);
        problems.warn(parsed.name.spot, message, None);
        return Some((Texts::default(), values));
    };
    let texts = content::texts(node, problems, |scalar, problems| {
        Some(says(scalar, &mut values, tables, problems))
    });
    if values.len() > VALUES.most {
        problems.add(node.spot, format!("at most {} values", VALUES.most));
    }
    Some((texts?, values))
}
