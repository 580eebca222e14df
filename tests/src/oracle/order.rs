//! Features of time and order, sessions, baselines and funnels.

#![expect(
    clippy::option_option,
    clippy::unnecessary_wraps,
    reason = "not known to the oracle, without a value, and with one: as `History::value` has them"
)]

use std::collections::BTreeMap;

use staykit_core::profile::{
    Baseline, BaselineFigure, Decayed, Feature, Funnel, Lapse, LongSessions, Measure, Path,
    Regularity, Scalar, Sequence, Streak, StreakFigure, Timed, Turn, Unit, WeekHours, Window,
};
use staykit_core::time::Stamp;

use super::{Happened, History, Moment, as_float, is_within};

impl History {
    /// What a feature of time and order is worth.
    pub(super) fn in_order(&self, feature: &Feature, stamp: &Stamp) -> Option<Option<Scalar>> {
        let now = self.moment(stamp);
        Some(match feature {
            Feature::SessionCount(window) => {
                let sessions = self.sessions();
                let begun = sessions.iter().filter_map(|of| Some(of.first()?.moment));
                whole(begun.filter(|then| is_within(*then, *window, now)).count())
            }
            Feature::SessionTime(window) => {
                let inside = self.steps().into_iter().filter(|of| is_within(of.0, *window, now));
                integer(inside.map(|(_, ms)| ms).sum())
            }
            Feature::SessionLength => integer(match self.sessions().last() {
                Some(last) if now.at - ended(last) <= self.idle_ms => ended(last) - begun(last),
                _ => 0,
            }),
            Feature::Baseline(baseline) => Some(Scalar::Number(self.baseline(baseline, now))),
            Feature::FunnelStep(number) => {
                whole(self.attempt(*number, now.at).0.map_or(0, |steps| steps.len()))
            }
            Feature::FunnelAge(number) => {
                let steps = self.attempt(*number, now.at).0;
                integer(steps.and_then(|steps| Some(now.at - steps.last()?)).unwrap_or(i64::MAX))
            }
            Feature::FunnelDropped(number) => whole(self.attempt(*number, now.at).1),
            Feature::Hour => integer(i64::from(stamp.minute_of_day() / 60)),
            Feature::Weekday => integer(weekday(i64::from(stamp.wall_day())) + 1),
            Feature::Timed(Timed::ClockMoved(window)) => return self.clock_moved(*window, now),
            Feature::Timed(timed) => self.timed(timed, (now, stamp)),
            _ => return None,
        })
    }

    fn timed(&self, timed: &Timed, (now, stamp): (Moment, &Stamp)) -> Option<Scalar> {
        match timed {
            Timed::Lapse(lapse) => flag(self.lapse(lapse, now)),
            Timed::Sequence(sequence) => flag(self.sequence(sequence, now)),
            Timed::Path(path) => Some(Scalar::Number(self.path(path))),
            Timed::Streak(streak) => integer(self.streak(streak, stamp)),
            Timed::Regularity(habit) => flag(self.regularity(habit, now)),
            Timed::Decayed(decayed) => Some(Scalar::Number(self.decayed(decayed, now))),
            Timed::LongSessions(long) => self.long_sessions(long, now),
            Timed::ClockMoved(window) => self.clock_moved(*window, now).flatten(),
            Timed::InWindow(hours) => flag(in_window(*hours, stamp)),
            Timed::Rhythm(rhythm) => self.rhythm(*rhythm, stamp),
            Timed::Holiday => flag(self.is_holiday(now.day)),
        }
    }

    /// The events of the person's own doing, session by session.
    fn sessions(&self) -> Vec<Vec<&Happened>> {
        let own: Vec<&Happened> = self.events.iter().filter(|of| !of.event.is_ambient()).collect();
        own.chunk_by(|a, b| a.moment.session == b.moment.session).map(<[_]>::to_vec).collect()
    }

    /// What each event of a session added to its length.
    fn steps(&self) -> Vec<(Moment, i64)> {
        let sessions = self.sessions();
        let steps = sessions.iter().flat_map(|of| of.windows(2));
        steps.map(|pair| (pair[1].moment, pair[1].moment.at - pair[0].moment.at)).collect()
    }

    fn long_sessions(&self, long: &LongSessions, now: Moment) -> Option<Scalar> {
        let sessions = self.sessions();
        let crossing = |of: &Vec<&Happened>| {
            let long = |known: &&&Happened| known.moment.at - begun(of) > long.longer_than_ms;
            of.iter().find(long).map(|known| known.moment)
        };
        let counted = sessions.iter().filter_map(crossing);
        whole(counted.filter(|then| is_within(*then, long.window, now)).count())
    }

