use staykit_core::guidance::{Campaign, Conversion, Trigger};
use staykit_core::rules::Program;

use super::{content, reach, terms};
use crate::defaults;
use crate::problem::Problems;
use crate::read::{Fields, Node, Scalar, entries, integer, text};
use crate::rule::{Excerpt, Expr, Tables, condition, parse};
use crate::sense;
use crate::suggest;

const KEYS: [&str; 8] =
    ["goal", "start", "caps", "cool_down", "quiet", "priority", "converts", "show"];

/// The campaigns, the most important first, otherwise in the order they were written in.
pub(crate) fn campaigns(
    pack: &Fields<'_>,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Vec<Campaign> {
    let Some(node) = pack.find("campaigns") else {
        return Vec::new();
    };
    let each = entries(node, "`campaigns`", problems).iter();
    let mut all: Vec<Campaign> =
        each.filter_map(|(name, node)| campaign(name, node, tables, problems)).collect();
    all.sort_by_key(|campaign| std::cmp::Reverse(campaign.priority));
    all
}

fn campaign(
    name: &Scalar,
    node: &Node,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<Campaign> {
    let fields = Fields::of(node, "a campaign", name.spot, &KEYS, problems)?;
    let goal = fields
        .need("goal", "what it is for, in a word for reports", problems)
        .and_then(|node| text(node, "a word for reports", problems))
        .and_then(|scalar| terms::name(scalar, problems));
    let start = fields
        .need("start", "{ on: EVENT } or { raised: SIGNAL }", problems)
        .and_then(|node| start(name, node, tables, problems));
    let caps = reach::caps(&fields, tables, problems);
    let cool_down = terms::time_or(&fields, "cool_down", defaults::COOL_DOWN_MS, tables, problems);
    let quiet = reach::quiet(&fields, problems);
    let priority = match fields.find("priority") {
        Some(node) => integer(node, "a whole number; larger goes first", problems),
        None => Some(defaults::PRIORITY),
    };
    let converts = fields.find("converts").and_then(|node| conversion(node, tables, problems));
    let content = fields
        .need("show", "what people see: { title: ... }", problems)
        .and_then(|node| content::content(node, problems));
    let Start { trigger, when, fresh_ms } = start?;
    Some(Campaign {
        name: terms::name(name, problems)?,
        goal: goal?,
        trigger,
        when,
        fresh_ms,
        caps: caps?,
        cool_down_ms: cool_down?,
        quiet,
        priority: priority?,
        converts,
        content: content?,
    })
}

struct Start {
    trigger: Trigger,
    when: Option<Program>,
    fresh_ms: i64,
}

fn start(
    name: &Scalar,
    node: &Node,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<Start> {
    let keys = ["on", "raised", "when", "fresh"];
    let fields = Fields::of(node, "`start`", name.spot, &keys, problems)?;
    let when = fields.find("when").and_then(|node| audience(node, tables, problems));
    let fresh = fields.find("fresh");
    let (trigger, fresh_ms) = match (fields.find("on"), fields.find("raised")) {
        (Some(node), None) => {
            if let Some(fresh) = fresh {
                problems.add(fresh.spot, "`fresh` belongs to `raised`: an event is always fresh");
            }
            (terms::event(node, tables, problems).map(Trigger::Event), Some(0))
        }
        (None, Some(node)) => {
            let fresh_ms = terms::time_or(&fields, "fresh", defaults::FRESH_MS, tables, problems);
            (raised(node, tables, problems).map(Trigger::Raised), fresh_ms)
        }
        _ => {
            problems.add(name.spot, "`start` has either `on: EVENT` or `raised: SIGNAL`");
            (None, None)
        }
    };
    if let (Some(trigger), Some(when)) = (&trigger, &when) {
        let starts = match trigger {
            Trigger::Event(event) => sense::Start::Event(event),
            Trigger::Raised(signal) => sense::Start::Raised(*signal),
        };
        sense::start((when.excerpt, &when.expr, &when.program), starts, tables, problems);
    }
    let when = when.map(|when| when.program);
    Some(Start { trigger: trigger?, when, fresh_ms: fresh_ms? })
}

fn raised(node: &Node, tables: &Tables, problems: &mut Problems<'_>) -> Option<u16> {
    let scalar = text(node, "the name of a signal", problems)?;
    let number = tables.signal(&scalar.text);
    if number.is_none() {
        let names = tables.signals.iter().map(String::as_str);
        let suggestion = suggest::quoted(&scalar.text, names);
        problems.add_guessing(scalar.spot, "no such signal in this pack", suggestion);
    }
    number
}

/// For whom it is, as written and compiled.
struct Audience<'n> {
    excerpt: Excerpt<'n>,
    expr: Expr,
    program: Program,
}

fn audience<'n>(
    node: &'n Node,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<Audience<'n>> {
    let excerpt = Excerpt::whole(text(node, "a condition", problems)?);
    let expr = parse(excerpt, problems)?;
    let program = condition(excerpt, &expr, tables, problems)?;
    Some(Audience { excerpt, expr, program })
}

fn conversion(node: &Node, tables: &mut Tables, problems: &mut Problems<'_>) -> Option<Conversion> {
    let fields = Fields::of(node, "`converts`", node.spot, &["on", "within"], problems)?;
    let event = fields
        .need("on", "the event that counts as success", problems)
        .and_then(|node| terms::event(node, tables, problems));
    let within_ms = fields
        .need("within", "how soon after a show, such as days(7)", problems)
        .and_then(|node| terms::time(node, tables, problems));
    Some(Conversion { event: event?, within_ms: within_ms? })
}
