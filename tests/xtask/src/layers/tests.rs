//! Violations planted in folders of their own must be found, each at its line; sound sources must pass.

use std::path::Path;

use super::*;

/// Writes these files below `core/src` of a new folder and checks it.
fn check_sources(files: &[(&str, &str)]) -> Result<String, Vec<String>> {
    let root = tempfile::tempdir().unwrap();
    let core = root.path().join("core");
    std::fs::create_dir_all(&core).unwrap();
    std::fs::write(core.join("Cargo.toml"), "").unwrap();
    for (name, text) in files {
        let path = core.join("src").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    check(root.path()).map_err(|failure| match failure {
        Failure::Found(faults) => faults,
        other => panic!("{other}"),
    })
}

fn assert_clean(files: &[(&str, &str)]) {
    assert_eq!(check_sources(files).err(), None);
}

fn assert_found(files: &[(&str, &str)], expected: &str) {
    let faults = check_sources(files).unwrap_err();
    assert_eq!(faults, [expected]);
}

const STORE_USES_SYNC: &str = "store uses sync: layer sync comes after store";

#[test]
fn the_core_of_this_workspace_keeps_its_layers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if let Err(failure) = check(&root) {
        panic!("{failure}");
    }
}

#[test]
fn sources_that_keep_the_order_pass() {
    assert_clean(&[
        (
            "lib.rs",
            "mod error;\nmod store;\nmod sync;\npub use error::Error;\npub use sync::Batch;\n",
        ),
        ("error.rs", "pub struct Error;\n"),
        ("store.rs", "use crate::error::Error;\npub struct Segment(Error);\n"),
        (
            "sync.rs",
            "use crate::{error::Error, store::{self, Segment}};\npub struct Batch(Segment, Error, store::Segment);\n",
        ),
    ]);
}

#[test]
fn an_import_against_the_order_is_found_at_its_line() {
    let files = [
        ("store.rs", "//! Store.\n\nuse crate::sync::Batch;\n"),
        ("sync.rs", "pub struct Batch;\n"),
    ];
    assert_found(&files, &format!("core/src/store.rs:3: {STORE_USES_SYNC}"));
}

#[test]
fn paths_in_code_count_like_imports() {
    let places = [
        "fn a() { crate::sync::send(); }",
        "fn a(batch: &crate::sync::Batch) {}",
        "fn a() -> Vec<super::sync::Batch> { Vec::new() }",
        "impl From<crate::sync::Batch> for u8 {}",
        "fn a() { log::warn!(\"{}\", crate::sync::send()); }",
        "fn a() { use crate::sync as s; s::send(); }",
        "mod inner { use super::super::sync::Batch; }",
        "macro_rules! a { () => { $crate::sync::send() } }",
    ];
    for place in places {
        let files = [("store.rs", place), ("sync.rs", "pub struct Batch;\npub fn send() {}\n")];
        assert_found(&files, &format!("core/src/store.rs:1: {STORE_USES_SYNC}"));
    }
}

#[test]
fn comments_strings_reach_and_tests_are_no_uses() {
    assert_clean(&[
        ("lib.rs", "mod store;\nmod sync;\n"),
        (
            "store/mod.rs",
            "//! See [`crate::sync::Batch`].\n// use crate::sync::Batch;\npub(in crate::store) const A: &str = \"crate::sync::Batch\";\n\
             #[cfg(test)]\nmod cases;\n#[cfg(all(test, unix))]\nmod tests { use crate::sync::Batch; }\n\
             #[cfg(test)]\nfn fake() -> crate::sync::Batch { crate::sync::Batch }\n",
        ),
        ("store/cases.rs", "use crate::sync::Batch;\n"),
        ("sync.rs", "pub struct Batch;\n"),
    ]);
}

#[test]
fn code_that_is_compiled_without_tests_too_is_no_test() {
    let files = [
        ("store.rs", "#[cfg(any(test, feature = \"serde\"))]\nuse crate::sync::Batch;\n"),
        ("sync.rs", "pub struct Batch;\n"),
    ];
    assert_found(&files, &format!("core/src/store.rs:2: {STORE_USES_SYNC}"));
}

