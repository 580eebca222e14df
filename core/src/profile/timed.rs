//! Features of time and order: pauses, sequences, streaks, habits, rhythm.

mod clock_moves;
mod decayed;
mod hours;
mod lapse;
mod long_sessions;
mod regularity;
mod rhythm;
mod sequence;
mod streak;

pub use decayed::Decayed;
pub use hours::WeekHours;
pub use lapse::{Lapse, Turn};
pub use long_sessions::LongSessions;
pub use regularity::Regularity;
pub use rhythm::Rhythm;
pub use sequence::{Path, Sequence};
pub use streak::{Streak, StreakFigure};

pub(super) use rhythm::Histogram;

use super::facts::Facts;
use super::holidays::{self, DayRange, Holidays};
use super::moment::Moment;
use super::ring::Ring;
use super::{Motion, Scalar, ScalarType, Unit, Window, limits};
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::event::Event;
use crate::time::Stamp;
use clock_moves::Moves;
use decayed::Weight;
use lapse::LastTwo;
use long_sessions::Lasting;
use regularity::PerUnit;
use sequence::{Matches, Taken};
use streak::Run;

/// A feature of time and order, by what it measures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timed {
    /// Whether something stopped, or came back.
    Lapse(Lapse),
    /// Whether events happened in an order.
    Sequence(Sequence),
    /// How far along a path the person ever got, 0 to 1.
    Path(Path),
    /// Days of a streak, or the time left until it breaks (endless without one).
    Streak(Streak),
    /// Whether something is a habit.
    Regularity(Regularity),
    /// A count that forgets.
    Decayed(Decayed),
    /// Something about the person's hours of the week.
    Rhythm(Rhythm),
    /// Sessions that lasted, within a window.
    LongSessions(LongSessions),
    /// Whether the local time is in some hours of the week.
    InWindow(WeekHours),
    /// Whether today is a holiday in the person's region.
    Holiday,
    /// How often, within a window, the wall clock was found moved at an event of the person's own
    /// doing.
    ClockMoved(Window),
}

/// What is remembered for one of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kept {
    /// Nothing of its own.
    Nothing,
    Lapse(LastTwo),
    Sequence(Matches),
    Path(Taken),
    Streak(Run),
    Regularity(PerUnit),
    Decayed(Weight),
    LongSessions(Lasting),
    ClockMoved(Box<Moves>),
}

/// What all of them may look at.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) stamp: &'a Stamp,
    /// Number of the current or last session, from 1.
    pub(super) session: u64,
    pub(super) rhythm: Option<&'a Histogram>,
    pub(super) holidays: &'a Holidays,
    pub(super) facts: &'a Facts,
}

/// The fact that says whose holidays are the person's.
const REGION: &str = "region";

impl<'a> Around<'a> {
    /// Holidays of the person's region.
    pub(super) fn holidays(&self) -> &'a [DayRange] {
        if self.holidays.is_empty() {
            return &[];
        }
        self.facts.text(REGION).map_or(&[], |region| self.holidays.of(region))
    }
}

impl Timed {
    pub(super) fn scalar_type(&self) -> ScalarType {
        match self {
            Self::Path(_) | Self::Decayed(_) | Self::Rhythm(Rhythm::ActiveShare { .. }) => {
                ScalarType::Number
            }
            Self::Streak(_) | Self::Rhythm(_) | Self::LongSessions(_) | Self::ClockMoved(_) => {
                ScalarType::Integer
            }
            Self::Lapse(_)
            | Self::Sequence(_)
            | Self::Regularity(_)
            | Self::InWindow(_)
            | Self::Holiday => ScalarType::Flag,
        }
    }

    pub(super) fn motion(&self) -> Motion {
        match self {
            Self::Path(_)
            | Self::Lapse(Lapse { turn: Turn::Resumed, .. })
            | Self::Rhythm(Rhythm::BestHour | Rhythm::ActiveShare { .. }) => Motion::Still,
            Self::Lapse(_) | Self::Sequence(_) | Self::InWindow(_) => Motion::Ends,
            Self::Streak(Streak { figure: StreakFigure::Left, .. })
            | Self::Rhythm(Rhythm::NextActive) => Motion::Shrinks,
            Self::Streak(_) | Self::Decayed(_) | Self::Holiday => Motion::Steps(Unit::Days),
            Self::Rhythm(Rhythm::HourOfWeek) => Motion::Steps(Unit::Hours),
            Self::Regularity(habit) => Motion::Steps(habit.unit),
            Self::LongSessions(long) => Motion::of_window(long.window),
            Self::ClockMoved(window) => Motion::of_window(*window),
        }
    }

