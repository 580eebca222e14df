//! `cargo xtask aar`: the Android libraries as archives, the same bytes each time.

mod archive;
mod check;
mod native;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::failure::Failure;
use crate::parts::android::REACTOR;
use crate::parts::kotlin;
use crate::run::Run;
use crate::sizes;
use crate::workspace::Workspace;
use archive::Archive;
use native::Library;

/// Version of the modules, as in `android/pom.xml`.
const VERSION: &str = "0.1.0";

/// For the build tools of whoever takes the archive: the least that they must be.
const METADATA: &str = "aarFormatVersion=1.0\naarMetadataVersion=1.0\nminCompileSdk=23\n\
                        minCompileSdkExtension=0\nminAndroidGradlePluginVersion=1.0.0\n\
                        coreLibraryDesugaringEnabled=false\n";

/// Where build tools look for it.
const METADATA_PATH: &str = "META-INF/com/android/build/gradle/aar-metadata.properties";

/// Arguments of the command.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// For devices; needs an NDK (`ANDROID_NDK_HOME`). Without it, an archive for tests on this machine
    #[arg(long)]
    release: bool,
}

/// What the archives are for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Flavour {
    /// Tests on this machine: the library of the host, which no device can load.
    Test,
    /// Devices.
    Release,
}

/// Both archives.
pub(crate) struct Archives {
    pub(crate) staykit: PathBuf,
    pub(crate) ui: PathBuf,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let flavour = if arguments.release { Flavour::Release } else { Flavour::Test };
    let mut run = Run::start(workspace, "aar", false)?;
    let libraries = match flavour {
        Flavour::Release => native::for_devices(&mut run)?,
        Flavour::Test => native::for_this_machine(&mut run)?,
    };
    let maven = kotlin::prepare(&mut run)?;
    let mut compile = maven.maven(&run, REACTOR);
    compile.args(["-DskipTests", "process-classes"]);
    run.command(compile)?;
    let archives = build(&mut run, flavour, &libraries)?;
    check::archives(&archives, &libraries)?;
    run.finish();
    for library in &libraries {
        let of = if flavour == Flavour::Test { "-of-the-host" } else { "" };
        let name = format!("aar/{}{of}", library.abi);
        println!("{}", sizes::compare(&workspace.root, &name, library.size()?)?);
    }
    println!("{}\n{}", archives.ui.display(), archives.staykit.display());
    Ok(ExitCode::SUCCESS)
}

/// Packs what Maven has compiled; answers with the archives.
pub(crate) fn build(
    run: &mut Run<'_>,
    flavour: Flavour,
    libraries: &[Library],
) -> Result<Archives, Failure> {
    let folder = run.workspace.scratch("aar")?;
    let suffix = if flavour == Flavour::Test { "-for-tests-on-this-machine" } else { "" };
    let place = |name: &str| folder.join(format!("{name}-{VERSION}{suffix}.aar"));
    let root = &run.workspace.root;
    let core = jar(&root.join("bindings/kotlin/jvm/target/classes"))?;
    let mut staykit = module(root, "staykit")?;
    staykit.add("libs/staykit-core.jar", core);
    for library in libraries {
        staykit.add(&format!("jni/{}/libstaykit.so", library.abi), library.bytes()?);
    }
    let archives = Archives { staykit: place("staykit"), ui: place("staykit-ui") };
    staykit.write(&archives.staykit)?;
    module(root, "staykit-ui")?.write(&archives.ui)?;
    Ok(archives)
}

/// The library that the tests run with, as the one of the host; to pack what was tested.
pub(crate) fn tested_library(run: &Run<'_>) -> Library {
    Library::of_tests(run.workspace.target.join("debug/libstaykit.so"))
}

/// Opens both and looks at what is in them.
pub(crate) fn check(archives: &Archives, libraries: &[Library]) -> Result<(), Failure> {
    check::archives(archives, libraries)
}

/// What every module has.
fn module(root: &Path, name: &str) -> Result<Archive, Failure> {
    let folder = root.join(REACTOR).join(name);
    let mut archive = Archive::default();
    archive.add("AndroidManifest.xml", read(&folder.join("src/main/AndroidManifest.xml"))?);
    archive.add("classes.jar", jar(&folder.join("target/classes"))?);
    // No resources.
    archive.add("R.txt", Vec::new());
    archive.add("proguard.txt", read(&folder.join("consumer-rules.pro"))?);
    archive.add(METADATA_PATH, METADATA.into());
    Ok(archive)
}

fn jar(classes: &Path) -> Result<Vec<u8>, Failure> {
    let mut jar = Archive::default();
    jar.add_folder(classes)?;
    jar.bytes()
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(Failure::file("read", path))
}