    /// Two readings of one boot between which the clocks did not go on by the same time, to 2
    /// minutes. Not known if a device that has only stored events, which do not name their boot,
    /// may take one for a restart.
    fn clock_moved(&self, window: Window, now: Moment) -> Option<Option<Scalar>> {
        let own: Vec<&Happened> = self.events.iter().filter(|of| !of.event.is_ambient()).collect();
        let mut found = Vec::new();
        for pair in own.windows(2) {
            let [from, to] = [pair[0].reading, pair[1].reading];
            let boots = [from, to].map(|of| i64::try_from(of.boot_ms).unwrap());
            let by_wall = to.wall_ms - from.wall_ms;
            if from.boot_id == to.boot_id && by_wall.abs_diff(boots[1] - boots[0]) > 120_000 {
                if boots[0] == 0 || by_wall >= boots[1] {
                    return None;
                }
                found.push(pair[1].moment);
            }
        }
        Some(whole(found.into_iter().filter(|then| is_within(*then, window, now)).count()))
    }

    fn named(&self, name: &str) -> Vec<Moment> {
        let of = self.events.iter().filter(|known| known.event.name() == name);
        of.map(|known| known.moment).collect()
    }

    fn lapse(&self, lapse: &Lapse, now: Moment) -> bool {
        let mut instants: Vec<i64> = self.named(&lapse.event).iter().map(|of| of.at).collect();
        if lapse.turn == Turn::Stopped && !instants.is_empty() {
            instants.push(now.at);
        }
        matches!(instants.as_slice(), [.., before, last] if last - before >= lapse.pause_ms)
    }

    fn sequence(&self, of: &Sequence, now: Moment) -> bool {
        let ends = 0..self.events.len();
        ends.filter_map(|end| self.match_at(of, end)).any(|from| now.at - from < of.within_ms)
    }

    /// When the latest match began whose last step is the event at `end`.
    fn match_at(&self, of: &Sequence, end: usize) -> Option<i64> {
        let (last, before) = of.steps.split_last()?;
        let mut missing = before.to_vec();
        let ending = &self.events[end];
        let mut from = ending.moment.at;
        for known in self.events[..end].iter().rev() {
            let Some(wanted) = missing.last() else { break };
            if of.one_session && known.moment.session != ending.moment.session {
                return None;
            }
            if known.event.name() == wanted {
                from = known.moment.at;
                missing.pop();
            } else if of.direct && !known.event.is_ambient() {
                return None;
            }
        }
        (ending.event.name() == last && missing.is_empty()).then_some(from)
    }

    fn path(&self, path: &Path) -> f64 {
        let mut taken = 0;
        for known in &self.events {
            taken += usize::from(path.steps.get(taken).is_some_and(|of| known.event.name() == of));
        }
        let float = |count: usize| as_float(i64::try_from(count).unwrap());
        float(taken) / float(path.steps.len())
    }

    /// Day by day from the first event to today.
    fn streak(&self, streak: &Streak, stamp: &Stamp) -> i64 {
        let today = i64::from(stamp.day);
        let of_day = |day: i64| self.events.iter().filter(move |known| known.moment.day == day);
        let is_active = |day: i64| of_day(day).any(|known| known.event.name() == streak.event);
        let mut frozen: BTreeMap<i64, u8> = BTreeMap::new();
        let mut bridges = |day: i64| {
            let used = frozen.entry((day + 3).div_euclid(7)).or_default();
            *used += 1;
            *used <= streak.freeze
        };
        let (mut days, mut broken) = (0, (0, i64::MIN));
        for day in self.events.first().map_or(today, |known| known.moment.day)..=today {
            let mut repaired = false;
            for known in of_day(day) {
                let repairs = streak.repair.as_deref() == Some(known.event.name());
                repaired |= repairs && broken.1 == day - 1;
            }
            days += i64::from(is_active(day)) + if repaired { broken.0 } else { 0 };
            if day < today && !is_active(day) && days > 0 && !bridges(day) {
                (broken, days) = ((days, day), 0);
            }
        }
        if streak.figure == StreakFigure::Days {
            return days;
        }
        let mut last = today + i64::from(is_active(today));
        while bridges(last) {
            last += 1;
        }
        let ends_at = stamp.start_of_day(i32::try_from(last + 1).unwrap());
        if days > 0 { ends_at - stamp.at } else { i64::MAX }
    }

    fn regularity(&self, habit: &Regularity, now: Moment) -> bool {
        let unit = |of: Moment| match habit.unit {
            Unit::Weeks => (of.day + 3).div_euclid(7),
            _ => of.day,
        };
        let units: Vec<i64> = self.named(&habit.event).into_iter().map(unit).collect();
        let counts = |back: &i64| {
            let inside = units.iter().filter(|of| **of == unit(now) - back).count();
            inside >= usize::try_from(habit.times).unwrap()
        };
        (1..=i64::from(habit.of)).filter(counts).count() >= usize::from(habit.least)
    }

