//! What is kept of a profile from use to use, and filled anew where it was not kept.

use std::collections::BTreeMap;

use super::chain::Chain;
use super::coding::hash;
use super::definitions::Definitions;
use super::facts::Facts;
use super::feature::Feature;
use super::funnel::Attempt;
use super::session::Sessions;
use super::state::{Began, Profile};
use super::timed::{Histogram, Timed};
use super::validity::ValidFrom;
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::event::Event;
use crate::time::Stamp;

/// What the key of the hours of the week is made of.
const RHYTHM: &[u8] = b"rhythm";

/// States by the keys of their definitions.
struct States<'a>(BTreeMap<u64, (ValidFrom, &'a [u8])>);

impl States<'_> {
    /// Reads the state under `key` if there is one, and says from when on it is valid.
    fn read(
        &self,
        key: u64,
        read: impl FnOnce(&mut Reader<'_>) -> Result<(), Malformed>,
    ) -> Result<ValidFrom, Malformed> {
        let Some((valid, state)) = self.0.get(&key) else { return Ok(ValidFrom::Unfilled) };
        let mut input = Reader::new(state, "feature");
        read(&mut input)?;
        input.end()?;
        Ok(*valid)
    }
}

impl Profile {
    /// Writes the profile with the key of each definition, so that another pack finds its own.
    pub(crate) fn encode(&self, definitions: &Definitions, out: &mut Writer<'_>) {
        out.optional(self.began, |out, began| {
            out.signed(began.at);
            out.signed(i64::from(began.day));
        });
        self.sessions.encode(out);
        self.facts.encode(out);
        self.context.encode(out);
        let mut states: BTreeMap<u64, (ValidFrom, Vec<u8>)> = BTreeMap::new();
        let slots = self.slots.iter().zip(&self.valid.features);
        for (key, (slot, valid)) in definitions.keys().iter().zip(slots) {
            if let Some(key) = key {
                states.entry(*key).or_insert_with(|| (*valid, encoded(|out| slot.encode(out))));
            }
        }
        let attempts = self.funnels.iter().zip(&self.valid.funnels);
        for (key, (attempt, valid)) in definitions.funnel_keys().iter().zip(attempts) {
            states.entry(*key).or_insert_with(|| (*valid, encoded(|out| attempt.encode(out))));
        }
        let chains = self.predictions.iter().zip(&self.valid.predictions);
        for (of, (chain, valid)) in definitions.predictions().iter().zip(chains) {
            states.entry(of.key()).or_insert_with(|| (*valid, encoded(|out| chain.encode(out))));
        }
        if let Some(rhythm) = &self.rhythm {
            let state = (self.valid.rhythm, encoded(|out| rhythm.encode(out)));
            states.insert(hash(RHYTHM), state);
        }
        out.length(states.len());
        for (key, (valid, state)) in states {
            out.unsigned(key);
            valid.encode(out);
            out.bytes(&state);
        }
    }

    /// Reads a profile back for these definitions; what they do not ask for is left behind, what
    /// was not kept so far starts empty and is [`ValidFrom::Unfilled`].
    pub(crate) fn decode(
        definitions: &Definitions,
        input: &mut Reader<'_>,
    ) -> Result<Self, Malformed> {
        let mut profile = Self::new(definitions);
        profile.began =
            input.optional(|input| Ok(Began { at: input.signed()?, day: input.signed32()? }))?;
        profile.sessions = Sessions::decode(input)?;
        profile.facts = Facts::decode(input)?;
        profile.context = Facts::decode(input)?;
        let states = input
            .list(|input| Ok((input.unsigned()?, (ValidFrom::decode(input)?, input.bytes()?))))?;
        profile.read_states(definitions, &States(states.into_iter().collect()))?;
        if profile.began.is_none() {
            // Nothing has happened that could be missing.
            profile.valid.all_mut().for_each(|valid| *valid = ValidFrom::Beginning);
        }
        Ok(profile)
    }