#[test]
fn a_module_that_no_layer_knows_is_found() {
    let faults = check_sources(&[("lib.rs", "mod helpers;\n"), ("helpers.rs", "")]).unwrap_err();
    let [fault] = faults.as_slice() else { panic!("{faults:?}") };
    assert!(fault.starts_with("core/src/helpers.rs:1: helpers stands in no layer"), "{fault}");
}

#[test]
fn a_reexport_at_the_root_is_seen_through() {
    let files = [
        ("lib.rs", "pub use sync::Batch;\nmod store;\nmod sync;\n"),
        ("store.rs", "use crate::Batch;\n"),
        ("sync.rs", "pub struct Batch;\n"),
    ];
    assert_found(&files, &format!("core/src/store.rs:1: {STORE_USES_SYNC}"));
}

#[test]
fn a_layer_may_not_use_what_the_root_defines() {
    let files = [("lib.rs", "mod store;\npub struct Root;\n"), ("store.rs", "use crate::Root;\n")];
    assert_found(
        &files,
        "core/src/store.rs:1: store uses an item of the crate's root, which stands above all layers",
    );
}

#[test]
fn modules_of_a_layer_that_use_each_other_are_found_with_every_step() {
    let files = [
        ("store/mod.rs", "mod a;\nmod b;\n"),
        ("store/a.rs", "\nuse super::b::B;\npub struct A;\n"),
        ("store/b.rs", "\n\nuse crate::store::a::A;\npub struct B;\n"),
    ];
    assert_found(
        &files,
        "core/src/store/a.rs:2: 2 modules use each other in a circle\
         \n    core/src/store/a.rs:2: store::a uses store::b\
         \n    core/src/store/b.rs:3: store::b uses store::a",
    );
}

#[test]
fn a_circle_hidden_behind_a_facade_is_found() {
    let faults = check_sources(&[
        (
            "store.rs",
            "mod a;\nmod b;\nmod c;\npub use a::A;\npub use b::*;\npub(crate) use c::C;\n",
        ),
        ("store/a.rs", "use super::B;\npub struct A;\n"),
        ("store/b.rs", "use crate::store::C;\npub struct B;\n"),
        ("store/c.rs", "use super::A;\npub struct C;\n"),
    ])
    .unwrap_err();
    let [fault] = faults.as_slice() else { panic!("{faults:?}") };
    assert!(
        fault.starts_with("core/src/store/a.rs:1: 3 modules use each other in a circle"),
        "{fault}"
    );
}

#[test]
fn a_facade_that_only_passes_on_makes_no_circle() {
    assert_clean(&[
        ("store/mod.rs", "mod a;\nmod b;\npub use a::A;\npub(crate) use self::b::B;\n"),
        ("store/a.rs", "use super::B;\npub struct A(B);\n"),
        ("store/b.rs", "pub struct B;\n"),
    ]);
}

#[test]
fn a_parent_that_defines_what_its_children_use_makes_no_circle_unless_it_uses_them() {
    let children = |parent| {
        [
            ("store/mod.rs", parent),
            ("store/a.rs", "use super::Store;\npub struct A;\nimpl Store { fn a() {} }\n"),
        ]
    };
    assert_clean(&children("mod a;\npub use a::A;\npub struct Store;\n"));
    let faults =
        check_sources(&children("mod a;\npub use a::A;\npub struct Store(A);\n")).unwrap_err();
    let [fault] = faults.as_slice() else { panic!("{faults:?}") };
    assert!(fault.contains("store/mod.rs:3: store uses store::a"), "{fault}");
}

#[test]
fn a_product_file_that_is_too_long_is_found_and_its_tests_do_not_count() {
    let lines = |count: usize| "// line\n".repeat(count);
    let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", lines(900));
    assert_clean(&[("error.rs", &format!("{}fn a() {{}}\n{tests}", lines(599)))]);
    let long = format!("{}fn a() {{}}\n{tests}", lines(600));
    let expected = "core/src/error.rs:601: 601 lines without tests; a product file has 600 at most";
    assert_found(&[("error.rs", &long)], expected);
}

#[test]
fn a_file_that_does_not_parse_is_named_with_its_line() {
    let faults = check_sources(&[("error.rs", "fn a() {}\nfn {\n")]).unwrap_err();
    assert!(faults[0].starts_with("core/src/error.rs:2: "), "{faults:?}");
}
