use super::terms;
use crate::defaults;
use crate::problem::Problems;
use crate::read::{Fields, integer, text};
use crate::rule::Tables;

/// Name, version and sessions.
pub(crate) struct Header {
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) session_idle_ms: u32,
}

pub(crate) fn header(
    pack: &Fields<'_>,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<Header> {
    let name = pack
        .need("pack", "its name", problems)
        .and_then(|node| text(node, "the pack's name", problems))
        .and_then(|scalar| terms::name(scalar, problems));
    let version = pack
        .need("version", "a whole number that rises with every change", problems)
        .and_then(|node| integer(node, "a whole number from 0", problems));
    let idle_ms = session(pack, tables, problems);
    Some(Header { name: name?, version: version?, session_idle_ms: idle_ms? })
}

fn session(pack: &Fields<'_>, tables: &mut Tables, problems: &mut Problems<'_>) -> Option<u32> {
    let idle = pack.find("session").and_then(|node| {
        Fields::of(node, "`session`", node.spot, &["idle"], problems)?.find("idle")
    });
    let idle_ms = match idle {
        Some(node) => terms::time(node, tables, problems)?,
        None => defaults::SESSION_IDLE_MS,
    };
    match u32::try_from(idle_ms) {
        Ok(idle_ms) if idle_ms > 0 => Some(idle_ms),
        _ => {
            let spot = idle.map(|node| node.spot).unwrap_or_default();
            problems.add(spot, "the idle gap of a session is more than 0 and at most days(49)");
            None
        }
    }
}
