//! Runs a command, keeps what it prints, and picks the telling end of it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, ExitStatus, Stdio};

/// How many lines of a failed command are shown; the log holds all.
const EXCERPT_LINES: usize = 200;

/// The command as a person would type it.
pub(crate) fn line_of(command: &Command) -> String {
    let program =
        std::path::Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Runs the command, both of its outputs in one stream to the log and to `on_line`; returns all of it.
pub(crate) fn capture(
    mut command: Command,
    log: &mut File,
    mut on_line: impl FnMut(&str),
) -> io::Result<(ExitStatus, String)> {
    let (reader, writer) = io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn()?;
    // The command holds the writing ends: the stream would never end.
    drop(command);
    let mut reader = BufReader::new(reader);
    let mut printed = String::new();
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        log.write_all(&bytes)?;
        let line = String::from_utf8_lossy(&bytes);
        on_line(line.trim_end());
        printed.push_str(&line);
        bytes.clear();
    }
    Ok((child.wait()?, printed))
}

/// The end of what a failed command printed, without the lines that report progress or success.
pub(crate) fn excerpt(printed: &str) -> String {
    let tells = |line: &&str| {
        let line = line.trim();
        let progress = ["Compiling ", "Checking ", "Documenting ", "Downloaded ", "Fresh "];
        !line.ends_with("... ok") && !progress.iter().any(|word| line.starts_with(word))
    };
    let telling: Vec<&str> = printed.lines().filter(tells).collect();
    let hidden = telling.len().saturating_sub(EXCERPT_LINES);
    telling.iter().skip(hidden).flat_map(|line| [*line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_outputs_of_a_command_reach_the_log_the_caller_and_the_listener() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; exit 3"]);
        let mut heard = Vec::new();
        let listen = |line: &str| heard.push(line.to_owned());
        let (status, printed) =
            capture(command, &mut File::create(&path).unwrap(), listen).unwrap();
        assert_eq!(status.code(), Some(3));
        assert_eq!(printed, "out\nerr\n");
        assert_eq!(heard, ["out", "err"]);
        assert_eq!(std::fs::read_to_string(path).unwrap(), printed);
    }

    #[test]
    fn an_excerpt_leaves_out_progress_and_passed_tests() {
        let printed =
            "   Compiling core v0.1.0\ntest a ... ok\ntest b ... FAILED\n\nassertion failed\n";
        assert_eq!(excerpt(printed), "test b ... FAILED\n\nassertion failed\n");
    }

    #[test]
    fn an_excerpt_keeps_the_last_lines() {
        let lines: Vec<String> = (0..500).map(|line| format!("line {line}")).collect();
        let printed = lines.join("\n");
        let excerpt = excerpt(&printed);
        assert!(excerpt.starts_with("line 300\n") && excerpt.ends_with("line 499\n"));
    }
}
