//! What one file uses: every path in its product code, also inside macros.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::layers::source::Module;

/// A path as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// Began with `crate`, `self` or `super`: names from the crate's root on.
    Anchored(Vec<String>),
    /// Began with a name that the module must know.
    Relative(Vec<String>),
    /// One name alone in code: an item or a variable, no module.
    Name(String),
}

/// A path at its place.
#[derive(Debug)]
pub(super) struct Mention {
    pub(super) path: Written,
    pub(super) line: usize,
    /// Whether it is a `pub use`, of any reach.
    pub(super) is_reexport: bool,
}

/// What a file uses.
#[derive(Debug)]
pub(super) struct Uses {
    pub(super) mentions: Vec<Mention>,
    /// What the file's own scope imports or re-exports, by the name it has here.
    pub(super) imports: BTreeMap<String, Written>,
    /// What it imports or re-exports as a whole.
    pub(super) globs: Vec<Written>,
    /// The names it defines in its own scope.
    pub(super) items: BTreeSet<String>,
    /// The module that stands at the place being read: the file's, or one written inside it.
    here: Module,
    /// How many scopes (inline modules, functions) the place is inside of.
    depth: usize,
}

impl Uses {
    /// Nothing read yet.
    pub(super) fn of_module(module: &Module) -> Self {
        Self {
            mentions: Vec::new(),
            imports: BTreeMap::new(),
            globs: Vec::new(),
            items: BTreeSet::new(),
            here: module.clone(),
            depth: 0,
        }
    }

    /// Makes sense of a path; `None` for one that begins with another crate's root or with `Self`.
    fn read(&self, names: &[String]) -> Option<Written> {
        let anchored = |base: &[String], rest: &[String]| Written::Anchored([base, rest].concat());
        let (first, rest) = names.split_first()?;
        match first.as_str() {
            "Self" | "$crate" => None,
            "crate" => Some(anchored(&[], rest)),
            "self" => Some(anchored(&self.here.0, rest)),
            "super" => {
                let above = rest.iter().take_while(|name| *name == "super").count();
                let keep = self.here.0.len().saturating_sub(1 + above);
                Some(anchored(self.here.0.get(..keep)?, rest.get(above..)?))
            }
            _ => Some(Written::Relative(names.to_vec())),
        }
    }

    fn mention(&mut self, names: &[String], span: Span, is_reexport: bool) -> Option<Written> {
        let path = self.read(names)?;
        let line = span.start().line;
        self.mentions.push(Mention { path: path.clone(), line, is_reexport });
        Some(path)
    }

    fn name(&mut self, name: &str, span: Span) {
        let path = Written::Name(name.to_owned());
        self.mentions.push(Mention { path, line: span.start().line, is_reexport: false });
    }

    fn use_tree(&mut self, before: &mut Vec<String>, tree: &syn::UseTree, is_reexport: bool) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.use_tree(before, &path.tree, is_reexport);
                before.pop();
            }
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.use_tree(before, tree, is_reexport));
            }
            syn::UseTree::Name(name) => self.import(before, &name.ident, &name.ident, is_reexport),
            syn::UseTree::Rename(rename) => {
                self.import(before, &rename.ident, &rename.rename, is_reexport);
            }
            syn::UseTree::Glob(glob) => {
                let path = self.mention(before, glob.star_token.span, is_reexport);
                self.globs.extend(path.filter(|_| self.depth == 0));
            }
        }
    }

    fn import(
        &mut self,
        before: &[String],
        name: &syn::Ident,
        here: &syn::Ident,
        is_reexport: bool,
    ) {
        let mut names = before.to_vec();
        // `use a::{self}` imports `a`.
        if name != "self" {
            names.push(name.to_string());
        }
        let known_as = if here == "self" { names.last().cloned() } else { Some(here.to_string()) };
        let path = self.mention(&names, name.span(), is_reexport);
        if let (Some(path), Some(known_as), 0) = (path, known_as, self.depth) {
            self.imports.insert(known_as, path);
        }
    }

    /// Macros take tokens: whatever reads like a path of two or more names counts as one.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut names: Vec<String> = Vec::new();
        let mut begins = Span::call_site();
        let mut colons = 0;
        for token in tokens {
            match &token {
                TokenTree::Ident(ident) if colons == 2 && !names.is_empty() => {
                    names.push(ident.to_string());
                }
                TokenTree::Ident(ident) => {
                    self.token_path(&names, begins);
                    (names, begins) = (vec![ident.to_string()], ident.span());
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => {
                    colons += 1;
                    continue;
                }
                TokenTree::Group(group) => {
                    self.token_path(&std::mem::take(&mut names), begins);
                    self.tokens(group.stream());
                }
                _ => self.token_path(&std::mem::take(&mut names), begins),
            }
            colons = 0;
        }
        self.token_path(&names, begins);
    }

    fn token_path(&mut self, names: &[String], begins: Span) {
        if names.len() > 1 {
            self.mention(names, begins, false);
        }
    }

    fn deeper(&mut self, visit: impl FnOnce(&mut Self)) {
        self.depth += 1;
        visit(self);
        self.depth -= 1;
    }
}

