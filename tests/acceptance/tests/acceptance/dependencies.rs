//! The direction of dependencies, and the crates that must not be dependencies.
//!
//! `functions → runtime, backends, cloud → policy`, `backends → cloud`, and `functions, backends → rdb`; in the tests
//! `demo, acceptance → workload → sandbox → simulated-redis` and `simulation → functions, sandbox, simulated-redis`. The sandbox
//! and the simulated Redis use no crate of the product.

use std::collections::BTreeSet;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, TargetKind};

/// The crates of this workspace that each layer may use.
const MAY_USE: [(&str, &[&str]); 12] = [
    ("policy", &[]),
    ("rdb", &[]),
    ("cloud", &["policy"]),
    ("backends", &["policy", "cloud", "rdb"]),
    ("runtime", &["policy", "cloud"]),
    ("functions", &["policy", "cloud", "backends", "runtime", "rdb"]),
    ("sandbox", &["simulated-redis"]),
    ("simulated-redis", &[]),
    (
        "simulation",
        &[
            "sandbox",
            "simulated-redis",
            "rotate-auth",
            "retire-credential",
            "sync-connection",
            "policy",
            "cloud",
            "backends",
        ],
    ),
    ("workload", &["sandbox", "policy"]),
    ("demo", &["workload", "sandbox", "policy"]),
    ("acceptance", &["demo", "workload", "sandbox", "policy", "backends", "rdb"]),
];

/// Crates that must not be a direct or indirect dependency of `policy`, which does no IO.
const IO_CRATES: [&str; 9] =
    ["tokio", "hyper", "redis", "rustls", "reqwest", "aws-config", "aws-smithy-runtime", "lambda_runtime", "mio"];

fn workspace() -> Metadata {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).other_options(["--locked".to_owned()]).exec().unwrap()
}

/// Returns the layer of a crate: `functions`, or its name.
fn layer(package: &Package) -> &str {
    if package.manifest_path.as_str().contains("/functions/") { "functions" } else { package.name.as_str() }
}

/// Returns every dependency that the table does not allow, as `from → to`.
fn back_edges<'a>(edges: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    edges
        .into_iter()
        .filter(|(from, to)| {
            MAY_USE.iter().find(|(name, _)| name == from).is_none_or(|(_, allowed)| !allowed.contains(to))
        })
        .map(|(from, to)| format!("{from} → {to}"))
        .collect()
}

#[test]
fn dependencies_point_one_way_only() {
    let workspace = workspace();
    let members = workspace.workspace_packages();
    let names: BTreeSet<&str> = members.iter().map(|package| package.name.as_str()).collect();
    let edges = members.iter().flat_map(|package| {
        let ours = package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development);
        let ours = ours.map(|dependency| dependency.name.as_str()).filter(|name| names.contains(name));
        ours.map(|to| (layer(package), to))
    });
    assert_eq!(back_edges(edges), Vec::<String>::new());
}

#[test]
fn a_dependency_in_the_wrong_direction_is_found() {
    let edges = [("backends", "cloud"), ("policy", "cloud"), ("cloud", "backends"), ("backends", "runtime")];
    assert_eq!(back_edges(edges), ["policy → cloud", "cloud → backends", "backends → runtime"]);
    let edges = [("workload", "sandbox"), ("sandbox", "policy"), ("sandbox", "workload"), ("workload", "demo")];
    assert_eq!(back_edges(edges), ["sandbox → policy", "sandbox → workload", "workload → demo"]);
}

/// Returns every direct and indirect dependency of a crate.
fn built_for<'a>(workspace: &'a Metadata, member: &str) -> Vec<&'a Package> {
    let resolve = workspace.resolve.as_ref().unwrap();
    let member = workspace.workspace_packages().into_iter().find(|package| package.name.as_str() == member).unwrap();
    let mut seen = BTreeSet::new();
    let mut next = vec![&member.id];
    while let Some(id) = next.pop() {
        let node = resolve.nodes.iter().find(|node| node.id == *id).unwrap();
        let needed =
            node.deps.iter().filter(|dep| dep.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development));
        next.extend(needed.map(|dep| &dep.pkg).filter(|id| seen.insert((*id).clone())));
    }
    seen.iter().map(|id| &workspace[id]).collect()
}

/// Returns the name and version of every crate in a function's program. `cargo tree` applies the features, metadata does not.
fn built_into(function: &str) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tree = std::process::Command::new(cargo)
        .args(["tree", "--locked", "--package", function, "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let name_and_version = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    String::from_utf8(tree.stdout).unwrap().lines().map(name_and_version).collect()
}

#[test]
fn a_function_has_one_http_client_and_one_tls_stack() {
    let built = built_into("rotate-auth");
    let versions = |name: &str| built.iter().filter(|krate| krate.split(' ').next() == Some(name)).count();
    for name in ["hyper", "http", "rustls", "rustls-webpki", "tokio-rustls", "aws-lc-sys"] {
        assert_eq!(versions(name), 1, "{name} in {built:?}");
    }
    for name in ["ring", "native-tls", "openssl-sys"] {
        assert_eq!(versions(name), 0, "{name} is a second crypto provider");
    }
}

#[test]
fn builds_here_leave_out_the_jitter_entropy_of_aws_lc() {
    // Cargo passes the setting to every compiler run inside the repository.
    assert_eq!(option_env!("AWS_LC_SYS_NO_JITTER_ENTROPY"), Some("1"));
}

#[test]
fn policy_depends_on_no_io_crate() {
    let workspace = workspace();
    let built = built_for(&workspace, "policy");
    let names: BTreeSet<&str> = built.iter().map(|package| package.name.as_str()).collect();
    assert!(names.contains("serde"), "no dependencies were found: {names:?}");
    let io: Vec<_> = IO_CRATES.iter().filter(|name| names.contains(*name)).collect();
    assert!(io.is_empty(), "policy depends on {io:?}");
}

#[test]
fn every_function_is_one_program() {
    let workspace = workspace();
    for package in workspace.workspace_packages().into_iter().filter(|package| layer(package) == "functions") {
        let programs = package.targets.iter().filter(|target| target.kind.contains(&TargetKind::Bin)).count();
        assert_eq!(programs, 1, "{} has {programs} programs", package.name);
    }
}
