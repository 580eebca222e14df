//! `cargo xtask apk`: the quick start for Android as a signed APK, built from the archives as an app would be, with
//! Debian's build tools and R8.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use zip::ZipArchive;

use crate::aar::{self, Flavour};
use crate::failure::Failure;
use crate::parts::android::REACTOR;
use crate::parts::kotlin;
use crate::run::Run;
use crate::tool;
use crate::workspace::Workspace;

const APP: &str = "examples/quickstart-android";

/// The aapt2 of Debian reads the resources of API 30, and fails on newer ones.
const RESOURCES: &str = "target/sdks/android-all-instrumented-11-robolectric-6757853-i7.jar";

/// What must be there by its name after R8, as something looks for it by name.
const KEPT: [&str; 5] = [
    "Lcom/example/workouts/MainActivity;",
    "Lio/staykit/UploadJob;",
    "Lio/staykit/core/Native;",
    "Lio/staykit/core/RustBuffer;",
    "Lcom/sun/jna/Pointer;",
];

/// What R8 should have renamed: if it is there, a rule keeps too much.
const RENAMED: [&str; 2] = ["Lio/staykit/internal/Session;", "Lio/staykit/ui/CardView;"];

pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode, Failure> {
    let mut run = Run::start(workspace, "apk", false)?;
    let apk = build(&mut run)?;
    run.finish();
    println!("{} bytes\n{}", size(&apk)?, apk.display());
    Ok(ExitCode::SUCCESS)
}

/// Builds and checks it; answers with its path.
pub(crate) fn build(run: &mut Run<'_>) -> Result<PathBuf, Failure> {
    for tool in [&tool::AAPT2, &tool::ZIPALIGN, &tool::APKSIGNER, &tool::DEXDUMP] {
        tool.require(run.workspace)?;
    }
    let native = kotlin::prepare(run)?;
    let mut compile = native.maven(run, REACTOR);
    compile.args(["-DskipTests", "process-classes"]);
    run.command(compile)?;
    let app = App::unpack(run)?;
    app.link_resources(run)?;
    let mut compile = native.maven(run, APP);
    compile.arg(format!("-Dstaykit.unpacked={}", app.folder.display())).arg("process-classes");
    run.command(compile)?;
    app.shrink(run)?;
    app.pack(run)?;
    app.sign(run)?;
    app.check(run)?;
    Ok(app.path("quickstart.apk"))
}

/// A folder with all that the app is made of.
struct App {
    folder: PathBuf,
    source: PathBuf,
    resources: PathBuf,
}

