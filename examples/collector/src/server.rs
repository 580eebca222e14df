use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::http::{Desk, router};
use crate::writer::Writer;

/// Threads that serve requests; one more writes.
const THREADS: usize = 2;

/// How long running requests may take to finish after a stop.
const STOP_TIME: Duration = Duration::from_secs(10);

/// What a [`Collector`] needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where to listen; port 0 takes a free one, see [`Collector::address`].
    pub listen: SocketAddr,
    /// The database file; made if there is none. Its folder must exist.
    pub database: PathBuf,
    /// Devices must send it as `x-staykit-key`, or get 401. None: every device is welcome.
    pub write_key: Option<String>,
    /// Test aid, never for production: of the acknowledgements due, each n-th is not sent. The
    /// batch is stored, then the device gets a 503, as if the answer had been lost on the way,
    /// and sends again. Counts over all devices, repeats included; with 1 no device ever gets
    /// an acknowledgement.
    pub lose_every: Option<NonZeroU32>,
    /// Answers tell the time, which devices set their own by. False where devices live at another
    /// time than this machine: replays of old logs.
    pub tells_time: bool,
}

impl Config {
    /// A free port on loopback, no write key, no faults, and it tells the time.
    #[must_use]
    pub fn new(database: PathBuf) -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { listen, database, write_key: None, lose_every: None, tells_time: true }
    }
}

/// A running server. It has threads of its own, so the program around it needs no runtime.
///
/// Dropping it stops it like [`Collector::stop`], with errors only logged. Both block and must
/// not be called from asynchronous code.
#[derive(Debug)]
pub struct Collector {
    address: SocketAddr,
    /// Taken when it stops.
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    runtime: Runtime,
    stop: oneshot::Sender<()>,
    serving: tokio::task::JoinHandle<io::Result<()>>,
    writing: JoinHandle<io::Result<()>>,
}

impl Collector {
    /// Opens the database, listens and serves until stopped.
    ///
    /// # Errors
    /// The address is taken, or the database cannot be opened or is none of this version.
    pub fn start(config: Config) -> io::Result<Self> {
        let listener = TcpListener::bind(config.listen).map_err(|error| {
            io::Error::new(error.kind(), format!("listening on {}: {error}", config.listen))
        })?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("collector")
            .enable_all()
            .build()?;
        let (writer, writing) = Writer::start(&config.database)?;
        let desk = Desk::new(writer, config);
        let (stop, stopped) = oneshot::channel();
        let serving = runtime.spawn(serve(listener, router(desk), stopped));
        Ok(Self { address, running: Some(Running { runtime, stop, serving, writing }) })
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no new connections, lets running requests finish (10 seconds at most), then closes
    /// the database. Blocks until that is done.
    ///
    /// # Errors
    /// The listener or the database failed; what was acknowledged is stored all the same.
    pub fn stop(mut self) -> io::Result<()> {
        self.running.take().map_or(Ok(()), Running::stop)
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.running.take().map(Running::stop) {
            log::error!("the collector did not stop well: {error}");
        }
    }
}

impl Running {
    fn stop(self) -> io::Result<()> {
        // Nobody listens if serving has already failed.
        let _ = self.stop.send(());
        let served = self.runtime.block_on(async { timeout(STOP_TIME, self.serving).await });
        // Requests that still run end here, and with them the last way to the writer.
        self.runtime.shutdown_timeout(STOP_TIME);
        let written = self.writing.join();
        match served {
            Ok(Ok(served)) => served?,
            Ok(Err(error)) => return Err(io::Error::other(error)),
            Err(_) => log::warn!("requests were still running after {} s", STOP_TIME.as_secs()),
        }
        written.unwrap_or_else(|_| Err(io::Error::other("the writer panicked")))
    }
}

async fn serve(
    listener: TcpListener,
    router: Router,
    stopped: oneshot::Receiver<()>,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?.tap_io(|stream| {
        // Only costs speed if it fails.
        let _ = stream.set_nodelay(true);
    });
    let stopped = async {
        // An error says that the collector is gone: stop too.
        let _ = stopped.await;
    };
    axum::serve(listener, router).with_graceful_shutdown(stopped).await
}
