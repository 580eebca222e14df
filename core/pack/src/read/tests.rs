use proptest::prelude::proptest;

use super::{Kind, Node, read};
use crate::problem::Problems;
use crate::source::Source;

fn first_problem(yaml: &str) -> String {
    let source = Source::new(yaml);
    let mut problems = Problems::new(&source);
    read(yaml, 0, &mut problems);
    problems.finish().map_or_else(|errors| errors[0].to_string(), |_| "none".to_owned())
}

/// The piece of the source that the part `needle` of the value of `a` comes from.
fn piece(yaml: &str, needle: &str) -> (usize, usize, String) {
    let source = Source::new(yaml);
    let mut problems = Problems::new(&source);
    let root = read(yaml, 0, &mut problems).unwrap();
    let Node { kind: Kind::Map(entries), .. } = &root else { panic!("no map") };
    let Kind::Scalar(scalar) = &entries[0].1.kind else { panic!("no scalar") };
    let start = scalar.text.find(needle).unwrap();
    let spot = scalar.part(start..start + needle.len(), &source);
    let (line, column) = source.place(spot.start);
    (line, column, source.piece(spot))
}

#[test]
fn a_part_of_a_value_is_found_in_the_source_however_it_is_written() {
    assert_eq!(piece("a: x(1) && y(2)", "y(2)"), (1, 12, "y(2)".into()));
    assert_eq!(piece("a: 'x(''1'') y(''打'')'", "y('打')"), (1, 14, "y(''打'')".into()));
    assert_eq!(piece(r#"a: "\"q\" \u4e2d y""#, "y"), (1, 18, "y".into()));
    assert_eq!(piece("a: x(1)\n  && y(2)\n", "y(2)"), (2, 6, "y(2)".into()));
    assert_eq!(piece("a: >\n  x(1)\n  && y(2)\n", "y(2)"), (3, 6, "y(2)".into()));
    assert_eq!(piece("a: |\n  x(1)\n    && y(2)\n", "y(2)"), (3, 8, "y(2)".into()));
    assert_eq!(piece("a: \"x(1)\n\n   && y(2)\"\n", "y(2)"), (3, 7, "y(2)".into()));
}

#[test]
fn what_a_pack_may_not_use_of_yaml_is_refused_with_its_place() {
    assert_eq!(
        first_problem("a: &x 1\nb: *x"),
        "1:4  &x   anchors (&name) are not allowed in packs".replace("&x   ", "&x 1   ")
    );
    assert_eq!(first_problem("a: !!str 1"), "1:4  !!str 1   tags (!name) are not allowed in packs");
    assert_eq!(first_problem("a: 1\nb: 2\na: 3"), "3:1  a   key `a` stands here twice");
    assert_eq!(first_problem("[1]: 2"), "1:1  [   a key is a single word, not a list or a map");
    assert_eq!(first_problem("a: 1\n---\nb: 2"), "2:1  ---   a pack is one YAML document");
    let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
    assert_eq!(first_problem(&deep), "1:17  [   nested too deeply");
}

#[test]
fn text_that_is_no_yaml_is_a_problem_at_its_place() {
    assert!(first_problem("a: b: c").starts_with("1:5  "), "{}", first_problem("a: b: c"));
}

proptest! {
    #[test]
    fn random_text_never_panics(text in "[a-c:\\[\\]{}&*!'\"|>\\-? \n#,%@]{0,60}") {
        let _ = first_problem(&text);
    }
}
