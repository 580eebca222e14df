//! Events in an order: within a time, or ever.

use crate::codec::{Reader, Writer};
use crate::error::Malformed;

/// Whether these events happened in this order within a time, others in between or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    /// Names of the events, in order; one may stand there several times.
    pub steps: Vec<String>,
    /// The first of them happened less than this long ago, ms.
    pub within_ms: i64,
    /// All of them happened in one session.
    pub one_session: bool,
    /// No other event of the person's own doing came between them.
    pub direct: bool,
}

/// For each step, when the latest match that got so far began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::profile) struct Matches(Box<[Option<i64>]>);

impl Matches {
    pub(super) fn new(sequence: &Sequence) -> Self {
        Self(vec![None; sequence.steps.len()].into())
    }

    /// An event happened. An ambient one comes between no two others.
    pub(super) fn apply(&mut self, sequence: &Sequence, event: &str, ambient: bool, at: i64) {
        let last = self.0.len().saturating_sub(1);
        // From the last step on, so that one event is one step of each match.
        for (place, step) in sequence.steps.iter().enumerate().rev() {
            let so_far = match place.checked_sub(1) {
                None => Some(at),
                Some(before) => self.0.get(before).copied().flatten(),
            };
            let Some(began_at) = self.0.get_mut(place) else { continue };
            if step == event && so_far.is_some() {
                *began_at = so_far;
            } else if sequence.direct && !ambient && place < last {
                *began_at = None;
            }
        }
    }

    /// A session begins: what is not complete by now stays incomplete.
    pub(super) fn begin_session(&mut self) {
        if let Some((_, begun)) = self.0.split_last_mut() {
            begun.fill(None);
        }
    }

    /// The first instant at which the latest complete match is too old.
    pub(super) fn ends_at(&self, sequence: &Sequence) -> Option<i64> {
        Some((*self.0.last()?)?.saturating_add(sequence.within_ms))
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        self.0.iter().for_each(|began_at| out.optional(*began_at, Writer::signed));
    }

    pub(super) fn decode(sequence: &Sequence, input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut matches = Self::new(sequence);
        for began_at in &mut matches.0 {
            *began_at = input.optional(Reader::signed)?;
        }
        Ok(matches)
    }
}

/// How far along an ordered path the person ever got, others in between or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Names of the events, in order.
    pub steps: Vec<String>,
}

/// Steps of a path that were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::profile) struct Taken(u8);

impl Taken {
    pub(super) fn apply(&mut self, path: &Path, event: &str) {
        if path.steps.get(usize::from(self.0)).is_some_and(|step| step == event) {
            self.0 = self.0.saturating_add(1);
        }
    }

    /// The part of the path that is behind the person, 0 to 1.
    pub(super) fn share(self, path: &Path) -> f64 {
        let steps = u8::try_from(path.steps.len()).unwrap_or(u8::MAX).max(1);
        f64::from(self.0.min(steps)) / f64::from(steps)
    }

