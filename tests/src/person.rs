//! A person with a device: an engine on a clock that stands until it is moved.

use std::path::PathBuf;
use std::sync::Arc;

use staykit_core::crypto::{FileVault, KeyVault};
use staykit_core::engine::{Config, Engine, Error, Host, Receipt, Standing, Why};
use staykit_core::event::Draft;
use staykit_core::guidance::{Decision, Outcome, OutcomeCounts, Verdict};
use staykit_core::pack::Pack;
use staykit_core::privacy::Consent;
use staykit_core::random::SeededRandom;
use staykit_core::rules::{SignalChange, TableChange};
use staykit_core::text::Language;
use staykit_core::time::{VirtualClock, Zone};

use crate::{files, packs};

/// 2026-03-02 09:00 UTC, a Monday.
pub const START: i64 = 1_772_442_000_000;

/// Whoever uses the app. All instants are ms since [`START`].
pub struct Person {
    /// What the device's clocks show.
    pub clock: Arc<VirtualClock>,
    /// What the next opening of the engine is given.
    pub config: fn(Config) -> Config,
    folder: tempfile::TempDir,
    store: u32,
    seed: u64,
    pack: Pack,
    now: i64,
    engine: Option<Engine>,
    changes: Vec<SignalChange>,
    moves: Vec<TableChange>,
    decided: Vec<Decision>,
}

impl Default for Person {
    fn default() -> Self {
        Self::new()
    }
}

impl Person {
    /// A person under the built-in pack, in UTC, who allows everything.
    #[must_use]
    pub fn new() -> Self {
        Self::under(packs::builtin())
    }

    /// A person under another pack.
    #[must_use]
    pub fn under(pack: Pack) -> Self {
        Self::seeded(pack, 1)
    }

    /// A person whose device draws other random numbers.
    #[must_use]
    pub fn seeded(pack: Pack, seed: u64) -> Self {
        let mut person = Self {
            clock: Arc::new(VirtualClock::at(START)),
            config: |config| config,
            folder: tempfile::tempdir().unwrap(),
            store: 0,
            seed,
            pack,
            now: 0,
            engine: None,
            changes: Vec::new(),
            moves: Vec::new(),
            decided: Vec::new(),
        };
        person.engine = Some(person.try_open().unwrap());
        person
    }

    /// Opens the store; whatever was open must be closed.
    pub fn try_open(&self) -> Result<Engine, Error> {
        self.open_on(self.host().with_vault(Arc::new(self.vault())))
    }

    fn vault(&self) -> FileVault {
        FileVault::new(self.folder.path().join("vault"))
    }

    fn host(&self) -> Host {
        let random = Arc::new(SeededRandom::new(self.seed));
        Host::new(Arc::<VirtualClock>::clone(&self.clock), random)
    }

    fn open_on(&self, host: Host) -> Result<Engine, Error> {
        let config = Config::new(self.store())
            .with_pack(self.pack.clone())
            .with_consent(Consent::all())
            .with_manual_maintenance();
        Engine::open((self.config)(config), host)
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        self.engine.as_ref().unwrap()
    }

