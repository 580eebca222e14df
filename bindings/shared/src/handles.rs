//! The table of handles: one engine per folder in a process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use staykit_core::engine;

use crate::error::Error;
use crate::rehearsal::Rehearsal;
use crate::session::Session;
use crate::settings::Settings;

/// What opening gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Names the engine in every other call.
    pub handle: i64,
    /// Whether it waits for its key. An engine that was open already may not.
    pub locked: bool,
    /// The data key as the platform's vault wrapped it; `None` before the first unlocking, then
    /// the facade makes one.
    pub wrapped_key: Option<Vec<u8>>,
}

/// Held over opening and closing, which do I/O; the table is not.
static OPENING: Mutex<()> = Mutex::new(());
static TABLE: RwLock<Table> = RwLock::new(Table { last: 0, sessions: BTreeMap::new() });

#[derive(Debug)]
struct Table {
    /// Handles count up: one that is not in the table and not above was closed.
    last: i64,
    sessions: BTreeMap<i64, Arc<Session>>,
}

/// Opens the engine of the settings' folder, or finds the one that is open there already; then
/// only the folder and the zone of the settings count. It takes events into memory until it is
/// unlocked.
///
/// Reads files: not for the main thread.
pub fn open(settings: Settings) -> Result<Opened, Error> {
    open_as(settings, None)
}

/// The same as a rehearsal; an engine that is open in the folder already goes on as it is.
pub fn rehearse(settings: Settings, rehearsal: Rehearsal) -> Result<Opened, Error> {
    open_as(settings, Some(rehearsal))
}

fn open_as(settings: Settings, rehearsal: Option<Rehearsal>) -> Result<Opened, Error> {
    let _opening = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = folder(&settings.folder)?;
    if let Some((handle, session)) = find(&folder) {
        session.set_zone(settings.zone)?;
        return session.opened(handle);
    }
    let session = Arc::new(Session::open(settings, folder, rehearsal)?);
    let handle = {
        let mut table = TABLE.write().unwrap_or_else(PoisonError::into_inner);
        table.last = table.last.saturating_add(1);
        let handle = table.last;
        table.sessions.insert(handle, Arc::clone(&session));
        handle
    };
    session.opened(handle)
}

/// The session of a handle.
///
/// [`Error::NoSuchHandle`], or [`engine::Error::Closed`] if it was closed.
pub fn session(handle: i64) -> Result<Arc<Session>, Error> {
    let table = TABLE.read().unwrap_or_else(PoisonError::into_inner);
    match table.sessions.get(&handle) {
        Some(session) => Ok(Arc::clone(session)),
        None if (1..=table.last).contains(&handle) => Err(engine::Error::Closed.into()),
        None => Err(Error::NoSuchHandle),
    }
}

/// Syncs and ends. Calls that are under way end first or answer that the engine is closed; closing
/// twice is no error. A broken engine closes, too, and writes nothing.
///
/// Writes files: not for the main thread.
pub fn close(handle: i64) -> Result<(), Error> {
    let _opening = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
    let session = match session(handle) {
        Ok(session) => session,
        Err(Error::Engine(engine::Error::Closed)) => return Ok(()),
        Err(error) => return Err(error),
    };
    TABLE.write().unwrap_or_else(PoisonError::into_inner).sessions.remove(&handle);
    session.close()
}

fn find(folder: &Path) -> Option<(i64, Arc<Session>)> {
    let table = TABLE.read().unwrap_or_else(PoisonError::into_inner);
    let found = table.sessions.iter().find(|(_, session)| session.folder() == folder);
    found.map(|(handle, session)| (*handle, Arc::clone(session)))
}

/// The folder under the one name that it has whatever links lead to it.
fn folder(path: &str) -> Result<PathBuf, Error> {
    if path.is_empty() {
        return Err(Error::Argument("settings name no folder"));
    }
    let failed = |error: std::io::Error| engine::Error::Output(error.kind());
    std::fs::create_dir_all(path).map_err(failed)?;
    Ok(std::fs::canonicalize(path).map_err(failed)?)
}
