//! The links and anchors of one Markdown page.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};

/// Stands for the target of a reference that the page does not define.
const UNDEFINED: &str = "undefined:";

/// A link or an image.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// Where it leads, as written; for an undefined reference, its label.
    pub(super) to: String,
    /// The line it begins on.
    pub(super) line: usize,
    /// False for `[text][label]` without a `[label]: ...`.
    pub(super) is_defined: bool,
}

/// What matters of a page.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) links: Vec<Link>,
    /// The names that a `#` may be followed by.
    pub(super) anchors: BTreeSet<String>,
}

impl Page {
    /// Reads a page as GitHub does.
    pub(super) fn read(text: &str) -> Self {
        let mut page = Self::default();
        let mut headings = Headings::default();
        let options =
            Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_TASKLISTS;
        let parser = Parser::new_with_broken_link_callback(
            text,
            options,
            Some(|broken: BrokenLink<'_>| undefined(&broken)),
        );
        for (event, range) in parser.into_offset_iter() {
            let line = || text.get(..range.start).unwrap_or_default().matches('\n').count() + 1;
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push(link(&dest_url, line()));
                }
                Event::Start(Tag::Heading { .. }) => headings.open = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => page.anchors.extend(headings.close()),
                Event::Text(words) | Event::Code(words) => headings.add(&words),
                Event::Html(html) | Event::InlineHtml(html) => page.anchors.extend(named_in(&html)),
                _ => {}
            }
        }
        page
    }
}

fn link(to: &str, line: usize) -> Link {
    match to.strip_prefix(UNDEFINED) {
        Some(label) => Link { to: format!("[{label}]"), line, is_defined: false },
        None => Link { to: to.to_owned(), line, is_defined: true },
    }
}

/// `[text][label]` and `[label][]` are meant as links; `[word]` alone may be just a word in brackets.
fn undefined<'a>(broken: &BrokenLink<'_>) -> Option<(CowStr<'a>, CowStr<'a>)> {
    let is_meant = matches!(broken.link_type, LinkType::Reference | LinkType::Collapsed);
    is_meant.then(|| (format!("{UNDEFINED}{}", broken.reference).into(), CowStr::Borrowed("")))
}

/// Turns headings into anchors.
#[derive(Default)]
struct Headings {
    /// The words so far of the heading being read.
    open: Option<String>,
    /// How often each anchor has come.
    seen: BTreeMap<String, usize>,
}

impl Headings {
    fn add(&mut self, words: &str) {
        if let Some(heading) = &mut self.open {
            heading.push_str(words);
        }
    }

    /// GitHub's rule: lower case, words joined by `-`, other marks dropped, repeats numbered.
    fn close(&mut self) -> Option<String> {
        let heading = self.open.take()?;
        let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        let anchor: String = heading.trim().to_lowercase().chars().filter(kept).collect();
        let anchor = anchor.replace(' ', "-");
        let times = self.seen.entry(anchor.clone()).or_default();
        *times += 1;
        Some(if *times == 1 { anchor } else { format!("{anchor}-{}", *times - 1) })
    }
}

/// The anchors of `<a id="...">` and `<a name="...">`.
fn named_in(html: &str) -> Vec<String> {
    let attributes = [" id=\"", " name=\""];
    let values = attributes.iter().flat_map(|attribute| html.split(attribute).skip(1));
    values.filter_map(|value| Some(value.split_once('"')?.0.to_owned())).collect()
}
