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
    assert_eq!(test(&file).unwrap(), "1 examples with 1 expectations come true\n");
    let (_early, early) = written(&YAML.replace("2026-03-06T09:00", "2026-03-06T08:59"));
    let wrong = test(&early).unwrap_err().to_string();
    assert_eq!(
        wrong,
        "shop.yaml:11  signal going_quiet at 2026-03-06 08:59 +08:00
    expected  raised
    found     never raised
    because   going_quiet does not stand: no `open` for 4 d 23 h (not >= 5 d)
1 of 1 expectations not met
  change the rule or the example; `lab replay` shows each step of a log"
    );
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

const CONCLUSIONS: &str = r#"
pack: shop
version: 1
tags:
  buyer: { raise: "count('purchase', ever()) > 0" }
scores:
  activity:
    factors: { opens: { of: "count('open', days(7))", linear: { from: 0, to: 10, points: 100 } } }
    tiers: { high: 70, low: 0 }
segments: { value: [{ name: buyers, when: tag('buyer') }, { name: others }] }
stages: { life: [{ name: new }, { name: growing, enter: "count('open', ever()) > 5" }] }
levels: { member: { of: "count('open', ever())", steps: { bronze: 0, silver: 5 } } }
examples:
  - given:
      - { at: "2026-03-01T09:00+08:00", event: open, every: hours(2), times: 7 }
      - { at: "2026-03-02T09:00+08:00", event: purchase }
    expect:
      - { at: "2026-03-01T09:00+08:00", score: activity, at_least: 10, at_most: 10 }
      - { at: "2026-03-01T09:00+08:00", tag: buyer, holds: false }
      - { at: "2026-03-02T09:00+08:00", tag: buyer, holds: true }
      - { at: "2026-03-02T09:00+08:00", tier: activity, is: high }
      - { at: "2026-03-02T09:00+08:00", segment: value, is: buyers }
      - { at: "2026-03-02T09:00+08:00", stage: life, is: growing }
      - { at: "2026-03-02T09:00+08:00", level: member, is: silver }
"#;

#[test]
fn examples_tell_of_tags_scores_and_tables_what_was_found_and_why() {
    let (_folder, file) = written(CONCLUSIONS);
    assert_eq!(test(&file).unwrap(), "1 examples with 7 expectations come true\n");
    let wrong = CONCLUSIONS
        .replace("at_most: 10 }", "at_most: 9 }")
        .replace("at_least: 10,", "")
        .replace("holds: true", "holds: false")
        .replace("is: growing", "is: new");
    let (_wrong, wrong) = written(&wrong);
    let wrong = test(&wrong).unwrap_err().to_string();
    for part in [
        "shop.yaml:18  score activity at 2026-03-01 09:00 +08:00\n    expected  at most 9\n    found     10\n    because   ",
        "shop.yaml:20  tag buyer at 2026-03-02 09:00 +08:00\n    expected  not raised\n    found     raised\n    because   ",
        "shop.yaml:23  stage life at 2026-03-02 09:00 +08:00\n    expected  new\n    found     growing\n    because   ",
        "3 of 7 expectations not met",
    ] {
        assert!(wrong.contains(part), "{part}\n{wrong}");
    }
}

#[test]
fn a_check_shows_costs_and_may_deny_warnings() {
    let (_folder, file) = written(YAML);
    let text = check(&file, true).unwrap();
    assert!(text.starts_with("shop 1 is right: 0 warnings, 1 examples\n"), "{text}");
    for line in ["signal    going_quiet", "all       shared ones once", "limit", "compiled size: "]
    {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let (_odd, odd) = written(&YAML.replace("days(1)) > 0", "days(1)) < 0"));
    assert!(check(&odd, false).is_ok());
    let denied = check(&odd, true).unwrap_err();
    assert_eq!(denied.code(), 1);
    assert!(denied.to_string().starts_with("1 warnings"), "{denied}");
}

#[test]
fn packs_are_compared_whatever_form_they_are_in() {
    let (_folder, file) = written(YAML);
    let packed = file.with_extension("pack");
    fs::write(&packed, compile(&file).unwrap().bytes).unwrap();
    assert_eq!(diff(&file, &packed).unwrap(), ("both mean the same\n".to_owned(), true));
    let (_other, other) = written(&YAML.replace("days(5)", "days(7)"));
    let (text, same) = diff(&packed, &other).unwrap();
    assert!(!same);
    assert!(
        text.starts_with("signal going_quiet: changed\n  raise: days(5) -> days(7)\n"),
        "{text}"
    );
    let none = PackCommand::Diff { before: file, after: PathBuf::from("none.yaml") };
    assert_eq!(run(&none).unwrap_err().code(), 2);
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
    assert!(test(&own).unwrap().starts_with("1 examples"), "the shop's own example");
    let elsewhere = yaml(&file.display().to_string());
    fs::write(&own, elsewhere).unwrap();
    let error = compile(&own).unwrap_err().to_string();
    assert!(error.starts_with("own.yaml:3:10  ") && error.contains("built in are"), "{error}");
}
