//! How far the person is in a funnel.

use super::definitions::Funnel;
use super::limits;
use crate::codec::{Reader, Writer};
use crate::error::Malformed;

const _: () = assert!(size_of::<Attempt>() <= limits::FUNNEL_BYTES);

/// The current attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Attempt {
    /// Steps reached.
    step: u8,
    started_at: i64,
    stepped_at: i64,
    /// Step at which the last attempt before this one ended unfinished; 0 if none did, or one was
    /// finished since.
    dropped: u8,
}

impl Attempt {
    /// An event that is one of the funnel's steps happened.
    ///
    /// The next step moves on; the first step begins anew while nothing but it was reached, or
    /// after the attempt was completed or timed out. Any other step changes nothing.
    pub(super) fn apply(&mut self, funnel: &Funnel, event: &str, at: i64) {
        let reached = self.step_at(funnel, at);
        let expected = funnel.steps.get(usize::from(reached));
        if reached > 0 && expected.is_some_and(|step| step == event) {
            self.step = reached.saturating_add(1);
            self.stepped_at = at;
            return;
        }
        let over = expected.is_none() || reached <= 1;
        if over && funnel.steps.first().is_some_and(|step| step == event) {
            let dropped = self.dropped_at(funnel, at);
            *self = Self { step: 1, started_at: at, stepped_at: at, dropped };
        }
    }

    /// Steps reached by the attempt that is under way at `at`.
    pub(super) fn step_at(&self, funnel: &Funnel, at: i64) -> u8 {
        if at > self.ends_at(funnel) { 0 } else { self.step }
    }

    /// Step at which the last attempt ended unfinished by `at`; 0 if none did, or one was finished
    /// since.
    pub(super) fn dropped_at(&self, funnel: &Funnel, at: i64) -> u8 {
        let finished = usize::from(self.step) >= funnel.steps.len();
        match self.step {
            0 => self.dropped,
            _ if finished => 0,
            // One that is under way may still be finished.
            step if at > self.ends_at(funnel) => step,
            _ => self.dropped,
        }
    }

    /// When the last step was reached, if an attempt is under way at `at`.
    pub(super) fn stepped_at(&self, funnel: &Funnel, at: i64) -> Option<i64> {
        (self.step_at(funnel, at) > 0).then_some(self.stepped_at)
    }

    /// The last instant of the attempt.
    pub(super) fn ends_at(&self, funnel: &Funnel) -> i64 {
        self.started_at.saturating_add(funnel.within_ms)
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        out.byte(self.step);
        out.signed(self.started_at);
        out.signed(self.stepped_at);
        out.byte(self.dropped);
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            step: input.byte()?,
            started_at: input.signed()?,
            stepped_at: input.signed()?,
            dropped: input.byte()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Attempt, Funnel};

    fn funnel() -> Funnel {
        let steps = ["view", "cart", "pay"].map(str::to_owned).to_vec();
        Funnel { name: "checkout".into(), steps, within_ms: 100 }
    }

    fn steps(events: &[(&str, i64)], at: i64) -> u8 {
        let (funnel, mut attempt) = (funnel(), Attempt::default());
        for (event, at) in events {
            attempt.apply(&funnel, event, *at);
        }
        attempt.step_at(&funnel, at)
    }

    #[test]
    fn steps_count_only_in_order_and_in_time() {
        assert_eq!(steps(&[("cart", 1)], 1), 0);
        assert_eq!(steps(&[("view", 1), ("pay", 2)], 2), 1);
        assert_eq!(steps(&[("view", 1), ("cart", 2), ("pay", 3)], 3), 3);
        assert_eq!(steps(&[("view", 1), ("cart", 101)], 101), 2);
        assert_eq!(steps(&[("view", 1), ("cart", 102)], 102), 0);
        assert_eq!(steps(&[("view", 1), ("cart", 2)], 102), 0);
    }

    #[test]
    fn an_attempt_drops_out_when_its_time_is_over_until_one_is_finished() {
        let dropped = |events: &[(&str, i64)], at: i64| {
            let (funnel, mut attempt) = (funnel(), Attempt::default());
            for (event, at) in events {
                attempt.apply(&funnel, event, *at);
            }
            attempt.dropped_at(&funnel, at)
        };
        let left = [("view", 1), ("cart", 2)];
        assert_eq!(dropped(&left, 101), 0, "under way");
        assert_eq!(dropped(&left, 102), 2);
        assert_eq!(dropped(&[], 102), 0);
        let again = [&left[..], &[("view", 200)]].concat();
        assert_eq!(dropped(&again, 200), 2, "the new one is under way");
        assert_eq!(dropped(&again, 301), 1);
        let finished = [&again[..], &[("cart", 201), ("pay", 202)]].concat();
        assert_eq!(dropped(&finished, 202), 0);
        assert_eq!(dropped(&finished, 999), 0);
        let timed_out = [&left[..], &[("pay", 150), ("view", 160), ("view", 170)]].concat();
        assert_eq!(dropped(&timed_out, 170), 2, "begun anew, not dropped again");
    }

    #[test]
    fn looking_again_does_not_lose_the_cart_but_starts_anew_before_it_and_after_the_end() {
        assert_eq!(steps(&[("view", 1), ("cart", 2), ("view", 3)], 3), 2);
        assert_eq!(steps(&[("view", 1), ("view", 90), ("cart", 150)], 150), 2);
        assert_eq!(steps(&[("view", 1), ("cart", 2), ("pay", 3), ("view", 4)], 4), 1);
    }
}
