//! What each rule of a pack costs on a device: instructions and memory.

use std::collections::BTreeSet;

use staykit_core::pack::{Pack, PackError, limits};
use staykit_core::profile::limits::{FUNNEL_BYTES, STATE_BYTES};
use staykit_core::profile::{CHAIN_BYTES, Feature};
use staykit_core::rules::{MOST_WORK_OF_ALL, Program, Score, Signal, Table};

/// What a pack costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Costs {
    /// What its rules cost, in the order of the pack.
    pub rules: Vec<Cost>,
    /// Instructions of all conditions and amounts together.
    pub instructions: Share,
    /// Functions that are kept up to date: those that several rules use count once.
    pub features: Share,
    /// Upper bound of the memory that they, all funnels and all predictions take, bytes: shared ones
    /// count once.
    pub bytes: Share,
    /// Size of the compiled pack, bytes.
    pub size: Share,
}

/// What one rule costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// `signal`, `tag`, `score`, `segment`, `stage`, `level`, `tier` or `campaign`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Instructions of its conditions and amounts.
    pub instructions: usize,
    /// Functions that its conditions and texts read.
    pub features: usize,
    /// Upper bound of the memory that those take, with the funnels and predictions that they are
    /// about, bytes.
    pub bytes: usize,
}

/// How much of a limit is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Used.
    pub used: usize,
    /// The most that a device accepts.
    pub limit: usize,
}

/// What a compiled, unsigned pack costs.
pub fn costs(bytes: &[u8]) -> Result<Costs, PackError> {
    let pack = Pack::unsigned(bytes)?;
    let rules = rules(&pack);
    let instructions = rules.iter().map(|rule| rule.instructions).sum();
    let kept = pack.definitions.features().iter().filter(|of| of.bytes() > 0).count();
    Ok(Costs {
        rules,
        instructions: Share { used: instructions, limit: MOST_WORK_OF_ALL },
        features: Share { used: kept, limit: limits::FEATURES_OF_A_PACK.most },
        bytes: Share { used: pack.definitions.bytes(), limit: STATE_BYTES },
        size: Share { used: bytes.len(), limit: limits::BYTES.most },
    })
}

fn rules(pack: &Pack) -> Vec<Cost> {
    let rules = &pack.rules;
    let signals = rules.signals().iter().map(|of| of_signal(pack, of));
    let scores = rules.scores().iter().map(|of| of_score(pack, of));
    let tables = rules.tables().iter().map(|of| of_table(pack, of));
    let campaigns = pack.campaigns.all().iter().map(|of| {
        let programs: Vec<&Program> = of.when.iter().collect();
        cost(pack, ("campaign", &of.name), &programs, &[])
    });
    signals.chain(scores).chain(tables).chain(campaigns).collect()
}

fn of_signal(pack: &Pack, signal: &Signal) -> Cost {
    let kind = if signal.tag { "tag" } else { "signal" };
    let programs: Vec<&Program> =
        std::iter::once(&signal.raise).chain(signal.clear.as_deref()).collect();
    cost(pack, (kind, &signal.name), &programs, &signal.values)
}

fn of_score(pack: &Pack, score: &Score) -> Cost {
    let programs: Vec<&Program> = score.factors.iter().map(|factor| &factor.of).collect();
    cost(pack, ("score", &score.name), &programs, &score.values)
}

fn of_table(pack: &Pack, table: &Table) -> Cost {
    let conditions = table.rows.iter().flat_map(|row| row.enter.iter().chain(&row.stay));
    let programs: Vec<&Program> = table.of.iter().chain(conditions).collect();
    let values: Vec<u16> = table.rows.iter().flat_map(|row| row.values.iter().copied()).collect();
    cost(pack, (table.kind.name(), &table.name), &programs, &values)
}

fn cost(
    pack: &Pack,
    (kind, name): (&'static str, &str),
    programs: &[&Program],
    values: &[u16],
) -> Cost {
    let read = programs.iter().flat_map(|program| program.features());
    let mut features: Vec<u16> = read.chain(values).copied().collect();
    features.sort_unstable();
    features.dedup();
    let definitions = features.iter().filter_map(|number| pack.definitions.feature(*number));
    Cost {
        kind,
        name: name.to_owned(),
        instructions: programs.iter().map(|program| program.ops().count()).sum(),
        features: features.len(),
        bytes: definitions.clone().map(Feature::bytes).sum::<usize>() + shared(definitions),
    }
}

/// What the funnels and predictions take that features are about, each once.
fn shared<'a>(features: impl Iterator<Item = &'a Feature>) -> usize {
    let mut seen = BTreeSet::new();
    let bytes = features.map(|feature| match feature {
        Feature::FunnelStep(of) | Feature::FunnelAge(of) | Feature::FunnelDropped(of)
            if seen.insert((false, *of)) =>
        {
            FUNNEL_BYTES
        }
        Feature::Next { prediction, .. } if seen.insert((true, *prediction)) => CHAIN_BYTES,
        _ => 0,
    });
    bytes.sum()
}