    pub(super) fn encode(self, out: &mut Writer<'_>) {
        out.byte(self.0);
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self(input.byte()?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{Matches, Path, Sequence, Taken};

    const NAMES: [&str; 3] = ["a", "b", "c"];

    fn sequence(steps: &str, one_session: bool, direct: bool) -> Sequence {
        let steps = steps.chars().map(String::from).collect();
        Sequence { steps, within_ms: 10, one_session, direct }
    }

    /// Events, one per ms and letter; `|` begins a session, capitals are ambient.
    fn holds(sequence: &Sequence, events: &str, at: i64) -> bool {
        let mut matches = Matches::new(sequence);
        for (at, event) in (0..).zip(events.chars()) {
            match event {
                '|' if sequence.one_session => matches.begin_session(),
                '|' => {}
                _ => {
                    let name = event.to_ascii_lowercase().to_string();
                    matches.apply(sequence, &name, event.is_uppercase(), at);
                }
            }
        }
        matches.ends_at(sequence).is_some_and(|ends_at| at < ends_at)
    }

    #[test]
    fn the_order_and_the_time_since_the_first_step_decide() {
        let abc = sequence("abc", false, false);
        assert!(holds(&abc, "abc", 9));
        assert!(!holds(&abc, "abc", 10), "a is too long ago");
        assert!(holds(&abc, "abac", 9));
        assert!(!holds(&abc, "bac", 3));
        assert!(holds(&abc, "axbxxc", 6), "others in between are allowed");
    }

    #[test]
    fn one_event_is_one_step_of_a_match() {
        let aab = sequence("aab", false, false);
        assert!(!holds(&aab, "ab", 2));
        assert!(holds(&aab, "aab", 3));
        assert!(holds(&aab, "aaab", 10), "the later two count from 1 on");
        assert!(!holds(&aab, "aaab", 11));
    }

    #[test]
    fn directly_means_nothing_else_in_between_but_what_happens_by_itself() {
        let abc = sequence("abc", false, true);
        assert!(holds(&abc, "abc", 3));
        assert!(!holds(&abc, "abxc", 4));
        assert!(holds(&abc, "abXc", 4));
        assert!(holds(&abc, "abcxx", 5), "a complete match stays");
        assert!(!holds(&abc, "aabxbc", 6));
        assert!(holds(&abc, "aabc", 4));
        assert!(holds(&sequence("aab", false, true), "aaab", 4));
    }

    #[test]
    fn one_session_holds_all_of_it_or_none() {
        let abc = sequence("abc", true, false);
        assert!(!holds(&abc, "ab|c", 4));
        assert!(holds(&abc, "|abc|", 6), "complete before the next one began");
        assert!(holds(&sequence("abc", false, false), "ab|c", 4));
    }

    /// The same from the list of all events: does any choice of them match?
    fn by_search(sequence: &Sequence, events: &[(i64, usize, u32)], at: i64) -> bool {
        fn from(
            sequence: &Sequence,
            events: &[(i64, usize, u32)],
            place: usize,
            first: usize,
            before: usize,
        ) -> bool {
            let Some(step) = sequence.steps.get(place) else { return true };
            ((before + 1)..events.len()).any(|next| {
                NAMES[events[next].1] == step
                    && (!sequence.direct || next == before + 1)
                    && (!sequence.one_session || events[next].2 == events[first].2)
                    && from(sequence, events, place + 1, first, next)
            })
        }
        (0..events.len()).any(|first| {
            NAMES[events[first].1] == sequence.steps[0]
                && at - events[first].0 < sequence.within_ms
                && from(sequence, events, 1, first, first)
        })
    }

    proptest! {
        #[test]
        fn it_is_what_a_search_through_all_events_finds(
            steps in "[abc]{2,5}",
            flags: (bool, bool),
            list in proptest::collection::vec((0_i64..4, 0..NAMES.len(), any::<u8>()), 0..14),
            later in 0_i64..6,
        ) {
            let sequence = sequence(&steps, flags.0, flags.1);
            let (mut matches, mut events) = (Matches::new(&sequence), Vec::new());
            let (mut now, mut session) = (0, 0);
            for (ms, name, begins) in list {
                now += ms;
                if begins < 40 {
                    session += 1;
                    if sequence.one_session { matches.begin_session(); }
                }
                matches.apply(&sequence, NAMES[name], false, now);
                events.push((now, name, session));
            }
            let at = now + later;
            let holds = matches.ends_at(&sequence).is_some_and(|ends_at| at < ends_at);
            assert_eq!(holds, by_search(&sequence, &events, at), "{events:?} at {at}");
        }
    }

    #[test]
    fn a_path_is_walked_in_order_and_never_back() {
        let path = Path { steps: NAMES.map(str::to_owned).to_vec() };
        let mut taken = Taken::default();
        let shares: Vec<f64> = ["b", "a", "c", "b", "a", "c", "a"]
            .iter()
            .map(|event| {
                taken.apply(&path, event);
                taken.share(&path) * 3.0
            })
            .collect();
        assert_eq!(shares, [0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0]);
    }
}
