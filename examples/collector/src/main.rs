//! Runs the collector until Ctrl-C or SIGTERM.

use std::env;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use staykit_collector::{Collector, Config};

/// Reference backend of Staykit: verifies, de-duplicates, stores, acknowledges.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
    /// Database file [default: collector.sqlite in the target folder, or here if there is none].
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Write key that devices must send in x-staykit-key.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Test aid: store, but do not send each n-th acknowledgement.
    #[arg(long, value_name = "N")]
    lose_every: Option<NonZeroU32>,
}

fn main() -> ExitCode {
    // Fails only if there is a logger already.
    let _ = log::set_logger(&StandardError);
    log::set_max_level(log::LevelFilter::Warn);
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let database = arguments.database.unwrap_or_else(default_database);
    let mut signals = {
        let _context = runtime.enter();
        Signals::catch()?
    };
    let collector = Collector::start(Config {
        listen: arguments.listen,
        database: database.clone(),
        write_key: arguments.key,
        lose_every: arguments.lose_every,
        tells_time: true,
    })?;
    let mut out = io::stdout();
    writeln!(out, "listening on http://{}", collector.address())?;
    writeln!(out, "storing in {}", database.display())?;
    out.flush()?;
    runtime.block_on(signals.wait());
    collector.stop()
}

/// The target folder is the one above this program that Cargo has marked as a cache.
fn default_database() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    let is_target = |folder: &&Path| folder.join("CACHEDIR.TAG").is_file();
    let folder = program.ancestors().skip(1).find(is_target);
    folder.unwrap_or(Path::new("")).join("collector.sqlite")
}

/// What asks the program to stop. Caught from the start, so that none goes by unheard.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn catch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let (interrupt, terminate) = (SignalKind::interrupt(), SignalKind::terminate());
        Ok(Self { interrupt: signal(interrupt)?, terminate: signal(terminate)? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// What asks the program to stop. Caught from the start, so that none goes by unheard.
#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn catch() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn wait(&mut self) {
        self.0.recv().await;
    }
}

/// One line a message.
struct StandardError;

impl log::Log for StandardError {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            let _ = writeln!(io::stderr(), "collector: {}", record.args());
        }
    }

    fn flush(&self) {}
}
