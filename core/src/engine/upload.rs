//! Batches out, answers in.

use super::Engine;
use super::config::DeviceClass;
use super::error::Error;
use super::phases::{Cold, Pause, Warehouse};
use super::shared::{Shared, lock};
use crate::random::Seed;
use crate::store::{BatchId, BatchLimits, Split};
use crate::sync::{Answer, Delivery, Judgement, Upload, back_off_ms, judge, limits};
use crate::time::ClockReading;
use staykit_proto::{Message, v1};

/// Events in a row that a server may refuse one by one before the fault is taken to be the
/// configuration's rather than theirs.
const REFUSED_IN_ROW: u32 = 2;

impl Engine {
    /// The next batch to send, if there is consent, something to send, and no pause. Everything
    /// recorded so far can be in it. A batch stays the same until it is acknowledged.
    ///
    /// Reads and syncs files: not for the main thread.
    pub fn next_upload(&self) -> Result<Option<Upload>, Error> {
        let mut cold = lock(&self.shared.cold);
        let next = self.shared.next_upload(&mut cold);
        if let (Err(Error::Store(error)), Cold::Open(warehouse)) = (&next, &mut *cold) {
            warehouse.note_damage(error);
        }
        next
    }

    /// Tells what came back for an upload.
    pub fn finish_upload(&self, id: BatchId, answer: &Answer) -> Result<Delivery, Error> {
        let mut cold = lock(&self.shared.cold);
        self.shared.finish_upload(&mut cold, &id, answer)
    }
}

impl Shared {
    fn next_upload(&self, cold: &mut Cold) -> Result<Option<Upload>, Error> {
        let reading = self.reading()?;
        let (source, now_at, uncompacted) = {
            let mut hot = lock(&self.hot);
            let live = hot.live()?;
            if !live.state.consent.upload {
                return Ok(None);
            }
            let now_at = live.state.timeline.stamp(&reading).at;
            (self.source(&live.state.pack), now_at, live.uncompacted)
        };
        let Pause { until_at, has_stopped, .. } = cold.open()?.pause;
        if has_stopped || until_at.is_some_and(|until_at| rests(until_at, now_at)) {
            return Ok(None);
        }
        if uncompacted > 0
            && let Err(error) = self.compact(cold)
        {
            // A full flash must not keep back what an acknowledgement would make room for.
            log::warn!("what was recorded last has to wait for the next batch: {error}");
        }
        let store = &mut cold.open()?.store;
        let limits = BatchLimits {
            events: u64::try_from(limits::EVENTS).unwrap_or(u64::MAX),
            bytes: u64::try_from(limits::COMPRESSED_BYTES).unwrap_or(u64::MAX),
            raw_bytes: u64::try_from(limits::RAW_BYTES).unwrap_or(u64::MAX),
        };
        let Some(batch) = store.next_batch(&limits, &source)? else { return Ok(None) };
        if rests(batch.not_before_at, now_at) {
            return Ok(None);
        }
        let Some(attempt) = store.note_attempt(&batch.id)? else { return Ok(None) };
        cold.open()?.attempt = attempt;
        let body = request(batch.bytes, &reading, attempt);
        Ok(Some(Upload { id: batch.id, body, attempt, events: batch.events }))
    }

    fn source(&self, pack: &(String, u32)) -> v1::Source {
        let class = match self.config.device_class {
            DeviceClass::Unknown => v1::DeviceClass::Unspecified,
            DeviceClass::Phone => v1::DeviceClass::Phone,
            DeviceClass::Watch => v1::DeviceClass::Watch,
            DeviceClass::Tablet => v1::DeviceClass::Tablet,
            DeviceClass::Desktop => v1::DeviceClass::Desktop,
        };
        v1::Source {
            sdk_version: env!("CARGO_PKG_VERSION").to_owned(),
            app_version: self.config.app_version.clone(),
            packs: vec![v1::PackVersion { name: pack.0.clone(), version: pack.1 }],
            device_class: class.into(),
        }
    }

