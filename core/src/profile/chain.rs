//! What the person does next: a chain of at most two actions back, kept within bounds.
//!
//! An action that follows two others is counted under both, under the last one alone, and by
//! itself. A probability starts from the longest of these contexts that is known and is filled up
//! from the shorter ones in the proportion of what was new there (Witten and Bell's estimate): with
//! `t` actions counted in a context, `d` of them different, an action counted `c` times has
//! `(c + d * shorter) / (t + d)`.

use crate::codec::{Reader, Writer};
use crate::error::Malformed;

/// Different actions that are known at a time; the least used one makes room.
pub(super) const MOST_ACTIONS: usize = 128;
/// Contexts of one or two actions; the least used one makes room.
pub(super) const MOST_CONTEXTS: usize = 256;
/// Actions that are counted in a context; the least used one makes room.
pub(super) const MOST_SUCCESSORS: usize = 8;
/// Longest action, bytes: a longer one is taken for none.
pub const LONGEST_ACTION: usize = 64;
/// Most bytes that a chain takes.
pub const CHAIN_BYTES: usize = MOST_CONTEXTS * size_of::<Context>()
    + MOST_ACTIONS * (size_of::<Action>() + LONGEST_ACTION)
    + size_of::<Chain>();

/// The chain of one prediction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Chain {
    actions: Vec<Action>,
    /// In order of `key`.
    contexts: Vec<Context>,
    /// The action before the last one of this session, and the last one.
    before: Option<u8>,
    last: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Action {
    name: String,
    uses: u16,
}

/// What followed one action, or two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Context {
    key: (Option<u8>, u8),
    successors: [Successor; MOST_SUCCESSORS],
}

/// `uses` is 0 in a place that is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Successor {
    action: u8,
    uses: u16,
}

impl Chain {
    /// A session begins: what came before leads to nothing.
    pub(super) fn forget_last(&mut self) {
        (self.before, self.last) = (None, None);
    }

    /// The person did `action`. Allocates nothing once the chain has its size.
    pub(super) fn apply(&mut self, action: &str) {
        if action.len() > LONGEST_ACTION {
            self.forget_last();
            return;
        }
        let action = self.number_of(action);
        if let Some(last) = self.last {
            self.count((None, last), action);
            if let Some(before) = self.before {
                self.count((Some(before), last), action);
            }
        }
        (self.before, self.last) = (self.last, Some(action));
    }

    /// How likely `action` is the next one, 0 to 1; 0 for one that is not known.
    pub(super) fn probability(&self, action: &str) -> f64 {
        let place = self.actions.iter().position(|known| known.name == action);
        place.and_then(|place| u8::try_from(place).ok()).map_or(0.0, |action| self.estimate(action))
    }

    /// The likeliest actions first, at most `most`.
    pub(super) fn likeliest(&self, most: usize) -> Vec<(&str, f64)> {
        let named = (0..).zip(&self.actions);
        let mut all: Vec<(&str, f64)> =
            named.map(|(number, action)| (action.name.as_str(), self.estimate(number))).collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        all.truncate(most);
        all
    }

    fn estimate(&self, action: u8) -> f64 {
        let uses = self.actions.get(usize::from(action)).map_or(0, |action| action.uses);
        let counted = self.actions.iter().map(|action| action.uses);
        let alone = mixed(uses, counted, 0.0);
        let Some(last) = self.last else { return alone };
        let after_one = self.filled_up((None, last), action, alone);
        match self.before {
            Some(before) => self.filled_up((Some(before), last), action, after_one),
            None => after_one,
        }
    }

    fn filled_up(&self, key: (Option<u8>, u8), action: u8, shorter: f64) -> f64 {
        let Some(context) = self.context(key) else { return shorter };
        let used = context.used().find(|of| of.action == action).map_or(0, |of| of.uses);
        mixed(used, context.used().map(|of| of.uses), shorter)
    }

    fn context(&self, key: (Option<u8>, u8)) -> Option<&Context> {
        let place = self.contexts.binary_search_by_key(&key, |context| context.key).ok()?;
        self.contexts.get(place)
    }

    /// The number of an action, counted once more; a new one may take the place of another.
    fn number_of(&mut self, name: &str) -> u8 {
        let known = self.actions.iter().position(|action| action.name == name);
        let place = known.unwrap_or_else(|| self.room_for(name));
        if self.actions.get(place).is_some_and(|action| action.uses == u16::MAX) {
            // At least 1: an action that is known was used.
            self.actions.iter_mut().for_each(|action| action.uses = (action.uses / 2).max(1));
        }
        if let Some(action) = self.actions.get_mut(place) {
            action.uses = action.uses.saturating_add(1);
        }
        u8::try_from(place).unwrap_or(u8::MAX)
    }

