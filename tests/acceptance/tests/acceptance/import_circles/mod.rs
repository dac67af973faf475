//! No two files of the product depend on each other, directly or through other files.
//!
//! A file depends on another one if it names an item that is *defined* there, in a `use` declaration or by a path in
//! its code. Re-exports are followed to the definition. Parents and submodules are no exception: a `mod.rs` must not
//! name an item of a child that names an item of this `mod.rs`. These do not count as dependencies:
//!
//! - `mod` and `pub use` declarations, with which a `mod.rs` declares its children and re-exports their items
//! - references that only the type checker can resolve: method calls, fields, and names from globs or macros of
//!   other crates
//! - test modules

mod modules;
mod names;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use modules::{Crate, Files};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The dependencies of a crate: a file, another file, and the path by which the first names an item of the second.
type Edges = BTreeSet<(String, String, String)>;

/// Returns a description of every circle.
fn circles(edges: &Edges) -> Vec<String> {
    let mut next: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, to, _) in edges {
        next.entry(from).or_default().insert(to);
    }
    let reached = |from: &str| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = next.get(from).into_iter().flatten().copied().collect();
        while let Some(file) = open.pop() {
            if seen.insert(file) {
                open.extend(next.get(file).into_iter().flatten());
            }
        }
        seen
    };
    let all: BTreeMap<&str, BTreeSet<&str>> = next.keys().map(|file| (*file, reached(file))).collect();
    let mut circles = BTreeSet::new();
    for (file, to) in &all {
        if to.contains(file) {
            circles.insert(
                to.iter()
                    .copied()
                    .filter(|other| all.get(other).is_some_and(|back| back.contains(file)))
                    .collect::<Vec<_>>(),
            );
        }
    }
    circles.iter().map(|files| describe(files, edges)).collect()
}

/// Describes a circle: its files, then a line for each dependency.
fn describe(files: &[&str], edges: &Edges) -> String {
    let mut names: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for (from, to, path) in edges {
        if files.contains(&from.as_str()) && files.contains(&to.as_str()) {
            names.entry((from, to)).or_default().push(path);
        }
    }
    let edges = names.iter().map(|((from, to), paths)| format!("\n    {from} → {to}: {}", paths.join(", ")));
    files.join(" ↔ ") + &edges.collect::<String>()
}

/// Collects the Rust files below a folder, by their relative path.
fn read(folder: &Path, prefix: &str, files: &mut Files) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            read(&path, &format!("{name}/"), files);
        } else if name.ends_with(".rs") {
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn the_files_of_functions_and_shared_have_no_circle_of_imports() {
    let (mut found, mut edges) = (Vec::new(), 0);
    for layer in ["functions", "shared"] {
        for member in fs::read_dir(Path::new(ROOT).join(layer)).unwrap() {
            let member = member.unwrap().path();
            let mut files = Files::new();
            read(&member.join("src"), "", &mut files);
            let named = Crate::read("lib.rs", &files).edges();
            edges += named.len();
            let member = member.file_name().unwrap().to_str().unwrap();
            found.extend(circles(&named).into_iter().map(|circle| format!("{layer}/{member}: {circle}")));
        }
    }
    assert!(edges > 200, "only {edges} edges were found: most imports are missed");
    assert!(found.is_empty(), "{} circles:\n{}", found.len(), found.join("\n"));
}

fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    circles(&Crate::read("lib.rs", &files).edges())
}

#[test]
fn a_circle_through_imports_paths_globs_macros_and_re_exports_is_found() {
    let pair = |first: &str, second: &str| {
        circles_of(&[("lib.rs", "mod a; mod b; pub use b::B;"), ("a.rs", first), ("b.rs", second)])
    };
    let back = "use crate::a::A; pub struct B(A); pub fn make() {}";
    for names_b in [
        "use crate::b::B; pub struct A;",
        "pub struct A; fn f() { super::b::make(); }",
        "use super::b; pub struct A; fn f() { b::make() }",
        "use super::b::*; pub struct A; fn f() { make() }",
        "use crate::B; pub struct A;",
        "pub struct A; fn f() { println!(\"{:?}\", crate::b::make()); }",
        "pub struct A; fn f() { use crate::b::make as other; other() }",
    ] {
        let found = pair(names_b, back);
        assert!(found.len() == 1 && found[0].starts_with("a.rs ↔ b.rs\n"), "{names_b}: {found:?}");
    }
    for names_nothing in ["pub struct A;", "use other::b::B; pub struct A;", "pub use crate::b::B; pub struct A;"] {
        assert_eq!(pair(names_nothing, back), Vec::<String>::new(), "{names_nothing}");
    }
    let in_tests = "pub struct A; #[cfg(test)] mod tests { use crate::b::B; } #[test] fn t() { crate::b::make() }";
    assert_eq!(pair(in_tests, back), Vec::<String>::new());
}

#[test]
fn a_parent_and_its_submodule_form_a_circle_unless_one_only_declares_and_re_exports_the_other() {
    let family = |parent: &str, child: &str| {
        let parent = format!("mod first; mod second; pub use first::First; {parent}");
        circles_of(&[
            ("lib.rs", "mod a; pub struct Root;"),
            ("a/mod.rs", &parent),
            ("a/first.rs", child),
            ("a/second.rs", "pub struct Second;"),
        ])
    };
    let uses = "use super::Parent; use crate::Root; use super::second::Second; pub struct First;";
    assert_eq!(family("pub struct Parent;", uses), Vec::<String>::new());
    assert_eq!(family("pub struct Parent(First);", "pub struct First;"), Vec::<String>::new());
    for child in [uses, "pub struct First(super::Parent);", "use crate::a::Parent; pub struct First(Parent);"] {
        let found = family("pub struct Parent(First);", child);
        assert!(found.len() == 1 && found[0].starts_with("a/first.rs ↔ a/mod.rs\n"), "{child}: {found:?}");
    }
}

#[test]
fn siblings_that_name_each_other_through_the_re_exports_of_their_parent_form_a_circle() {
    let found = circles_of(&[
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod first; mod second; pub use first::First; pub use second::Second;"),
        ("a/first.rs", "use super::Second; pub struct First;"),
        ("a/second.rs", "pub struct Second(super::First);"),
    ]);
    assert!(found.len() == 1 && found[0].starts_with("a/first.rs ↔ a/second.rs\n"), "{found:?}");
}

#[test]
fn a_circle_of_three_files_is_one_circle() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", "use crate::{b::B, d::D}; pub struct A;"),
        ("b.rs", "use crate::c::C; pub struct B;"),
        ("c.rs", "use crate::a::A; pub struct C;"),
        ("d.rs", "pub struct D;"),
    ];
    let found = circles_of(&files);
    assert!(found.len() == 1 && found[0].starts_with("a.rs ↔ b.rs ↔ c.rs\n"), "{found:?}");
}
