//! A run in ten seconds.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::diary::Told;
use super::integrity::FalseAlarms;
use super::report::{Findings, Run};
use crate::log::{Instant, show};
use crate::terminal::{Paint, thousands, wrap};

/// Width of the column of headings.
const HEADING: usize = 12;
/// Width of the text beside it.
const TEXT: usize = 88;
/// Names of a kind that are told one by one; the others are summed up.
const NAMES_MAX: usize = 6;

/// The summary of a run; `words` were looked for in the stores.
pub(super) fn text(found: &Findings<'_>, run: &Run, words: usize) -> String {
    Page::new(Paint::detect()).write(found, run, words)
}

struct Page {
    paint: Paint,
    text: String,
}

impl Page {
    fn new(paint: Paint) -> Self {
        Self { paint, text: String::new() }
    }

    fn write(mut self, found: &Findings<'_>, run: &Run, words: usize) -> String {
        self.heading(found, run);
        self.row("recorded", &recorded(run));
        self.row("signals", &raised(run));
        self.row("", &tagged(run));
        self.row("integrity", &false_alarms(&run.false_alarms));
        self.row("decisions", &shown(found, run));
        self.row("", &withheld(run));
        self.row("answers", &counted(&run.outcomes));
        self.row("upload", &upload(run));
        self.checks(found, run, words);
        self.told("shown", told(found, false));
        self.told("withheld", told(found, true));
        let _ = write!(self.text, "\n  {:.1} s", run.wall_s);
        self.text
    }

    fn heading(&mut self, found: &Findings<'_>, run: &Run) {
        let name = self.paint.bold(run.data.name);
        let days = |ms| show(Instant::new(ms, 0)).chars().take(10).collect::<String>();
        let span =
            found.data.log.span().map_or(String::new(), |(first, last)| {
                format!(", {} to {}", days(first), days(last))
            });
        let (users, events) = (count(run.data.users), count(run.data.events));
        let _ = writeln!(self.text, "\n{name}  {}", found.data.origin);
        let _ = writeln!(self.text, "  {users} users, {events} events{span}\n");
    }

    fn row(&mut self, heading: &str, text: &str) {
        let heading = self.paint.dim(&format!("{heading:HEADING$}"));
        for (place, line) in wrap(text, TEXT).iter().enumerate() {
            let blank = " ".repeat(HEADING);
            let heading = if place == 0 { &heading } else { &blank };
            let _ = writeln!(self.text, "  {heading}{line}");
        }
    }

    /// What must be nothing is marked, so that the eye finds it.
    fn checks(&mut self, found: &Findings<'_>, run: &Run, words: usize) {
        let collector = &run.collector;
        let held = format!(
            "{} held: {} missing, {} doubled; one answer in ten was lost on purpose, {} events came \
             again and were refused",
            thousands(collector.events),
            collector.missing,
            collector.doubled,
            thousands(collector.duplicates_refused),
        );
        let right = run.faults(found.comparison.foreign).is_empty();
        self.check("collector", right, &held);
        let kills = format!(
            "{} times a worker was killed (SIGKILL) and taken up where it stopped",
            run.killed
        );
        self.check("kills", run.killed > 0, &kills);
        let clear = format!(
            "{} of {} files ({} MB) hold any of {words} words of the log",
            run.plain_text_found,
            thousands(found.search.files),
            thousands(found.search.bytes / 1_000_000),
        );
        self.check("plain text", run.plain_text_found == 0, &clear);
    }

    fn check(&mut self, heading: &str, right: bool, text: &str) {
        let verdict = if right { self.paint.good("ok") } else { self.paint.bad("WRONG") };
        self.row(heading, &format!("{verdict}: {text}"));
    }

    fn told(&mut self, heading: &str, told: Option<&Told>) {
        if let Some(told) = told {
            self.text.push('\n');
            let who = format!("{}  {}", told.at, told.id);
            let heading = self.paint.dim(&format!("{heading:HEADING$}"));
            let _ = writeln!(self.text, "  {heading}{}", self.paint.bold(&who));
            self.row("", &told.text);
        }
    }
}

fn recorded(run: &Run) -> String {
    let refused = match run.refused {
        0 => "none refused".to_owned(),
        some => format!("{} refused", thousands(some)),
    };
    format!(
        "{} events with launches and answers, {refused}; record() took {} us (p99 {})",
        thousands(run.recorded),
        run.record_us.p50,
        run.record_us.p99,
    )
}

fn raised(run: &Run) -> String {
    let total = run.signals.values().sum();
    format!("{} raised: {}", thousands(total), counted(&run.signals))
}

fn tagged(run: &Run) -> String {
    let total = run.tags.values().sum();
    format!("{} tags: {}", thousands(total), counted(&run.tags))
}

