//! Broken links planted in a folder of their own must be found; sound ones must pass.

use super::*;

fn check_files(files: &[(&str, &str)]) -> Result<String, Vec<String>> {
    let root = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = root.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let names = files.iter().map(|(name, _)| PathBuf::from(name)).collect();
    check(root.path(), &names).map_err(|failure| match failure {
        Failure::Found(faults) => faults,
        other => panic!("{other}"),
    })
}

#[test]
fn links_to_files_folders_headings_lines_and_other_sites_pass() {
    let readme = "# Staykit\n\n[a](core/docs/a.md) [b](core/docs/a.md#how-it-works-1) ![c](core/my%20image.png) [d](core)\n\
                  [e](#staykit) [f](https://example.com/#x) [g](mailto:a@example.com) [h](/core/docs/a.md#named) [i][i] [word]\n\
                  [j](core/lib.rs#L2)\n\n[i]: core/docs/\n\n```\n[not](a-link.md)\n```\n`[nor](this.md)`\n";
    let page =
        "# How it *works*\n\n## How it `works`\n\n<a id=\"named\"></a>\n\n[up](../../README.md)\n";
    let files = [
        ("README.md", readme),
        ("core/docs/a.md", page),
        ("core/my image.png", ""),
        ("core/lib.rs", "\n\n"),
    ];
    assert_eq!(check_files(&files), Ok("11 links in 2 files".to_owned()));
}

#[test]
fn each_broken_link_is_named_with_its_line_and_reason() {
    let readme = "# Staykit\n\n[a](missing.md)\n[b](other.md#nowhere)\n[c](../outside.md) [d](#gone)\n[e][undefined]\n[f](a.rs#L9)\n";
    let faults = check_files(&[("README.md", readme), ("other.md", "# Here\n"), ("a.rs", "\n")])
        .unwrap_err();
    assert_eq!(
        faults,
        [
            "README.md:3: missing.md: no missing.md in the repository",
            "README.md:4: other.md#nowhere: no #nowhere in other.md",
            "README.md:5: ../outside.md: leads out of the repository",
            "README.md:5: #gone: no #gone in README.md",
            "README.md:6: [undefined]: no such link reference",
            "README.md:7: a.rs#L9: no #L9 in a.rs",
        ]
    );
}

#[test]
fn headings_in_chinese_become_anchors_too() {
    let page = "# 快速 开始（必读）\n\n[a](#快速-开始必读) [b](#%E5%BF%AB%E9%80%9F-开始必读)\n";
    assert_eq!(check_files(&[("README.md", page)]), Ok("2 links in 1 files".to_owned()));
}

#[test]
fn each_promise_names_tests_and_all_of_them_exist() {
    let page = "# Page\n\n- not `a_promise_at_all_yet`\n\n## What holds\n\n1. This. (`it_is_really_so`)\n2. That, by\n   `it_is_hardly_ever_so` and `Journal::append`.\n3. And this.\n\n## Then\n\n- free\n";
    let source = "#[test]\nfn it_is_really_so() {}\n\nfn it_is_hardly_ever_so() {}\n";
    let faults = check_files(&[("a.md", page), ("a.rs", source)]).unwrap_err();
    assert_eq!(
        faults,
        ["a.md:8: no test it_is_hardly_ever_so", "a.md:10: names no test that proves it"]
    );
    let page = "## What holds\n\n- This. (`it_is_really_so`)\n";
    let checked = check_files(&[("a.md", page), ("a.rs", source)]);
    assert_eq!(checked, Ok("0 links in 1 files, 1 promises".to_owned()));
}
