//! What the engine has understood, as `ArkTS` sees it: `types/index.d.ts` has the fields.

use node_api::bindgen_prelude::Unknown;
use node_api::{Env, Result};
use staykit_bindings as shared;

use crate::object::{Made, Told};
use crate::values::number;

impl Told for shared::Understanding {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        let mut made = Made::new(env);
        made.with("atMs", number(self.at_ms))
            .with("tags", self.tags)
            .with("signals", self.signals)
            .with("scores", self.scores)
            .with("tables", self.tables)
            .with("next", self.next);
        made.done()
    }
}

impl Told for shared::Conclusion {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        let mut made = Made::new(env);
        made.with("name", self.name)
            .with("sinceMs", number(self.since_ms))
            .with("says", self.says)
            .with("why", self.why);
        made.done()
    }
}

impl Told for shared::Score {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        let mut made = Made::new(env);
        made.with("name", self.name)
            .with("hundredths", number(self.hundredths))
            .with("factors", self.factors)
            .with("cut", number(self.cut))
            .with_some("tier", self.tier)
            .with("says", self.says);
        made.done()
    }
}

impl Told for shared::Factor {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        let mut made = Made::new(env);
        made.with("name", self.name)
            .with("hundredths", number(self.hundredths))
            .with("says", self.says);
        made.done()
    }
}

impl Told for shared::Standing {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        let mut made = Made::new(env);
        made.with("kind", kind(self.kind))
            .with("table", self.table)
            .with("row", self.row)
            .with("sinceMs", number(self.since_ms))
            .with("says", self.says)
            .with("why", self.why)
            .with_some("level", self.level);
        made.done()
    }
}

impl Told for shared::Level {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        let mut made = Made::new(env);
        made.with_some("amount", self.amount)
            .with_some("next", self.next)
            .with("progress", self.progress)
            .with("left", self.left)
            .with("multiplier", self.multiplier);
        made.done()
    }
}

impl Told for shared::Prediction {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        let mut made = Made::new(env);
        made.with("name", self.name).with("actions", self.actions);
        made.done()
    }
}

impl Told for shared::Figure {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        let mut made = Made::new(env);
        made.with("says", self.says)
            .with_some("value", self.value)
            .with_some("validFromMs", self.valid_from_ms.map(number))
            .with("unfilled", self.unfilled);
        made.done()
    }
}

impl Told for shared::Amount {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        match self {
            Self::Integer { value } => number(value).told(env),
            Self::Number { value } => value.told(env),
            Self::Flag { value } => value.told(env),
        }
    }
}

fn kind(kind: shared::TableKind) -> &'static str {
    match kind {
        shared::TableKind::Segment => "segment",
        shared::TableKind::Stage => "stage",
        shared::TableKind::Level => "level",
        shared::TableKind::Tier => "tier",
    }
}
