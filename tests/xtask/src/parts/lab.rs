//! The main job end to end: `cargo lab demo`, its figures, and a recount that shares no code with it.

use std::path::Path;

use serde_json::Value;

use crate::failure::Failure;
use crate::run::Run;
use crate::tool;

/// Figures of each run that must be nothing.
const NOTHING: [&str; 3] = ["/collector/missing", "/collector/doubled", "/plain_text_found"];
/// Figures of each run that must not be nothing, or the run proved too little.
const SOMETHING: [&str; 3] = ["/recorded", "/collector/duplicates_refused", "/killed"];

pub(super) fn run(run: &mut Run<'_>) -> Result<String, Failure> {
    tool::PYTHON.require(run.workspace)?;
    if let Err(missing) = tool::PIP.require(run.workspace) {
        run.note(&format!("{missing}; the lab runs on its simulator"));
    }
    let folder = run.workspace.scratch("lab")?;
    let (json, keep) = (folder.join("demo.json"), folder.join("keep"));
    clear(&json, &keep)?;
    run.command(run.workspace.cargo(&["build", "--release", "--package", "staykit-lab"]))?;
    let mut demo = run.workspace.cargo(&["lab", "demo", "--json"]);
    demo.arg(&json).arg("--keep").arg(&keep);
    run.command(demo)?;
    let note = check(&json)?;
    let mut recount = run.workspace.command("python3");
    recount.arg("tests/recount.py").arg(&keep).arg("--demo").arg(&json);
    run.command(recount)?;
    Ok(note)
}

/// What an earlier run left must not be taken for this one's.
fn clear(json: &Path, keep: &Path) -> Result<(), Failure> {
    if json.exists() {
        std::fs::remove_file(json).map_err(Failure::file("remove", json))?;
    }
    if keep.exists() {
        std::fs::remove_dir_all(keep).map_err(Failure::file("remove", keep))?;
    }
    Ok(())
}

fn check(path: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(path).map_err(Failure::file("read", path))?;
    let demo: Value = serde_json::from_slice(&bytes)
        .map_err(|error| Failure::Found(vec![format!("{}: {error}", path.display())]))?;
    let runs = demo.get("runs").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if runs.is_empty() {
        return Err(Failure::Found(vec![format!("{}: no runs", path.display())]));
    }
    let faults: Vec<String> = runs.iter().flat_map(faults_of).collect();
    if faults.is_empty() { Ok(note(runs)) } else { Err(Failure::Found(faults)) }
}

fn faults_of(run: &Value) -> Vec<String> {
    let name = name_of(run);
    let fault = |field: &str, must: &str| {
        let is = run.pointer(field).map_or("absent".to_owned(), Value::to_string);
        format!(
            "lab run {name}: {} is {is}, must be {must}",
            field.trim_start_matches('/').replace('/', ".")
        )
    };
    let figure = |field: &str| run.pointer(field).and_then(Value::as_u64);
    let mut faults = Vec::new();
    faults.extend(
        NOTHING.iter().filter(|field| figure(field) != Some(0)).map(|field| fault(field, "0")),
    );
    let nothing = |field: &&&str| figure(field).unwrap_or(0) == 0;
    faults.extend(SOMETHING.iter().filter(nothing).map(|field| fault(field, "more than 0")));
    if figure("/recorded") != figure("/collector/events") {
        faults.push(fault("/collector/events", "what was recorded"));
    }
    faults
}

/// `purchases 6919 events, shop 31106 events in 41 s`.
fn note(runs: &[Value]) -> String {
    let one = |run: &Value| {
        let synthetic = run.pointer("/data/synthetic").and_then(Value::as_bool) == Some(true);
        let events = run.get("recorded").map_or(String::new(), Value::to_string);
        format!("{} {events} events{}", name_of(run), if synthetic { " (synthetic)" } else { "" })
    };
    let seconds: f64 = runs.iter().filter_map(|run| run.get("wall_s")?.as_f64()).sum();
    format!("{} in {seconds:.0} s", runs.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn name_of(run: &Value) -> &str {
    run.pointer("/data/name").and_then(Value::as_str).unwrap_or("without a name")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Value {
        let text = r#"{"data":{"name":"shop","synthetic":true},"recorded":9,"killed":2,"plain_text_found":0,
            "wall_s":4.2,"collector":{"events":9,"missing":0,"doubled":0,"duplicates_refused":1}}"#;
        serde_json::from_str(text).unwrap()
    }

    fn faults_with(field: &str, value: u64) -> Vec<String> {
        let mut run = good();
        *run.pointer_mut(field).unwrap() = Value::from(value);
        faults_of(&run)
    }

    #[test]
    fn a_good_run_has_no_fault_and_is_told_in_the_note() {
        assert_eq!(faults_of(&good()), Vec::<String>::new());
        assert_eq!(note(&[good()]), "shop 9 events (synthetic) in 4 s");
    }

    #[test]
    fn each_figure_that_is_wrong_is_named() {
        assert_eq!(
            faults_with("/collector/missing", 3),
            ["lab run shop: collector.missing is 3, must be 0"]
        );
        assert_eq!(faults_with("/killed", 0), ["lab run shop: killed is 0, must be more than 0"]);
        assert_eq!(
            faults_with("/collector/events", 8),
            ["lab run shop: collector.events is 8, must be what was recorded"]
        );
    }

    #[test]
    fn a_figure_that_is_absent_is_a_fault() {
        let mut run = good();
        run.as_object_mut().unwrap().remove("plain_text_found");
        assert_eq!(faults_of(&run), ["lab run shop: plain_text_found is absent, must be 0"]);
    }
}
