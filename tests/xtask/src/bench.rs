//! `cargo xtask bench`: which benchmarks there are, and how each is run.

mod bindings;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::failure::Failure;
use crate::peers;
use crate::workspace::Workspace;

/// A benchmark: takes `--json FILE` behind its arguments for cargo.
struct Bench {
    name: &'static str,
    measures: &'static str,
    cargo: &'static [&'static str],
}

const BENCHES: &[Bench] = &[
    Bench {
        name: "store",
        measures: "record(), bytes on the device, opening and memory, next to plain writes and SQLite",
        cargo: &["bench", "--package", "staykit-core", "--bench", "store"],
    },
    Bench {
        name: "rules",
        measures: "a thousand rules next to ten, allocations and memory of an engine with them",
        cargo: &["bench", "--package", "staykit-core", "--bench", "rules"],
    },
];

/// Runs the benchmark of this name; without one, lists them.
pub(crate) fn run(
    workspace: &Workspace,
    name: Option<&str>,
    json: Option<PathBuf>,
) -> Result<ExitCode, Failure> {
    let Some(name) = name else {
        println!("{}", list());
        return Ok(ExitCode::SUCCESS);
    };
    if name == bindings::NAME {
        return bindings::run(workspace, json.as_deref());
    }
    if name == peers::NAME {
        return peers::run(workspace, json.as_deref());
    }
    let known = BENCHES.iter().find(|bench| bench.name == name);
    let bench = known.ok_or_else(|| {
        Failure::Found(vec![format!("no benchmark is called {name}; there are:\n{}", list())])
    })?;
    let mut command = workspace.cargo(bench.cargo);
    if let Some(file) = json {
        // A benchmark runs in its package's folder; the path was typed in another.
        let file = std::path::absolute(&file).map_err(Failure::file("find", &file))?;
        command.arg("--").arg("--json").arg(file);
    }
    let status = command.status().map_err(Failure::io("start cargo"))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn list() -> String {
    let ours = BENCHES.iter().map(|bench| (bench.name, bench.measures));
    let all = ours.chain([(bindings::NAME, bindings::MEASURES), (peers::NAME, peers::MEASURES)]);
    all.map(|(name, measures)| format!("  {name:<10} {measures}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_benchmark_is_answered_with_those_that_exist() {
        let workspace = Workspace { root: PathBuf::new(), target: PathBuf::new() };
        let failure = run(&workspace, Some("recrod"), None).unwrap_err().to_string();
        assert!(failure.contains("recrod") && failure.contains("store "), "{failure}");
    }
}
