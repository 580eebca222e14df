//! `cargo xtask apk`: the quick start for Android as a signed APK, built from the archives as an app would be, with
//! Debian's build tools and R8.

mod dex;
mod shrunk;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use zip::ZipArchive;

use crate::aar::{self, Flavour};
use crate::failure::Failure;
use crate::parts::android::REACTOR;
use crate::parts::kotlin::{self, Native};
use crate::run::Run;
use crate::tool;
use crate::workspace::Workspace;

const APP: &str = "examples/quickstart-android";
const APK: &str = "quickstart.apk";
const LIBRARY: &str = "lib/x86_64/libstaykit.so";

/// The aapt2 of Debian reads the resources of API 30, and fails on newer ones.
const RESOURCES: &str = "target/sdks/android-all-instrumented-11-robolectric-6757853-i7.jar";

/// Debian's packages with the tools.
const PACKAGES: [&str; 4] = ["aapt", "zipalign", "apksigner", "dexdump"];

pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode, Failure> {
    let mut run = Run::start(workspace, "apk", false)?;
    tools(&mut run)?;
    let native = kotlin::prepare(&mut run)?;
    let app = build(&mut run, &native)?;
    run.finish();
    println!("{}\n{}", app.sizes()?, app.path(APK).display());
    Ok(ExitCode::SUCCESS)
}

/// For `cargo xtask test`: the app, and what it is made of at work after R8.
pub(crate) fn part(run: &mut Run<'_>) -> Result<String, Failure> {
    tools(run)?;
    let native = kotlin::prepare(run)?;
    let mut driver = native.maven(run, kotlin::MODULE);
    driver.args(["-Dstaykit.core.skipTests=true", "process-test-classes"]);
    run.command(driver)?;
    let app = build(run, &native)?;
    shrunk::run_app(run, &app, &native)?;
    app.sizes()
}

/// Brings what is missing, if the package client may; else says what to type.
fn tools(run: &mut Run<'_>) -> Result<(), Failure> {
    let require = |run: &Run<'_>| {
        let tools = [&tool::AAPT2, &tool::ZIPALIGN, &tool::APKSIGNER, &tool::DEXDUMP];
        tools.into_iter().try_for_each(|tool| tool.require(run.workspace))
    };
    if require(run).is_ok() {
        return Ok(());
    }
    let line = format!(
        "[ $(id -u) = 0 ] || as='sudo -n'; $as apt-get update -qq && \
         $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends {}",
        PACKAGES.join(" ")
    );
    let mut install = run.workspace.command("sh");
    install.args(["-c", &line]);
    // What comes of it is seen by what is there.
    let _ = run.command(install);
    require(run)
}

/// Builds and checks it.
fn build(run: &mut Run<'_>, native: &Native) -> Result<App, Failure> {
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
    Ok(app)
}

/// R8 for what the app has of classes, in a process of its own that is over too soon for a better compiler.
fn r8(run: &Run<'_>, app: &App) -> Command {
    let mut r8 = run.workspace.command("java");
    r8.args(["-Xmx2g", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"]);
    r8.arg(app.path("tools/r8.jar")).args(["com.android.tools.r8.R8", "--release"]);
    r8
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
        let java_home = java_home(run)?;
        let mut r8 = r8(run, self);
        r8.args(["--min-api", "23"]);
        r8.arg("--lib").arg(tools.join("android-all.jar")).arg("--lib").arg(java_home);
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
        let apk = self.path("unsigned.apk");
        std::fs::copy(self.path("base.apk"), &apk).map_err(Failure::file("write", &apk))?;
        let folder = self.path("lib/x86_64");
        std::fs::create_dir_all(&folder).map_err(Failure::file("make", &folder))?;
        std::fs::copy(self.path("staykit/jni/x86_64/libstaykit.so"), self.path(LIBRARY))
            .map_err(Failure::file("write", &folder))?;
        for (how, from, file) in
            [("uf", self.path("dex"), "classes.dex"), ("u0f", self.folder.clone(), LIBRARY)]
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
        sign.arg("--out").arg(self.path(APK)).arg(&aligned);
        run.command(sign).map(|_| ())
    }

    fn check(&self, run: &mut Run<'_>) -> Result<(), Failure> {
        let apk = self.path(APK);
        let mut verify = run.workspace.command("apksigner");
        verify.args(["verify", "--min-sdk-version", "23"]).arg(&apk);
        run.command(verify)?;
        dex::check(run, self)
    }

    /// What a person fetches: the code, the library (of this machine, for tests), and all of it.
    fn sizes(&self) -> Result<String, Failure> {
        let [dex, library, apk] =
            ["dex/classes.dex", LIBRARY, APK].map(|name| size(&self.path(name)));
        Ok(format!(
            "DEX {} bytes, APK {} bytes, {} of them the library for tests",
            dex?, apk?, library?
        ))
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
    use super::merged;

    #[test]
    fn what_the_library_asks_for_is_in_the_app() {
        let app = "<manifest><application android:name=\".A\"><activity/></application></manifest>";
        let library = "<manifest>\n<uses-permission p/>\n<application><service/></application>\n";
        let expected = "<manifest><uses-permission p/><application android:name=\".A\"><activity/>\
                        <service/></application></manifest>";
        assert_eq!(merged(app, library), expected);
    }
}
