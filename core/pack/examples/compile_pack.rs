//! Compiles a pack to unsigned bytes. All built-in packs, which are committed and embedded, from the
//! root of the project:
//!
//! ```text
//! cargo run -p staykit-pack --example compile_pack -- --builtin
//! ```
//!
//! With one file it prints what is in that pack, with two it writes the second.

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.as_slice() {
        [all] if all == "--builtin" => staykit_pack::BUILTIN.iter().try_for_each(|(name, _)| {
            let to = format!("core/src/pack/builtin/{name}.pack");
            run(&format!("core/pack/builtin/{name}.yaml"), Some(&to))
        }),
        [from] => run(from, None),
        [from, to] => run(from, Some(to)),
        _ => Err("usage: compile_pack --builtin | FROM.yaml [TO.pack]".to_owned()),
    }
    .map_or_else(
        |message| {
            eprintln!("{message}");
            ExitCode::FAILURE
        },
        |()| ExitCode::SUCCESS,
    )
}

fn run(from: &str, to: Option<&str>) -> Result<(), String> {
    let yaml = std::fs::read_to_string(from).map_err(|error| format!("{from}: {error}"))?;
    let named = |problem: &staykit_pack::Problem| format!("{from}:{problem}");
    let compiled = staykit_pack::compile(&yaml)
        .map_err(|problems| problems.iter().map(named).collect::<Vec<_>>().join("\n"))?;
    for warning in &compiled.warnings {
        eprintln!("{from}:{warning} (warning)");
    }
    if let Some(to) = to {
        return std::fs::write(to, &compiled.bytes).map_err(|error| format!("{to}: {error}"));
    }
    let text = staykit_pack::describe(&compiled.bytes).map_err(|error| error.to_string())?;
    print!("{text}");
    Ok(())
}
