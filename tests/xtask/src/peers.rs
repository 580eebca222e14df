//! `cargo xtask bench peers`: libraries that cannot share a program with ours, each in one of its
//! own. The programs take turns; each store is measured next to a plain write and compared with
//! ours through that. `core/benches/peers` is a workspace that nothing else builds.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, ExitCode, Stdio};

use serde_json::json;

use crate::failure::Failure;
use crate::tool::{CC, MAKE, PERL};
use crate::workspace::Workspace;

/// Its name among the benchmarks.
pub(crate) const NAME: &str = "peers";
/// What it measures.
pub(crate) const MEASURES: &str =
    "record() next to SQLCipher and Glean, conditions next to cel, jexl-eval and datalogic-rs";

/// Rounds that count; one before them warms up.
const ROUNDS: u32 = 7;

const OURS: &str = "peer-staykit";
const SQLCIPHER: &str = "peer-sqlcipher";
const GLEAN: &str = "peer-glean";
const RULES: &str = "peer-rules";

/// Each program with the folder of its workspace.
const PROGRAMS: [(&str, &str); 4] = [
    (OURS, "core/benches/peers"),
    (SQLCIPHER, "core/benches/peers"),
    (GLEAN, "core/benches/peers/glean"),
    (RULES, "core/benches/peers"),
];

/// What one round of one program found, by name; times in ns.
type Figures = BTreeMap<String, f64>;
/// What one round of all programs found.
type Round = BTreeMap<&'static str, Figures>;

/// How many times ours a peer costs, and how many it must.
struct Row {
    id: &'static str,
    value: f64,
    least: f64,
}

