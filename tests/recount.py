#!/usr/bin/env python3
"""Recounts what `cargo lab demo --keep DIR` left behind. Shares no code with the lab; standard library only.

    python3 tests/recount.py DIR [--demo demo.json]

Every `truth.jsonl` below DIR lists the events whose `record()` returned, one JSON object a line: `installation` (hex),
`epoch`, `seq`, `name`, `at`. Beside it, or deeper, lies the database of the collector that received them: a SQLite file
with a table `events` that has the columns `installation`, `epoch` and `seq`.

It holds that each line of the truth is in the database exactly once. A process killed inside `record()` may leave an
event that the truth does not know: as many are allowed as processes were killed, which `--demo` (the JSON of the same
run) tells; without it, any number, none of them twice. With `--demo` the totals are compared too.

Exit code: 0 all holds, 1 something does not, 2 there is nothing to count.
"""

import argparse
import collections
import contextlib
import json
import pathlib
import sqlite3
import sys

SHOWN = 5  # examples printed of each kind of fault
IDENTITY = ("installation", "epoch", "seq")


def installation_hex(value):
    """The installation as lower-case hex, from a BLOB or from text."""
    return value.hex() if isinstance(value, bytes) else str(value).replace("-", "").lower()


def read_truth(path):
    """Counts each (installation, epoch, seq) of a truth file, and keeps its name."""
    seen, names = collections.Counter(), {}
    with path.open(encoding="utf-8") as lines:
        for line in filter(str.strip, lines):
            event = json.loads(line)
            identity = (installation_hex(event["installation"]), int(event["epoch"]), int(event["seq"]))
            seen[identity] += 1
            names[identity] = event["name"]
    return seen, names


def opened(path):
    """The database, to be read only."""
    return contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True))


def columns_of_events(path):
    """The columns of the table `events`, none if the file is no SQLite database or has no such table."""
    with path.open("rb") as file:
        if file.read(16) != b"SQLite format 3\0":
            return []
    try:
        with opened(path) as database:
            return [column[1] for column in database.execute("PRAGMA table_info(events)")]
    except sqlite3.DatabaseError:
        return []  # a sealed or foreign file that only begins like one


def read_collector(path, columns):
    """Counts each (installation, epoch, seq) of a collector's database, and keeps its name if there is one."""
    seen, names = collections.Counter(), {}
    name = "name" if "name" in columns else "NULL"
    with opened(path) as database:
        for installation, epoch, seq, called in database.execute(f"SELECT {', '.join(IDENTITY)}, {name} FROM events"):
            identity = (installation_hex(installation), int(epoch), int(seq))
            seen[identity] += 1
            names[identity] = called
    return seen, names


def collectors_below(folder):
    """The databases below a folder that are a collector's."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        columns = columns_of_events(path)
        if set(IDENTITY) <= set(columns):
            yield path, columns


def report(faults, what, identities):
    """Adds a fault with a few examples."""
    if identities:
        some = ", ".join("/".join(map(str, identity)) for identity in sorted(identities)[:SHOWN])
        faults.append(f"{len(identities)} {what}, such as {some}")


def recount(folder):
    """Compares one truth with its database: (totals, faults)."""
    truth, names = read_truth(folder / "truth.jsonl")
    held, held_names = collections.Counter(), {}
    for path, columns in collectors_below(folder):
        rows, row_names = read_collector(path, columns)
        held.update(rows)
        held_names.update(row_names)
    extra = held.keys() - truth.keys()
    faults = []
    report(faults, "identities given twice by record()", [key for key, times in truth.items() if times > 1])
    report(faults, "recorded but not at the collector", truth.keys() - held.keys())
    report(faults, "more than once at the collector", [key for key, times in held.items() if times > 1])
    other = [key for key in names.keys() & held_names.keys() if held_names[key] not in (None, names[key])]
    report(faults, "under another name at the collector", other)
    totals = collections.Counter(
        truth=sum(truth.values()),
        rows=sum(held.values()),
        installations=len({key[0] for key in held}),
        extra=len(extra),
    )
    return totals, faults


def compare(totals, demo):
    """Compares the totals with the JSON of the same run."""
    runs = demo["runs"]
    recorded = sum(run["recorded"] for run in runs)
    events = sum(run["collector"]["events"] for run in runs)
    killed = sum(run["killed"] for run in runs)
    if totals["extra"] > killed:
        yield f"{totals['extra']} rows that the truth does not know; {killed} processes killed can explain {killed}"
    if totals["rows"] != events:
        yield f"{totals['rows']} rows counted; the run says {events}"
    if not totals["truth"] <= recorded <= totals["truth"] + totals["extra"]:
        yield f"{totals['truth']} lines of truth and {totals['extra']} more rows; the run says {recorded} recorded"


def main():
    parser = argparse.ArgumentParser(description="Recounts what `cargo lab demo --keep DIR` left behind.")
    parser.add_argument("keep", type=pathlib.Path, metavar="DIR")
    parser.add_argument("--demo", type=pathlib.Path, metavar="FILE", help="the JSON of the same run")
    arguments = parser.parse_args()
    folders = sorted(path.parent for path in arguments.keep.rglob("truth.jsonl"))
    total, faults = collections.Counter(), []
    for folder in folders:
        totals, found = recount(folder)
        total.update(totals)
        name = folder.relative_to(arguments.keep)
        print(
            f"{name}: {totals['truth']} recorded, {totals['rows']} at the collector "
            f"from {totals['installations']} installations, {totals['extra']} more than the truth knows"
        )
        faults.extend(f"{name}: {fault}" for fault in found)
    if not total["truth"]:
        print(f"{arguments.keep}: no truth.jsonl with events", file=sys.stderr)
        return 2
    if arguments.demo:
        faults.extend(compare(total, json.loads(arguments.demo.read_text(encoding="utf-8"))))
    for fault in faults:
        print(f"wrong: {fault}", file=sys.stderr)
    print(f"total: {total['truth']} recorded, {total['rows']} at the collector, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
