//! What a plausible user does with guidance.

use staykit_core::time::SECOND_MS;

use super::diary::Answer;
use crate::draws::Draws;

/// Of 100 who see it, so many follow it.
const CLICK_PERCENT: u64 = 35;
/// Of 100 who do not follow it, so many put it away; the others let it be.
const DISMISS_PERCENT: u64 = 65;

/// The answers to a decision to show taken `at`, with their instants: first that it was seen,
/// then perhaps a click or a dismissal. The same for the same decision in every run.
pub(crate) fn answers(draws: &Draws, decision: u64, at: i64) -> Vec<(i64, Answer)> {
    let after = |least, most, purpose| {
        draws.between(least * SECOND_MS, most * SECOND_MS, decision, purpose)
    };
    let seen_at = at + after(1, 4, "seen");
    let mut answers = vec![(seen_at, Answer::Shown)];
    if draws.chance(CLICK_PERCENT, decision, "click") {
        answers.push((seen_at + after(2, 45, "to click"), Answer::Clicked));
    } else if draws.chance(DISMISS_PERCENT, decision, "dismiss") {
        answers.push((seen_at + after(1, 180, "to dismiss"), Answer::Dismissed));
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_decision_is_seen_first_and_then_answered_at_most_once() {
        let draws = Draws::new(7);
        let mut clicked = 0;
        for decision in 1..=500 {
            let answers = answers(&draws, decision, 1_000);
            assert_eq!(answers, super::answers(&draws, decision, 1_000));
            assert_eq!(answers[0].1, Answer::Shown);
            assert!(answers.len() <= 2 && answers.is_sorted(), "{answers:?}");
            clicked += usize::from(answers.iter().any(|(_, answer)| *answer == Answer::Clicked));
        }
        assert!((140..210).contains(&clicked), "{clicked}");
    }
}
