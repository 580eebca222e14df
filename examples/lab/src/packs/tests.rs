use tempfile::TempDir;

use super::*;

const YAML: &str = r#"
pack: shop
version: 1
signals:
  going_quiet:
    raise: absent('open', days(5))
    clear: count('open', days(1)) > 0
    says: { en: "No visit for {since_last('open').days} days" }
    examples:
      - given: [{ at: "2026-03-01T09:00+08:00", event: open }]
        expect: { at: "2026-03-06T09:00+08:00", raised: true }
"#;

/// The file goes with the folder.
fn written(yaml: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.yaml");
    fs::write(&file, yaml).unwrap();
    (folder, file)
}

#[test]
fn a_pack_is_checked_with_its_examples() {
    let (_folder, file) = written(YAML);
    assert_eq!(examples::run(&file, &compile(&file).unwrap()), Ok(1));
    let (_early, early) = written(&YAML.replace("2026-03-06T09:00", "2026-03-06T08:59"));
    let wrong = examples::run(&early, &compile(&early).unwrap()).unwrap_err().to_string();
    assert!(wrong.contains("going_quiet is not raised at 2026-03-06 08:59 +08:00"), "{wrong}");
}

#[test]
fn a_problem_names_file_line_and_column() {
    let (_folder, file) = written(&YAML.replace("absent('open'", "abset('open'"));
    let error = compile(&file).unwrap_err().to_string();
    assert!(error.starts_with("shop.yaml:6:"), "{error}");
}

#[test]
fn a_pack_compiled_signed_and_read_again_is_the_same() {
    let (_folder, file) = written(YAML);
    let bytes = compile(&file).unwrap().bytes;
    let command =
        Sign { key: file.with_file_name("key"), new_key: true, out: None, file: file.clone() };
    sign(&command).unwrap();
    let (signed, key) = compiled(&file.with_extension("signed")).unwrap();
    assert_eq!(signed, bytes);
    assert_eq!(key.unwrap().len(), 16);
    assert!(load(&file).is_ok() && load(&file.with_extension("signed")).is_ok());
    // The key is kept.
    sign(&Sign { new_key: false, ..command }).unwrap();
}

#[test]
fn without_a_key_the_next_step_is_told() {
    let (_folder, file) = written(YAML);
    let command = Sign { key: file.with_file_name("none"), new_key: false, out: None, file };
    let error = sign(&command).unwrap_err().to_string();
    assert!(error.contains("--new-key"), "{error}");
}

#[test]
fn a_pack_extends_a_file_beside_it_and_none_elsewhere() {
    let (_folder, file) = written(YAML);
    let own = file.with_file_name("own.yaml");
    let signals = "signals: { going_quiet: { raise: \"absent('open', days(5))\" } }";
    let yaml = |of: &str| format!("pack: own\nversion: 2\nextends: {of}\n{signals}\n");
    fs::write(&own, yaml("shop.yaml")).unwrap();
    let compiled = compile(&own).unwrap();
    assert_eq!((compiled.name.as_str(), compiled.version), ("own", 2));
    assert_eq!(examples::run(&own, &compiled), Ok(1));
    let elsewhere = yaml(&file.display().to_string());
    fs::write(&own, elsewhere).unwrap();
    let error = compile(&own).unwrap_err().to_string();
    assert!(error.starts_with("own.yaml:3:10  ") && error.contains("built in are"), "{error}");
}