    fn room_for(&mut self, name: &str) -> usize {
        if self.actions.len() < MOST_ACTIONS {
            self.actions.push(Action { name: name.to_owned(), uses: 0 });
            return self.actions.len() - 1;
        }
        let least = self.actions.iter().enumerate().min_by_key(|(_, action)| action.uses);
        let place = least.map_or(0, |(place, _)| place);
        if let Some(action) = self.actions.get_mut(place) {
            action.name.clear();
            action.name.push_str(name);
            action.uses = 0;
        }
        if let Ok(number) = u8::try_from(place) {
            self.forget(number);
        }
        place
    }

    /// Takes an action out of all contexts.
    fn forget(&mut self, action: u8) {
        self.contexts.retain(|context| context.key.0 != Some(action) && context.key.1 != action);
        for context in &mut self.contexts {
            let of = context.successors.iter_mut().filter(|of| of.action == action);
            of.for_each(|of| of.uses = 0);
        }
        self.contexts.retain(|context| context.used().next().is_some());
        if self.before == Some(action) {
            self.before = None;
        }
        if self.last == Some(action) {
            self.forget_last();
        }
    }

    fn count(&mut self, key: (Option<u8>, u8), action: u8) {
        let found = self.contexts.binary_search_by_key(&key, |context| context.key);
        let place = found.unwrap_or_else(|place| self.room_for_context(key, place));
        if let Some(context) = self.contexts.get_mut(place) {
            context.count(action);
        }
    }

    fn room_for_context(&mut self, key: (Option<u8>, u8), place: usize) -> usize {
        let mut place = place;
        if self.contexts.len() >= MOST_CONTEXTS {
            let uses = |context: &Context| context.used().map(|of| u32::from(of.uses)).sum::<u32>();
            let least = self.contexts.iter().enumerate().min_by_key(|(_, context)| uses(context));
            let least = least.map_or(0, |(least, _)| least);
            self.contexts.remove(least);
            place -= usize::from(least < place);
        }
        self.contexts.insert(place, Context { key, successors: Default::default() });
        place
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        out.length(self.actions.len());
        for action in &self.actions {
            out.text(&action.name);
            out.unsigned(u64::from(action.uses));
        }
        out.length(self.contexts.len());
        for context in &self.contexts {
            out.optional(context.key.0, Writer::byte);
            out.byte(context.key.1);
            out.length(context.used().count());
            for of in context.used() {
                out.byte(of.action);
                out.unsigned(u64::from(of.uses));
            }
        }
        out.optional(self.before, Writer::byte);
        out.optional(self.last, Writer::byte);
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let actions = input.list(|input| {
            let name = input.text()?.to_owned();
            let uses = count(input)?;
            if name.len() > LONGEST_ACTION {
                Err(input.malformed())
            } else {
                Ok(Action { name, uses })
            }
        })?;
        let contexts = input.list(Context::decode)?;
        let before = input.optional(Reader::byte)?;
        let chain = Self { actions, contexts, before, last: input.optional(Reader::byte)? };
        let known = |action: u8| usize::from(action) < chain.actions.len();
        let keys = || chain.contexts.iter().map(|context| context.key);
        let in_order = keys().zip(keys().skip(1)).all(|(a, b)| a < b);
        let bounded = chain.actions.len() <= MOST_ACTIONS && chain.contexts.len() <= MOST_CONTEXTS;
        let meant = chain.contexts.iter().all(|context| {
            context.key.0.is_none_or(known)
                && known(context.key.1)
                && context.used().all(|of| known(of.action))
        });
        let last = chain.before.is_none_or(known) && chain.last.is_none_or(known);
        if bounded && in_order && meant && last { Ok(chain) } else { Err(input.malformed()) }
    }
}

impl Context {
    fn used(&self) -> impl Iterator<Item = &Successor> {
        self.successors.iter().filter(|of| of.uses > 0)
    }

    fn count(&mut self, action: u8) {
        let known = self.successors.iter().position(|of| of.uses > 0 && of.action == action);
        let least = || self.successors.iter().enumerate().min_by_key(|(_, of)| of.uses);
        let place = known.or_else(|| least().map(|(place, _)| place)).unwrap_or(0);
        if self.successors.get(place).is_some_and(|of| known.is_some() && of.uses == u16::MAX) {
            self.successors.iter_mut().for_each(|of| of.uses /= 2);
        }
        if let Some(of) = self.successors.get_mut(place) {
            let uses = if known.is_some() { of.uses.saturating_add(1) } else { 1 };
            *of = Successor { action, uses };
        }
    }

    fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let key = (input.optional(Reader::byte)?, input.byte()?);
        let mut context = Self { key, successors: Default::default() };
        let used = input.list(|input| {
            let action = input.byte()?;
            Ok(Successor { action, uses: count(input)? })
        })?;
        if used.len() > MOST_SUCCESSORS {
            return Err(input.malformed());
        }
        context.successors.iter_mut().zip(used).for_each(|(place, of)| *place = of);
        Ok(context)
    }
}

fn count(input: &mut Reader<'_>) -> Result<u16, Malformed> {
    u16::try_from(input.unsigned()?).map_err(|_| input.malformed())
}

