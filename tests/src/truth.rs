//! What was recorded, what was confirmed, what was offered: against which the rest of a disk is
//! held.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use staykit_core::crypto::{FileVault, KeyVault};
use staykit_core::engine::{Config, Engine, Error, Host};
use staykit_core::event::{Draft, names};
use staykit_core::privacy::Consent;
use staykit_core::random::SeededRandom;
use staykit_core::store::{Disk, StoreError};
use staykit_core::sync::Upload;
use staykit_core::time::VirtualClock;
use staykit_proto::segment::Property;

use crate::disk::{Image, RecordedDisk};
use crate::nonces::Nonces;
use crate::server;

/// Epoch and sequence number.
pub type Id = (u64, u64);
/// By what an event is told from every other; `None` for one that the engine made.
pub type Mark = Option<i64>;

/// Property that bears the mark.
pub const MARK: &str = "number";

/// An event that was recorded.
#[derive(Debug, Clone)]
struct Known {
    mark: Mark,
    /// The disk's length when recording began.
    from: usize,
    /// The disk's length when it was confirmed that a power cut cannot reach it.
    safe_from: Option<usize>,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub struct Truth {
    events: BTreeMap<Id, Known>,
    /// What left the device, and from when on.
    offered: BTreeMap<Id, (usize, Mark)>,
    /// What was said to be acknowledged, and from when on.
    acknowledged: BTreeMap<Id, usize>,
}

impl Truth {
    /// An event was recorded under this number; `from` is the disk's length before.
    pub fn record(&mut self, id: Id, mark: Mark, from: usize) {
        self.events.insert(id, Known { mark, from, safe_from: None });
    }

    /// Everything so far was said to be safe.
    pub fn confirm(&mut self, at: usize) {
        for event in self.events.values_mut() {
            event.safe_from.get_or_insert(at);
        }
    }

    /// Nothing is safe any more: what lies there was damaged.
    pub fn distrust(&mut self) {
        self.events.values_mut().for_each(|event| event.safe_from = None);
    }

    /// How many events there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// An upload was handed out. Fails if one of its numbers was another event before.
    pub fn offer(&mut self, upload: &Upload, at: usize) -> Result<(), String> {
        for (id, mark) in offered(upload) {
            if self.acknowledged.contains_key(&id) {
                return Err(format!("offers {id:?} again after its acknowledgement"));
            }
            let known =
                self.events.get_mut(&id).ok_or_else(|| format!("offers {id:?}: invented"))?;
            if known.mark.is_some() && known.mark != mark {
                return Err(format!("offers {id:?} as {mark:?}, recorded as {:?}", known.mark));
            }
            known.safe_from.get_or_insert(at);
            let before = self.offered.entry(id).or_insert((at, mark)).1;
            if before != mark {
                return Err(format!("offers {id:?} as {mark:?}, before as {before:?}"));
            }
        }
        Ok(())
    }

    /// The engine said that it knows this upload to be acknowledged: it never offers it again.
    pub fn acknowledge(&mut self, upload: &Upload, at: usize) {
        self.acknowledged.extend(offered(upload).into_iter().map(|(id, _)| (id, at)));
    }

    /// Holds what was found against what had been done when the disk had length `at`.
    pub fn check(&self, found: &[(Id, Mark)], at: usize) -> Result<(), String> {
        let mut seen = BTreeMap::new();
        for (id, mark) in found {
            if seen.insert(*id, *mark).is_some() {
                return Err(format!("{id:?} is there twice"));
            }
            match self.events.get(id).filter(|event| event.from <= at) {
                None => return Err(format!("{id:?} is invented: {mark:?}")),
                Some(event) if event.mark.is_some() && event.mark != *mark => {
                    return Err(format!("{id:?} is {mark:?}, recorded as {:?}", event.mark));
                }
                Some(_) => {}
            }
        }
        let safe = |event: &Known| event.safe_from.is_some_and(|from| from <= at);
        let lost: Vec<&Id> = self
            .events
            .iter()
            .filter(|(_, event)| safe(event))
            .map(|(id, _)| id)
            .filter(|id| !seen.contains_key(*id))
            .collect();
        match lost.as_slice() {
            [] => Ok(()),
            [first, .., end] => Err(format!("{} lost, {first:?} to {end:?}", lost.len())),
            [one] => Err(format!("{one:?} is lost")),
        }
    }

