//! Pack tools for operators: check, test, compare, compile, sign, show.

mod costs;
mod examples;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use indicatif::ProgressBar;
use staykit_core::crypto::signature::KeyId;
use staykit_core::pack::Pack;
use staykit_pack::{Compiled, Problem};
use staykit_proto::{Message, v1::SignedPack};

use crate::failure::Failure;
use crate::hex;

/// What to do with a pack.
#[derive(Debug, Subcommand)]
pub(crate) enum PackCommand {
    /// Finds what is wrong with a pack in YAML or makes no sense, and what its rules cost.
    ///
    /// Exit code: 0 if a device accepts it (warnings may stand above), 1 if not, or if there are
    /// warnings and --deny-warnings is given; 2 if the command line is wrong.
    Check {
        /// The YAML.
        file: PathBuf,
        /// Fails if there are warnings.
        #[arg(long)]
        deny_warnings: bool,
    },
    /// Runs the examples of a pack in YAML on an engine, and says why one does not come true.
    ///
    /// Exit code: 0 if all come true, 1 if not or if there are none, 2 if the command line is
    /// wrong.
    Test {
        /// The YAML.
        file: PathBuf,
    },
    /// Says what changed in meaning from one pack to another: rules, figures, what is counted anew.
    ///
    /// Exit code: 0 if both mean the same, 1 if not, 2 if one cannot be read.
    Diff {
        /// YAML, compiled or signed.
        before: PathBuf,
        /// The same.
        after: PathBuf,
    },
    /// Compiles a pack in YAML.
    Compile {
        /// The YAML.
        file: PathBuf,
        /// Where to [default: beside it, with the ending .pack].
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Signs a pack, so that devices accept it.
    Sign(Sign),
    /// Says in words what a pack holds.
    Show {
        /// YAML, compiled or signed.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// YAML or compiled.
    file: PathBuf,
    /// Ed25519 signing key in PKCS#8 (DER). Keep it where no app and no build log sees it.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Makes the key if there is none.
    #[arg(long)]
    new_key: bool,
    /// Where to [default: beside the pack, with the ending .signed].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(command: &PackCommand) -> Result<ExitCode, Failure> {
    match command {
        PackCommand::Check { file, deny_warnings } => print(&check(file, *deny_warnings)?),
        PackCommand::Test { file } => print(&test(file)?),
        PackCommand::Diff { before, after } => {
            let (text, same) = diff(before, after).map_err(|failure| failure.with_code(2))?;
            print(&text);
            return Ok(if same { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        PackCommand::Compile { file, out } => {
            let compiled = compile(file)?;
            let out = out.clone().unwrap_or_else(|| file.with_extension("pack"));
            fs::write(&out, &compiled.bytes).map_err(Failure::file("write", &out))?;
            print(&format!("{}: {} bytes\n", out.display(), compiled.bytes.len()));
        }
        PackCommand::Sign(command) => print(&sign(command)?),
        PackCommand::Show { file } => {
            let (bytes, signed_by) = compiled(file)?;
            let description = staykit_pack::describe(&bytes).map_err(no_pack(file))?;
            print(&description);
            if let Some(key) = signed_by {
                print(&format!("signed by key {key} (not verified here)\n"));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What a pack costs, or what is wrong with it.
fn check(file: &Path, deny_warnings: bool) -> Result<String, Failure> {
    let compiled = compile(file)?;
    let Compiled { name, version, bytes, warnings, examples } = &compiled;
    let warned = warnings.len();
    if warned > 0 && deny_warnings {
        return Err(Failure::new(
            format_args!("{warned} warnings, and --deny-warnings is given"),
            "change what they are about, or leave --deny-warnings out",
        ));
    }
    let costs = costs::table(&staykit_pack::costs(bytes).map_err(no_pack(file))?);
    let examples = examples.len();
    Ok(format!("{name} {version} is right: {warned} warnings, {examples} examples\n\n{costs}"))
}

/// That all examples come true, or which do not and why.
fn test(file: &Path) -> Result<String, Failure> {
    let compiled = compile(file)?;
    if compiled.examples.is_empty() {
        return Err(Failure::new(
            format_args!("{} has no examples", file.display()),
            "add `examples` to a signal, or to the pack: core/docs/rule-language.md",
        ));
    }
    let progress = ProgressBar::new(u64::try_from(compiled.examples.len()).unwrap_or(0));
    let outcome = examples::run(file, &compiled, &progress)?;
    match outcome.failure(file) {
        Some(failure) => Err(failure),
        None => Ok(format!(
            "{} examples with {} expectations come true\n",
            outcome.examples, outcome.expectations
        )),
    }
}

/// What changed, and whether nothing did.
fn diff(before: &Path, after: &Path) -> Result<(String, bool), Failure> {
    let (old, new) = (compiled(before)?.0, compiled(after)?.0);
    for (file, bytes) in [(before, &old), (after, &new)] {
        Pack::unsigned(bytes).map_err(no_pack(file))?;
    }
    let differences = staykit_pack::diff(&old, &new).map_err(no_pack(after))?;
    if differences.is_none() {
        return Ok(("both mean the same\n".to_owned(), true));
    }
    Ok((differences.to_string(), false))
}

/// A pack for a replay: YAML, compiled or signed. Who signed it does not matter here.
pub(crate) fn load(file: &Path) -> Result<Pack, Failure> {
    let (bytes, _) = compiled(file)?;
    Pack::unsigned(&bytes).map_err(no_pack(file))
}

/// Returns what to tell about it.
fn sign(command: &Sign) -> Result<String, Failure> {
    let (bytes, _) = compiled(&command.file)?;
    let key = signing_key(command)?;
    let refused = |error| {
        Failure::new(
            format_args!("{}: {error}", command.key.display()),
            "name another --key, or make one: --key NEW_FILE --new-key",
        )
    };
    let public = staykit_pack::public_key(&key).map_err(refused)?;
    let signed = staykit_pack::sign(&bytes, &key).map_err(refused)?;
    let out = command.out.clone();
    let out = out.unwrap_or_else(|| command.file.with_extension("signed"));
    fs::write(&out, signed).map_err(Failure::file("write", &out))?;
    let id = hex::encode(&KeyId::of(&public).0);
    let public = hex::encode(&public);
    let out = out.display();
    Ok(format!(
        "{out}: signed by key {id}
apps trust it by its public key {public}
"
    ))
}

fn signing_key(command: &Sign) -> Result<Vec<u8>, Failure> {
    let path = &command.key;
    if command.new_key && !path.exists() {
        let key = staykit_pack::generate_key()
            .map_err(|error| Failure::new(error, "try again on another machine"))?;
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(path);
        file.and_then(|mut file| file.write_all(&key)).map_err(Failure::file("write", path))?;
        return Ok(key);
    }
    fs::read(path).map_err(|error| {
        Failure::new(
            format_args!("cannot read the key {}: {error}", path.display()),
            "name another --key, or add --new-key to make this one",
        )
    })
}

/// The bytes of the compiled pack, and the id of the key that signed it.
fn compiled(file: &Path) -> Result<(Vec<u8>, Option<String>), Failure> {
    let is_yaml = |extension: &std::ffi::OsStr| extension == "yaml" || extension == "yml";
    if file.extension().is_some_and(is_yaml) {
        return Ok((compile(file)?.bytes, None));
    }
    let bytes = fs::read(file).map_err(Failure::file("read", file))?;
    if Pack::unsigned(&bytes).is_err()
        && let Ok(signed) = SignedPack::decode(bytes.as_slice())
        && Pack::unsigned(&signed.pack).is_ok()
    {
        return Ok((signed.pack, Some(hex::encode(&signed.key_id))));
    }
    Ok((bytes, None))
}

/// Compiles; warnings go to standard error, problems into the failure.
fn compile(file: &Path) -> Result<Compiled, Failure> {
    let yaml = fs::read_to_string(file).map_err(Failure::file("read", file))?;
    let compiled =
        staykit_pack::compile_beside(&yaml, &|name| beside(file, name)).map_err(|problems| {
            let count = problems.len();
            let them = if count == 1 { "it" } else { "them" };
            Failure::new(
                list(file, &problems),
                format_args!(
                    "{count} to put right; `lab pack check` again when you changed {them}"
                ),
            )
        })?;
    if !compiled.warnings.is_empty() {
        let _ = writeln!(io::stderr(), "{}", list(file, &compiled.warnings));
    }
    Ok(compiled)
}

/// The file of that name in the folder of the pack, from which a pack does not lead out.
fn beside(file: &Path, name: &str) -> Option<String> {
    let is_plain = Path::new(name).file_name().is_some_and(|plain| plain == name);
    fs::read_to_string(file.with_file_name(name)).ok().filter(|_| is_plain)
}

/// `retention.yaml:14:12  since_lst('open')   no such function; ...`, a line each.
fn list(file: &Path, problems: &[Problem]) -> String {
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
    let lines: Vec<_> = problems.iter().map(|problem| format!("{name}:{problem}")).collect();
    lines.join("\n")
}

fn no_pack<E: std::fmt::Display>(file: &Path) -> impl FnOnce(E) -> Failure {
    move |error| {
        Failure::new(
            format_args!("{} is no pack: {error}", file.display()),
            "give a .yaml file, or what `lab pack compile` or `lab pack sign` wrote",
        )
    }
}

fn print(text: &str) {
    // A reader who has seen enough closes the pipe.
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests;