    /// Folder of the store.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.folder.path().join(format!("store-{}", self.store))
    }

    /// Ms since [`START`].
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now
    }

    /// Closes the engine and opens it again.
    pub fn reopens(&mut self) {
        self.closes();
        self.starts();
    }

    /// Opens the engine again after it was closed.
    pub fn starts(&mut self) {
        self.engine = Some(self.try_open().unwrap());
    }

    /// Opens the engine again, locked: its key is not at hand yet.
    pub fn starts_locked(&mut self) {
        self.engine = Some(self.open_on(self.host()).unwrap());
    }

    /// The key is at hand: what happened meanwhile is recorded.
    pub fn unlocks(&mut self) {
        let wrapped = self.engine().wrapped_key().unwrap();
        let key = self.vault().unwrap(&wrapped).unwrap();
        self.engine().unlock(key).unwrap();
    }

    /// Other packs count from the next opening on.
    pub fn takes(&mut self, pack: Pack) {
        self.pack = pack;
    }

    /// Closes the engine.
    pub fn closes(&mut self) {
        self.engine.take().unwrap().close().unwrap();
    }

    /// Goes on with what a kill at this moment would leave of the files.
    pub fn is_killed(&mut self) {
        let from = self.store();
        self.store += 1;
        files::copy(&from, &self.store());
        self.engine = None;
        self.engine = Some(self.try_open().unwrap());
    }

    /// The same in the middle of a compaction: the buffer has what the journal held, whose files are
    /// there still.
    pub fn is_killed_amid_a_compaction(&mut self) {
        let before = self.folder.path().join(format!("before-{}", self.store));
        files::copy(&self.store(), &before);
        drop(self.engine().next_upload().unwrap());
        for file in files::list(&before) {
            let here = self.store().join(file.file_name().unwrap());
            if !here.exists() {
                std::fs::copy(&file, here).unwrap();
            }
        }
        self.is_killed();
    }

    /// Opens the store again with another pack.
    pub fn reopens_under(&mut self, pack: Pack) {
        self.pack = pack;
        self.reopens();
    }

    /// Does something that bears no properties.
    pub fn does(&mut self, event: &str) -> Receipt {
        self.records(Draft::new(event))
    }

    /// Does something.
    pub fn records(&mut self, draft: Draft) -> Receipt {
        let receipt = self.engine().record(draft).unwrap();
        self.note(receipt)
    }

    /// Answers a decision.
    pub fn answers(&mut self, decision: u64, outcome: Outcome) -> Receipt {
        let receipt = self.engine().report(decision, outcome).unwrap();
        self.note(receipt)
    }

    /// Lets time pass, with a tick whenever the engine asks for one, and one at the end.
    pub fn waits(&mut self, ms: i64) {
        let until = START + self.now + ms;
        for _ in 0..100_000 {
            match self.engine().next_due() {
                Some(due) if due < until => self.clock.advance_to(due.max(START + self.now)),
                _ => break,
            }
            self.ticks();
        }
        self.clock.advance_to(until);
        self.now += ms;
        self.ticks();
    }

    /// Lets time pass until the instant `at`.
    pub fn waits_until(&mut self, at: i64) {
        self.waits(at - self.now);
    }

    /// Lets time pass with the app not running.
    pub fn is_away(&mut self, ms: i64) {
        self.now += ms;
        self.clock.advance(ms);
    }

    /// Travels.
    pub fn flies_to(&mut self, zone: Zone) {
        self.clock.set_zone(zone);
    }

    /// A tick.
    pub fn ticks(&mut self) -> Receipt {
        let receipt = self.engine().tick().unwrap();
        self.note(receipt)
    }

    fn note(&mut self, receipt: Receipt) -> Receipt {
        self.changes.extend(receipt.changes.iter().cloned());
        self.moves.extend(receipt.moves.iter().cloned());
        self.decided.extend(receipt.decided.iter().cloned());
        receipt
    }

    /// When a signal rose.
    #[must_use]
    pub fn rose(&self, signal: &str) -> Vec<i64> {
        self.instants(signal, true)
    }

    /// When a signal fell.
    #[must_use]
    pub fn fell(&self, signal: &str) -> Vec<i64> {
        self.instants(signal, false)
    }

    fn instants(&self, signal: &str, raised: bool) -> Vec<i64> {
        let of = |change: &&SignalChange| change.signal == signal && change.raised == raised;
        self.changes.iter().filter(of).map(|change| change.at - START).collect()
    }

    /// The rows of a table, and when the person came into each.
    #[must_use]
    pub fn moved(&self, table: &str) -> Vec<(i64, String)> {
        let of = |change: &&TableChange| change.table == table;
        self.moves.iter().filter(of).map(|change| (change.at - START, change.to.clone())).collect()
    }

    /// The row of a table that the person is in, as the engine says.
    #[must_use]
    pub fn is_in(&self, table: &str) -> Option<Standing> {
        let understanding = self.engine().understanding().unwrap();
        understanding.tables.into_iter().find(|standing| standing.table == table)
    }

    /// Whether a signal stands, as the engine says.
    #[must_use]
    pub fn has(&self, signal: &str) -> bool {
        self.engine().status().unwrap().signals.iter().any(|standing| standing == signal)
    }

    /// Everything that was decided so far.
    #[must_use]
    pub fn decided(&self) -> &[Decision] {
        &self.decided
    }

    /// What was shown: the campaign and when.
    #[must_use]
    pub fn shown(&self) -> Vec<(&str, i64)> {
        let shown = self.decided.iter().filter(|decision| decision.verdict == Verdict::Show);
        shown.map(|decision| (decision.campaign.as_str(), decision.at - START)).collect()
    }

    /// What was withheld: the campaign and the gate.
    #[must_use]
    pub fn withheld(&self) -> Vec<(&str, &str)> {
        let gates = self.decided.iter().filter_map(|decision| {
            Some((decision.campaign.as_str(), decision.withheld_by()?.name()))
        });
        gates.collect()
    }

    /// Does something that makes the campaign a candidate: `show`, or the gate that withheld it.
    pub fn asks(&mut self, event: &str, campaign: &str) -> &'static str {
        let receipt = self.does(event);
        let decision = receipt.decided.iter().find(|decision| decision.campaign == campaign);
        decision.expect("a decision").withheld_by().map_or("show", |gate| gate.name())
    }

    /// The last decision about a campaign.
    #[must_use]
    pub fn last(&self, campaign: &str) -> &Decision {
        let of = |decision: &&Decision| decision.campaign == campaign;
        self.decided.iter().rfind(of).expect("a decision")
    }

    /// Counts of a campaign.
    #[must_use]
    pub fn counts(&self, campaign: &str) -> OutcomeCounts {
        let status = self.engine().status().unwrap();
        status.campaigns.get(campaign).copied().unwrap_or_default()
    }

    /// An answer of the engine, in English and in Chinese.
    #[must_use]
    pub fn asks_why(&self, why: Why) -> [String; 2] {
        let answer = self.engine().explain(why).unwrap();
        [Language::English, Language::Chinese].map(|language| answer.text(language).to_owned())
    }
}