    /// What is true after a cut at `at` that left `found`: nothing else may ever come back, and
    /// what left the device is not taken back.
    #[must_use]
    pub fn after_cut(&self, found: &[(Id, Mark)], at: usize) -> Self {
        let known =
            |(id, mark): &(Id, Mark)| (*id, Known { mark: *mark, from: 0, safe_from: Some(0) });
        let offered = self.offered.iter().filter(|(_, (from, _))| *from <= at);
        let acknowledged = self.acknowledged.iter().filter(|(_, from)| **from <= at);
        Self {
            events: found.iter().map(known).collect(),
            offered: offered.map(|(id, (_, mark))| (*id, (0, *mark))).collect(),
            acknowledged: acknowledged.map(|(id, _)| (*id, 0)).collect(),
        }
    }
}

/// Opens an engine on a disk, with maintenance by hand.
pub fn open(disk: &RecordedDisk, clock: &Arc<VirtualClock>, vault: &Path) -> Result<Engine, Error> {
    open_with(disk, clock, Arc::new(FileVault::new(vault)), |config| config)
}

/// The same with any vault, and with more settings.
pub fn open_with(
    disk: &RecordedDisk,
    clock: &Arc<VirtualClock>,
    vault: Arc<dyn KeyVault>,
    settings: impl FnOnce(Config) -> Config,
) -> Result<Engine, Error> {
    let host = Host::new(Arc::<VirtualClock>::clone(clock), Arc::new(SeededRandom::new(4)));
    let disk_of_host: Arc<dyn Disk> = Arc::new(disk.clone());
    let host = host.with_vault(vault).with_disk(disk_of_host);
    let config = Config::new(disk.path()).with_consent(Consent::all()).with_manual_maintenance();
    Engine::open(settings(config), host)
}

/// Every event that the engine has, with its mark.
pub fn found(engine: &Engine) -> Result<Vec<(Id, Mark)>, Error> {
    let mut text = Vec::new();
    engine.export(&mut text)?;
    let lines = String::from_utf8(text).unwrap();
    let events = lines.lines().map(|line| serde_json::from_str(line).unwrap());
    Ok(events
        // The store says by one that a part of it was lost.
        .filter(|event: &serde_json::Value| event["name"] != names::STORAGE_RESET)
        .filter_map(|event| {
            let id = (event["epoch"].as_u64()?, event["seq"].as_u64()?);
            Some((id, event["properties"][MARK].as_i64()))
        })
        .collect())
}

/// The events of an upload with their marks.
#[must_use]
pub fn offered(upload: &Upload) -> Vec<(Id, Mark)> {
    let epoch = server::batch(upload).epoch;
    let mark = |properties: &[(String, Property)]| {
        properties.iter().find_map(|(name, value)| match value {
            Property::Integer(mark) if name == MARK => Some(*mark),
            _ => None,
        })
    };
    let events = server::events(upload).into_iter();
    let events = events.filter(|(_, row)| row.name != names::STORAGE_RESET);
    events.map(|(seq, row)| ((epoch, seq), mark(&row.properties))).collect()
}

/// Opens what a cut at `at` left, and goes on with it for a while. Gives what was there.
pub fn examine(
    truth: &Truth,
    image: Image,
    at: usize,
    clock: &Arc<VirtualClock>,
    vault: &Path,
) -> Result<Vec<(Id, Mark)>, String> {
    let mut nonces = Nonces::of(&image)?;
    let disk = RecordedDisk::new(image);
    let engine = open(&disk, clock, vault).map_err(|error| format!("does not open: {error}"))?;
    let failed = |error: Error| format!("does not go on: {error}");
    let there = found(&engine).map_err(failed)?;
    truth.check(&there, at)?;
    let mut after = truth.after_cut(&there, at);
    for mark in -2..0 {
        let from = disk.length();
        let receipt = engine.record(Draft::new("tap").integer(MARK, mark)).map_err(failed)?;
        let (first, last) = receipt.seqs.unwrap();
        let epoch = engine.status().map_err(failed)?.epoch;
        (first..=last).for_each(|seq| {
            after.record((epoch, seq), (seq == first).then_some(mark), from);
        });
    }
    for _ in 0..100 {
        let Some(upload) = engine.next_upload().map_err(failed)? else { break };
        after.offer(&upload, disk.length())?;
        engine.finish_upload(upload.id, &server::acknowledges(upload.id)).map_err(failed)?;
        after.acknowledge(&upload, disk.length());
    }
    after.check(&found(&engine).map_err(failed)?, disk.length())?;
    engine.close().map_err(failed)?;
    nonces.see(&disk.ops())?;
    Ok(there)
}

/// What became of a damaged disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    /// Events that are gone.
    pub lost: usize,
    /// The numbering did not go on.
    pub new_epoch: bool,
    /// Events that the state has not seen.
    pub unseen: usize,
    /// The engine says that something is damaged.
    pub told: bool,
}