impl App {
    fn unpack(run: &mut Run<'_>) -> Result<Self, Failure> {
        let root = &run.workspace.root;
        let (source, resources) = (root.join(APP), root.join(REACTOR).join(RESOURCES));
        let folder = run.workspace.scratch("apk")?;
        let libraries = [aar::tested_library(run)];
        let archives = aar::build(run, Flavour::Test, &libraries)?;
        for (name, archive) in [("staykit", &archives.staykit), ("staykit-ui", &archives.ui)] {
            let file = File::open(archive).map_err(Failure::file("open", archive))?;
            let mut zip = ZipArchive::new(file).map_err(failed)?;
            zip.extract(folder.join(name)).map_err(failed)?;
        }
        Ok(Self { folder, source, resources })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The manifests merged, as Gradle would, and the class `R`.
    fn link_resources(&self, run: &mut Run<'_>) -> Result<(), Failure> {
        let read = |path: &Path| std::fs::read_to_string(path).map_err(Failure::file("read", path));
        let app = read(&self.source.join("AndroidManifest.xml"))?;
        let library = read(&self.path("staykit/AndroidManifest.xml"))?;
        let manifest = self.path("AndroidManifest.xml");
        std::fs::write(&manifest, merged(&app, &library))
            .map_err(Failure::file("write", &manifest))?;
        let mut compile = run.workspace.command("aapt2");
        compile.args(["compile", "--dir"]).arg(self.source.join("res"));
        compile.arg("-o").arg(self.path("res.zip"));
        run.command(compile)?;
        let mut link = run.workspace.command("aapt2");
        link.args(["link", "--min-sdk-version", "23", "--target-sdk-version", "34"]);
        link.arg("-I").arg(&self.resources).arg("--manifest").arg(&manifest);
        link.arg("--java").arg(self.path("gen")).arg("--proguard").arg(self.path("aapt.pro"));
        link.arg("-o").arg(self.path("base.apk")).arg(self.path("res.zip"));
        run.command(link).map(|_| ())
    }

    fn shrink(&self, run: &mut Run<'_>) -> Result<(), Failure> {
        let tools = self.path("tools");
        let classes = self.path("app.jar");
        let mut jar = run.workspace.command("jar");
        jar.arg("cf").arg(&classes).arg("-C").arg(self.source.join("target/classes")).arg(".");
        run.command(jar)?;
        let dex = self.path("dex");
        std::fs::create_dir_all(&dex).map_err(Failure::file("make", &dex))?;
        let mut r8 = run.workspace.command("java");
        r8.arg("-Xmx2g").arg("-cp").arg(tools.join("r8.jar"));
        r8.args(["com.android.tools.r8.R8", "--release", "--min-api", "23"]);
        r8.arg("--lib").arg(tools.join("android-all.jar")).arg("--lib").arg(java_home(run)?);
        for rules in ["aapt.pro", "staykit/proguard.txt", "staykit-ui/proguard.txt"] {
            r8.arg("--pg-conf").arg(self.path(rules));
        }
        r8.arg("--pg-map-output")
            .arg(self.path("mapping.txt"))
            .arg("--output")
            .arg(&dex)
            .arg(classes);
        for jar in
            ["staykit/classes.jar", "staykit/libs/staykit-core.jar", "staykit-ui/classes.jar"]
        {
            r8.arg(self.path(jar));
        }
        r8.args(["kotlin-stdlib.jar", "jna.jar", "annotations.jar"].map(|jar| tools.join(jar)));
        run.command(r8).map(|_| ())
    }

    /// Code and library beside the resources; the library as it is, so that it is loaded from the APK.
    fn pack(&self, run: &mut Run<'_>) -> Result<(), Failure> {
        let (apk, library) = (self.path("unsigned.apk"), "lib/x86_64/libstaykit.so");
        std::fs::copy(self.path("base.apk"), &apk).map_err(Failure::file("write", &apk))?;
        let folder = self.path("lib/x86_64");
        std::fs::create_dir_all(&folder).map_err(Failure::file("make", &folder))?;
        std::fs::copy(self.path("staykit/jni/x86_64/libstaykit.so"), self.path(library))
            .map_err(Failure::file("write", &folder))?;
        for (how, from, file) in
            [("uf", self.path("dex"), "classes.dex"), ("u0f", self.folder.clone(), library)]
        {
            let mut jar = run.workspace.command("jar");
            jar.arg(how).arg(&apk).arg("-C").arg(from).arg(file);
            run.command(jar)?;
        }
        Ok(())
    }

    /// With a key of its own, made on the spot: this app is for nobody's store.
    fn sign(&self, run: &mut Run<'_>) -> Result<(), Failure> {
        let (key, aligned) = (self.path("key.p12"), self.path("aligned.apk"));
        let mut align = run.workspace.command("zipalign");
        align.args(["-f", "-p", "4"]).arg(self.path("unsigned.apk")).arg(&aligned);
        run.command(align)?;
        if !key.is_file() {
            let mut make = run.workspace.command("keytool");
            make.args(["-genkeypair", "-alias", "a", "-keyalg", "RSA", "-dname", "CN=quickstart"]);
            make.args(["-storepass", "quickstart", "-validity", "10000", "-keystore"]).arg(&key);
            run.command(make)?;
        }
        let mut sign = run.workspace.command("apksigner");
        sign.args(["sign", "--ks-pass", "pass:quickstart", "--ks"]).arg(&key);
        sign.arg("--out").arg(self.path("quickstart.apk")).arg(&aligned);
        run.command(sign).map(|_| ())
    }

    fn check(&self, run: &mut Run<'_>) -> Result<(), Failure> {
        let apk = self.path("quickstart.apk");
        let mut verify = run.workspace.command("apksigner");
        verify.args(["verify", "--min-sdk-version", "23"]).arg(&apk);
        run.command(verify)?;
        let mut dump = run.workspace.command("dexdump");
        dump.arg(self.path("dex/classes.dex"));
        let dumped = run.command(dump)?;
        let faults = faults(&dumped);
        if faults.is_empty() { Ok(()) } else { Err(Failure::Found(faults)) }
    }
}

/// What the archive of Android leaves out: Java's own classes.
fn java_home(run: &mut Run<'_>) -> Result<String, Failure> {
    let mut java = run.workspace.command("java");
    java.args(["-XshowSettings:properties", "-version"]);
    let printed = run.command(java)?;
    let home = printed.lines().find_map(|line| line.trim().strip_prefix("java.home = "));
    let unknown = || Failure::Found(vec!["java does not say where it is".to_owned()]);
    home.map(str::to_owned).ok_or_else(unknown)
}

fn faults(dumped: &str) -> Vec<String> {
    let there = |class: &str| dumped.contains(&format!("Class descriptor  : '{class}'"));
    let lost = KEPT.iter().filter(|class| !there(class)).map(|class| format!("R8 took {class}"));
    let kept =
        RENAMED.iter().filter(|class| there(class)).map(|class| format!("a rule keeps {class}"));
    lost.chain(kept).collect()
}

/// The library's permissions and services in the app's manifest.
fn merged(app: &str, library: &str) -> String {
    let between = |from: &str, to: &str| {
        let start = library.find(from)? + from.len();
        library.get(start..start + library.get(start..)?.find(to)?)
    };
    let services = between("<application>", "</application>").unwrap_or_default();
    let permissions: String =
        library.lines().filter(|line| line.contains("<uses-permission")).collect();
    app.replacen("<application", &format!("{permissions}<application"), 1).replacen(
        "</application>",
        &format!("{services}</application>"),
        1,
    )
}

fn size(apk: &Path) -> Result<u64, Failure> {
    apk.metadata().map(|metadata| metadata.len()).map_err(Failure::file("read", apk))
}

fn failed(error: zip::result::ZipError) -> Failure {
    Failure::Io { doing: "pack the app".to_owned(), source: error.into() }
}

#[cfg(test)]
mod tests {
    use super::{faults, merged};

    #[test]
    fn what_the_library_asks_for_is_in_the_app() {
        let app = "<manifest><application android:name=\".A\"><activity/></application></manifest>";
        let library = "<manifest>\n<uses-permission p/>\n<application><service/></application>\n";
        let expected = "<manifest><uses-permission p/><application android:name=\".A\"><activity/>\
                        <service/></application></manifest>";
        assert_eq!(merged(app, library), expected);
    }

    #[test]
    fn a_class_that_r8_took_and_one_that_it_left_are_found() {
        assert_eq!(faults("").len(), 5);
        let line = "  Class descriptor  : 'Lio/staykit/internal/Session;'\n";
        assert!(faults(line).contains(&"a rule keeps Lio/staykit/internal/Session;".to_owned()));
    }
}
