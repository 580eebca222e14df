//! What R8 has left in the app: everything that is looked for by name, and not what nobody looks for.

use std::collections::{BTreeMap, BTreeSet};

use super::App;
use crate::failure::Failure;
use crate::run::Run;

/// Named in the manifest, or begun from outside.
const KEPT: [&str; 2] = ["Lcom/example/workouts/MainActivity;", "Lio/staykit/UploadJob;"];

/// What R8 should have renamed: if it is there, a rule keeps too much.
const RENAMED: [&str; 2] = ["Lio/staykit/internal/Session;", "Lio/staykit/ui/CardView;"];

/// Classes whose native methods and fields are found by their names from native code, or by reflection. That they
/// were there before R8 is read from the archive itself.
const NAMED: [(&str, &[&str]); 2] = [
    (
        "staykit/libs/staykit-core.jar",
        &[
            "io.staykit.core.Native",
            "io.staykit.core.UniffiLib",
            "io.staykit.core.IntegrityCheckingUniffiLib",
            "io.staykit.core.RustBuffer",
            "io.staykit.core.UniffiRustCallStatus",
        ],
    ),
    ("tools/jna.jar", &["com.sun.jna.Native", "com.sun.jna.Pointer", "com.sun.jna.Structure"]),
];

/// JNA's native code calls these, when a callback or a text comes back.
const CALLED_BACK: (&str, [&str; 3]) =
    ("Lcom/sun/jna/CallbackReference;", ["getCallback", "getFunctionPointer", "initializeThread"]);

/// The order of a structure's fields, without which JNA refuses it.
const ORDERED: &str = "Lcom/sun/jna/Structure$FieldOrder; value={ \"capacity\" \"len\" \"data\" }";

/// Members by class.
type Members = BTreeMap<String, BTreeSet<String>>;

pub(super) fn check(run: &mut Run<'_>, app: &App) -> Result<(), Failure> {
    let mut dump = run.workspace.command("dexdump");
    dump.arg("-a").arg(app.path("dex/classes.dex"));
    let dumped = run.command(dump)?;
    let mut wanted = Members::new();
    for (jar, classes) in NAMED {
        for class in classes {
            let mut javap = run.workspace.command("javap");
            javap.args(["-p", "-cp"]).arg(app.path(jar)).arg(class);
            let descriptor = format!("L{};", class.replace('.', "/"));
            wanted.insert(descriptor, named(&run.command(javap)?));
        }
    }
    let faults = faults(&dumped, wanted);
    if faults.is_empty() { Ok(()) } else { Err(Failure::Found(faults)) }
}

/// Native methods and fields of objects, from what `javap` prints of one class.
fn named(printed: &str) -> BTreeSet<String> {
    let member = |line: &str| {
        let line = line.trim().strip_suffix(';')?;
        let declared = match line.split_once('(') {
            Some((method, _)) if method.contains(" native ") => method,
            Some(_) => return None,
            None if line.contains(" static ") || line.starts_with("static ") => return None,
            None => line,
        };
        declared.rsplit(' ').next().map(str::to_owned)
    };
    printed.lines().filter_map(member).collect()
}

/// Every class with its members, from what `dexdump` prints.
fn left(dumped: &str) -> Members {
    let quoted = |rest: &str| rest.split('\'').nth(1).map(str::to_owned);
    let mut left = Members::new();
    let mut class = None;
    for line in dumped.lines() {
        if let Some(descriptor) = line.strip_prefix("  Class descriptor  : ").and_then(quoted) {
            left.entry(descriptor.clone()).or_default();
            class = Some(descriptor);
        } else if let Some(name) = line.strip_prefix("      name          : ").and_then(quoted)
            && let Some(members) = class.as_ref().and_then(|class| left.get_mut(class))
        {
            members.insert(name);
        }
    }
    left
}

fn faults(dumped: &str, mut wanted: Members) -> Vec<String> {
    let left = left(dumped);
    let mut faults = Vec::new();
    for class in KEPT {
        wanted.entry(class.to_owned()).or_default();
    }
    wanted.insert(CALLED_BACK.0.to_owned(), CALLED_BACK.1.map(str::to_owned).into());
    for (class, members) in &wanted {
        let Some(there) = left.get(class) else {
            faults.push(format!("R8 took {class}"));
            continue;
        };
        faults.extend(members.difference(there).map(|member| format!("R8 took {class} {member}")));
    }
    if !dumped.contains(ORDERED) {
        faults.push("R8 took the order of the fields of RustBuffer".to_owned());
    }
    let kept = RENAMED.iter().filter(|class| left.contains_key(**class));
    faults.extend(kept.map(|class| format!("a rule keeps {class}")));
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = "  Class descriptor  : 'La/B;'\n      name          : 'keep'\n      type          : '()V'\n\
                        \x20 Class descriptor  : 'Lio/staykit/internal/Session;'\n";

    #[test]
    fn native_methods_and_fields_of_objects_are_looked_for_and_nothing_else() {
        let printed = "Compiled from \"A.kt\"\npublic class a.B {\n  public static final a.B INSTANCE;\n  public long len;\n  \
                       private a.B();\n  public static final native long record(long, byte[]);\n  void load();\n  \
                       static {};\n}\n";
        assert_eq!(named(printed), ["len", "record"].map(str::to_owned).into());
    }

    #[test]
    fn what_r8_took_and_what_it_left_are_found() {
        let wanted = [("La/B;".to_owned(), ["gone", "keep"].map(str::to_owned).into())].into();
        let faults = faults(DUMP, wanted);
        assert!(faults.contains(&"R8 took La/B; gone".to_owned()), "{faults:?}");
        assert!(!faults.contains(&"R8 took La/B; keep".to_owned()), "{faults:?}");
        assert!(faults.contains(&"a rule keeps Lio/staykit/internal/Session;".to_owned()));
        assert!(faults.contains(&"R8 took Lio/staykit/UploadJob;".to_owned()));
        assert!(faults.contains(&"R8 took the order of the fields of RustBuffer".to_owned()));
    }
}
