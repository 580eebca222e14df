use staykit_core::pack::limits::VALUES;
use staykit_core::rules::{Program, Signal};
use staykit_core::text::Texts;

use super::{content, terms};
use crate::problem::Problems;
use crate::read::{Fields, Node, Scalar, text};
use crate::rule::{Concluded, Excerpt, Expr, Tables, conclusions_read, condition, parse, says};
use crate::sense;

const KEYS: [&str; 4] = ["raise", "clear", "says", "examples"];

/// A signal or tag whose conditions are parsed but not checked: they may read what is written
/// later.
pub(super) struct ParsedSignal<'n> {
    pub(super) name: &'n Scalar,
    pub(super) fields: Fields<'n>,
    raise: Option<Parse<'n>>,
    clear: Option<Parse<'n>>,
    pub(super) tag: bool,
}

/// An expression and where it stands.
pub(super) struct Parse<'n> {
    pub(super) excerpt: Excerpt<'n>,
    pub(super) expr: Expr,
}

impl Parse<'_> {
    /// The conclusions that it reads.
    pub(super) fn reads(&self) -> Vec<(Concluded, &str)> {
        let mut read = Vec::new();
        conclusions_read(&self.expr, &mut read);
        read
    }
}

/// Parses a condition or an amount.
pub(super) fn parse_node<'n>(
    node: &'n Node,
    expected: &str,
    problems: &mut Problems<'_>,
) -> Option<Parse<'n>> {
    let excerpt = Excerpt::whole(text(node, expected, problems)?);
    let expr = parse(excerpt, problems)?;
    Some(Parse { excerpt, expr })
}

/// Compiles a parsed condition.
pub(super) fn compile_condition(
    parse: &Parse<'_>,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<Program> {
    condition(parse.excerpt, &parse.expr, tables, problems)
}

impl<'n> ParsedSignal<'n> {
    pub(super) fn parse(
        name: &'n Scalar,
        node: &'n Node,
        tag: bool,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let what = if tag { "a tag" } else { "a signal" };
        let fields = Fields::of(node, what, name.spot, &KEYS, problems)?;
        let raise = fields
            .need("raise", "the condition under which it rises", problems)
            .and_then(|node| parse_node(node, "a condition", problems));
        let clear = fields.find("clear");
        let clear = clear.and_then(|node| parse_node(node, "a condition", problems));
        Some(Self { name, fields, raise, clear, tag })
    }

    /// The conclusions that its conditions read.
    pub(super) fn reads(&self) -> Vec<(Concluded, &str)> {
        self.raise.iter().chain(&self.clear).flat_map(Parse::reads).collect()
    }

    pub(super) fn compile(
        &self,
        tables: &mut Tables,
        problems: &mut Problems<'_>,
    ) -> Option<Signal> {
        let mut program = |parse: &Parse<'_>| compile_condition(parse, tables, problems);
        let raise = self.raise.as_ref().and_then(&mut program);
        let clear = self.clear.as_ref().and_then(program);
        if self.fields.find("says").is_none() && !self.tag {
            let message = format!("signal `{}` has no `says`: nobody can read why", self.name.text);
            problems.warn(self.name.spot, message, None);
        }
        let (says, values) = explanation(&self.fields, tables, problems)?;
        let name = terms::name(self.name, problems)?;
        if let Some(rise) = written(self.raise.as_ref(), raise.as_ref()) {
            let number = tables.signal(&name);
            let clear = written(self.clear.as_ref(), clear.as_ref());
            sense::signal(number, rise, clear, tables, problems);
        }
        Some(Signal {
            name,
            raise: raise?,
            clear: clear.map(Box::new),
            says,
            values,
            tag: self.tag,
        })
    }
}

/// A condition as it was written and compiled.
pub(super) fn written<'p>(
    parse: Option<&'p Parse<'p>>,
    program: Option<&'p Program>,
) -> Option<sense::Written<'p>> {
    parse.zip(program).map(|(parse, program)| (parse.excerpt, &parse.expr, program))
}

/// `says`: texts and the features whose values they show.
pub(super) fn explanation(
    fields: &Fields<'_>,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<(Texts, Vec<u16>)> {
    let mut values = Vec::new();
    let Some(node) = fields.find("says") else {
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
