-- One row an event; its identity is the key, so that no event can be there twice.
CREATE TABLE events (
    installation TEXT NOT NULL,     -- lower-case hex
    epoch        INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    name         TEXT NOT NULL,
    wall_ms      INTEGER NOT NULL,  -- raw wall clock of the device
    offset_min   INTEGER NOT NULL,  -- minutes east of UTC
    local_day    INTEGER NOT NULL,  -- days since 1970-01-01
    session      INTEGER NOT NULL,
    boot_ms      INTEGER NOT NULL,  -- since the device started; 0 = unknown
    amount_minor INTEGER,
    currency     TEXT,
    screen       TEXT,
    duration_ms  INTEGER,
    priority     TEXT NOT NULL,     -- low, normal, high, critical
    properties   TEXT NOT NULL,     -- JSON object
    batch_id     TEXT NOT NULL,     -- lower-case hex; the first batch that brought it
    PRIMARY KEY (installation, epoch, seq)
) WITHOUT ROWID;

-- One row an acknowledged batch, with the clocks of the attempt that was stored.
CREATE TABLE batches (
    installation TEXT NOT NULL,
    batch_id     TEXT NOT NULL,
    epoch        INTEGER NOT NULL,
    events       INTEGER NOT NULL,
    received_ms  INTEGER NOT NULL,  -- clock of this server
    sent_wall_ms INTEGER NOT NULL,  -- clocks of the device at sending
    sent_boot_ms INTEGER NOT NULL,
    attempt      INTEGER NOT NULL,
    sdk_version  TEXT NOT NULL,
    app_version  TEXT NOT NULL,
    device_class TEXT NOT NULL,
    packs        TEXT NOT NULL,     -- JSON array
    digest       BLOB NOT NULL,     -- SHA-256 of the batch's bytes
    PRIMARY KEY (installation, batch_id)
) WITHOUT ROWID;

-- Ranges that devices gave up: lost, not late.
CREATE TABLE dropped (
    installation TEXT NOT NULL,
    epoch        INTEGER NOT NULL,
    first_seq    INTEGER NOT NULL,
    last_seq     INTEGER NOT NULL,
    reason       TEXT NOT NULL,     -- budget, age, damage, refused, erased, unknown
    events       INTEGER NOT NULL,
    batch_id     TEXT NOT NULL,
    PRIMARY KEY (installation, epoch, first_seq, last_seq, reason)
) WITHOUT ROWID;

CREATE TABLE tally (
    duplicates_refused INTEGER NOT NULL
);
INSERT INTO tally VALUES (0);
