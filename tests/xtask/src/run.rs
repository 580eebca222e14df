//! One part while it runs: its log and its line on the terminal.

use std::fs::File;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::Failure;
use crate::shell;
use crate::workspace::Workspace;

/// One part while it runs.
pub(crate) struct Run<'a> {
    /// Where it runs.
    pub(crate) workspace: &'a Workspace,
    /// Whether tests take their long form.
    pub(crate) long: bool,
    started_at: Instant,
    bar: Option<ProgressBar>,
    log_path: PathBuf,
    log: File,
}

impl<'a> Run<'a> {
    /// Opens the part's log and says that it runs: a spinner on a terminal, a plain line elsewhere.
    pub(crate) fn start(workspace: &'a Workspace, name: &str, long: bool) -> Result<Self, Failure> {
        let log_path = workspace.scratch("logs")?.join(name).with_extension("log");
        let file = File::create(&log_path).map_err(Failure::file("write", &log_path))?;
        let bar = std::io::stderr().is_terminal().then(|| spinner(name));
        if bar.is_none() {
            eprintln!("{name}: running");
        }
        Ok(Self { workspace, long, started_at: Instant::now(), bar, log_path, log: file })
    }

    /// Runs a command to its end; its output is kept, and shown only if it fails.
    pub(crate) fn command(&mut self, command: Command) -> Result<String, Failure> {
        self.listen(command, |_| None)
    }

    /// The same for a script that tells its steps, in lines that begin with `== `: they stay on the screen.
    pub(crate) fn script(&mut self, command: Command) -> Result<String, Failure> {
        self.listen(command, |line| line.strip_prefix("== "))
    }

    fn listen(
        &mut self,
        mut command: Command,
        step: fn(&str) -> Option<&str>,
    ) -> Result<String, Failure> {
        let line = shell::line_of(&command);
        self.say(&line);
        if self.long {
            command.env("STAYKIT_LONG", "1");
        }
        let bar = self.bar.as_ref();
        let on_line = |text: &str| match (bar, step(text)) {
            (Some(bar), Some(step)) => bar.println(step),
            (Some(bar), None) => bar.set_message(text.trim().to_owned()),
            (None, Some(step)) => eprintln!("    {step}"),
            (None, None) => {}
        };
        let ended = shell::capture(command, &mut self.log, on_line);
        let (status, printed) = ended.map_err(Failure::io(format!("run `{line}`")))?;
        if status.success() {
            return Ok(printed);
        }
        let (excerpt, log) = (shell::excerpt(&printed), self.log_path.clone());
        Err(Failure::Ended { line, code: status.code(), excerpt, log })
    }

    /// Says what the part does now.
    pub(crate) fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.set_message(text.to_owned()),
            None => eprintln!("    {text}"),
        }
    }

    /// Says something that stays on the screen.
    pub(crate) fn note(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => eprintln!("    {text}"),
        }
    }

    /// Takes the part's line off the terminal and tells how long it took.
    pub(crate) fn finish(self) -> Duration {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.started_at.elapsed()
    }
}

fn spinner(name: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_prefix(name.to_owned());
    if let Ok(style) =
        ProgressStyle::with_template("{spinner} {prefix:<7} {elapsed:>4}  {wide_msg}")
    {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
