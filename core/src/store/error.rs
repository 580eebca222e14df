use std::fmt;
use std::io;

use crate::crypto::CryptoError;
use crate::error::Malformed;
use crate::event::limits::Limit;

/// A file of the store's folder. Errors name this, never a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StoreFile {
    /// The folder itself.
    Folder,
    /// `lock`
    Lock,
    /// `identity`
    Identity,
    /// `journal-NNNNNNNN`
    Journal,
    /// `buffer.sqlite`
    Database,
    /// `consent`
    Consent,
    /// `reset`
    Reset,
}

impl fmt::Display for StoreFile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Folder => "folder",
            Self::Lock => "lock",
            Self::Identity => "identity",
            Self::Journal => "journal",
            Self::Database => "buffer.sqlite",
            Self::Consent => "consent",
            Self::Reset => "reset",
        })
    }
}

/// Why the store could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// No space left, or no quota. Nothing was changed; it works again once there is space.
    Full(StoreFile),
    /// The file system or the file cannot be written.
    ReadOnly(StoreFile),
    /// Another process, or another engine of this one, has the store open.
    InUse,
    /// Written by a newer version of Staykit. Left untouched.
    Newer {
        /// Which file.
        file: StoreFile,
        /// Its format.
        found: u32,
        /// The newest that this version knows.
        known: u32,
    },
    /// The data key is not the one that this store was made with. Left untouched.
    WrongKey,
    /// Bytes on flash are not what was written there.
    Damaged(StoreFile),
    /// There is an identity already; a second would orphan what the first one sealed.
    IdentityExists,
    /// There is no identity yet: `Folder::create_identity` makes it.
    NoIdentity,
    /// Larger than a limit.
    TooLarge {
        /// The size, in the limit's unit.
        size: usize,
        /// The limit.
        limit: Limit,
    },
    /// The buffer takes nothing, and the journal has no more room within the byte budget. It goes
    /// on once a compaction succeeds.
    Backlog,
    /// The operating system gave no random bytes for a salt.
    NoRandomness,
    /// Any other failure of the operating system.
    Io {
        /// What was being done, such as `append`.
        doing: &'static str,
        /// To which file.
        file: StoreFile,
        /// The system's reason.
        kind: io::ErrorKind,
    },
}

impl fmt::Display for StoreError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(file) => write!(out, "{file}: no space left"),
            Self::ReadOnly(file) => write!(out, "{file}: cannot be written"),
            Self::InUse => out.write_str("the store is open elsewhere; one opener at a time"),
            Self::Newer { file, found, known } => write!(
                out,
                "{file}: format {found} is newer than {known}, the newest known; left untouched"
            ),
            Self::WrongKey => out.write_str("the data key is not the one of this store"),
            Self::Damaged(file) => write!(out, "{file}: damaged"),
            Self::IdentityExists => out.write_str("identity: exists already"),
            Self::NoIdentity => out.write_str("identity: not made yet"),
            Self::TooLarge { size, limit } => {
                write!(out, "{} of {size} {}, at most {}", limit.of, limit.unit, limit.most)
            }
            Self::Backlog => out.write_str(
                "journal: no room left within the byte budget while the buffer takes nothing",
            ),
            Self::NoRandomness => out.write_str("the operating system gave no random bytes"),
            Self::Io { doing, file, kind } => write!(out, "{file}: {doing}: {kind}"),
        }
    }
}

impl std::error::Error for StoreError {}

impl StoreError {
    /// Whether trying again later can help without anyone's doing but freeing space.
    #[must_use]
    pub fn is_for_now(&self) -> bool {
        matches!(
            self,
            Self::Full(_) | Self::InUse | Self::Backlog | Self::NoRandomness | Self::Io { .. }
        )
    }

    /// A converter for `map_err`.
    pub(super) fn io(doing: &'static str, file: StoreFile) -> impl Fn(io::Error) -> Self + Copy {
        move |error| match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full(file),
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                Self::ReadOnly(file)
            }
            kind => Self::Io { doing, file, kind },
        }
    }

    /// A converter for what does not open in `file`.
    pub(super) fn sealed(file: StoreFile) -> impl Fn(CryptoError) -> Self + Copy {
        move |error| match error {
            CryptoError::NoRandomness => Self::NoRandomness,
            _ => Self::Damaged(file),
        }
    }

    /// A converter for what opens but makes no sense.
    pub(super) fn malformed(file: StoreFile) -> impl Fn(Malformed) -> Self + Copy {
        move |_| Self::Damaged(file)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let file = StoreFile::Database;
        let Some(code) = error.sqlite_error_code() else { return Self::Damaged(file) };
        let kind = match code {
            Code::DiskFull => return Self::Full(file),
            Code::ReadOnly | Code::PermissionDenied => return Self::ReadOnly(file),
            Code::DatabaseBusy | Code::DatabaseLocked | Code::FileLockingProtocolFailed => {
                return Self::InUse;
            }
            Code::DatabaseCorrupt
            | Code::NotADatabase
            | Code::SchemaChanged
            | Code::Unknown
            | Code::TypeMismatch
            | Code::ConstraintViolation => return Self::Damaged(file),
            Code::OutOfMemory => io::ErrorKind::OutOfMemory,
            Code::CannotOpen => io::ErrorKind::NotFound,
            _ => io::ErrorKind::Other,
        };
        Self::Io { doing: "database", file, kind }
    }
}