    pub(super) fn is_duration(&self) -> bool {
        self.motion() == Motion::Shrinks
    }

    /// The events by whose names it goes.
    pub(super) fn events(&self) -> Vec<&str> {
        match self {
            Self::Lapse(Lapse { event, .. })
            | Self::Regularity(Regularity { event, .. })
            | Self::Decayed(Decayed { event, .. }) => vec![event],
            Self::Streak(streak) => {
                std::iter::once(&streak.event).chain(&streak.repair).map(String::as_str).collect()
            }
            Self::Sequence(Sequence { steps, .. }) | Self::Path(Path { steps }) => {
                steps.iter().map(String::as_str).collect()
            }
            Self::Rhythm(_)
            | Self::LongSessions(_)
            | Self::InWindow(_)
            | Self::Holiday
            | Self::ClockMoved(_) => Vec::new(),
        }
    }

    /// Whether any doing of the person changes its value.
    pub(super) fn is_of_any_event(&self) -> bool {
        matches!(self, Self::LongSessions(_) | Self::ClockMoved(_))
            || matches!(self, Self::Rhythm(rhythm) if *rhythm != Rhythm::HourOfWeek)
    }

    /// Whether any doing of the person changes what it remembers.
    pub(super) fn sees_all_events(&self) -> bool {
        matches!(self, Self::LongSessions(_) | Self::ClockMoved(_))
            || matches!(self, Self::Sequence(of) if of.direct || of.one_session)
    }

    /// Whether it lives on the hours of the week.
    pub(super) fn reads_rhythm(&self) -> bool {
        matches!(self, Self::Rhythm(rhythm) if *rhythm != Rhythm::HourOfWeek)
    }

    /// The window it counts in, if it has one.
    pub(super) fn window(&self) -> Option<Window> {
        match self {
            Self::Regularity(habit) => Some(habit.window()),
            Self::LongSessions(long) => Some(long.window),
            Self::ClockMoved(window) => Some(*window),
            _ => None,
        }
    }

    /// Whether it is within its bounds, its window left out.
    pub(super) fn is_sound(&self) -> bool {
        let in_reach = |ms: i64| (1..=limits::REACH_MS).contains(&ms);
        match self {
            Self::Lapse(lapse) => in_reach(lapse.pause_ms),
            Self::Sequence(of) => {
                (2..=limits::SEQUENCE_STEPS).contains(&of.steps.len()) && in_reach(of.within_ms)
            }
            Self::Path(path) => (2..=limits::FUNNEL_STEPS).contains(&path.steps.len()),
            Self::Streak(of) => {
                of.freeze <= limits::FREEZE && of.repair.as_ref() != Some(&of.event)
            }
            Self::Regularity(habit) => {
                matches!(habit.unit, Unit::Days | Unit::Weeks)
                    && habit.times > 0
                    && (1..=habit.of).contains(&habit.least)
            }
            Self::Decayed(decayed) => {
                (1..=limits::window_length(Unit::Days)).contains(&decayed.half_life_days)
            }
            Self::Rhythm(Rhythm::ActiveShare { from_hour, to_hour }) => {
                *from_hour < 24 && (1..=24).contains(to_hour) && from_hour != to_hour
            }
            Self::LongSessions(long) => in_reach(long.longer_than_ms),
            Self::InWindow(hours) => hours.is_valid(),
            Self::Rhythm(_) | Self::Holiday | Self::ClockMoved(_) => true,
        }
    }

    /// Upper bound of the bytes that it remembers beside its place in the profile.
    pub(super) fn bytes(&self) -> usize {
        let held = match self {
            Self::Sequence(of) => of.steps.len() * size_of::<Option<i64>>(),
            _ if self.reads_rhythm() => Histogram::BYTES,
            Self::ClockMoved(window) => size_of::<Moves>() + Ring::<i64>::bytes(*window),
            _ => self.window().map_or(0, Ring::<i64>::bytes),
        };
        size_of::<Kept>().saturating_add(held)
    }

    /// The definition without what only reading needs: whatever has the same has one memory.
    pub(super) fn kept_for(&self) -> Option<Self> {
        let mut kept = self.clone();
        match &mut kept {
            Self::Lapse(lapse) => (lapse.pause_ms, lapse.turn) = (0, Turn::Stopped),
            Self::Sequence(sequence) => sequence.within_ms = 0,
            Self::Streak(streak) => streak.figure = StreakFigure::Days,
            Self::Regularity(habit) => (habit.times, habit.least) = (0, 0),
            Self::Path(_) | Self::Decayed(_) | Self::LongSessions(_) | Self::ClockMoved(_) => {}
            Self::Rhythm(_) | Self::InWindow(_) | Self::Holiday => return None,
        }
        Some(kept)
    }

