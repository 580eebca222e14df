//! What the person does next, by Witten and Bell's estimate. The oracle forgets nothing: timelines
//! keep to few actions, fewer than a chain has room for.

use staykit_core::event::Value;
use staykit_core::profile::Scalar;

use super::{History, as_float};

impl History {
    pub(super) fn next(&self, prediction: u16, action: &str) -> Scalar {
        let of = &self.predictions[usize::from(prediction)];
        let named = self.events.iter().filter(|known| known.event.name() == of.event);
        let done: Vec<(i64, &str)> = named
            .filter_map(|known| match known.event.property(&of.property)? {
                Value::Text(action) => Some((known.moment.session, action.as_str())),
                _ => None,
            })
            .collect();
        let session = self.events.last().map(|known| known.moment.session);
        let here = done.iter().filter(|of| Some(of.0) == session);
        let here: Vec<&str> = here.map(|of| of.1).collect();
        let mut likely = 0.0;
        for back in 0..=here.len().min(2) {
            let followed = followers(&done, &here[here.len() - back..]);
            likely = estimate(&followed, action, likely);
        }
        Scalar::Number(likely)
    }
}

/// What followed these actions within a session, each time.
fn followers<'a>(done: &[(i64, &'a str)], context: &[&str]) -> Vec<&'a str> {
    let windows = done.windows(context.len() + 1);
    let follows = |window: &&[(i64, &'a str)]| {
        window.iter().all(|of| of.0 == window[0].0)
            && window.iter().zip(context).all(|(of, wanted)| of.1 == *wanted)
    };
    windows.filter(follows).map(|window| window[context.len()].1).collect()
}

fn estimate(followed: &[&str], action: &str, shorter: f64) -> f64 {
    let mut different = followed.to_vec();
    different.sort_unstable();
    different.dedup();
    let count = |of: usize| as_float(i64::try_from(of).unwrap());
    let used = count(followed.iter().filter(|of| **of == action).count());
    let (all, different) = (count(followed.len()), count(different.len()));
    if followed.is_empty() { shorter } else { (used + different * shorter) / (all + different) }
}