impl<'ast> Visit<'ast> for Uses {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let (attributes, name) = head_of(item);
        if is_test_only(attributes) {
            return;
        }
        self.items.extend(name.filter(|_| self.depth == 0).map(ToString::to_string));
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let inside = self.here.child(&item.ident.to_string());
        let outside = std::mem::replace(&mut self.here, inside);
        self.deeper(|uses| visit::visit_item_mod(uses, item));
        self.here = outside;
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.deeper(|uses| visit::visit_block(uses, block));
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if item.leading_colon.is_none() {
            let is_reexport = !matches!(item.vis, syn::Visibility::Inherited);
            self.use_tree(&mut Vec::new(), &item.tree, is_reexport);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_test_only(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let (None, Some(first)) = (&path.leading_colon, path.segments.first()) {
            let names: Vec<String> =
                path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            match names.as_slice() {
                [name] => self.name(name, first.ident.span()),
                names => drop(self.mention(names, first.ident.span(), false)),
            }
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invoked: &'ast syn::Macro) {
        visit::visit_macro(self, invoked);
        self.tokens(invoked.tokens.clone());
    }

    /// `pub(crate)` and `pub(in ...)` use nothing.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    /// Neither do attributes.
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}

/// An item's attributes, and its name if it has one that paths can say.
fn head_of(item: &syn::Item) -> (&[syn::Attribute], Option<&syn::Ident>) {
    match item {
        syn::Item::Const(item) => (&item.attrs, Some(&item.ident)),
        syn::Item::Enum(item) => (&item.attrs, Some(&item.ident)),
        syn::Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
        syn::Item::Impl(item) => (&item.attrs, None),
        syn::Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
        syn::Item::Mod(item) => (&item.attrs, Some(&item.ident)),
        syn::Item::Static(item) => (&item.attrs, Some(&item.ident)),
        syn::Item::Struct(item) => (&item.attrs, Some(&item.ident)),
        syn::Item::Trait(item) => (&item.attrs, Some(&item.ident)),
        syn::Item::Type(item) => (&item.attrs, Some(&item.ident)),
        syn::Item::Use(item) => (&item.attrs, None),
        _ => (&[], None),
    }
}

/// Whether these attributes keep the item out of the product: `#[cfg(test)]`, also within `all` and `any`.
pub(super) fn is_test_only(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Meta>()
                .is_ok_and(|condition| holds_only_in_tests(&condition))
    })
}

fn holds_only_in_tests(condition: &syn::Meta) -> bool {
    let inner = |list: &syn::MetaList| {
        let parser = syn::punctuated::Punctuated::<syn::Meta, syn::Token![,]>::parse_terminated;
        list.parse_args_with(parser)
            .map_or_else(|_| Vec::new(), |conditions| conditions.into_iter().collect())
    };
    match condition {
        syn::Meta::Path(path) => path.is_ident("test"),
        syn::Meta::List(list) if list.path.is_ident("all") => {
            inner(list).iter().any(holds_only_in_tests)
        }
        syn::Meta::List(list) if list.path.is_ident("any") => {
            let conditions = inner(list);
            !conditions.is_empty() && conditions.iter().all(holds_only_in_tests)
        }
        _ => false,
    }
}