    fn finish_upload(
        &self,
        cold: &mut Cold,
        id: &BatchId,
        answer: &Answer,
    ) -> Result<Delivery, Error> {
        let reading = self.reading()?;
        let now_at = lock(&self.hot).live()?.state.timeline.stamp(&reading).at;
        let warehouse = cold.open()?;
        match judge(id, answer, reading.wall_ms) {
            Judgement::Acknowledged { pause_ms, server_ms } => {
                let until_at = (pause_ms > 0).then(|| now_at.saturating_add(pause_ms));
                warehouse.pause = Pause { until_at, ..Pause::default() };
                let known = warehouse.store.acknowledge(id)?;
                if known {
                    warehouse.acknowledged_at = Some(reading.wall_ms);
                    self.note_server_clock(&reading, server_ms);
                }
                Ok(if known { Delivery::Acknowledged } else { Delivery::Unknown })
            }
            Judgement::Retry { at_least_ms } => warehouse.defer(id, now_at, at_least_ms),
            Judgement::Split if warehouse.pause.refused < REFUSED_IN_ROW => {
                match warehouse.store.split(id)? {
                    Split::Halved => Ok(Delivery::Split),
                    Split::SetAside { .. } => {
                        warehouse.pause.refused += 1;
                        Ok(Delivery::SetAside { events: 1 })
                    }
                    // There is nothing smaller to send, and it is not the events' fault.
                    Split::Empty => Ok(warehouse.pause_for_settings(now_at)),
                    Split::Unknown => Ok(Delivery::Unknown),
                }
            }
            Judgement::Gone => {
                warehouse.pause.has_stopped = self.config.stops_when_gone;
                Ok(warehouse.pause_for_settings(now_at))
            }
            Judgement::Split | Judgement::Misconfigured => Ok(warehouse.pause_for_settings(now_at)),
        }
    }
}

impl Shared {
    /// A server's clock is welcome, but an acknowledgement never fails for it.
    fn note_server_clock(&self, reading: &ClockReading, server_ms: i64) {
        let mut hot = lock(&self.hot);
        let noted = hot.live().and_then(|live| live.note_server_clock(reading, server_ms));
        match noted {
            Ok(()) => self.wake.after(hot),
            Err(error) => log::warn!("the server's clock was not noted: {error}"),
        }
    }
}

impl Warehouse {
    fn pause_for_settings(&mut self, now_at: i64) -> Delivery {
        log::error!("the collector refuses everything: check endpoint and write key");
        let after_ms = limits::MISCONFIGURED_MS;
        let until_at = Some(now_at.saturating_add(after_ms));
        // After the pause one more event may be tried.
        self.pause = Pause { until_at, refused: REFUSED_IN_ROW - 1, ..self.pause };
        Delivery::Retry { after_ms }
    }

    fn defer(&mut self, id: &BatchId, now_at: i64, at_least_ms: i64) -> Result<Delivery, Error> {
        let seed = installation_seed(&self.store.installation());
        let pause_ms = back_off_ms(&seed, id, self.attempt).max(at_least_ms);
        let not_before_at = now_at.saturating_add(pause_ms);
        if !self.store.defer(id, not_before_at)? {
            return Ok(Delivery::Unknown);
        }
        self.pause.until_at = Some(not_before_at);
        Ok(Delivery::Retry { after_ms: pause_ms })
    }
}

/// Whether a pause until `until_at` lasts. One further off than any pause is comes from a clock
/// that was wrong.
fn rests(until_at: i64, now_at: i64) -> bool {
    (1..=limits::LONGEST_RETRY_AFTER_MS).contains(&until_at.saturating_sub(now_at))
}

/// The root of an installation's draws.
fn installation_seed(installation: &[u8; 16]) -> Seed {
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(installation) {
        *to = *from;
    }
    Seed::new(bytes)
}

fn request(batch: Vec<u8>, reading: &ClockReading, attempt: u32) -> Vec<u8> {
    v1::UploadRequest {
        batch,
        sent_wall_ms: reading.wall_ms,
        sent_boot_ms: reading.boot_ms,
        attempt,
    }
    .encode_to_vec()
}
