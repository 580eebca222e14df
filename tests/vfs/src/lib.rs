//! Registers a `SQLite` VFS whose files a test makes up, behind two safe traits.
//!
//! Only what one connection with an exclusive lock needs: no locks, no shared memory, no temporary
//! files. Test code; the product has no part in it.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::io;
use std::ptr;
use std::slice;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::ffi;

/// Where `SQLite`'s files are.
pub trait Files: Send + Sync {
    /// Opens a file, which is made if `create` and it is not there.
    fn open(&self, path: &str, create: bool) -> io::Result<Box<dyn OpenFile>>;
    /// Removes a file.
    fn remove(&self, path: &str) -> io::Result<()>;
    /// Whether a file is there.
    fn exists(&self, path: &str) -> io::Result<bool>;
    /// Makes creations and removals durable in the folder of this file.
    fn sync_folder(&self, path: &str) -> io::Result<()>;
}

/// An open file.
pub trait OpenFile: Send {
    /// Fills a part of `bytes` from `at` on; says how much.
    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<usize>;
    /// Writes all of `bytes`.
    fn write_all_at(&self, bytes: &[u8], at: u64) -> io::Result<()>;
    /// Cuts the file.
    fn truncate(&self, size: u64) -> io::Result<()>;
    /// Makes the content durable.
    fn sync(&self) -> io::Result<()>;
    /// Size in bytes.
    fn size(&self) -> io::Result<u64>;
}

/// Makes `files` known to `SQLite` under `name`, for as long as the process lives.
///
/// # Errors
///
/// `SQLite`'s code, if it refuses.
pub fn register(name: &str, files: Arc<dyn Files>) -> Result<(), c_int> {
    let name = CString::new(name).map_err(|_| ffi::SQLITE_MISUSE)?;
    let vfs = ffi::sqlite3_vfs {
        iVersion: 1,
        szOsFile: c_int::try_from(size_of::<Handle>()).map_err(|_| ffi::SQLITE_MISUSE)?,
        mxPathname: 512,
        pNext: ptr::null_mut(),
        zName: name.into_raw(),
        pAppData: Box::into_raw(Box::new(files)).cast(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_pathname),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness),
        xSleep: Some(sleep),
        xCurrentTime: Some(current_time),
        xGetLastError: Some(last_error),
        xCurrentTimeInt64: None,
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    };
    // SAFETY: the table and all that it points to is leaked, so it lives for ever.
    match unsafe { ffi::sqlite3_vfs_register(Box::into_raw(Box::new(vfs)), 0) } {
        ffi::SQLITE_OK => Ok(()),
        code => Err(code),
    }
}

