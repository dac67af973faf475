//! The documents match the code: the README's table of capabilities, the settings documents, and the links.

use std::path::Path;

use backends::{CAPABILITIES, markdown};
use policy::Target;

const BEGIN: &str = "<!-- capabilities: ";
const END: &str = "<!-- /capabilities -->\n";

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

#[test]
fn the_table_of_the_readme_matches_the_code() {
    let path = root().join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let begin = readme.find(BEGIN).unwrap();
    let begin = begin + readme[begin..].find('\n').unwrap() + 1;
    let end = readme.find(END).unwrap();
    // Without an empty line, Markdown would not recognise the table after the comment.
    let table = format!("\n{}\n", markdown(CAPABILITIES));
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, format!("{}{table}{}", &readme[..begin], &readme[end..])).unwrap();
        return;
    }
    assert!(
        readme[begin..end] == table,
        "run `UPDATE_README=1 cargo nextest run -p acceptance -E 'test(readme)'`, and commit the result"
    );
}

#[test]
fn the_flavour_of_every_example_is_in_the_table() {
    let mut seen = 0;
    for system in root().join("infra/examples").read_dir().unwrap() {
        for file in system.unwrap().path().read_dir().unwrap() {
            let target = Target::parse(&std::fs::read_to_string(file.unwrap().path()).unwrap()).unwrap();
            let flavour = format!("`{}`", target.backend.flavour());
            assert!(CAPABILITIES.iter().any(|capability| capability.flavour.starts_with(&flavour)), "{flavour}");
            seen += 1;
        }
    }
    assert!(seen > CAPABILITIES.len(), "{seen} examples");
}

#[test]
fn every_settings_document_in_the_documentation_is_valid() {
    for (text, expected) in [("README.md", 1), ("docs/moving.md", 2)] {
        let text = std::fs::read_to_string(root().join(text)).unwrap();
        let documents = text.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
        let read = documents.map(|document| Target::parse(document.trim()).unwrap());
        assert_eq!(read.count(), expected);
    }
}

#[test]
fn every_link_between_the_documents_leads_to_a_file() {
    let mut documents: Vec<_> = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"]
        .map(|name| root().join(name))
        .into_iter()
        .chain(root().join("docs").read_dir().unwrap().map(|file| file.unwrap().path()))
        .collect();
    documents.sort();
    let mut seen = 0;
    for document in documents {
        let text = std::fs::read_to_string(&document).unwrap();
        for link in text.split("](").skip(1).map(|rest| rest.split([')', '#']).next().unwrap()) {
            if !link.is_empty() && !link.contains("://") {
                let target = document.parent().unwrap().join(link);
                assert!(target.is_file(), "{} links to {link}, which does not exist", document.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "only {seen} links were found");
}
