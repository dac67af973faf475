//! The module tree of one crate, with what each module defines, imports and names.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{self, Names};

/// A crate's files by path, relative to the folder of its root file.
pub(super) type Files = BTreeMap<String, String>;

/// An index in [`Crate::modules`].
type Id = usize;

/// The modules of one crate; the root is the first.
pub(super) struct Crate {
    modules: Vec<Module>,
}

struct Module {
    file: String,
    parent: Id,
    children: BTreeMap<String, Id>,
    names: Names,
}

/// The target of a path.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Module(Id),
    /// An item that this module's file defines.
    Item(Id),
}

impl Crate {
    /// Parses the root file and, recursively, the modules that it declares, without test modules.
    pub(super) fn read(root: &str, files: &Files) -> Self {
        let mut tree = Self { modules: Vec::new() };
        let text = files.get(root).unwrap_or_else(|| panic!("{root} does not exist"));
        let items = syn::parse_file(text).unwrap_or_else(|error| panic!("{root}: {error}")).items;
        tree.add(root.to_owned(), "", 0, &items, files);
        tree
    }

    /// Adds a module and its children. `folder` is where its child files are: empty, or a path that ends in `/`.
    fn add(&mut self, file: String, folder: &str, parent: Id, items: &[syn::Item], files: &Files) -> Id {
        let id = self.modules.len();
        let names = names::of(items);
        self.modules.push(Module { file: file.clone(), parent, children: BTreeMap::new(), names });
        for item in items {
            let syn::Item::Mod(module) = item else { continue };
            if names::is_test(&module.attrs) {
                continue;
            }
            let name = module.ident.to_string();
            let below = format!("{folder}{name}/");
            let child = if let Some((_, items)) = &module.content {
                self.add(file.clone(), &below, id, items, files)
            } else {
                let places = [format!("{folder}{name}.rs"), format!("{below}mod.rs")];
                let place = places.iter().find(|place| files.contains_key(*place));
                let place = place.unwrap_or_else(|| panic!("{file} declares {name}, and neither of {places:?} exists"));
                let items = syn::parse_file(&files[place]).unwrap_or_else(|error| panic!("{place}: {error}")).items;
                self.add(place.clone(), &below, id, &items, files)
            };
            self.modules[id].children.insert(name, child);
        }
        id
    }

    /// Every dependency: a file, the file that defines an item that the first one names, and the path of the item.
    pub(super) fn edges(&self) -> BTreeSet<(String, String, String)> {
        let mut edges = BTreeSet::new();
        for (id, module) in self.modules.iter().enumerate() {
            for path in module.names.used() {
                for found in self.resolve(id, path, 0) {
                    if let Found::Item(definer) = found
                        && module.file != self.modules[definer].file
                    {
                        edges.insert((module.file.clone(), self.modules[definer].file.clone(), path.join("::")));
                    }
                }
            }
        }
        edges
    }

    /// Resolves a path in a module. A path into another crate has no result.
    fn resolve(&self, from: Id, path: &[String], depth: usize) -> BTreeSet<Found> {
        let mut at = BTreeSet::from([Found::Module(from)]);
        for (index, segment) in path.iter().enumerate() {
            at = at
                .into_iter()
                .flat_map(|found| match found {
                    // A variant or an associated item is in the file of its type.
                    Found::Item(id) => BTreeSet::from([Found::Item(id)]),
                    Found::Module(id) => match segment.as_str() {
                        "self" => BTreeSet::from([Found::Module(id)]),
                        "super" => BTreeSet::from([Found::Module(self.modules[id].parent)]),
                        "crate" if index == 0 => BTreeSet::from([Found::Module(0)]),
                        name => self.look_up(id, name, depth),
                    },
                })
                .collect();
        }
        at
    }

    /// Resolves a name in a module, through re-exports and globs to the definition.
    fn look_up(&self, id: Id, name: &str, depth: usize) -> BTreeSet<Found> {
        let module = &self.modules[id];
        let mut found = BTreeSet::new();
        if depth > 16 {
            return found; // a circle of globs
        }
        if let Some(child) = module.children.get(name) {
            found.insert(Found::Module(*child));
        }
        if module.names.items.contains(name) {
            found.insert(Found::Item(id));
            return found;
        }
        for import in module.names.imports.iter().filter(|import| import.name.as_deref() == Some(name)) {
            // `use foo::foo` must not resolve to itself.
            if import.path.len() > 1 || import.path.first().is_some_and(|first| first != name) {
                found.extend(self.resolve(id, &import.path, depth + 1));
            }
        }
        if found.is_empty() {
            for glob in module.names.imports.iter().filter(|import| import.name.is_none()) {
                for target in self.resolve(id, &glob.path, depth + 1) {
                    if let Found::Module(target) = target {
                        found.extend(self.look_up(target, name, depth + 1));
                    }
                }
            }
        }
        found
    }
}
