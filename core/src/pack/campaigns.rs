//! Campaigns out of their messages.

use staykit_proto::v1;

use super::features::Entry;
use super::{PackError, limits};
use crate::guidance::{Campaign, Cap, Content, Conversion, Period, QuietHours, Reach, Trigger};
use crate::profile::{Definitions, Unit};
use crate::rules::Program;
use crate::text::Texts;

impl Entry<'_> {
    pub(super) fn campaign(
        &self,
        campaign: v1::Campaign,
        definitions: &Definitions,
    ) -> Result<Campaign, PackError> {
        let when = Some(campaign.when).filter(|bytes| !bytes.is_empty());
        let trigger = campaign.trigger.ok_or_else(|| self.invalid("trigger"))?;
        Ok(Campaign {
            name: self.name(campaign.name, "name")?,
            goal: self.name(campaign.goal, "goal")?,
            trigger: match trigger {
                v1::campaign::Trigger::Event(event) => Trigger::Event(self.event(event)?),
                v1::campaign::Trigger::Raised(signal) => Trigger::Raised(self.signal(signal)?),
            },
            when: when.map(|bytes| self.program(&bytes, "when", definitions)).transpose()?,
            fresh_ms: self.ms(campaign.fresh_ms, "fresh")?,
            caps: self.caps(&campaign.caps)?,
            cool_down_ms: self.ms(campaign.cool_down_ms, "cool-down")?,
            quiet: campaign.quiet.map(|quiet| self.quiet(quiet)).transpose()?,
            priority: campaign.priority,
            converts: campaign.converts.map(|converts| self.conversion(converts)).transpose()?,
            content: self.content(campaign.content)?,
        })
    }

    pub(super) fn program(
        &self,
        bytes: &[u8],
        part: &'static str,
        definitions: &Definitions,
    ) -> Result<Program, PackError> {
        limits::PROGRAM.check(bytes.len())?;
        let wrong = |error| PackError::Program { at: self.at, part, error };
        Program::decode(bytes, definitions).map_err(wrong)
    }

    pub(super) fn reach(&self, reach: Option<v1::Reach>) -> Result<Reach, PackError> {
        let reach = reach.unwrap_or_default();
        Ok(Reach {
            caps: self.caps(&reach.caps)?,
            cool_down_ms: self.ms(reach.cool_down_ms, "cool-down")?,
            quiet: reach.quiet.map(|quiet| self.quiet(quiet)).transpose()?,
        })
    }

    pub(super) fn texts(&self, texts: Vec<v1::Text>) -> Result<Texts, PackError> {
        let pair = |text: v1::Text| {
            limits::TEXT.check(text.text.len())?;
            Ok((self.name(text.locale, "language")?, text.text))
        };
        texts.into_iter().map(pair).collect::<Result<_, _>>().map(Texts::new)
    }

    fn caps(&self, caps: &[v1::Cap]) -> Result<Vec<Cap>, PackError> {
        caps.iter().map(|cap| self.cap(*cap)).collect()
    }

    fn cap(&self, cap: v1::Cap) -> Result<Cap, PackError> {
        let window = self.window(cap.window)?;
        let period = match window.unit {
            Unit::Days => Period::Days(window.length),
            Unit::Weeks => Period::Weeks(window.length),
            Unit::Ever => Period::Ever,
            Unit::Minutes | Unit::Hours | Unit::Sessions => {
                return Err(self.invalid("period of a cap"));
            }
        };
        Ok(Cap { period, times: cap.times })
    }

    fn quiet(&self, quiet: v1::QuietHours) -> Result<QuietHours, PackError> {
        let minute = |minute: u32| u16::try_from(minute).map_err(|_| self.invalid("quiet hours"));
        Ok(QuietHours { from_min: minute(quiet.from_min)?, to_min: minute(quiet.to_min)? })
    }

    fn conversion(&self, converts: v1::Conversion) -> Result<Conversion, PackError> {
        Ok(Conversion {
            event: self.event(converts.event)?,
            within_ms: self.ms(converts.within_ms, "time of a conversion")?,
        })
    }

    fn content(&self, content: Option<v1::Content>) -> Result<Content, PackError> {
        let content = content.ok_or_else(|| self.invalid("content"))?;
        limits::TEXT.check(content.action.len())?;
        Ok(Content {
            kind: self.name(content.kind, "kind")?,
            title: self.texts(content.title)?,
            body: self.texts(content.body)?,
            action: content.action,
        })
    }
}
