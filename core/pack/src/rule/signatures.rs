//! How functions are written, and what to say of those that there are not.

use super::check::Checker;
use super::syntax::Expr;
use crate::suggest;

/// How each function is written.
const SIGNATURES: [&str; 42] = [
    "count(name, window[, property == 'text'])",
    "sum(name, property, window)",
    "since_last(name)",
    "since_first(name)",
    "absent(name[, duration])",
    "active_days(name, days(n))",
    "baseline_drop(name or 'session', days(recent), days(baseline))",
    "funnel_step(funnel)",
    "funnel_age(funnel)",
    "session_count(window)",
    "session_time(window)",
    "session_length()",
    "signal(name)",
    "signal_age(name)",
    "tag(name)",
    "score(name)",
    "segment(name) == 'row'",
    "stage(name) == 'row'",
    "level(name) == 'row'",
    "tier(score) == 'row'",
    "segment_age(name)",
    "stage_age(name)",
    "level_age(name)",
    "tier_age(score)",
    "level_amount(name)",
    "level_progress(name)",
    "level_left(name)",
    "level_multiplier(name)",
    "next_action(action[, prediction])",
    "hour()",
    "weekday()",
    "fact(key) == 'text'",
    "fact_number(key)",
    "context(key) == 'text'",
    "context_number(key)",
    "double(number)",
    "seconds(n)",
    "minutes(n)",
    "hours(n)",
    "days(n)",
    "weeks(n)",
    "ever()",
];

fn name_of(signature: &str) -> &str {
    signature.split('(').next().unwrap_or_default()
}

pub(super) fn signature_of(name: &str) -> &'static str {
    let found = SIGNATURES.iter().find(|signature| name_of(signature) == name);
    found.copied().unwrap_or_default()
}

impl Checker<'_, '_> {
    pub(super) fn name<T>(&mut self, name: &str, expr: &Expr) -> Option<T> {
        let signature = signature_of(name);
        if !signature.is_empty() {
            return self.wrong(&expr.range, format!("a function: write {signature}"));
        }
        let spot = self.excerpt.spot(&expr.range, self.problems);
        let suggestion = suggest::nearest(name, SIGNATURES.map(name_of));
        let message = "no such name; values come from functions, and texts stand in quotes";
        self.problems.add_guessing(spot, message, suggestion.map(|name| signature_of(name).into()));
        None
    }

    pub(super) fn unknown<T>(&mut self, name: &str, expr: &Expr) -> Option<T> {
        let spot = self.excerpt.spot(&expr.range, self.problems);
        if matches!(name, "duration" | "timestamp") {
            let message =
                format!("{name} is not part of the language; durations are hours(5), days(2)");
            self.problems.add(spot, message);
            return None;
        }
        let nearest = suggest::nearest(name, SIGNATURES.map(name_of)).map(signature_of);
        let message = match nearest {
            Some(_) => "no such function".to_owned(),
            None => format!("no such function; there are {}", SIGNATURES.map(name_of).join(", ")),
        };
        self.problems.add_guessing(spot, message, nearest.map(str::to_owned));
        None
    }
}