/// What `SQLite` keeps for us; it allocates the memory.
#[repr(C)]
struct Handle {
    base: ffi::sqlite3_file,
    file: Box<dyn OpenFile>,
    /// The first sync of a new journal syncs the folder, too, as on Unix.
    new_journal: Option<(Arc<dyn Files>, String)>,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 1,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(lock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
};

fn code(result: io::Result<()>, otherwise: c_int) -> c_int {
    match result {
        Ok(()) => ffi::SQLITE_OK,
        Err(error) if error.kind() == io::ErrorKind::StorageFull => ffi::SQLITE_FULL,
        Err(_) => otherwise,
    }
}

/// # Safety
///
/// `vfs` is one that [`register`] made.
unsafe fn files<'a>(vfs: *mut ffi::sqlite3_vfs) -> &'a Arc<dyn Files> {
    // SAFETY: `register` put it there and nobody takes it away.
    unsafe { &*(*vfs).pAppData.cast::<Arc<dyn Files>>() }
}

/// # Safety
///
/// `file` was opened by [`open`] and is not closed.
unsafe fn handle<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Handle {
    // SAFETY: `open` made a handle there, of which a `sqlite3_file` is the beginning.
    unsafe { &mut *file.cast::<Handle>() }
}

/// # Safety
///
/// `text` is null or a C string.
unsafe fn text(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not null, so a C string.
    unsafe { CStr::from_ptr(text) }.to_str().ok().map(str::to_owned)
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    out: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives a table that we registered, a C string or null, and memory of the size
    // that we asked for; an absent table of methods says that nothing is open.
    let (files, path) = unsafe {
        (*out).pMethods = ptr::null();
        (files(vfs), text(name))
    };
    let Some(path) = path else { return ffi::SQLITE_CANTOPEN };
    let create = flags & ffi::SQLITE_OPEN_CREATE != 0;
    let journal = flags & (ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_WAL) != 0;
    let Ok(file) = files.open(&path, create) else { return ffi::SQLITE_CANTOPEN };
    let new_journal = (create && journal).then(|| (Arc::clone(files), path));
    // SAFETY: as above; the memory holds nothing yet that would have to be dropped.
    unsafe {
        let base = ffi::sqlite3_file { pMethods: &raw const METHODS };
        ptr::write(out.cast::<Handle>(), Handle { base, file, new_journal });
        if !out_flags.is_null() {
            *out_flags = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    sync_folder: c_int,
) -> c_int {
    // SAFETY: what SQLite gives.
    let (files, path) = unsafe { (files(vfs), text(name)) };
    let Some(path) = path else { return ffi::SQLITE_IOERR_DELETE };
    match files.remove(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => ffi::SQLITE_IOERR_DELETE_NOENT,
        Ok(()) if sync_folder != 0 => code(files.sync_folder(&path), ffi::SQLITE_IOERR_DIR_FSYNC),
        other => code(other, ffi::SQLITE_IOERR_DELETE),
    }
}

unsafe extern "C" fn access(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: what SQLite gives.
    let (files, path) = unsafe { (files(vfs), text(name)) };
    match files.exists(&path.unwrap_or_default()) {
        Ok(exists) => {
            // SAFETY: SQLite gives a place for the answer.
            unsafe { *out = c_int::from(exists) };
            ffi::SQLITE_OK
        }
        Err(_) => ffi::SQLITE_IOERR_ACCESS,
    }
}

unsafe extern "C" fn full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    size: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: `name` is a C string and `out` has room for `size` bytes.
    unsafe {
        let name = CStr::from_ptr(name).to_bytes_with_nul();
        if usize::try_from(size).is_ok_and(|size| name.len() <= size) {
            ptr::copy_nonoverlapping(name.as_ptr().cast(), out, name.len());
            return ffi::SQLITE_OK;
        }
    }
    ffi::SQLITE_CANTOPEN
}

/// The same numbers in every run.
unsafe extern "C" fn randomness(
    _vfs: *mut ffi::sqlite3_vfs,
    size: c_int,
    out: *mut c_char,
) -> c_int {
    static STATE: AtomicU64 = AtomicU64::new(1);
    let length = usize::try_from(size).unwrap_or(0);
    // SAFETY: `out` has room for `size` bytes.
    let out = unsafe { slice::from_raw_parts_mut(out.cast::<u8>(), length) };
    for byte in out {
        let state = STATE.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        *byte = (state ^ (state >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9).to_be_bytes()[0];
    }
    size
}

unsafe extern "C" fn sleep(_vfs: *mut ffi::sqlite3_vfs, _us: c_int) -> c_int {
    0
}

unsafe extern "C" fn current_time(_vfs: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: SQLite gives a place for the answer. Julian day of some day.
    unsafe { *out = 2_460_000.5 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn last_error(
    _vfs: *mut ffi::sqlite3_vfs,
    _size: c_int,
    _out: *mut c_char,
) -> c_int {
    0
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes once what `open` made, and never looks at it again.
    unsafe {
        drop(ptr::read(file.cast::<Handle>()));
        (*file).pMethods = ptr::null();
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    out: *mut c_void,
    size: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    let length = usize::try_from(size).unwrap_or(0);
    // SAFETY: an open file, and room for `size` bytes.
    let (handle, out) =
        unsafe { (handle(file), slice::from_raw_parts_mut(out.cast::<u8>(), length)) };
    match handle.file.read_at(out, at.cast_unsigned()) {
        Ok(read) if read == length => ffi::SQLITE_OK,
        Ok(read) => {
            out.iter_mut().skip(read).for_each(|byte| *byte = 0);
            ffi::SQLITE_IOERR_SHORT_READ
        }
        Err(_) => ffi::SQLITE_IOERR_READ,
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    size: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    let length = usize::try_from(size).unwrap_or(0);
    // SAFETY: an open file, and `size` bytes.
    let (handle, bytes) =
        unsafe { (handle(file), slice::from_raw_parts(bytes.cast::<u8>(), length)) };
    code(handle.file.write_all_at(bytes, at.cast_unsigned()), ffi::SQLITE_IOERR_WRITE)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    code(handle.file.truncate(size.cast_unsigned()), ffi::SQLITE_IOERR_TRUNCATE)
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    let synced = handle.file.sync().and_then(|()| match handle.new_journal.take() {
        Some((files, path)) => files.sync_folder(&path),
        None => Ok(()),
    });
    code(synced, ffi::SQLITE_IOERR_FSYNC)
}

unsafe extern "C" fn file_size(
    file: *mut ffi::sqlite3_file,
    out: *mut ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    let Ok(size) = handle.file.size() else { return ffi::SQLITE_IOERR_FSTAT };
    // SAFETY: SQLite gives a place for the answer.
    unsafe { *out = size.cast_signed() };
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock(_file: *mut ffi::sqlite3_file, _level: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(_file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: SQLite gives a place for the answer.
    unsafe { *out = 0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(
    _file: *mut ffi::sqlite3_file,
    _op: c_int,
    _argument: *mut c_void,
) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_file: *mut ffi::sqlite3_file) -> c_int {
    4_096
}

/// As on Unix: a write damages nothing beside it.
unsafe extern "C" fn device_characteristics(_file: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}
