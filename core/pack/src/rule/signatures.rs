//! How functions are written, and what to say of those that there are not.

use super::check::Checker;
use super::syntax::Expr;
use crate::suggest;

/// How each function is written.
const SIGNATURES: &[&str] = &[
    "count(name, window[, filter])",
    "sum(name, property, window[, filter])",
    "avg(name, property, window[, filter])",
    "min(name, property, window[, filter])",
    "max(name, property, window[, filter])",
    "distinct(name, property, window[, filter])",
    "share(name, window, filter)",
    "entropy(name, property, window[, filter])",
    "interval_entropy(name, window[, filter])",
    "active_days(name, days(n)[, filter])",
    "since_last(name[, filter])",
    "since_first(name[, filter])",
    "absent(name[, duration][, filter])",
    "first_time(name[, filter])",
    "last_value(name, property[, filter])",
    "baseline_drop(name or 'session', days(recent), days(baseline))",
    "baseline_rise(name or 'session', days(recent), days(baseline))",
    "baseline_zscore(name or 'session', days(recent), days(baseline))",
    "baseline_drift(name or 'session', days(recent), days(baseline))",
    "stopped(name, duration)",
    "resumed(name, duration)",
    "within(duration, name[, filter])",
    "sequence([name, name, ...], duration[, session()][, direct()])",
    "path_progress([name, name, ...])",
    "streak(name[, freeze(n)][, repair(name)])",
    "streak_left(name[, freeze(n)][, repair(name)])",
    "regularly(name, times, days(1) or weeks(1), least, of)",
    "decayed(name, days(half_life))",
    "dropped_at(funnel)",
    "funnel_step(funnel)",
    "funnel_age(funnel)",
    "session_count(window[, longer than])",
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
    "hour_of_week()",
    "best_hour()",
    "active_share('20:00-22:00')",
    "next_active_window()",
    "in_window('mon-fri', '09:00-18:00')",
    "holiday()",
    "clock_moved(window)",
    "fact(key) == 'text'",
    "fact_number(key)",
    "fact_age(key)",
    "app(key) == 'text'",
    "app_number(key)",
    "device(key) == 'text'",
    "device_number(key)",
    "region() == 'text'",
    "locale() == 'text'",
    "context(key) == 'text'",
    "context_number(key)",
    "double(number)",
    "seconds(n)",
    "minutes(n)",
    "hours(n)",
    "days(n)",
    "weeks(n)",
    "sessions(n)",
    "ever()",
];

fn names() -> impl Iterator<Item = &'static str> {
    SIGNATURES.iter().map(|signature| name_of(signature))
}

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
        let suggestion = suggest::nearest(name, names());
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
        let nearest = suggest::nearest(name, names()).map(signature_of);
        let message = match nearest {
            Some(_) => "no such function".to_owned(),
            None => {
                format!("no such function; there are {}", names().collect::<Vec<_>>().join(", "))
            }
        };
        self.problems.add_guessing(spot, message, nearest.map(str::to_owned));
        None
    }
}