    fn read_states(
        &mut self,
        definitions: &Definitions,
        states: &States<'_>,
    ) -> Result<(), Malformed> {
        let features = definitions.features().iter().zip(definitions.keys());
        let slots = self.slots.iter_mut().zip(&mut self.valid.features);
        for ((feature, key), (slot, valid)) in features.zip(slots) {
            if let Some(key) = *key {
                *valid = states.read(key, |input| slot.decode(feature, input))?;
            }
        }
        let attempts = self.funnels.iter_mut().zip(&mut self.valid.funnels);
        for (key, (attempt, valid)) in definitions.funnel_keys().iter().zip(attempts) {
            *valid = states.read(*key, |input| {
                *attempt = Attempt::decode(input)?;
                Ok(())
            })?;
        }
        let chains = self.predictions.iter_mut().zip(&mut self.valid.predictions);
        for (of, (chain, valid)) in definitions.predictions().iter().zip(chains) {
            *valid = states.read(of.key(), |input| {
                *chain = Chain::decode(input)?;
                Ok(())
            })?;
        }
        if let Some(rhythm) = &mut self.rhythm {
            self.valid.rhythm = states.read(hash(RHYTHM), |input| {
                *rhythm = Histogram::decode(input)?;
                Ok(())
            })?;
        }
        Ok(())
    }

    /// From when on the value of a feature takes in all that happened.
    #[must_use]
    pub fn valid_from(&self, number: u16, definitions: &Definitions) -> ValidFrom {
        let of = |list: &[ValidFrom], number: &u16| {
            list.get(usize::from(*number)).copied().unwrap_or_default()
        };
        match definitions.feature(number) {
            Some(
                Feature::FunnelStep(funnel)
                | Feature::FunnelAge(funnel)
                | Feature::FunnelDropped(funnel),
            ) => of(&self.valid.funnels, funnel),
            Some(Feature::Next { prediction, .. }) => of(&self.valid.predictions, prediction),
            Some(Feature::Timed(Timed::Rhythm(_))) => self.valid.rhythm,
            _ => of(&self.valid.features, &number),
        }
    }

    /// Whether anything has yet to be filled from the buffer.
    #[must_use]
    pub(crate) fn is_unfilled(&self) -> bool {
        self.valid.all().any(|valid| *valid == ValidFrom::Unfilled)
    }

    /// Has everything filled anew from the buffer.
    pub(crate) fn doubt(&mut self) {
        self.valid.all_mut().for_each(|valid| *valid = ValidFrom::Unfilled);
    }

    /// Takes in an event that was stored with the number of its session.
    pub(crate) fn apply_stored(
        &mut self,
        event: &Event,
        (stamp, session): (&Stamp, u64),
        definitions: &Definitions,
    ) {
        self.sessions.follow(
            session,
            (stamp.at, event.is_ambient()),
            definitions.session_idle_ms(),
        );
        self.apply(event, stamp, definitions);
    }

    /// Takes what is unfilled from a profile of the same definitions that has taken in everything
    /// since `valid`.
    pub(crate) fn fill(&mut self, from: Self, valid: ValidFrom) {
        fn take<T>(own: &mut [T], valid: (&mut [ValidFrom], ValidFrom), from: Vec<T>) {
            for ((own, own_valid), from) in own.iter_mut().zip(valid.0).zip(from) {
                if *own_valid == ValidFrom::Unfilled {
                    (*own, *own_valid) = (from, valid.1);
                }
            }
        }
        take(&mut self.slots, (&mut self.valid.features, valid), from.slots);
        take(&mut self.funnels, (&mut self.valid.funnels, valid), from.funnels);
        take(&mut self.predictions, (&mut self.valid.predictions, valid), from.predictions);
        if self.valid.rhythm == ValidFrom::Unfilled {
            (self.rhythm, self.valid.rhythm) = (from.rhythm, valid);
        }
        self.began = match (self.began, from.began) {
            (Some(own), Some(from)) => Some(if from.at < own.at { from } else { own }),
            (own, from) => own.or(from),
        };
        if self.sessions.number() < from.sessions.number() {
            self.sessions = from.sessions;
        }
    }
}

fn encoded(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut Writer::new(&mut bytes));
    bytes
}