/// Witten and Bell's estimate in one context; `counted` are the counts of all actions in it.
fn mixed(used: u16, counted: impl Iterator<Item = u16>, shorter: f64) -> f64 {
    let (total, different) = counted
        .fold((0_u32, 0_u32), |(total, different), uses| (total + u32::from(uses), different + 1));
    if total == 0 {
        return shorter;
    }
    let different = f64::from(different);
    (f64::from(used) + different * shorter) / (f64::from(total) + different)
}

#[cfg(test)]
mod tests {
    use super::{CHAIN_BYTES, Chain, MOST_ACTIONS, MOST_CONTEXTS, MOST_SUCCESSORS, Reader, Writer};
    use proptest::prelude::{any, proptest};

    fn after(actions: &[&str]) -> Chain {
        let mut chain = Chain::default();
        for action in actions {
            chain.apply(action);
        }
        chain
    }

    fn copied(chain: &Chain) -> Chain {
        let mut bytes = Vec::new();
        chain.encode(&mut Writer::new(&mut bytes));
        let mut input = Reader::new(&bytes, "chain");
        let copy = Chain::decode(&mut input).unwrap();
        input.end().unwrap();
        copy
    }

    #[test]
    fn a_context_of_two_says_more_than_one_of_one() {
        // After b comes c if a was before, and d if x was.
        let habit = ["a", "b", "c", "x", "b", "d"].repeat(20);
        let chain = after(&[habit.as_slice(), &["a", "b"]].concat());
        assert!(chain.probability("c") > 0.9, "{}", chain.probability("c"));
        assert_eq!(chain.likeliest(1)[0].0, "c");
        let chain = after(&[habit.as_slice(), &["x", "b"]].concat());
        assert_eq!(chain.likeliest(1)[0].0, "d");
    }

    #[test]
    fn the_estimate_is_the_written_one() {
        let chain = after(&["a", "b", "a"]);
        // By itself: a 2 of 3, two different. After a: b once.
        let alone = 1.0 / (3.0 + 2.0);
        let after_a = (1.0 + 1.0 * alone) / (1.0 + 1.0);
        // b, a was not followed by anything yet.
        assert_eq!(chain.probability("b").to_bits(), f64::to_bits(after_a));
        assert_eq!(chain.probability("z").to_bits(), 0.0_f64.to_bits());
        assert_eq!(Chain::default().probability("a").to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn a_new_session_falls_back_on_what_is_done_most() {
        let mut chain = after(&["a", "a", "a", "b"]);
        chain.forget_last();
        assert_eq!(chain.likeliest(2)[0].0, "a");
        assert_eq!(chain.likeliest(2).len(), 2);
        chain.apply(&"x".repeat(65));
        assert_eq!(chain.last, None, "too long an action is none");
    }

    #[test]
    fn bounds_hold_and_what_is_used_most_stays() {
        let mut chain = Chain::default();
        for number in 0..20_000_u32 {
            chain.apply("home");
            chain.apply("list");
            chain.apply(&format!("product {}", number.wrapping_mul(2_654_435_761) % 5_000));
        }
        assert!(chain.actions.len() <= MOST_ACTIONS && chain.contexts.len() <= MOST_CONTEXTS);
        assert_eq!(chain.contexts.capacity().max(MOST_CONTEXTS), MOST_CONTEXTS);
        chain.apply("home");
        assert!(chain.probability("list") > 0.9, "{}", chain.probability("list"));
        assert!(chain.contexts.iter().all(|context| context.used().count() <= MOST_SUCCESSORS));
        assert_eq!(copied(&chain), chain);
        const { assert!(CHAIN_BYTES < 32 * 1_024) };
    }

    #[test]
    fn counts_are_halved_and_keep_their_proportion() {
        let mut chain = Chain::default();
        for _ in 0..70_000 {
            chain.apply("a");
        }
        chain.apply("b");
        chain.apply("a");
        assert!(chain.probability("a") > 0.9);
        assert!(chain.actions.iter().all(|action| action.uses > 0));
    }

    proptest! {
        #[test]
        fn probabilities_are_shares_and_a_checkpoint_changes_nothing(
            actions in proptest::collection::vec(0_u8..30, 0..300)
        ) {
            let mut chain = Chain::default();
            for action in actions {
                if action == 0 { chain.forget_last() } else { chain.apply(&action.to_string()) }
            }
            let sum: f64 = chain.likeliest(usize::MAX).iter().map(|(_, share)| share).sum();
            assert!((0.0..=1.0 + 1e-9).contains(&sum), "{sum}");
            assert_eq!(copied(&chain), chain);
        }

        #[test]
        fn random_bytes_are_refused_or_used(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(mut chain) = Chain::decode(&mut Reader::new(&bytes, "chain")) {
                chain.apply("a");
                let _ = chain.likeliest(3);
            }
        }
    }
}