    /// Number of its field in the pack's `Feature` message.
    pub(super) fn number(&self) -> u8 {
        match self {
            Self::Lapse(_) => 30,
            Self::Sequence(_) => 31,
            Self::Path(_) => 32,
            Self::Streak(Streak { figure: StreakFigure::Days, .. }) => 33,
            Self::Streak(_) => 34,
            Self::Regularity(_) => 35,
            Self::Decayed(_) => 39,
            Self::Rhythm(_) => 41,
            Self::LongSessions(_) => 42,
            Self::InWindow(_) => 43,
            Self::Holiday => 44,
            Self::ClockMoved(_) => 53,
        }
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        let texts = |out: &mut Writer<'_>, texts: &[String]| {
            out.length(texts.len());
            for text in texts {
                out.text(text);
            }
        };
        match self {
            Self::Lapse(lapse) => {
                out.text(&lapse.event);
                out.signed(lapse.pause_ms);
                out.flag(lapse.turn == Turn::Resumed);
            }
            Self::Sequence(sequence) => {
                texts(out, &sequence.steps);
                out.signed(sequence.within_ms);
                out.flag(sequence.one_session);
                out.flag(sequence.direct);
            }
            Self::Path(path) => texts(out, &path.steps),
            Self::Streak(streak) => {
                out.text(&streak.event);
                out.byte(streak.freeze);
                out.optional(streak.repair.as_ref(), |out, repair| out.text(repair));
            }
            Self::Regularity(habit) => {
                out.text(&habit.event);
                out.unsigned(u64::from(habit.times));
                Window { unit: habit.unit, length: habit.of }.encode(out);
                out.unsigned(u64::from(habit.least));
            }
            Self::Decayed(decayed) => {
                out.text(&decayed.event);
                out.unsigned(u64::from(decayed.half_life_days));
            }
            Self::Rhythm(rhythm) => match rhythm {
                Rhythm::HourOfWeek => out.byte(1),
                Rhythm::BestHour => out.byte(2),
                Rhythm::ActiveShare { from_hour, to_hour } => {
                    out.byte(3);
                    out.byte(*from_hour);
                    out.byte(*to_hour);
                }
                Rhythm::NextActive => out.byte(4),
            },
            Self::LongSessions(long) => {
                long.window.encode(out);
                out.signed(long.longer_than_ms);
            }
            Self::InWindow(hours) => hours.encode(out),
            Self::Holiday => {}
            Self::ClockMoved(window) => window.encode(out),
        }
    }

    pub(super) fn decode(number: u8, input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let text = |input: &mut Reader<'_>| input.text().map(str::to_owned);
        let short = |input: &mut Reader<'_>| {
            u16::try_from(input.unsigned()?).map_err(|_| input.malformed())
        };
        Ok(match number {
            30 => Self::Lapse(Lapse {
                event: text(input)?,
                pause_ms: input.signed()?,
                turn: if input.flag()? { Turn::Resumed } else { Turn::Stopped },
            }),
            31 => Self::Sequence(Sequence {
                steps: input.list(text)?,
                within_ms: input.signed()?,
                one_session: input.flag()?,
                direct: input.flag()?,
            }),
            32 => Self::Path(Path { steps: input.list(text)? }),
            33 | 34 => {
                let figure = if number == 33 { StreakFigure::Days } else { StreakFigure::Left };
                let (event, freeze) = (text(input)?, input.byte()?);
                Self::Streak(Streak { event, freeze, repair: input.optional(text)?, figure })
            }
            35 => {
                let (event, times) = (text(input)?, input.unsigned32()?);
                let Window { unit, length: of } = Window::decode(input)?;
                Self::Regularity(Regularity { event, times, unit, of, least: short(input)? })
            }
            39 => Self::Decayed(Decayed { event: text(input)?, half_life_days: short(input)? }),
            41 => Self::Rhythm(match input.byte()? {
                1 => Rhythm::HourOfWeek,
                2 => Rhythm::BestHour,
                3 => Rhythm::ActiveShare { from_hour: input.byte()?, to_hour: input.byte()? },
                4 => Rhythm::NextActive,
                _ => return Err(input.malformed()),
            }),
            42 => Self::LongSessions(LongSessions {
                window: Window::decode(input)?,
                longer_than_ms: input.signed()?,
            }),
            43 => Self::InWindow(WeekHours::decode(input)?),
            44 => Self::Holiday,
            53 => Self::ClockMoved(Window::decode(input)?),
            _ => return Err(input.malformed()),
        })
    }
}

