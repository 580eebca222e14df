//! What `record()` costs, next to what a caller would pay to write as many bytes plainly and to
//! what an app does today with SQLite. All in one process, in alternating rounds; only the ratios
//! mean anything on a shared machine.
//!
//! `cargo xtask bench record [--json FILE]`

#![allow(
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a benchmark reads the clock and stops at the first failure"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rusqlite::Connection;
use staykit_core::crypto::FileVault;
use staykit_core::engine::{Config, Engine, Host};
use staykit_core::event::Draft;
use staykit_core::privacy::Consent;
use staykit_core::random::Seed;
use staykit_proto::{Message, v1};

/// Rounds of each candidate; they alternate.
const ROUNDS: usize = 7;
/// Events of a round.
const EVENTS: usize = 20_000;
/// Events of a round of SQLite, which is slower.
const SQLITE_EVENTS: usize = 4_000;
/// Size of the file that the plain write fills again and again.
const FILE_BYTES: u64 = 4 << 20;

fn main() {
    let json = json_path();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut record = Recorder::new(folder.path());
    let mut write = PlainWriter::new(folder.path());
    let mut sqlite = Sqlite::new(folder.path());
    let mut rounds: [Vec<Percentiles>; 3] = Default::default();
    let mut bytes = 0;
    for round in 0..=ROUNDS {
        let events = shop_events(round, EVENTS);
        bytes = events.iter().map(Message::encoded_len).sum::<usize>() / events.len();
        // What the caller has in hand before each call is made before the clock starts.
        let drafts: Vec<Draft> = events.iter().map(draft).collect();
        let figures = [
            percentiles(&events, |event| write.write(event)),
            percentiles(drafts, |draft| record.record(draft)),
            percentiles(&events[..SQLITE_EVENTS], |event| sqlite.insert(event)),
        ];
        // The first round warms up.
        if round > 0 {
            rounds.iter_mut().zip(figures).for_each(|(all, one)| all.push(one));
        }
    }
    let [write, record, sqlite] = rounds.map(|rounds| median(&rounds));
    println!("shop events of {bytes} bytes as protobuf; medians of {ROUNDS} rounds\n");
    println!("{:32} {:>9} {:>9} {:>9}", "us", "p50", "p99", "p99.9");
    let lines = [
        ("protobuf encode + pwrite", &write),
        ("record()", &record),
        ("SQLite WAL insert + 3 aggregates", &sqlite),
    ];
    for (name, figures) in lines {
        let [p50, p99, p999] = figures.0.map(|ns| ns / 1_000.0);
        println!("{name:32} {p50:>9.2} {p99:>9.2} {p999:>9.2}");
    }
    let rows = [
        Row::at_most("record_p50_vs_write", record.0[0] / write.0[0], 2.5),
        Row::at_most("record_p99_vs_write", record.0[1] / write.0[1], 2.0),
        Row::at_most("record_p999_vs_write", record.0[2] / write.0[2], 3.0),
        Row::at_least("sqlite_agg_vs_record", sqlite.0[0] / record.0[0], 10.0),
    ];
    println!();
    for row in &rows {
        let word = if row.better == "lower" { "at most" } else { "at least" };
        let mark = if row.ok() { "" } else { "   not reached" };
        println!("{:24} {:>6.2}   {word} {}{mark}", row.id, row.value, row.limit);
    }
    if let Some(path) = json {
        std::fs::write(&path, json_text(&rows)).expect("the JSON file can be written");
    }
}

/// The file after `--json`; what cargo passes besides is ignored.
fn json_path() -> Option<PathBuf> {
    let mut arguments = std::env::args();
    arguments.find(|argument| argument == "--json")?;
    Some(arguments.next().expect("--json FILE").into())
}

struct Row {
    id: &'static str,
    value: f64,
    limit: f64,
    better: &'static str,
}

impl Row {
    fn at_most(id: &'static str, value: f64, limit: f64) -> Self {
        Self { id, value, limit, better: "lower" }
    }

    fn at_least(id: &'static str, value: f64, limit: f64) -> Self {
        Self { id, value, limit, better: "higher" }
    }

    fn ok(&self) -> bool {
        if self.better == "lower" { self.value <= self.limit } else { self.value >= self.limit }
    }
}

fn json_text(rows: &[Row]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            serde_json::json!({
                "id": row.id, "value": row.value, "limit": row.limit,
                "better": row.better, "ok": row.ok(),
            })
        })
        .collect();
    serde_json::json!({ "rows": rows, "rounds": ROUNDS }).to_string()
}

/// p50, p99 and p99.9 in ns.
struct Percentiles([f64; 3]);

fn percentiles<T>(inputs: impl IntoIterator<Item = T>, mut run: impl FnMut(T)) -> Percentiles {
    let mut times: Vec<u128> = inputs
        .into_iter()
        .map(|event| {
            let start = Instant::now();
            run(event);
            start.elapsed().as_nanos()
        })
        .collect();
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 1_000] as f64;
    Percentiles([at(500), at(990), at(999)])
}

fn median(rounds: &[Percentiles]) -> Percentiles {
    Percentiles([0, 1, 2].map(|place| {
        let mut values: Vec<f64> = rounds.iter().map(|round| round.0[place]).collect();
        values.sort_unstable_by(f64::total_cmp);
        values[values.len() / 2]
    }))
}

