//! `cargo xtask bench bindings`: what a call costs from the facade of each language, next to Rust's own, with the
//! library as it ships.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::parts::{android, kotlin, ohos};
use crate::run::Run;
use crate::workspace::Workspace;

/// Its name.
pub(super) const NAME: &str = "bindings";
/// What it measures.
pub(super) const MEASURES: &str =
    "record() and start() from the facades, next to Rust's own record()";

/// Figures with the most that each may be.
const LIMITS: [(&str, f64); 4] = [
    ("jni_vs_rust", 2.5),
    ("start_main_us", 500.0),
    ("napi_vs_rust", 4.0),
    ("arkts_start_main_us", 500.0),
];

/// Measures, prints a table, and writes the figures. Fails if one is over its limit.
pub(super) fn run(workspace: &Workspace, json: Option<&Path>) -> Result<ExitCode, Failure> {
    let mut run = Run::start(workspace, NAME, false)?;
    let figures = measure(&mut run);
    run.finish();
    let figures = figures?;
    print!("{}", table(&figures));
    if let Some(path) = json {
        let text = format!("{figures:#}\n");
        std::fs::write(path, text).map_err(Failure::file("write", path))?;
    }
    let over = over(&figures);
    if over.is_empty() { Ok(ExitCode::SUCCESS) } else { Err(Failure::Found(over)) }
}

/// One language after the other, so that neither waits for the other's processor.
fn measure(run: &mut Run<'_>) -> Result<Value, Failure> {
    let folder = run.workspace.scratch("bench")?;
    let arkts = folder.join("arkts.json");
    ohos::bench(run, &arkts)?;
    let kotlin = folder.join("kotlin.json");
    bench_kotlin(run, &kotlin)?;
    let mut figures = read(&kotlin)?;
    figures.append(&mut read(&arkts)?);
    Ok(Value::Object(figures))
}

/// A test that measures only if it is asked to.
fn bench_kotlin(run: &mut Run<'_>, figures: &Path) -> Result<(), Failure> {
    let native = kotlin::prepare_shipped(run)?;
    let mut file = OsString::from("-Dstaykit.bench=");
    file.push(figures);
    let mut maven = native.maven(run, android::REACTOR);
    maven.args(["--projects", "staykit", "--also-make", "-Dstaykit.core.skipTests=true"]);
    maven
        .args(["-Dtest=CostTest", "-Dsurefire.failIfNoSpecifiedTests=false"])
        .arg(file)
        .arg("test");
    run.command(maven).map(|_| ())
}

/// Figures by name.
fn read(path: &Path) -> Result<Map<String, Value>, Failure> {
    let text = std::fs::read(path).map_err(Failure::file("read", path))?;
    serde_json::from_slice(&text)
        .map_err(|error| Failure::Found(vec![format!("{}: {error}", path.display())]))
}

fn table(figures: &Value) -> String {
    let rows = figures.as_object().into_iter().flatten();
    let row = |(name, value): (&String, &Value)| {
        let limit = LIMITS.iter().find(|(limited, _)| limited == name);
        let limit = limit.map_or(String::new(), |(_, most)| format!("  at most {most}"));
        format!("{name:<25} {:>10.2}{limit}\n", value.as_f64().unwrap_or(f64::NAN))
    };
    rows.map(row).collect()
}

fn over(figures: &Value) -> Vec<String> {
    let fault = |(name, most): &(&str, f64)| {
        let is = figures.get(*name).and_then(Value::as_f64);
        let fits = is.is_some_and(|is| is <= *most);
        (!fits).then(|| match is {
            Some(is) => format!("{name} is {is:.2}, at most {most}"),
            None => format!("{name} was not measured"),
        })
    };
    LIMITS.iter().filter_map(fault).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{LIMITS, over, table};

    #[test]
    fn a_figure_over_its_limit_or_missing_is_a_fault() {
        let fine = json!({
            "jni_vs_rust": 2.5, "start_main_us": 1, "napi_vs_rust": 4, "arkts_start_main_us": 1
        });
        assert!(over(&fine).is_empty());
        let faults = over(&json!({ "jni_vs_rust": 2.51 }));
        assert_eq!(
            faults[..2],
            ["jni_vs_rust is 2.51, at most 2.5", "start_main_us was not measured"]
        );
        assert_eq!(faults.len(), LIMITS.len());
    }

    #[test]
    fn the_table_has_a_row_for_each_figure_and_the_limit_of_those_that_have_one() {
        let text = table(&json!({ "jni_vs_rust": 1.5, "rust_record_ns": 1200.25 }));
        assert!(text.contains("jni_vs_rust                     1.50  at most 2.5\n"), "{text}");
        assert!(text.contains("rust_record_ns               1200.25\n"), "{text}");
    }
}
