//! What `cargo xtask test` runs.

pub(crate) mod android;
mod cel;
mod docs;
mod fmt;
pub(crate) mod kotlin;
mod lab;
mod lint;
pub(crate) mod ohos;
pub(crate) mod proto;
pub(crate) mod unit;

#[cfg(test)]
mod recount_tests;

use clap::ValueEnum;

use crate::failure::Failure;
use crate::run::Run;
use crate::{apk, cross, fuzz, layers, links};

/// A part: what it is called, and what it does. It answers with a note for the table, which may be empty.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&mut Run<'_>) -> Result<String, Failure>,
    /// Takes longer than a run of everything may: it runs if it is named, or in the long form.
    pub(crate) is_long: bool,
}

/// Every file is formatted.
pub(crate) const FMT: Part = Part { name: "fmt", run: fmt::run, is_long: false };
/// Clippy is silent.
pub(crate) const LINT: Part = Part { name: "lint", run: lint::run, is_long: false };
/// Core keeps its layers.
pub(crate) const LAYERS: Part = Part { name: "layers", run: layers::part, is_long: false };
const UNIT: Part = Part { name: "unit", run: unit::run, is_long: false };
const DOCS: Part = Part { name: "docs", run: docs::run, is_long: false };
const LINKS: Part = Part { name: "links", run: links::part, is_long: false };
const PROTO: Part = Part { name: "proto", run: proto::run, is_long: false };
const CEL: Part = Part { name: "cel", run: cel::run, is_long: false };
/// Brings a compiler of its own.
const CROSS: Part = Part { name: "cross", run: cross::check_all, is_long: true };
/// A minute for each target; an ordinary test replays the corpus.
const FUZZ: Part = Part { name: "fuzz", run: fuzz::run_all, is_long: true };
const KOTLIN: Part = Part { name: "kotlin", run: kotlin::run, is_long: false };
const ANDROID: Part = Part { name: "android", run: android::run, is_long: false };
const APK: Part = Part { name: "apk", run: apk::part, is_long: false };
const OHOS: Part = Part { name: "ohos", run: ohos::run, is_long: false };
const LAB: Part = Part { name: "lab", run: lab::run, is_long: false };

/// The cheap ones first: a slip shows early.
const ALL: [Part; 15] = [
    FMT, LAYERS, LINKS, PROTO, LINT, UNIT, DOCS, CEL, CROSS, KOTLIN, ANDROID, APK, OHOS, LAB, FUZZ,
];

/// A name on the command line.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(crate) enum Choice {
    /// Formatting
    Fmt,
    /// Clippy over all targets
    Lint,
    /// Order of layers, cycles, length of files
    Layers,
    /// Unit, documentation and integration tests
    Unit,
    /// API documentation builds without a warning
    Docs,
    /// Links and anchors in Markdown files
    Links,
    /// Messages: lint, and no break against the saved image
    Proto,
    /// The rule language against CEL's own conformance suite
    Cel,
    /// Types and lints for a platform that is not this machine's (needs Debian's package client)
    Cross,
    /// The Kotlin binding on a plain virtual machine (needs a JDK and Maven)
    Kotlin,
    /// The Android library under Robolectric (needs a JDK and Maven)
    Android,
    /// The quick start for Android, shrunk and signed (needs Debian's build tools for Android, too)
    Apk,
    /// The facade for HarmonyOS, without its SDK
    Ohos,
    /// The main job, end to end, recounted
    Lab,
    /// Random inputs, guided by coverage
    Fuzz,
    /// All but `proto`, `cel`, `cross`, `kotlin`, `android`, `apk`, `ohos`, `lab` and `fuzz`
    Core,
}

impl Choice {
    fn takes(self, part: &Part) -> bool {
        let outside =
            [PROTO, CEL, CROSS, KOTLIN, ANDROID, APK, OHOS, LAB, FUZZ].map(|part| part.name);
        match self.to_possible_value() {
            Some(_) if self == Self::Core => !outside.contains(&part.name),
            Some(value) => value.get_name() == part.name,
            None => false,
        }
    }
}

/// The parts that the command line names, each once, in the order in which parts run; all if it names none.
pub(crate) fn chosen(choices: &[Choice]) -> Vec<Part> {
    let taken = |part: &Part| choices.is_empty() || choices.iter().any(|choice| choice.takes(part));
    ALL.into_iter().filter(taken).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(choices: &[Choice]) -> Vec<&'static str> {
        chosen(choices).iter().map(|part| part.name).collect()
    }

    #[test]
    fn no_choice_takes_every_part_once() {
        assert_eq!(
            names(&[]),
            [
                "fmt", "layers", "links", "proto", "lint", "unit", "docs", "cel", "cross",
                "kotlin", "android", "apk", "ohos", "lab", "fuzz"
            ]
        );
    }

    #[test]
    fn core_takes_what_needs_rust_alone() {
        assert_eq!(
            names(&[Choice::Core, Choice::Fmt]),
            ["fmt", "layers", "links", "lint", "unit", "docs"]
        );
    }

    #[test]
    fn every_part_can_be_chosen_by_its_name() {
        for part in ALL {
            let choice = Choice::from_str(part.name, false).unwrap();
            assert_eq!(names(&[choice]), [part.name]);
        }
    }
}