/// Builds and runs all programs; prints the rows and writes them to `file`.
pub(crate) fn run(workspace: &Workspace, file: Option<&Path>) -> Result<ExitCode, Failure> {
    let mut binaries = BTreeMap::new();
    // SQLCipher brings OpenSSL as source.
    [&PERL, &MAKE, &CC].into_iter().try_for_each(|tool| tool.require(workspace))?;
    for (program, folder) in PROGRAMS {
        binaries.insert(program, build(workspace, program, folder)?);
    }
    let events = workspace.scratch("peers")?;
    let mut running = Vec::new();
    for (program, binary) in binaries {
        if program == OURS {
            save_events(workspace, &binary, &events)?;
        }
        running.push(Running::start(workspace, program, &binary, &events)?);
    }
    let rounds = take_turns(&mut running)?;
    running.into_iter().try_for_each(Running::end)?;
    let rows = rows(&rounds)?;
    print(&rounds, &rows)?;
    if let Some(file) = file {
        std::fs::write(file, json_text(&rows)).map_err(Failure::file("write", file))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds a program into a folder of its own below the target folder; cargo shows how far it is.
fn build(workspace: &Workspace, program: &str, folder: &str) -> Result<PathBuf, Failure> {
    eprintln!("{program}: building; the first time takes minutes");
    let target = workspace.target.join("peers");
    let mut cargo = workspace.cargo(&["build", "--release", "--locked", "--package", program]);
    cargo.current_dir(workspace.root.join(folder)).arg("--target-dir").arg(&target);
    // The cargo that runs this has set the flags of our own SQLite; the peers' settings do not undo it.
    cargo.env("LIBSQLITE3_FLAGS", "");
    let status = cargo.status().map_err(Failure::io("start cargo"))?;
    if !status.success() {
        return Err(Failure::Found(vec![format!("{program} could not be built")]));
    }
    Ok(target.join("release").join(program))
}

fn save_events(workspace: &Workspace, binary: &Path, events: &Path) -> Result<(), Failure> {
    let mut command = workspace.command(binary);
    command.arg(events).arg("save").arg((ROUNDS + 1).to_string());
    let status = command.status().map_err(Failure::io("save the events"))?;
    let failed = || Failure::Found(vec!["the events could not be saved".to_owned()]);
    status.success().then_some(()).ok_or_else(failed)
}

fn take_turns(running: &mut [Running]) -> Result<Vec<Round>, Failure> {
    let mut rounds = Vec::new();
    for number in 0..=ROUNDS {
        eprintln!("round {number} of {ROUNDS}");
        let mut round = Round::new();
        for program in running.iter_mut() {
            round.insert(program.name, program.round(number)?);
        }
        if number > 0 {
            rounds.push(round);
        }
    }
    Ok(rounds)
}

/// A program that waits for its turn.
struct Running {
    name: &'static str,
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Running {
    fn start(
        workspace: &Workspace,
        name: &'static str,
        binary: &Path,
        events: &Path,
    ) -> Result<Self, Failure> {
        let mut command = workspace.command(binary);
        command.arg(events).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(Failure::file("start", binary))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(ask), Some(out)) => Ok(Self { name, child, ask, answers: BufReader::new(out) }),
            _ => Err(Failure::Found(vec![format!("{name} has no input or output")])),
        }
    }

    /// Lets the program measure one round.
    fn round(&mut self, number: u32) -> Result<Figures, Failure> {
        let name = self.name;
        let doing = || Failure::io(format!("ask {name} for a round"));
        writeln!(self.ask, "{number}").map_err(doing())?;
        let mut line = String::new();
        self.answers.read_line(&mut line).map_err(doing())?;
        serde_json::from_str(&line).map_err(|_| {
            Failure::Found(vec![format!("{name} gave no figures; what it said is above")])
        })
    }

    fn end(mut self) -> Result<(), Failure> {
        drop(self.ask);
        self.child.wait().map(drop).map_err(Failure::io(format!("end {}", self.name)))
    }
}

/// Every row is the median over the rounds of what each round says.
fn rows(rounds: &[Round]) -> Result<Vec<Row>, Failure> {
    let store = |id, peer: &str, least| {
        let times = |round: &Round| Some(over_write(round, peer)? / over_write(round, OURS)?);
        Ok(Row { id, value: median(rounds, times)?, least })
    };
    let condition = |id, peer: &str, least| {
        let times =
            |round: &Round| Some(figure(round, RULES, peer)? / figure(round, RULES, "condition")?);
        Ok(Row { id, value: median(rounds, times)?, least })
    };
    Ok(vec![
        store("sqlcipher_agg_vs_record", SQLCIPHER, 40.0)?,
        store("glean_vs_record", GLEAN, 15.0)?,
        condition("cel_vs_condition", "cel", 30.0)?,
        condition("jexl_vs_condition", "jexl", 200.0)?,
        condition("datalogic_vs_condition", "datalogic", 3.0)?,
    ])
}

fn over_write(round: &Round, program: &str) -> Option<f64> {
    Some(figure(round, program, "record")? / figure(round, program, "write")?)
}

fn figure(round: &Round, program: &str, name: &str) -> Option<f64> {
    round.get(program)?.get(name).copied()
}

fn median(rounds: &[Round], value: impl Fn(&Round) -> Option<f64>) -> Result<f64, Failure> {
    let mut values: Vec<f64> = rounds.iter().filter_map(value).collect();
    values.sort_unstable_by(f64::total_cmp);
    let all = values.len() == rounds.len();
    let middle = values.get(values.len() / 2).filter(|_| all);
    middle.copied().ok_or_else(|| Failure::Found(vec!["a figure is missing".to_owned()]))
}

fn print(rounds: &[Round], rows: &[Row]) -> Result<(), Failure> {
    println!("medians of {ROUNDS} rounds in turns, ns");
    let first = rounds.first().into_iter().flatten();
    for (program, figures) in first {
        for name in figures.keys() {
            let value = median(rounds, |round| figure(round, program, name))?;
            println!("  {:32} {value:>9.1}", format!("{program} {name}"));
        }
    }
    println!();
    for Row { id, value, least } in rows {
        let mark = if value >= least { "" } else { "   not reached" };
        println!("{id:26} {value:>9.2}   at least {least}{mark}");
    }
    Ok(())
}

fn json_text(rows: &[Row]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|Row { id, value, least }| {
            json!({"id": id, "value": value, "limit": least, "better": "higher", "ok": value >= least})
        })
        .collect();
    json!({ "rows": rows, "rounds": ROUNDS }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(scale: f64) -> Round {
        let figures = |all: &[(&str, f64)]| -> Figures {
            all.iter().map(|(name, ns)| ((*name).to_owned(), ns * scale)).collect()
        };
        let rules = [("condition", 20.0), ("cel", 800.0), ("jexl", 4_000.0), ("datalogic", 50.0)];
        [
            (OURS, figures(&[("write", 500.0), ("record", 1_000.0)])),
            (SQLCIPHER, figures(&[("write", 1_000.0), ("record", 100_000.0)])),
            (GLEAN, figures(&[("write", 500.0), ("record", 16_000.0)])),
            (RULES, figures(&rules)),
        ]
        .into()
    }

    #[test]
    fn stores_are_compared_through_the_plain_write_of_their_own_program() {
        let rows = rows(&[round(1.0), round(3.0), round(0.5)]).unwrap();
        let values: Vec<_> =
            rows.iter().map(|row| (row.id, row.value, row.value >= row.least)).collect();
        assert_eq!(
            values,
            [
                ("sqlcipher_agg_vs_record", 50.0, true),
                ("glean_vs_record", 16.0, true),
                ("cel_vs_condition", 40.0, true),
                ("jexl_vs_condition", 200.0, true),
                ("datalogic_vs_condition", 2.5, false),
            ]
        );
    }

    #[test]
    fn a_round_without_a_figure_is_no_measurement() {
        let mut broken = round(1.0);
        broken.remove(GLEAN);
        assert!(rows(&[round(1.0), broken]).is_err());
    }

    #[test]
    fn the_json_says_of_each_row_whether_it_is_reached() {
        let text = json_text(&rows(&[round(1.0)]).unwrap());
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["rounds"], 7);
        assert_eq!(read["rows"][4]["id"], "datalogic_vs_condition");
        assert_eq!(read["rows"][4]["ok"], false);
        assert_eq!(read["rows"][4]["better"], "higher");
    }
}