/// Events like those of a shop: a few names, an item out of many, an amount now and then.
fn shop_events(round: usize, count: usize) -> Vec<v1::Event> {
    const NAMES: [&str; 8] = [
        "product_view",
        "product_view",
        "search",
        "tap",
        "screen_enter",
        "add_to_cart",
        "scroll",
        "purchase",
    ];
    let seed = Seed::from_number(u64::try_from(round).unwrap());
    (0..count)
        .map(|number| {
            let draw = seed.draw(u64::try_from(number).unwrap(), "shop");
            let name = NAMES[usize::try_from(draw % 8).unwrap()];
            let text = |text: String| v1::Value { kind: Some(v1::value::Kind::Text(text)) };
            let properties: BTreeMap<String, v1::Value> = [
                ("item".to_owned(), text(format!("sku-{:06}", draw >> 8 & 0xffff))),
                ("referrer".to_owned(), text(format!("recommendation/{:x}", draw >> 24 & 0xffff))),
                ("list".to_owned(), text("home-feed/personal/second-page".to_owned())),
                (
                    "position".to_owned(),
                    v1::Value {
                        kind: Some(v1::value::Kind::Integer(
                            i64::try_from(draw >> 40 & 0x3f).unwrap(),
                        )),
                    },
                ),
            ]
            .into();
            v1::Event {
                installation: vec![7; 16],
                epoch: 1,
                seq: u64::try_from(number).unwrap(),
                name: name.to_owned(),
                wall_ms: 1_790_000_000_000 + i64::try_from(number).unwrap() * 733,
                offset_min: 480,
                local_day: 20_717,
                session: 12,
                boot_ms: 86_400_000,
                screen: "catalog".to_owned(),
                amount_minor: (name == "purchase").then_some(19_90),
                currency: if name == "purchase" { "CNY".to_owned() } else { String::new() },
                properties,
                priority: v1::Priority::Normal.into(),
                ..v1::Event::default()
            }
        })
        .collect()
}

/// Ours, with the built-in pack and the maintenance thread at work.
struct Recorder(Engine);

impl Recorder {
    fn new(folder: &Path) -> Self {
        let vault = Arc::new(FileVault::new(folder.join("vault")));
        let config = Config::new(folder.join("store")).with_consent(Consent::all());
        Self(Engine::open(config, Host::system(vault)).expect("the engine opens"))
    }

    fn record(&mut self, draft: Draft) {
        self.0.record(draft).expect("the event is recorded");
    }
}

fn draft(event: &v1::Event) -> Draft {
    let mut draft = Draft::new(event.name.as_str()).text("screen", event.screen.as_str());
    for (name, value) in &event.properties {
        draft = match value.kind.as_ref().expect("a value") {
            v1::value::Kind::Text(text) => draft.text(name.as_str(), text.as_str()),
            v1::value::Kind::Integer(number) => draft.integer(name.as_str(), *number),
            v1::value::Kind::Number(number) => draft.number(name.as_str(), *number),
            v1::value::Kind::Flag(flag) => draft.flag(name.as_str(), *flag),
        };
    }
    match event.amount_minor {
        Some(minor) => draft.money("amount", minor, &event.currency),
        None => draft,
    }
}

/// Protobuf encode and one `pwrite` of the bytes into a file filled page by page.
struct PlainWriter {
    file: File,
    at: u64,
    buffer: Vec<u8>,
}

impl PlainWriter {
    fn new(folder: &Path) -> Self {
        let file = File::create(folder.join("plain")).expect("a file");
        let pages = FILE_BYTES / 4_096;
        (0..pages).for_each(|page| file.write_all_at(&[0; 4_096], page * 4_096).expect("a page"));
        Self { file, at: 0, buffer: Vec::new() }
    }

    fn write(&mut self, event: &v1::Event) {
        self.buffer.clear();
        event.encode(&mut self.buffer).expect("the buffer grows");
        self.file.write_all_at(&self.buffer, self.at).expect("a write");
        self.at += u64::try_from(self.buffer.len()).unwrap();
        if self.at + 4_096 > FILE_BYTES {
            self.at = 0;
        }
    }
}

/// What an app does today: insert the event, bring three aggregates up to date.
struct Sqlite {
    connection: Connection,
    buffer: Vec<u8>,
}

impl Sqlite {
    fn new(folder: &Path) -> Self {
        let connection = Connection::open(folder.join("peer.sqlite")).expect("a database");
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
                CREATE TABLE event (seq INTEGER PRIMARY KEY, name TEXT, at INTEGER, body BLOB);
                CREATE TABLE aggregate (key TEXT PRIMARY KEY, count INTEGER);",
            )
            .expect("the schema");
        Self { connection, buffer: Vec::new() }
    }

    fn insert(&mut self, event: &v1::Event) {
        self.buffer.clear();
        event.encode(&mut self.buffer).expect("the buffer grows");
        let transaction = self.connection.transaction().expect("a transaction");
        transaction
            .prepare_cached("INSERT INTO event (name, at, body) VALUES (?1, ?2, ?3)")
            .and_then(|mut insert| insert.execute((&event.name, event.wall_ms, &self.buffer)))
            .expect("an insert");
        let day = event.local_day;
        for key in [event.name.clone(), format!("{}/{day}", event.name), format!("day/{day}")] {
            transaction
                .prepare_cached(
                    "INSERT INTO aggregate VALUES (?1, 1)
                    ON CONFLICT (key) DO UPDATE SET count = count + 1",
                )
                .and_then(|mut upsert| upsert.execute([key]))
                .expect("an upsert");
        }
        transaction.commit().expect("a commit");
    }
}
