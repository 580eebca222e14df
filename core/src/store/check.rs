//! What ends that were not clean may have left of the database.

use super::Store;
use super::database::MAGIC;
use super::disk::Access;
use super::ends::{UncleanEnds, checked_after, note_checked};
use super::error::{StoreError, StoreFile};
use super::folder::DATABASE;

impl Store {
    /// Looks through the whole database for what a power cut may have done to it in spite of its
    /// log; takes as long as reading it does. Whether it is sound.
    ///
    /// One that is not is marked, so that the next opening sets it aside, begins an epoch and
    /// keeps what is in the journal. Until then nothing more is taken from that.
    pub fn check(&mut self) -> Result<bool, StoreError> {
        let power_lost = self.ends.power_lost;
        self.doubted = false;
        let Some(database) = &mut self.database else { return Ok(true) };
        let sql = "PRAGMA quick_check(1)";
        let found = database.read().query_row(sql, [], |row| row.get::<_, String>(0));
        let sound = match found.map_err(StoreError::from) {
            Ok(found) => found == "ok",
            Err(StoreError::Damaged(_)) => false,
            Err(error) => return Err(error),
        };
        if sound {
            database.transaction(|inner| note_checked(inner, power_lost))?;
        } else {
            self.condemn()?;
        }
        Ok(sound)
    }

    fn condemn(&mut self) -> Result<(), StoreError> {
        self.database = None;
        let file = self.base.folder.open_file(DATABASE, Access::Write);
        file.and_then(|file| {
            file.write_all_at(&[0; MAGIC.len()], 0)?;
            file.sync_all()
        })
        .map_err(StoreError::io("mark", StoreFile::Database))
    }

    /// Something in the database could not be read: [`Store::is_suspect`] from now on.
    pub fn doubt(&mut self) {
        self.doubted = true;
    }

    /// Whether the device may have stopped since the database was looked through last, or
    /// something in it could not be read.
    pub fn is_suspect(&self) -> Result<bool, StoreError> {
        let Some(database) = &self.database else { return Ok(false) };
        Ok(self.doubted || checked_after(database.read())? < self.ends.power_lost)
    }

    /// How often the store did not end cleanly.
    #[must_use]
    pub fn unclean_ends(&self) -> UncleanEnds {
        self.ends
    }
}