/// Opens a damaged disk and goes on with it: events may be gone, but none is invented or doubled,
/// and no number gets a second meaning. A damaged identity makes it another installation.
pub fn examine_damaged(
    truth: &Truth,
    image: Image,
    clock: &Arc<VirtualClock>,
    vault: &Path,
) -> Result<Damage, String> {
    examine_damaged_with(truth, image, |disk| open(disk, clock, vault))
}

/// The same for an engine that is opened in another way.
pub fn examine_damaged_with(
    truth: &Truth,
    image: Image,
    open: impl FnOnce(&RecordedDisk) -> Result<Engine, Error>,
) -> Result<Damage, String> {
    let disk = RecordedDisk::new(image);
    let engine = match open(&disk) {
        Err(Error::Store(StoreError::Newer { .. })) => {
            let lost = truth.len();
            return Ok(Damage { lost, new_epoch: false, unseen: lost, told: true });
        }
        other => other.map_err(|error| format!("does not open: {error}"))?,
    };
    if disk.now().file("identity.damaged").is_some() {
        let lost = truth.len();
        return Ok(Damage { lost, new_epoch: true, unseen: lost, told: true });
    }
    let failed = |error: Error| format!("does not go on: {error}");
    let status = engine.status().map_err(failed)?;
    let epoch = status.epoch;
    // With the state goes the consent: whoever lost it asks again.
    engine.set_consent(Consent::all()).map_err(failed)?;
    let there = found(&engine).map_err(failed)?;
    let mut any = truth.clone();
    any.distrust();
    any.check(&there, usize::MAX)?;
    let receipt = engine.record(Draft::new("tap").integer(MARK, -1)).map_err(failed)?;
    let id = (epoch, receipt.seq().unwrap_or(0));
    if truth.events.contains_key(&id) {
        return Err(format!("{id:?} is given twice"));
    }
    any.record(id, Some(-1), disk.length());
    for _ in 0..100 {
        let Some(upload) = engine.next_upload().map_err(failed)? else { break };
        any.offer(&upload, disk.length())?;
        engine.finish_upload(upload.id, &server::acknowledges(upload.id)).map_err(failed)?;
    }
    engine.close().map_err(failed)?;
    let lost = truth.len().saturating_sub(there.len());
    let seen = usize::try_from(status.recorded).unwrap();
    let unseen = truth.len().saturating_sub(seen);
    Ok(Damage { lost, new_epoch: epoch > 1, unseen, told: status.damaged })
}
