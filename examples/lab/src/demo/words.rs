//! What a receipt says, as a diary writes it.

use staykit_core::engine::{Engine, Receipt, Why};
use staykit_core::guidance::Decision;
use staykit_core::text::Language;

use super::diary::{Did, Told};
use crate::device::engine_failed;
use crate::failure::Failure;
use crate::log::{Instant, show};

/// `did` with the signals that changed and the decisions that were taken.
pub(super) fn with_effects(did: Did, receipt: &Receipt) -> Did {
    let changed = |raised| {
        let changes = receipt.changes.iter();
        let changes = changes.filter(move |change| change.raised == raised);
        changes.map(|change| change.signal.clone()).collect()
    };
    let shown = receipt.decisions();
    Did {
        raised: changed(true),
        cleared: changed(false),
        shown: shown.map(|decision| decision.campaign.clone()).collect(),
        withheld: receipt.decided.iter().filter_map(gate).collect(),
        ..did
    }
}

/// A decision of the user `user`, called `id`, in words.
pub(super) fn told(
    engine: &Engine,
    (user, id): (usize, &str),
    decision: &Decision,
) -> Result<Told, Failure> {
    let explanation = engine.explain(Why::Decision(decision.id));
    let explanation = explanation.map_err(engine_failed("explain()"))?;
    let offset_min = decision.zone.offset_at(decision.wall_ms);
    Ok(Told {
        user,
        id: id.to_owned(),
        at: show(Instant::new(decision.wall_ms, offset_min)),
        campaign: decision.campaign.clone(),
        gate: gate(decision),
        text: explanation.text(Language::English).to_owned(),
    })
}

/// Name of the gate that withheld a decision.
pub(super) fn gate(decision: &Decision) -> Option<String> {
    let gate = decision.withheld_by()?;
    Some(gate.name().to_owned())
}