impl Kept {
    pub(super) fn new(of: &Timed) -> Self {
        match of {
            Timed::Lapse(_) => Self::Lapse(LastTwo::default()),
            Timed::Sequence(sequence) => Self::Sequence(Matches::new(sequence)),
            Timed::Path(_) => Self::Path(Taken::default()),
            Timed::Streak(_) => Self::Streak(Run::default()),
            Timed::Regularity(habit) => Self::Regularity(PerUnit::new(habit)),
            Timed::Decayed(_) => Self::Decayed(Weight::default()),
            Timed::LongSessions(long) => Self::LongSessions(Lasting::new(long)),
            Timed::ClockMoved(window) => Self::ClockMoved(Box::new(Moves::new(*window))),
            Timed::Rhythm(_) | Timed::InWindow(_) | Timed::Holiday => Self::Nothing,
        }
    }

    /// An event by whose name it goes.
    pub(super) fn apply(&mut self, of: &Timed, event: &Event, moment: &Moment<'_>) {
        let stamp = moment.stamp;
        match (self, of) {
            (Self::Lapse(two), Timed::Lapse(_)) => two.apply(stamp.at),
            // A direct one sees every event of the person's own doing, this one among them.
            (Self::Sequence(matches), Timed::Sequence(sequence))
                if !sequence.direct || event.is_ambient() =>
            {
                matches.apply(sequence, event.name(), event.is_ambient(), stamp.at);
            }
            (Self::Path(taken), Timed::Path(path)) => taken.apply(path, event.name()),
            (Self::Streak(run), Timed::Streak(streak)) => {
                run.apply(streak, event.name(), stamp.day);
            }
            (Self::Regularity(units), Timed::Regularity(_)) => units.apply(moment),
            (Self::Decayed(weight), Timed::Decayed(decayed)) => weight.apply(decayed, stamp.day),
            _ => {}
        }
    }

    /// The person did something; it `begins` a session or makes it last so many ms in all.
    pub(super) fn apply_any(
        &mut self,
        of: &Timed,
        event: &Event,
        (begins, length_ms): (bool, i64),
        moment: &Moment<'_>,
    ) {
        match (self, of) {
            (Self::LongSessions(lasting), Timed::LongSessions(long)) => {
                if begins {
                    lasting.begin_session();
                }
                lasting.apply(long, length_ms, moment);
            }
            (Self::ClockMoved(moves), _) => moves.apply(moment),
            (Self::Sequence(matches), Timed::Sequence(sequence)) => {
                // What was before the first session is counted with that one.
                if begins && sequence.one_session && moment.session > 1 {
                    matches.begin_session();
                }
                if sequence.direct {
                    matches.apply(sequence, event.name(), false, moment.stamp.at);
                }
            }
            _ => {}
        }
    }

    pub(super) fn read(&self, of: &Timed, around: Around<'_>) -> Option<Scalar> {
        let Around { stamp, session, rhythm, .. } = around;
        let moment = &Moment { stamp, session };
        Some(match (self, of) {
            (Self::Lapse(two), Timed::Lapse(lapse)) => Scalar::Flag(two.holds(lapse, stamp.at)),
            (Self::Sequence(matches), Timed::Sequence(sequence)) => {
                let ends_at = matches.ends_at(sequence);
                Scalar::Flag(ends_at.is_some_and(|ends_at| stamp.at < ends_at))
            }
            (Self::Path(taken), Timed::Path(path)) => Scalar::Number(taken.share(path)),
            (Self::Streak(run), Timed::Streak(streak)) => Scalar::Integer(match streak.figure {
                StreakFigure::Days => i64::from(run.days(streak, stamp.day)),
                StreakFigure::Left => left(run.breaks_at(streak, stamp), stamp),
            }),
            (Self::Regularity(units), Timed::Regularity(habit)) => {
                Scalar::Flag(units.holds(habit, stamp))
            }
            (Self::Decayed(weight), Timed::Decayed(decayed)) => {
                Scalar::Number(weight.sum(decayed, stamp.day))
            }
            (Self::LongSessions(lasting), _) => Scalar::Integer(lasting.count(moment)),
            (Self::ClockMoved(moves), _) => Scalar::Integer(moves.count(moment)),
            (_, Timed::Rhythm(of)) => match of {
                Rhythm::HourOfWeek => Scalar::Integer(rhythm::hour_of_week(stamp)),
                Rhythm::BestHour => Scalar::Integer(rhythm?.best_hour()?),
                Rhythm::ActiveShare { from_hour, to_hour } => {
                    Scalar::Number(rhythm?.share(*from_hour, *to_hour)?)
                }
                Rhythm::NextActive => Scalar::Integer(left(Some(rhythm?.active_at(stamp)?), stamp)),
            },
            (_, Timed::InWindow(hours)) => Scalar::Flag(hours.holds(stamp)),
            (_, Timed::Holiday) => Scalar::Flag(holidays::contains(around.holidays(), stamp.day)),
            _ => return None,
        })
    }

