//! A compiled pack in words, for people who look into one.

mod conclusions;
mod elements;

use std::fmt::{self, Write};

use staykit_core::guidance::{Campaign, Cap, Period, QuietHours, Trigger};
use staykit_core::pack::{Pack, PackError};
use staykit_core::rules::Signal;
use staykit_core::text::Texts;

use crate::rule::{Reprint, in_words};

pub(crate) use elements::Element;

/// Lists what is in a compiled, unsigned pack: its sizes, limits, funnels, signals with their
/// conditions as text, and campaigns.
pub fn describe(bytes: &[u8]) -> Result<String, PackError> {
    let pack = Pack::unsigned(bytes)?;
    let mut text = String::new();
    // Writing to a String does not fail.
    let _ = Description::new(&pack, bytes.len()).write(&mut text);
    Ok(text)
}

pub(crate) struct Description<'p> {
    pub(crate) pack: &'p Pack,
    bytes: usize,
    signals: Vec<&'p str>,
    funnels: Vec<&'p str>,
}

impl<'p> Description<'p> {
    pub(crate) fn new(pack: &'p Pack, bytes: usize) -> Self {
        let signals = pack.rules.signals().iter().map(|signal| signal.name.as_str()).collect();
        let funnels = pack.definitions.funnels().iter().map(|of| of.name.as_str()).collect();
        Self { pack, bytes, signals, funnels }
    }

    pub(crate) fn reprint(&self) -> Reprint<'_> {
        let features = self.pack.definitions.features();
        let definitions = &self.pack.definitions;
        let (rules, predictions) = (&self.pack.rules, definitions.predictions());
        Reprint { features, signals: &self.signals, funnels: &self.funnels, rules, predictions }
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        self.write_head(out)?;
        for funnel in self.pack.definitions.funnels() {
            let within = in_words(funnel.within_ms);
            writeln!(
                out,
                "\nfunnel {}\n  {} within {within}",
                funnel.name,
                funnel.steps.join(" > ")
            )?;
        }
        for (region, days) in self.pack.definitions.holidays().iter() {
            let count: i64 =
                days.iter().map(|of| i64::from(of.last) - i64::from(of.first) + 1).sum();
            writeln!(out, "\nholidays {region}: {count} days")?;
        }
        for signal in self.pack.rules.signals() {
            self.write_signal(signal, out)?;
        }
        for score in self.pack.rules.scores() {
            self.write_score(score, out)?;
        }
        for table in self.pack.rules.tables() {
            self.write_table(table, out)?;
        }
        for of in self.pack.definitions.predictions() {
            writeln!(out, "\nprediction {}\n  of     {}.{}", of.name, of.event, of.property)?;
        }
        for campaign in self.pack.campaigns.all() {
            self.write_campaign(campaign, out)?;
        }
        Ok(())
    }

    fn write_head(&self, out: &mut String) -> fmt::Result {
        let Pack { name, version, definitions, rules, campaigns, events, hash } = self.pack;
        let hash = hash.first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
        writeln!(
            out,
            "pack {name}, version {version}, {} bytes, sha256 {hash:016x}...",
            self.bytes
        )?;
        writeln!(
            out,
            "{} signals, {} campaigns, {} features, {} funnels, {} events added",
            rules.signals().len(),
            campaigns.all().len(),
            definitions.features().len(),
            definitions.funnels().len(),
            events.len()
        )?;
        writeln!(out, "sessions end after {}", in_words(definitions.session_idle_ms()))?;
        let reach = campaigns.reach();
        let limits = limits(&reach.caps, reach.cool_down_ms, reach.quiet);
        writeln!(out, "all campaigns together: {limits}")?;
        for event in events {
            let properties: Vec<&str> = event.properties.iter().map(|of| &*of.name).collect();
            writeln!(out, "event {}({})", event.name, properties.join(", "))?;
        }
        Ok(())
    }

    fn write_signal(&self, signal: &Signal, out: &mut String) -> fmt::Result {
        let reprint = self.reprint();
        writeln!(out, "\n{} {}", if signal.tag { "tag" } else { "signal" }, signal.name)?;
        writeln!(out, "  raise  {}", reprint.condition(&signal.raise))?;
        if let Some(clear) = &signal.clear {
            writeln!(out, "  clear  {}", reprint.condition(clear))?;
        }
        write_texts("says", &signal.says, out)?;
        for (place, number) in signal.values.iter().enumerate() {
            if let Some(feature) = self.pack.definitions.feature(*number) {
                writeln!(out, "  {{{place}}}    {}", reprint.feature(feature))?;
            }
        }
        Ok(())
    }

    fn write_campaign(&self, campaign: &Campaign, out: &mut String) -> fmt::Result {
        writeln!(
            out,
            "\ncampaign {} ({}), priority {}",
            campaign.name, campaign.goal, campaign.priority
        )?;
        match &campaign.trigger {
            Trigger::Event(event) => writeln!(out, "  on     {event}")?,
            Trigger::Raised(signal) => {
                let name = self.signals.get(usize::from(*signal)).unwrap_or(&"");
                writeln!(out, "  raised {name}, at most {} ago", in_words(campaign.fresh_ms))?;
            }
        }
        if let Some(when) = &campaign.when {
            writeln!(out, "  when   {}", self.reprint().condition(when))?;
        }
        let limits = limits(&campaign.caps, campaign.cool_down_ms, campaign.quiet);
        writeln!(out, "  limits {limits}")?;
        if let Some(converts) = &campaign.converts {
            writeln!(out, "  goal   {} within {}", converts.event, in_words(converts.within_ms))?;
        }
        let content = &campaign.content;
        writeln!(out, "  shows  {} {}", content.kind, content.action)?;
        write_texts("title", &content.title, out)?;
        write_texts("body", &content.body, out)
    }
}

fn write_texts(what: &str, texts: &Texts, out: &mut String) -> fmt::Result {
    texts.iter().try_for_each(|(locale, text)| writeln!(out, "  {what:<6} {locale}: {text}"))
}

/// Caps, cool-down and quiet hours on one line.
fn limits(caps: &[Cap], cool_down_ms: i64, quiet: Option<QuietHours>) -> String {
    let mut parts: Vec<String> = caps.iter().map(|cap| describe_cap(*cap)).collect();
    if cool_down_ms > 0 {
        parts.push(format!("{} apart", in_words(cool_down_ms)));
    }
    parts.extend(quiet.map(|quiet| format!("quiet {quiet}")));
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

fn describe_cap(cap: Cap) -> String {
    let times = cap.times;
    match cap.period {
        Period::Days(1) => format!("{times} a day"),
        Period::Days(days) => format!("{times} in {days} days"),
        Period::Weeks(1) => format!("{times} a week"),
        Period::Weeks(weeks) => format!("{times} in {weeks} weeks"),
        Period::Ever => format!("{times} ever"),
    }
}
