//! Opens the archives, as build tools do, and looks at what is in them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;

use zip::ZipArchive;

use super::native::Library;
use super::{Archives, METADATA_PATH, read};
use crate::elf;
use crate::failure::Failure;

type Files = BTreeMap<String, Vec<u8>>;

/// All faults at once.
pub(super) fn archives(archives: &Archives, libraries: &[Library]) -> Result<(), Failure> {
    let mut faults = Vec::new();
    let staykit = open(&read(&archives.staykit)?, &archives.staykit)?;
    module(&staykit, "io/staykit/Staykit.class", &mut faults)?;
    core(&staykit, &mut faults)?;
    for library in libraries {
        native(&staykit, library, &mut faults);
    }
    let ui = open(&read(&archives.ui)?, &archives.ui)?;
    module(&ui, "io/staykit/ui/StaykitUiKt.class", &mut faults)?;
    if ui.keys().any(|name| name.starts_with("jni/")) {
        faults.push("the surfaces bring a native library".to_owned());
    }
    if faults.is_empty() { Ok(()) } else { Err(Failure::Found(faults)) }
}

fn open(bytes: &[u8], path: &Path) -> Result<Files, Failure> {
    let failed = |error: zip::result::ZipError| Failure::file("open", path)(error.into());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(failed)?;
    let mut files = Files::new();
    for number in 0..archive.len() {
        let mut file = archive.by_index(number).map_err(failed)?;
        let mut content = Vec::new();
        file.read_to_end(&mut content).map_err(Failure::file("read", path))?;
        let name = file.name().map_err(failed)?.into_owned();
        files.insert(name, content);
    }
    Ok(files)
}

/// What every archive has, and nothing else in its classes than what is Staykit's.
fn module(files: &Files, class: &str, faults: &mut Vec<String>) -> Result<(), Failure> {
    expect(
        files,
        "AndroidManifest.xml",
        &["package=\"io.staykit", "android:minSdkVersion=\"23\""],
        faults,
    );
    expect(
        files,
        METADATA_PATH,
        &["minCompileSdk=23", "minAndroidGradlePluginVersion=1.0.0"],
        faults,
    );
    expect(files, "R.txt", &[], faults);
    expect(files, "proguard.txt", &[], faults);
    faults.extend(files.get("proguard.txt").map(|rules| global_rules(rules)).unwrap_or_default());
    let Some(jar) = files.get("classes.jar") else {
        faults.push("classes.jar is missing".to_owned());
        return Ok(());
    };
    let classes = open(jar, Path::new("classes.jar"))?;
    if !classes.contains_key(class) {
        faults.push(format!("classes.jar: {class} is missing"));
    }
    let is_class = |name: &str| Path::new(name).extension().is_some_and(|end| end == "class");
    let foreign = |name: &&String| is_class(name) && !name.starts_with("io/staykit/");
    faults.extend(classes.keys().filter(foreign).map(|name| format!("classes.jar: {name}")));
    Ok(())
}

/// The part that calls the library, and the rules that keep what the library looks for.
fn core(files: &Files, faults: &mut Vec<String>) -> Result<(), Failure> {
    expect(files, "AndroidManifest.xml", &["io.staykit.UploadJob", "BIND_JOB_SERVICE"], faults);
    expect(files, "proguard.txt", &["io.staykit.core.Native"], faults);
    let permissions = files.get("AndroidManifest.xml").map_or(0, |manifest| {
        String::from_utf8_lossy(manifest).matches("<uses-permission").count()
    });
    if permissions != 2 {
        faults.push(format!("AndroidManifest.xml asks for {permissions} permissions, not two"));
    }
    let Some(jar) = files.get("libs/staykit-core.jar") else {
        faults.push("libs/staykit-core.jar is missing".to_owned());
        return Ok(());
    };
    if !open(jar, Path::new("staykit-core.jar"))?.contains_key("io/staykit/core/Native.class") {
        faults.push("staykit-core.jar: Native is missing".to_owned());
    }
    Ok(())
}

