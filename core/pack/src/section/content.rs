use staykit_core::guidance::Content;
use staykit_core::pack::limits::{LANGUAGES, TEXT};
use staykit_core::text::Texts;

use super::terms;
use crate::defaults;
use crate::problem::Problems;
use crate::read::{Fields, Kind, Node, Scalar, entries, text};

/// What a campaign shows.
pub(super) fn content(node: &Node, problems: &mut Problems<'_>) -> Option<Content> {
    let keys = ["kind", "title", "body", "action"];
    let fields = Fields::of(node, "`show`", node.spot, &keys, problems)?;
    let kind = match fields.find("kind") {
        Some(node) => text(node, "a kind such as popup or banner", problems)
            .and_then(|scalar| terms::name(scalar, problems)),
        None => Some(defaults::KIND.to_owned()),
    };
    let title = fields
        .need("title", "a text in each language: { en: ..., zh: ... }", problems)
        .and_then(|node| texts(node, problems, plain));
    let body = match fields.find("body") {
        Some(node) => texts(node, problems, plain),
        None => Some(Texts::default()),
    };
    let action = match fields.find("action") {
        Some(node) => text(node, "where a click leads, such as app://cart", problems)
            .and_then(|scalar| bounded(scalar, scalar.text.clone(), problems)),
        None => Some(String::new()),
    };
    Some(Content { kind: kind?, title: title?, body: body?, action: action? })
}

/// A text in each language, each made by `compile`.
pub(super) fn texts(
    node: &Node,
    problems: &mut Problems<'_>,
    mut compile: impl FnMut(&Scalar, &mut Problems<'_>) -> Option<String>,
) -> Option<Texts> {
    if !matches!(node.kind, Kind::Map(_)) {
        problems.add(node.spot, "expected a text in each language: { en: ..., zh: ... }");
        return None;
    }
    let entries = entries(node, "a text in each language", problems);
    if entries.len() > LANGUAGES.most {
        problems.add(node.spot, format!("at most {} languages", LANGUAGES.most));
        return None;
    }
    let each = entries.iter().map(|(locale, node)| {
        let known = is_locale(&locale.text);
        if !known {
            problems.add(locale.spot, "expected a language in lower case: `en`, `zh`, `pt-br`");
        }
        let scalar = text(node, "a text", problems)?;
        let text = compile(scalar, problems)?;
        let text = bounded(scalar, text, problems)?;
        known.then(|| (locale.text.clone(), text))
    });
    let texts: Vec<Option<_>> = each.collect();
    texts.into_iter().collect::<Option<Vec<_>>>().map(Texts::new)
}

/// A text without values.
pub(super) fn plain(scalar: &Scalar, problems: &mut Problems<'_>) -> Option<String> {
    if scalar.text.contains(['{', '}']) {
        problems.add(scalar.spot, "braces are kept for values, which stand in `says` only");
        return None;
    }
    Some(scalar.text.clone())
}

fn bounded(scalar: &Scalar, text: String, problems: &mut Problems<'_>) -> Option<String> {
    if text.len() > TEXT.most {
        let message = format!("{} {} of text, at most {}", text.len(), TEXT.unit, TEXT.most);
        problems.add(scalar.spot, message);
        return None;
    }
    Some(text)
}

/// Whether `text` is a BCP 47 language in lower case.
fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let lower =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    parts.next().is_some_and(|part| (2..=3).contains(&part.len()) && lower(part))
        && parts.all(|part| (1..=8).contains(&part.len()) && lower(part))
        && text.len() <= 35
}
