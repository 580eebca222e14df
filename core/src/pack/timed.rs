//! Features of time and order, and holidays, out of their messages.

use staykit_proto::v1;
use staykit_proto::v1::feature::Kind;

use super::PackError;
use super::features::Entry;
use crate::profile::limits::{FUNNEL_STEPS, SEQUENCE_STEPS};
use crate::profile::{
    DayRange, Decayed, Lapse, LongSessions, Path, Regularity, Rhythm, Sequence, Streak,
    StreakFigure, Timed, Turn, WeekHours,
};

impl Entry<'_> {
    pub(super) fn timed(&self, kind: Kind) -> Result<Timed, PackError> {
        Ok(match kind {
            Kind::Lapse(lapse) => self.lapse(lapse)?,
            Kind::Sequence(sequence) => self.sequence(&sequence)?,
            Kind::Path(path) => self.path(&path)?,
            Kind::Streak(streak) => self.streak(streak, StreakFigure::Days)?,
            Kind::StreakLeft(streak) => self.streak(streak, StreakFigure::Left)?,
            Kind::Regularity(habit) => self.regularity(habit)?,
            Kind::Decayed(decayed) => self.decayed(decayed)?,
            Kind::Rhythm(rhythm) => self.rhythm(rhythm)?,
            Kind::LongSessions(long) => self.long_sessions(long)?,
            Kind::InWindow(hours) => self.week_hours(hours)?,
            Kind::Holiday(v1::Unit {}) => Timed::Holiday,
            Kind::ClockMoved(window) => Timed::ClockMoved(self.window(Some(window))?),
            _ => return Err(self.invalid("kind of the feature")),
        })
    }

    fn lapse(&self, lapse: v1::Lapse) -> Result<Timed, PackError> {
        Ok(Timed::Lapse(Lapse {
            event: self.event(lapse.event)?,
            pause_ms: self.ms(lapse.pause_ms, "pause")?,
            turn: if lapse.resumed { Turn::Resumed } else { Turn::Stopped },
        }))
    }

    fn sequence(&self, sequence: &v1::Sequence) -> Result<Timed, PackError> {
        Ok(Timed::Sequence(Sequence {
            steps: self.steps(&sequence.steps, SEQUENCE_STEPS)?,
            within_ms: self.ms(sequence.within_ms, "time limit")?,
            one_session: sequence.one_session,
            direct: sequence.direct,
        }))
    }

    fn path(&self, path: &v1::Path) -> Result<Timed, PackError> {
        Ok(Timed::Path(Path { steps: self.steps(&path.steps, FUNNEL_STEPS)? }))
    }

    fn steps(&self, steps: &[u32], most: usize) -> Result<Vec<String>, PackError> {
        // Looked at before anything is built of them.
        if steps.len() > most {
            return Err(self.invalid("steps"));
        }
        steps.iter().map(|step| self.event(*step)).collect()
    }

    fn streak(&self, streak: v1::Streak, figure: StreakFigure) -> Result<Timed, PackError> {
        Ok(Timed::Streak(Streak {
            event: self.event(streak.event)?,
            freeze: u8::try_from(streak.freeze).map_err(|_| self.invalid("freeze"))?,
            repair: streak.repair.map(|repair| self.event(repair)).transpose()?,
            figure,
        }))
    }

    fn regularity(&self, habit: v1::Regularity) -> Result<Timed, PackError> {
        let units = self.window(habit.units)?;
        Ok(Timed::Regularity(Regularity {
            event: self.event(habit.event)?,
            times: habit.times,
            unit: units.unit,
            of: units.length,
            least: u16::try_from(habit.least).map_err(|_| self.invalid("number of units"))?,
        }))
    }

    fn decayed(&self, decayed: v1::Decayed) -> Result<Timed, PackError> {
        let half_life_days = u16::try_from(decayed.half_life_days);
        Ok(Timed::Decayed(Decayed {
            event: self.event(decayed.event)?,
            half_life_days: half_life_days.map_err(|_| self.invalid("half-life"))?,
        }))
    }

    fn rhythm(&self, rhythm: v1::Rhythm) -> Result<Timed, PackError> {
        use v1::rhythm::Figure;
        let hour = |hour: u32| u8::try_from(hour).map_err(|_| self.invalid("hour"));
        let figure = rhythm.figure.ok_or_else(|| self.invalid("figure of the rhythm"))?;
        Ok(Timed::Rhythm(match figure {
            Figure::HourOfWeek(v1::Unit {}) => Rhythm::HourOfWeek,
            Figure::BestHour(v1::Unit {}) => Rhythm::BestHour,
            Figure::ActiveShare(hours) => Rhythm::ActiveShare {
                from_hour: hour(hours.from_hour)?,
                to_hour: hour(hours.to_hour)?,
            },
            Figure::NextActive(v1::Unit {}) => Rhythm::NextActive,
        }))
    }

    fn long_sessions(&self, long: v1::LongSessions) -> Result<Timed, PackError> {
        Ok(Timed::LongSessions(LongSessions {
            window: self.window(long.window)?,
            longer_than_ms: self.ms(long.longer_than_ms, "length of a session")?,
        }))
    }

    fn week_hours(&self, hours: v1::WeekHours) -> Result<Timed, PackError> {
        let minute = |minute: u32| u16::try_from(minute).map_err(|_| self.invalid("time of day"));
        Ok(Timed::InWindow(WeekHours {
            days: u8::try_from(hours.days).map_err(|_| self.invalid("days of the week"))?,
            from_min: minute(hours.from_min)?,
            to_min: minute(hours.to_min)?,
        }))
    }

    pub(super) fn holidays_of(
        &self,
        holidays: v1::Holidays,
    ) -> Result<(String, Vec<DayRange>), PackError> {
        let range = |days: &v1::DayRange| {
            let valid = days.first <= days.last;
            let range = DayRange { first: days.first, last: days.last };
            if valid { Ok(range) } else { Err(self.invalid("days")) }
        };
        let ranges = holidays.days.iter().map(range).collect::<Result<_, _>>()?;
        Ok((self.name(holidays.region, "region")?, ranges))
    }
}