    /// The next instant at which the value may change by itself, shrinking left out. It may lie
    /// behind.
    pub(super) fn changes_at(&self, of: &Timed, around: Around<'_>) -> Option<i64> {
        let Around { stamp, session, rhythm, .. } = around;
        let moment = &Moment { stamp, session };
        match (self, of) {
            (Self::Lapse(two), Timed::Lapse(lapse)) => two.changes_at(lapse),
            (Self::Sequence(matches), Timed::Sequence(sequence)) => matches.ends_at(sequence),
            (Self::Streak(run), Timed::Streak(streak)) => run.breaks_at(streak, stamp),
            (Self::Regularity(units), Timed::Regularity(habit)) => units.changes_at(habit, moment),
            (Self::Decayed(weight), Timed::Decayed(decayed)) => {
                let tomorrow = stamp.start_of_day(stamp.day.saturating_add(1));
                (weight.sum(decayed, stamp.day) > 0.0).then_some(tomorrow)
            }
            (Self::LongSessions(lasting), _) => lasting.changes_at(moment),
            (Self::ClockMoved(moves), _) => moves.changes_at(moment),
            (_, Timed::Rhythm(Rhythm::HourOfWeek)) => Some(rhythm::next_hour(stamp)),
            (_, Timed::Rhythm(Rhythm::NextActive)) => {
                let active_at = rhythm?.active_at(stamp)?;
                // In an active hour, the next one may be none.
                Some(if active_at > stamp.at { active_at } else { rhythm::next_hour(stamp) })
            }
            (_, Timed::InWindow(hours)) => Some(hours.changes_at(stamp)),
            (_, Timed::Holiday) => {
                Some(stamp.start_of_day(holidays::next_change(around.holidays(), stamp.day)?))
            }
            _ => None,
        }
    }

    /// The instant that a shrinking duration counts down to.
    pub(super) fn shrinks_to(&self, of: &Timed, around: Around<'_>) -> Option<i64> {
        match (self, of) {
            (Self::Streak(run), Timed::Streak(streak)) if streak.figure == StreakFigure::Left => {
                run.breaks_at(streak, around.stamp)
            }
            (_, Timed::Rhythm(Rhythm::NextActive)) => around.rhythm?.active_at(around.stamp),
            _ => None,
        }
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        match self {
            Self::Nothing => {}
            Self::Lapse(two) => two.encode(out),
            Self::Sequence(matches) => matches.encode(out),
            Self::Path(taken) => taken.encode(out),
            Self::Streak(run) => run.encode(out),
            Self::Regularity(units) => units.encode(out),
            Self::Decayed(weight) => weight.encode(out),
            Self::LongSessions(lasting) => lasting.encode(out),
            Self::ClockMoved(moves) => moves.encode(out),
        }
    }

    pub(super) fn decode(of: &Timed, input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match of {
            Timed::Lapse(_) => Self::Lapse(LastTwo::decode(input)?),
            Timed::Sequence(sequence) => Self::Sequence(Matches::decode(sequence, input)?),
            Timed::Path(_) => Self::Path(Taken::decode(input)?),
            Timed::Streak(_) => Self::Streak(Run::decode(input)?),
            Timed::Regularity(habit) => Self::Regularity(PerUnit::decode(habit, input)?),
            Timed::Decayed(_) => Self::Decayed(Weight::decode(input)?),
            Timed::LongSessions(long) => Self::LongSessions(Lasting::decode(long, input)?),
            Timed::ClockMoved(window) => Self::ClockMoved(Box::new(Moves::decode(*window, input)?)),
            Timed::Rhythm(_) | Timed::InWindow(_) | Timed::Holiday => Self::Nothing,
        })
    }
}

/// How long until `at`; endless without it.
fn left(at: Option<i64>, stamp: &Stamp) -> i64 {
    at.map_or(Scalar::ENDLESS, |at| at.saturating_sub(stamp.at).max(0))
}
