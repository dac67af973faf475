//! The names that one module defines, imports and uses.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Item, ItemUse, Macro, Path, UseTree, Visibility,
    visit::{self, Visit},
};

/// The names in one module, without those of its child modules and of its tests.
#[derive(Default)]
pub(super) struct Names {
    /// The items that it defines.
    pub(super) items: BTreeSet<String>,
    /// The names that its `use` declarations import.
    pub(super) imports: Vec<Import>,
    /// The paths in its code.
    paths: Vec<Vec<String>>,
}

/// One name of a `use` declaration.
pub(super) struct Import {
    /// The name in this module; `None` for a glob.
    pub(super) name: Option<String>,
    pub(super) path: Vec<String>,
    is_reexport: bool,
}

impl Names {
    /// The paths that are dependencies: all except those that are only re-exported.
    pub(super) fn used(&self) -> impl Iterator<Item = &[String]> {
        let imports = self.imports.iter().filter(|import| !import.is_reexport).map(|import| &import.path);
        imports.chain(&self.paths).map(Vec::as_slice)
    }
}

/// Collects the names of a module's items.
pub(super) fn of(items: &[Item]) -> Names {
    let mut names = Names::default();
    for item in items {
        names.items.extend(defined(item));
        names.visit_item(item);
    }
    names
}

/// Whether an item is compiled for tests only: `#[cfg(test)]`, or a test function.
pub(super) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("cfg") => list.tokens.to_string() == "test",
        meta => meta.path().is_ident("test"),
    })
}

/// The name by which a path can refer to an item.
fn defined(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_mod(&mut self, _: &'ast syn::ItemMod) {} // a module of its own

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_visibility(&mut self, _: &'ast Visibility) {} // `pub(super)` does not name an item

    fn visit_item(&mut self, item: &'ast Item) {
        let attributes: &[Attribute] = match item {
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            _ => &[],
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let is_reexport = !matches!(item.vis, Visibility::Inherited);
        self.import(&item.tree, &[], is_reexport);
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if path.leading_colon.is_none() {
            self.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path); // generic arguments
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone());
    }
}

impl Names {
    fn import(&mut self, tree: &UseTree, before: &[String], is_reexport: bool) {
        let path = |last: &syn::Ident| before.iter().cloned().chain([last.to_string()]).collect::<Vec<_>>();
        let mut add = |name: Option<String>, path| self.imports.push(Import { name, path, is_reexport });
        match tree {
            UseTree::Path(tree) => self.import(&tree.tree, &path(&tree.ident), is_reexport),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, before, is_reexport)),
            UseTree::Name(name) if name.ident == "self" => add(before.last().cloned(), before.to_vec()),
            UseTree::Name(name) => add(Some(name.ident.to_string()), path(&name.ident)),
            UseTree::Rename(rename) if rename.ident == "self" => add(Some(rename.rename.to_string()), before.to_vec()),
            UseTree::Rename(rename) => add(Some(rename.rename.to_string()), path(&rename.ident)),
            UseTree::Glob(_) => add(None, before.to_vec()),
        }
    }

    /// The paths in the arguments of a macro: identifiers joined by `::`, because only the macro knows their grammar.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.finish(&mut path);
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.finish(&mut path);
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.finish(&mut path);
    }

    fn finish(&mut self, path: &mut Vec<String>) {
        if !path.is_empty() {
            self.paths.push(std::mem::take(path));
        }
    }
}