/// `0 of 2,357 people doubted; scripted_taps 0, ...`.
fn false_alarms(of: &FalseAlarms) -> String {
    let each = |counts: &BTreeMap<String, u64>| {
        let each = counts.iter().map(|(name, people)| format!("{name} {}", thousands(*people)));
        each.collect::<Vec<_>>().join(", ")
    };
    format!(
        "false alarms, of {} people: {}; were all they did taps or claims: {}",
        thousands(of.people),
        each(&of.raised),
        each(&of.if_all_were),
    )
}

fn shown(found: &Findings<'_>, run: &Run) -> String {
    format!("{} shown: {}", thousands(run.decisions.shown), counted(&found.tally.shown))
}

fn withheld(run: &Run) -> String {
    let total = run.decisions.withheld.values().sum();
    format!("{} withheld: {}", thousands(total), counted(&run.decisions.withheld))
}

fn upload(run: &Run) -> String {
    let upload = &run.upload;
    format!(
        "{} bytes an event: {} kB in {} batches, {} attempts",
        upload.bytes_per_event,
        thousands(upload.bytes / 1_000),
        count(upload.batches),
        thousands(upload.attempts),
    )
}

/// The largest first: `going_quiet 801, cart_left 302`.
fn counted(counts: &BTreeMap<String, u64>) -> String {
    if counts.is_empty() {
        return "none".to_owned();
    }
    let mut all: Vec<_> = counts.iter().collect();
    all.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    // One name takes no more room than "1 other".
    let most = if all.len() <= NAMES_MAX + 1 { all.len() } else { NAMES_MAX };
    let (most, rest) = all.split_at(most);
    let one = |(name, count): &(&String, &u64)| format!("{name} {}", thousands(**count));
    let mut names: Vec<String> = most.iter().map(one).collect();
    if !rest.is_empty() {
        let sum = rest.iter().map(|(_, count)| **count).sum();
        names.push(format!("{} others {}", rest.len(), thousands(sum)));
    }
    names.join(", ")
}

/// The decision to put before the reader: of the campaign that is most frequent, the first.
fn told<'a>(found: &Findings<'a>, withheld: bool) -> Option<&'a Told> {
    let tally = found.tally;
    let frequency = |told: &Told| match &told.gate {
        Some(gate) => tally.withheld.get(gate).copied(),
        None => tally.shown.get(&told.campaign).copied(),
    };
    let of_kind = tally.told.iter().filter(|told| told.gate.is_some() == withheld);
    of_kind.rev().max_by_key(|told| frequency(told))
}

fn count(number: usize) -> String {
    thousands(u64::try_from(number).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::super::compare::Comparison;
    use super::super::plain_text::Search;
    use super::super::tally::Tally;
    use super::*;
    use crate::data::Data;
    use crate::log::Log;

    fn page(missing: u64) -> String {
        let data = Data {
            name: "shop",
            origin: "synthetic, made for this test".to_owned(),
            synthetic: true,
            rows: 31_106,
            log: Log::default(),
        };
        let count = |name: &str, count| (name.to_owned(), count);
        let told = |gate: Option<&str>, text: &str| Told {
            user: 1,
            id: "user_1".to_owned(),
            at: "2024-03-01 10:00 +00:00".to_owned(),
            campaign: "welcome_back".to_owned(),
            gate: gate.map(str::to_owned),
            text: text.to_owned(),
        };
        let tally = Tally {
            recorded: 40_000,
            signals: [count("going_quiet", 800), count("cart_left", 1_300), count("regular", 40)]
                .into(),
            shown: [count("welcome_back", 3)].into(),
            withheld: [count("quiet_hours", 2)].into(),
            told: vec![told(None, "on `open`"), told(Some("quiet_hours"), "it was night")],
            ..Tally::default()
        };
        let found = Findings {
            data: &data,
            tally: &tally,
            false_alarms: FalseAlarms {
                people: 600,
                raised: [count("clock_set", 1)].into(),
                if_all_were: [count("scripted_taps", 2)].into(),
            },
            summary: staykit_collector::Summary { events: 40_000, ..Default::default() },
            comparison: Comparison { missing, ..Comparison::default() },
            search: Search::default(),
            killed: 3,
            wall_s: 1.0,
        };
        Page::new(Paint::none()).write(&found, &Run::new(&found), 30)
    }

    #[test]
    fn a_stranger_reads_what_was_done_and_whether_it_held() {
        let page = page(0);
        for line in [
            "shop  synthetic, made for this test",
            "31,106 events",
            "  signals     2,100 raised: cart_left 1,300, going_quiet 800",
            "              40 tags: regular 40",
            "  integrity   false alarms, of 600 people: clock_set 1; were all they did",
            "  decisions   3 shown: welcome_back 3",
            "              2 withheld: quiet_hours 2",
            "  collector   ok: 40,000 held: 0 missing, 0 doubled",
            "  withheld    2024-03-01 10:00 +00:00  user_1",
            "              it was night",
        ] {
            assert!(page.contains(line), "{line}\n{page}");
        }
    }

    #[test]
    fn what_does_not_hold_stands_out() {
        assert!(page(2).contains("collector   WRONG: 40,000 held: 2 missing"), "{}", page(2));
    }
}
