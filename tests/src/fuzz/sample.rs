//! A small store with something in every kind of file, whose data key is known.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use staykit_core::crypto::{DataKey, KeyVault, Purpose, VaultError, open_blob, seal_blob};
use staykit_core::engine::{Engine, Error, Why};
use staykit_core::event::{Draft, Value};
use staykit_core::guidance::Outcome;
use staykit_core::pack::Pack;
use staykit_core::privacy::Consent;
use staykit_core::store::{Disk, Folder, Opened, Store, StoreError};
use staykit_core::time::{Clock, VirtualClock};

use crate::disk::{Image, RecordedDisk};
use crate::person::START;
use crate::truth::{MARK, Truth, examine_damaged_with, found, open_with};
use crate::{packs, server};

/// A pack with a feature of each kind, signals that rise at once, and a campaign.
pub(super) const PACK: &str = "
pack: fuzz
version: 1
funnels:
  checkout: { steps: [tap, purchase], within: hours(1) }
signals:
  busy:
    raise: count('tap', days(7)) >= 2 && active_days('tap', days(28)) >= 1 && session_count(days(7)) > 0
    says: { en: \"{count('tap', days(7))} taps\" }
  rich:
    raise: sum('purchase', 'amount', weeks(2)) > 1 || since_first('tap') > minutes(9)
    says: { en: rich }
  away:
    raise: absent('tap', hours(5)) || baseline_drop('session', days(1), days(7)) > 0.5
    says: { en: away }
  stuck:
    raise: funnel_step('checkout') == 1 && funnel_age('checkout') > minutes(2) && hour() >= 0
    says: { en: stuck }
  young:
    raise: fact_number('age') < 30 && context('network') != 'none' && session_length() >= seconds(0)
    says: { en: young }
campaigns:
  hello: { goal: test, start: { on: tap }, caps: [{ per: day, times: 3 }], show: { title: { en: hello } } }
  again: { goal: test, start: { raised: busy }, cool_down: minutes(1), show: { title: { en: again } } }
";

/// A pack with every section and with functions of each family.
pub(super) const WHOLE: &str = "
pack: whole
version: 2
session: { idle: minutes(20) }
reach: { caps: { per: days(2), times: 3 }, quiet: \"22:00-07:00\" }
events:
  lesson: { priority: high, properties: { topic: { type: text }, score: { type: number } } }
funnels:
  checkout: { steps: [tap, lesson, purchase], within: hours(1) }
holidays: { CN: [\"2026-03-01..2026-03-03\"] }
predictions: { screens: { of: screen_enter.screen } }
signals:
  busy:
    raise: tag('keen') && score('activity') > 10 && sequence(['tap', 'purchase'], hours(2), session())
    clear: \"!tag('keen') || streak('tap', freeze(1)) == 0\"
    says: { en: \"{score('activity')} of 100\", zh: \"{count('tap', days(3))}\" }
    examples:
      - given: { at: \"2026-03-01T09:00+08:00\", event: tap, every: hours(1), times: 3 }
        expect: [{ at: \"2026-03-01T12:00+08:00\", raised: false }, { at: \"2026-03-01T12:00+08:00\", tag: keen, holds: true }]
  odd: { raise: \"hour() > 24 || count('tap', days(7)) > 5 && count('tap', days(7)) < 3\", says: { en: odd } }
tags:
  keen: { raise: \"count('tap', days(3)) >= 2 || decayed('tap', days(2)) > 1.5\" }
scores:
  activity:
    factors:
      recency: { of: since_last('tap'), points: [[days(0), 40], [days(2), 0]], says: { en: last } }
      topics: { of: \"distinct('lesson', 'topic', days(7))\", linear: { from: 0, to: 4, points: 60 } }
    tiers: { high: 70, low: 0 }
segments:
  value: [{ name: best, when: tier('activity') == 'high' }, { name: keen, when: tag('keen') }, { name: other }]
stages:
  life: [{ name: new }, { name: grown, enter: \"active_days('tap', days(9)) > 1\", stay: \"!stopped('tap', days(2))\", at_least: hours(3) }]
levels:
  member: { of: \"sum('purchase', 'amount', ever()) / 100\", steps: { bronze: 0, gold: { from: 10, multiplier: 2 } }, keeps: true }
campaigns:
  hello: { goal: test, start: { on: tap, when: segment('value') != 'other' }, show: { title: { en: hello } } }
  again: { goal: test, start: { raised: busy, when: stage('life') == 'new', fresh: hours(1) }, converts: { on: purchase, within: days(1) }, show: { title: { en: again } } }
examples:
  - given: { at: \"2026-03-01T09:00+08:00\", event: tap }
    expect:
      - { at: \"2026-03-01T09:00+08:00\", score: activity, at_least: 40, at_most: 40 }
      - { at: \"2026-03-01T09:00+08:00\", stage: life, is: new }
";

static SAMPLE: LazyLock<Sample> = LazyLock::new(Sample::make);
static COMPILED: LazyLock<Pack> = LazyLock::new(|| packs::compiled(PACK));

/// A vault that wraps nothing: who reads the identity has the data key.
#[derive(Debug)]
struct OpenVault;

impl KeyVault for OpenVault {
    fn wrap(&self, key: &DataKey) -> Result<Vec<u8>, VaultError> {
        Ok(key.bytes().to_vec())
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<DataKey, VaultError> {
        wrapped.try_into().map(DataKey::new).map_err(|_| VaultError::Lost)
    }
}

/// A clock on the device of the sample.
pub(super) fn clock() -> Arc<VirtualClock> {
    let clock = VirtualClock::at(START);
    clock.advance(600_000);
    Arc::new(clock)
}

/// The sample's pack.
pub(super) fn pack() -> Pack {
    COMPILED.clone()
}

/// Opens an engine on a disk, under the sample's pack.
pub(super) fn open(disk: &RecordedDisk, clock: &Arc<VirtualClock>) -> Result<Engine, Error> {
    open_under(disk, clock, pack())
}

/// The same under another pack.
pub(super) fn open_under(
    disk: &RecordedDisk,
    clock: &Arc<VirtualClock>,
    pack: Pack,
) -> Result<Engine, Error> {
    open_with(disk, clock, Arc::new(OpenVault), |config| config.with_pack(pack))
}

/// The store.
pub(super) struct Sample {
    /// As a kill leaves it.
    pub(super) image: Image,
    /// What was recorded into it.
    pub(super) truth: Truth,
    /// The bytes of its data key.
    key: [u8; 32],
    /// Whose it is.
    pub(super) installation: [u8; 16],
    /// Every entry that the journal has.
    pub(super) entries: Vec<Vec<u8>>,
    /// The newest checkpoint.
    pub(super) checkpoint: Vec<u8>,
}

impl Sample {
    /// The one that this process uses: the same but for its salts in every process.
    pub(super) fn shared() -> &'static Self {
        &SAMPLE
    }

    fn make() -> Self {
        let disk = RecordedDisk::new(Image::default());
        let clock = Arc::new(VirtualClock::at(START));
        let mut truth = Truth::default();
        let engine = open(&disk, &clock).unwrap();
        for mark in 0..9 {
            clock.advance(20_000);
            let receipt = engine.record(draft(mark)).unwrap();
            truth.record((1, receipt.seq().unwrap()), Some(mark), disk.length());
            if mark == 2 || mark == 5 {
                let upload = engine.next_upload().unwrap().unwrap();
                truth.offer(&upload, disk.length()).unwrap();
                if mark == 2 {
                    engine.finish_upload(upload.id, &server::acknowledges(upload.id)).unwrap();
                }
            }
        }
        engine.set_facts(vec![("age".into(), Value::Integer(20))]).unwrap();
        engine.set_context(vec![("network".into(), Value::Text("wifi".into()))]).unwrap();
        engine.set_consent(Consent::all()).unwrap();
        clock.advance(200_000);
        engine.tick().unwrap();
        engine.flush().unwrap();
        let (image, key) = (disk.now(), engine.wrapped_key().unwrap().try_into().unwrap());
        drop(engine);
        let opened = parts(&RecordedDisk::new(image.clone()));
        let installation = opened.store.installation();
        let Opened { entries, checkpoint, .. } = opened;
        let checkpoint = checkpoint.unwrap();
        assert!(entries.len() > 3 && !checkpoint.is_empty());
        Self { image, truth, key, installation, entries, checkpoint }
    }

    /// Its data key.
    pub(super) fn key(&self) -> DataKey {
        DataKey::new(self.key)
    }

    /// The same with another content of one file, which is made if it is not there.
    pub(super) fn with(&self, name: &str, content: Vec<u8>) -> Image {
        put(self.image.clone(), name, content)
    }

    /// Names of the journal's files.
    pub(super) fn journal_files(&self) -> Vec<String> {
        let names = self.image.names.keys().filter(|name| name.starts_with("journal-0"));
        names.cloned().collect()
    }

    /// The same with a database on which `change` was done, and without a log beside it.
    pub(super) fn with_database(&self, change: impl FnOnce(&Connection)) -> Image {
        let disk = RecordedDisk::new(self.image.clone());
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let path = disk.path().join("buffer.sqlite");
        let database =
            Connection::open_with_flags_and_vfs(path, flags, disk.vfs().unwrap()).unwrap();
        database.pragma_update(None, "locking_mode", "EXCLUSIVE").unwrap();
        change(&database);
        drop(database);
        disk.now()
    }

    /// Seals something for a place of this store.
    pub(super) fn seal(&self, purpose: Purpose, place: &[u8], content: &[u8]) -> Vec<u8> {
        seal_blob(&self.key(), purpose, &[&self.installation, place], content).unwrap()
    }

    /// Opens what is sealed in a place of this store.
    pub(super) fn unseal(&self, purpose: Purpose, place: &[u8], blob: &[u8]) -> Vec<u8> {
        open_blob(&self.key(), purpose, &[&self.installation, place], blob).unwrap()
    }

    /// A damaged store opens and goes on, invents nothing, doubles nothing, gives no number twice.
    pub(super) fn must_hold(&self, image: Image) {
        let clock = clock();
        let outcome = examine_damaged_with(&self.truth, image, |disk| open(disk, &clock));
        if let Err(error) = outcome {
            panic!("{error}");
        }
    }

    /// The same where rows may be there twice: that shows by their numbers, and the collector
    /// counts each number once.
    pub(super) fn must_invent_nothing(&self, image: Image) {
        let disk = RecordedDisk::new(image.clone());
        // What cannot be read is told by an error.
        if let Some(Ok(mut found)) = opens(&disk, &clock()).map(|engine| found(&engine)) {
            found.sort_unstable();
            found.dedup();
            let mut truth = self.truth.clone();
            truth.distrust();
            truth.check(&found, usize::MAX).unwrap();
        }
        survives(image);
    }
}

/// The store on a disk, without an engine.
pub(super) fn parts(disk: &RecordedDisk) -> Opened {
    let folder = Folder::open_on(Arc::new(disk.clone()), disk.path()).unwrap();
    let wrapped = folder.identity().unwrap().wrapped_key.clone();
    let key = OpenVault.unwrap(&wrapped).unwrap();
    Store::open(folder, key, &clock().read().unwrap()).unwrap()
}

/// An image with another content of one file, which is made if it is not there.
pub(super) fn put(mut image: Image, name: &str, content: Vec<u8>) -> Image {
    let inode = image.files.keys().next_back().map_or(0, |last| last + 1);
    image.names.insert(name.to_owned(), inode);
    image.files.insert(inode, Arc::new(content));
    image
}

/// An event with a property of each kind.
pub(super) fn draft(mark: i64) -> Draft {
    let name = if mark % 4 == 3 { "purchase" } else { "tap" };
    let draft = Draft::new(name).integer(MARK, mark).text("note", "here").flag("new", true);
    let draft = if mark % 2 == 0 { draft.number("share", 0.5) } else { draft };
    if name == "purchase" { draft.money("amount", 19_90, "CNY") } else { draft }
}

/// Whatever lies there, and even if only somebody with the key can have written it: the store
/// opens, and using it does not panic. Errors are allowed, but not for ever.
pub(super) fn survives(image: Image) {
    let disk = RecordedDisk::new(image);
    let clock = clock();
    let Some(engine) = opens(&disk, &clock) else { return };
    exercise(&engine, &clock);
    let _ = engine.close();
    let Some(engine) = opens(&disk, &clock) else { return };
    exercise(&engine, &clock);
    let _ = engine.close();
    works(&disk, &clock);
}

/// What proved damaged in use does not stay in the way for ever.
fn works(disk: &RecordedDisk, clock: &Arc<VirtualClock>) {
    let Some(engine) = opens(disk, clock) else { return };
    engine.set_consent(Consent::all()).unwrap();
    engine.record(draft(100)).unwrap();
    engine.maintain(Duration::from_secs(1)).unwrap();
    engine.next_upload().unwrap();
    engine.export(&mut std::io::sink()).unwrap();
    engine.status().unwrap();
    engine.close().unwrap();
}

/// Only a newer format may be refused.
pub(super) fn opens(disk: &RecordedDisk, clock: &Arc<VirtualClock>) -> Option<Engine> {
    match open(disk, clock) {
        Err(Error::Store(StoreError::Newer { .. })) => None,
        opened => Some(opened.unwrap()),
    }
}

/// Uses an engine for a while, whatever comes of it.
pub(super) fn exercise(engine: &Engine, clock: &VirtualClock) {
    let _ = engine.set_consent(Consent::all());
    let _ = (engine.status(), engine.next_due());
    for mark in 0..3 {
        let _ = engine.record(draft(mark));
        clock.advance(3_600_000 * 7);
        let _ = engine.tick();
    }
    let _ = engine.set_facts(vec![("age".into(), Value::Number(3.5))]);
    for decision in engine.decisions() {
        let _ = engine.explain(Why::Decision(decision.id));
        let _ = engine.report(decision.id, Outcome::Clicked);
    }
    for signal in engine.status().map_or(Vec::new(), |status| status.signals) {
        let _ = engine.explain(Why::Signal(signal));
    }
    let _ = engine.explain(Why::not_shown("hello"));
    let _ = engine.export(&mut std::io::sink());
    if let Ok(Some(upload)) = engine.next_upload() {
        let _ = engine.finish_upload(upload.id, &server::says(413, &[]));
    }
    if let Ok(Some(upload)) = engine.next_upload() {
        let _ = engine.finish_upload(upload.id, &server::acknowledges(upload.id));
    }
    let _ = engine.maintain(Duration::from_secs(1));
    let _ = engine.flush();
}
