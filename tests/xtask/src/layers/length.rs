//! How long a file of the product may be.

use crate::layers::Violation;
use crate::layers::source::{SourceFile, Tree};
use crate::layers::uses::is_test_only;

/// Lines of a product file, without the tests at its end.
const MAX_LINES: usize = 600;

/// How many lines a file has before the test module that ends it.
pub(super) fn product_lines(text: &str, file: &syn::File) -> usize {
    match file.items.last() {
        Some(syn::Item::Mod(tests)) if is_test_only(&tests.attrs) => {
            let first =
                tests.attrs.first().map_or(tests.mod_token.span, |first| first.pound_token.span);
            first.start().line.saturating_sub(1)
        }
        _ => text.lines().count(),
    }
}

/// The files that are too long.
pub(super) fn violations(tree: &Tree) -> Vec<Violation> {
    let too_long = tree.files.values().filter(|file| file.lines > MAX_LINES);
    let violation = |file: &SourceFile| Violation {
        path: file.path.clone(),
        line: MAX_LINES + 1,
        text: format!("{} lines without tests; a product file has {MAX_LINES} at most", file.lines),
    };
    too_long.map(violation).collect()
}