/// Rules that change more of an app than what is Staykit's, or JNA's.
fn global_rules(rules: &[u8]) -> Vec<String> {
    let rules = String::from_utf8_lossy(rules);
    let ours = |rule: &str| match rule.split_once(' ') {
        Some(("-keep", of)) => {
            of.starts_with("class io.staykit.core.") || of.starts_with("class com.sun.jna.")
        }
        // JNA cannot do without; R8 keeps annotations of kept classes only.
        Some(("-keepattributes", which)) => which == "RuntimeVisibleAnnotations",
        Some(("-dontwarn", of)) => of == "java.awt.**",
        _ => rule.is_empty() || rule.starts_with('#'),
    };
    let global = rules.lines().map(str::trim).filter(|rule| !ours(rule));
    global.map(|rule| format!("proguard.txt: `{rule}` would hold for the whole app")).collect()
}

fn native(files: &Files, library: &Library, faults: &mut Vec<String>) {
    let name = format!("jni/{}/libstaykit.so", library.abi);
    let needs = files.get(&name).and_then(|bytes| elf::needs(bytes));
    faults.extend(elf::faults(&name, needs, library.system, library.page));
}

fn expect(files: &Files, name: &str, texts: &[&str], faults: &mut Vec<String>) {
    let Some(content) = files.get(name).map(|content| String::from_utf8_lossy(content)) else {
        faults.push(format!("{name} is missing"));
        return;
    };
    let missing = texts.iter().filter(|text| !content.contains(**text));
    faults.extend(missing.map(|text| format!("{name}: `{text}` is missing")));
}

#[cfg(test)]
mod tests {
    use super::super::archive::Archive;
    use super::*;

    fn faults_of(change: impl FnOnce(&mut Archive)) -> Vec<String> {
        let mut jar = Archive::default();
        jar.add("io/staykit/Staykit.class", Vec::new());
        let mut archive = Archive::default();
        let manifest = r#"<manifest package="io.staykit"><uses-sdk android:minSdkVersion="23"/>"#;
        archive.add("AndroidManifest.xml", manifest.into());
        archive.add(METADATA_PATH, super::super::METADATA.into());
        archive.add("R.txt", Vec::new());
        archive.add("proguard.txt", Vec::new());
        archive.add("classes.jar", jar.bytes().unwrap());
        change(&mut archive);
        let files = open(&archive.bytes().unwrap(), Path::new("a.aar")).unwrap();
        let mut faults = Vec::new();
        module(&files, "io/staykit/Staykit.class", &mut faults).unwrap();
        faults
    }

    #[test]
    fn a_whole_archive_has_no_fault() {
        assert_eq!(faults_of(|_| ()), Vec::<String>::new());
    }

    #[test]
    fn rules_for_the_whole_app_and_classes_of_others_are_found() {
        let whole =
            ["-dontobfuscate", "-keep class ** { *; }", "-dontwarn **", "-keepattributes *"];
        for rule in whole {
            let rules = format!("# Why.\n-keep class io.staykit.core.Native {{ *; }}\n{rule}\n");
            let faults = faults_of(|archive| archive.add("proguard.txt", rules.into()));
            assert_eq!(faults, [format!("proguard.txt: `{rule}` would hold for the whole app")]);
        }
        let faults = faults_of(|archive| {
            let mut jar = Archive::default();
            jar.add("io/staykit/Staykit.class", Vec::new());
            jar.add("org/junit/Test.class", Vec::new());
            archive.add("classes.jar", jar.bytes().unwrap());
        });
        assert_eq!(faults, ["classes.jar: org/junit/Test.class"]);
    }

    #[test]
    fn a_library_that_is_missing_or_none_is_found() {
        let library = Library::of_tests(std::path::PathBuf::new());
        let mut files = Files::new();
        for content in [None, Some(b"#!/bin/sh\n".to_vec())] {
            files.extend(content.map(|content| ("jni/x86_64/libstaykit.so".to_owned(), content)));
            let mut faults = Vec::new();
            native(&files, &library, &mut faults);
            assert_eq!(faults, ["jni/x86_64/libstaykit.so is missing, or no library"]);
        }
    }

    #[test]
    fn a_facade_without_its_core_its_job_and_its_permissions_is_found() {
        let mut faults = Vec::new();
        core(&Files::new(), &mut faults).unwrap();
        assert_eq!(
            faults,
            [
                "AndroidManifest.xml is missing",
                "proguard.txt is missing",
                "AndroidManifest.xml asks for 0 permissions, not two",
                "libs/staykit-core.jar is missing"
            ]
        );
    }

    #[test]
    fn a_manifest_of_another_package_is_found() {
        let faults = faults_of(|archive| archive.add("AndroidManifest.xml", "<manifest/>".into()));
        assert_eq!(faults.len(), 2, "{faults:?}");
    }
}
