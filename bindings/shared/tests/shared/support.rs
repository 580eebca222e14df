//! An app with a vault that keeps the key in the clear.

use staykit_bindings::encoding::Encoded;
use staykit_bindings::{Consent, Opened, Settings, hot, new_key, open, session};

pub(crate) const ALL: Consent = Consent { record: true, guide: true, upload: true };

pub(crate) fn settings(folder: &tempfile::TempDir) -> Settings {
    let folder = folder.path().join("store").to_str().unwrap().to_owned();
    Settings { folder, consent: Some(ALL), boot_id: Some(7), ..Settings::default() }
}

/// What a facade does on its background thread.
pub(crate) fn unlock(opened: &Opened) {
    let session = session(opened.handle).unwrap();
    if let Some(wrapped) = &opened.wrapped_key {
        return session.unlock(&mut wrapped.clone()).unwrap();
    }
    let mut key = new_key().unwrap().bytes().to_vec();
    let wrapped = key.clone();
    session.unlock_new(&mut key, &wrapped).unwrap();
    assert_eq!(key, [0; 32], "the key that was handed over is zeroed");
}

pub(crate) fn start(settings: Settings) -> i64 {
    let opened = open(settings).unwrap();
    if opened.locked {
        unlock(&opened);
    }
    opened.handle
}

pub(crate) fn purchase() -> Encoded {
    Encoded::draft("purchase").money("amount", 19_90, "CNY").text("sku", "strap-21")
}

pub(crate) fn record(handle: i64, draft: &Encoded) -> i64 {
    hot::record(handle, draft.bytes())
}
