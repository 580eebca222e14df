//! The file of the buffer: any bytes, damaged pages, rows that say anything.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::input::Input;
use super::sample::{Sample, put};
use crate::disk::Image;

/// Every table and its columns but the row's id.
const TABLES: [(&str, &[&str]); 7] = [
    ("position", &["body"]),
    ("checkpoint", &["up_to", "body"]),
    (
        "segment",
        &[
            "epoch",
            "priority",
            "first_seq",
            "last_seq",
            "events",
            "bytes",
            "raw_bytes",
            "oldest_hour",
            "state",
            "batch",
            "body",
        ],
    ),
    ("batch", &["batch_id", "epoch", "attempts", "not_before", "header"]),
    ("dropped", &["epoch", "first_seq", "last_seq", "events", "reason", "batch"]),
    ("tally", &["reason", "priority", "events"]),
    ("ended", &["how", "times"]),
];

pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let sample = Sample::shared();
    match input.byte() % 4 {
        0 => any_bytes(sample, &mut input),
        1 => damaged_file(sample, &mut input),
        2 => damaged_log(sample, &mut input),
        _ => any_rows(sample, &mut input),
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    vec![
        b"\0SQLite format 3\0\x10\0\x02\x02\0\x40\x20\x20".to_vec(),
        vec![1, 0, 0x64, 0, 0, 0],
        vec![1, 5, 0, 0x10, 0, 0, 0, 0x20, 0, 0, 0, 1],
        vec![2, 1, 0x20, 0, 7],
        vec![2, 3, 0x20, 0x10],
        vec![3, 0, 2, 0, 0xe2, 0, 2, 5, 3, 0xe2, 1, 3, 1],
        vec![3, 1, 3, 2, 3, 4],
        vec![3, 2, 2, 0],
        vec![3, 3, 4, 9, 9, 9, 9, 9, 9],
        vec![3, 4, 1, 0, 4, 0, 5],
    ]
}

fn any_bytes(sample: &Sample, input: &mut Input<'_>) {
    let mut image = sample.image.clone();
    image.names.remove("buffer.sqlite-wal");
    sample.must_hold(put(image, "buffer.sqlite", input.rest().to_vec()));
}

/// The log is folded in first, so that there is something in the file.
fn damaged_file(sample: &Sample, input: &mut Input<'_>) {
    let folded = sample.with_database(|_| {});
    let mut content = folded.file("buffer.sqlite").unwrap().to_vec();
    input.edits(&mut content);
    sample.must_invent_nothing(put(folded, "buffer.sqlite", content));
}

fn damaged_log(sample: &Sample, input: &mut Input<'_>) {
    let mut content = sample.image.file("buffer.sqlite-wal").unwrap().to_vec();
    input.edits(&mut content);
    sample.must_invent_nothing(sample.with("buffer.sqlite-wal", content));
}

/// What anybody can write who can write to the file, without the key.
fn any_rows(sample: &Sample, input: &mut Input<'_>) {
    let image: Image = sample.with_database(|database| {
        for _ in 0..8 {
            if input.is_empty() {
                break;
            }
            let _ = change(database, input);
        }
    });
    sample.must_invent_nothing(image);
}

fn change(database: &Connection, input: &mut Input<'_>) -> rusqlite::Result<()> {
    let way = input.byte() % 6;
    let (table, columns) = TABLES[input.below(TABLES.len())];
    match way {
        0 | 1 => {
            let column = columns[input.below(columns.len())];
            let sql =
                format!("UPDATE {table} SET {column} = ?1 WHERE rowid % 2 <= {}", input.byte() % 2);
            database.execute(&sql, [value(input)])?;
        }
        2 => {
            let all = columns.join(", ");
            let some = if input.flag() { "" } else { "LIMIT 1" };
            let sql = format!("INSERT INTO {table} ({all}) SELECT {all} FROM {table} {some}");
            database.execute(&sql, [])?;
        }
        3 => {
            let marks: Vec<&str> = columns.iter().map(|_| "?").collect();
            let sql = format!(
                "INSERT INTO {table} ({}) VALUES ({})",
                columns.join(", "),
                marks.join(", ")
            );
            let values: Vec<Value> = columns.iter().map(|_| value(input)).collect();
            database.execute(&sql, params_from_iter(values))?;
        }
        4 => {
            let some = if input.flag() { "" } else { "WHERE rowid = 1" };
            database.execute(&format!("DELETE FROM {table} {some}"), [])?;
        }
        _ => return other(database, table, input),
    }
    Ok(())
}

/// Versions, whose file it is, tables that are not there, and code that runs by itself.
fn other(database: &Connection, table: &str, input: &mut Input<'_>) -> rusqlite::Result<()> {
    let number = input.number();
    match input.byte() % 6 {
        0 => database.pragma_update(None, "application_id", number),
        1 => database.pragma_update(None, "user_version", number.min(0)),
        2 => database.execute_batch(&format!("DROP TABLE {table}")),
        3 => database.execute_batch(&format!(
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET name = 'other', tbl_name = 'other' WHERE name = '{table}'"
        )),
        4 => database.execute_batch(&format!(
            "PRAGMA writable_schema = ON;
             INSERT INTO sqlite_schema VALUES ('trigger', 'fuzz', '{table}', 0,
                'CREATE TRIGGER fuzz AFTER INSERT ON {table} BEGIN DELETE FROM {table}; END')"
        )),
        _ => database.execute_batch("PRAGMA journal_mode = DELETE"),
    }
}

fn value(input: &mut Input<'_>) -> Value {
    match input.byte() % 4 {
        0 | 1 => Value::Integer(input.number()),
        2 => Value::Blob(input.bytes(80).to_vec()),
        _ => Value::Null,
    }
}
