//! What the host knows: `fact`, `context`, and facts with short names of their own.

use std::ops::Range;

use staykit_core::pack::limits::NAMES;
use staykit_core::profile::{Feature, TextTest};

use super::check::Checker;
use super::signatures::signature_of;
use super::syntax::Expr;

/// Functions that compare with a text only.
pub(super) const TEXTS: [&str; 6] = ["fact", "context", "app", "device", "region", "locale"];

impl Checker<'_, '_> {
    /// The key that `app(key)`, `region()` and the like stand for; `None` after a problem.
    pub(super) fn fact_key(&mut self, name: &str, args: &[Expr], expr: &Expr) -> Option<String> {
        let prefix = match name {
            "region" | "locale" => {
                self.args::<0>(name, args, expr)?;
                return Some(name.to_owned());
            }
            "app" | "app_number" => "app_",
            "device" | "device_number" => "device_",
            _ => "",
        };
        let [key] = args else {
            return self.wrong(&expr.range, format!("write {}", signature_of(name)));
        };
        let short = self.key(key)?;
        if prefix.len() + short.len() > NAMES.most {
            let message = format!("at most {} {}", NAMES.most - prefix.len(), NAMES.unit);
            return self.wrong(&key.range, message);
        }
        Some(format!("{prefix}{short}"))
    }

    /// A function that compares with a text.
    pub(super) fn fact_is(
        &mut self,
        (name, args): (&str, &[Expr]),
        text: &str,
        of: &Expr,
        whole: &Range<usize>,
    ) -> Option<Feature> {
        let key = self.fact_key(name, args, of)?;
        let wanted = TextTest { key, text: self.checked_text(text, whole)? };
        Some(if name == "context" { Feature::ContextIs(wanted) } else { Feature::FactIs(wanted) })
    }
}