    fn decayed(&self, decayed: &Decayed, now: Moment) -> f64 {
        let half = f64::from(decayed.half_life_days);
        let days: Vec<i64> = self.named(&decayed.event).iter().map(|of| of.day).collect();
        let sum = |days: &[i64], day: i64| {
            let all: f64 = days.iter().map(|then| (as_float(then - day) / half).exp2()).sum();
            if all < 0.001 { 0.0 } else { all }
        };
        // What counted for nothing once is forgotten.
        let forgotten = |upto: &usize| sum(&days[..*upto], days[*upto]) <= 0.0;
        sum(&days[(0..days.len()).rev().find(forgotten).unwrap_or(0)..], now.day)
    }

    fn baseline(&self, baseline: &Baseline, now: Moment) -> f64 {
        let daily: Vec<(i64, i64)> = match &baseline.measure {
            Measure::Events(name) => self.named(name).iter().map(|of| (of.day, 1)).collect(),
            Measure::SessionTime => self.steps().iter().map(|(of, ms)| (of.day, *ms)).collect(),
        };
        let of_day = |day: i64| daily.iter().filter(|of| of.0 == day).map(|of| of.1).sum::<i64>();
        let (recent, before) = (i64::from(baseline.recent_days), i64::from(baseline.baseline_days));
        let began = self.events.first().map_or(now.day, |known| known.moment.day);
        // Holidays are passed over; the profile reaches back 180 days, today included.
        let back = (1..180).map(|back| now.day - back).take_while(|day| *day >= began);
        let whole: Vec<i64> = back
            .filter(|day| !self.is_holiday(*day))
            .take(usize::from(baseline.recent_days + baseline.baseline_days))
            .map(of_day)
            .collect();
        if i64::try_from(whole.len()).unwrap() < recent + before {
            return 0.0;
        }
        let (last, usual) = whole.split_at(usize::from(baseline.recent_days));
        let mean = |days: &[i64], of: i64| as_float(days.iter().sum()) / as_float(of);
        let level = mean(usual, before);
        let spread = usual.iter().map(|day| (as_float(*day) - level).powi(2)).sum::<f64>();
        match baseline.figure {
            BaselineFigure::Zscore if usual.iter().all(|day| *day == usual[0]) => 0.0,
            BaselineFigure::Zscore => {
                (mean(last, recent) - level) / (spread / as_float(before)).sqrt()
            }
            _ if level <= 0.0 => 0.0,
            BaselineFigure::Drop => 1.0 - as_float(*last.iter().max().unwrap()) / level,
            BaselineFigure::Rise => as_float(*last.iter().min().unwrap()) / level - 1.0,
            BaselineFigure::Drift => mean(last, recent) / level - 1.0,
        }
    }

    /// The steps of the attempt under way, and at which step the last one before ended unfinished.
    fn attempt(&self, number: u16, now: i64) -> (Option<Vec<i64>>, usize) {
        let Funnel { steps, within_ms, .. } = &self.funnels[usize::from(number)];
        let in_time = |attempt: &[i64], at: i64| at - attempt[0] <= *within_ms;
        let mut attempts: Vec<Vec<i64>> = Vec::new();
        for known in &self.events {
            let (name, at) = (known.event.name(), known.moment.at);
            match attempts.last_mut().filter(|last| in_time(last, at)) {
                Some(last) if steps.get(last.len()).is_some_and(|of| of == name) => last.push(at),
                Some(last) if last.len() == 1 && steps.len() > 1 && name == steps[0] => {
                    *last = vec![at];
                }
                Some(last) if last.len() < steps.len() => {}
                _ if name == steps[0] => attempts.push(vec![at]),
                _ => {}
            }
        }
        let under_way = attempts.last().filter(|last| in_time(last, now)).cloned();
        let open = under_way.as_ref().is_some_and(|last| last.len() < steps.len());
        let over = attempts.len() - usize::from(open);
        let dropped = attempts[..over].last().map_or(0, Vec::len);
        (under_way, if dropped == steps.len() { 0 } else { dropped })
    }
}

fn in_window(hours: WeekHours, stamp: &Stamp) -> bool {
    let today = i64::from(stamp.wall_day());
    let now = today * 1_440 + i64::from(stamp.minute_of_day());
    let (from, to) = (i64::from(hours.from_min), i64::from(hours.to_min));
    let length = if to > from { to - from } else { to + 1_440 - from };
    [today, today - 1].into_iter().any(|day| {
        let begins = day * 1_440 + from;
        (hours.days >> weekday(day)) & 1 == 1 && (begins..begins + length).contains(&now)
    })
}

/// 0 = Monday; day 0 was a Thursday.
pub(super) fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

fn begun(session: &[&Happened]) -> i64 {
    session.first().map_or(0, |of| of.moment.at)
}

fn ended(session: &[&Happened]) -> i64 {
    session.last().map_or(0, |of| of.moment.at)
}

fn whole(count: usize) -> Option<Scalar> {
    Some(super::whole(count))
}

pub(super) fn integer(value: i64) -> Option<Scalar> {
    Some(Scalar::Integer(value))
}

pub(super) fn flag(value: bool) -> Option<Scalar> {
    Some(Scalar::Flag(value))
}
