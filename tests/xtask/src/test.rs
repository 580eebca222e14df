//! `cargo xtask test`: runs parts one after the other and ends with a table.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use crate::failure::Failure;
use crate::parts::{self, Choice, Part};
use crate::run::Run;
use crate::workspace::Workspace;

/// How a part ended.
struct Row {
    name: &'static str,
    took: Duration,
    outcome: Result<String, Failure>,
}

/// Runs the parts chosen, or all; those of the long form if they are named or it is asked for. The exit code is 1 if
/// one failed.
pub(crate) fn run(
    workspace: &Workspace,
    choices: &[Choice],
    long: bool,
) -> Result<ExitCode, Failure> {
    let chosen = parts::chosen(choices);
    let (parts, left_out): (Vec<Part>, Vec<Part>) =
        chosen.into_iter().partition(|part| !part.is_long || long || !choices.is_empty());
    let code = run_parts(workspace, &parts, long)?;
    if !left_out.is_empty() {
        let names: Vec<&str> = left_out.iter().map(|part| part.name).collect();
        eprintln!("not run without --long: {}", names.join(", "));
    }
    Ok(code)
}

/// Runs these parts in their order.
pub(crate) fn run_parts(
    workspace: &Workspace,
    parts: &[Part],
    long: bool,
) -> Result<ExitCode, Failure> {
    let rows: Result<Vec<Row>, Failure> =
        parts.iter().map(|part| run_part(workspace, part, long)).collect();
    let rows = rows?;
    print!("{}", table(&rows));
    let failed = rows.iter().any(|row| row.outcome.is_err());
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn run_part(workspace: &Workspace, part: &Part, long: bool) -> Result<Row, Failure> {
    let mut run = Run::start(workspace, part.name, long)?;
    let outcome = (part.run)(&mut run);
    let took = run.finish();
    match &outcome {
        Ok(note) => {
            eprintln!("{}: ok in {:.1} s{}", part.name, took.as_secs_f64(), after_comma(note));
        }
        Err(failure) => {
            eprintln!("{failure}\n{}: FAILED in {:.1} s", part.name, took.as_secs_f64());
        }
    }
    Ok(Row { name: part.name, took, outcome })
}

fn after_comma(note: &str) -> String {
    if note.is_empty() { String::new() } else { format!(", {note}") }
}

/// The closing table, and below it the count of parts alone on a line.
fn table(rows: &[Row]) -> String {
    let mut text = String::from("\npart     seconds  result\n");
    for row in rows {
        let (word, note) = match &row.outcome {
            Ok(note) => ("ok", note.clone()),
            Err(failure) => ("FAILED", failure.summary()),
        };
        let line = format!("{:<7} {:>8.1}  {word:<6}  {note}", row.name, row.took.as_secs_f64());
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let failed = rows.iter().filter(|row| row.outcome.is_err()).count();
    let _ = writeln!(text, "\n{} passed, {failed} failed", rows.len() - failed);
    text
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn row(name: &'static str, outcome: Result<String, Failure>) -> Row {
        Row { name, took: Duration::from_millis(1_240), outcome }
    }

    #[test]
    fn the_table_names_each_part_and_ends_with_the_count_alone_on_a_line() {
        let faults = Failure::Found(vec!["a.md:1: broken".to_owned(), "a.md:2: broken".to_owned()]);
        let rows = [
            row("fmt", Ok(String::new())),
            row("links", Err(faults)),
            row("unit", Ok("7 tests".to_owned())),
        ];
        let lines = [
            "",
            "part     seconds  result",
            "fmt          1.2  ok",
            "links        1.2  FAILED  2 faults",
            "unit         1.2  ok      7 tests",
            "",
            "2 passed, 1 failed\n",
        ];
        assert_eq!(table(&rows), lines.join("\n"));
    }

    #[test]
    fn a_part_that_fails_does_not_stop_the_next_one() {
        let folder = tempfile::tempdir().unwrap();
        let workspace =
            Workspace { root: folder.path().to_owned(), target: folder.path().to_owned() };
        let bad = Part {
            name: "bad",
            run: |_| Err(Failure::Found(vec!["no".to_owned()])),
            is_long: false,
        };
        let good =
            Part { name: "good", run: |run| run.command(Command::new("true")), is_long: false };
        let rows: Vec<Row> =
            [bad, good].iter().map(|part| run_part(&workspace, part, false).unwrap()).collect();
        assert_eq!(rows.iter().map(|row| row.outcome.is_ok()).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn long_reaches_the_commands_of_a_part() {
        let folder = tempfile::tempdir().unwrap();
        let workspace =
            Workspace { root: folder.path().to_owned(), target: folder.path().to_owned() };
        let mut run = Run::start(&workspace, "long", true).unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo $STAYKIT_LONG"]);
        assert_eq!(run.command(command).unwrap(), "1\n");
    }
}
