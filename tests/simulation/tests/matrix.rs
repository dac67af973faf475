//! The matrix: every call of every function meets every fault, in every estate.

use simulation::{
    Estate,
    matrix::{Struck, cells, estates, name_of, strike},
};

/// Fails with every cell that is not as without its fault, and the story of the first.
fn every_cell_ends_well(estate: &str, function: &'static str) {
    // A reset leaves nothing to retire: retire-credential reads its settings, and that is all.
    let least = if (estate, function) == ("upstash-reset-1-json-0s", "retire-credential") { 5 } else { 50 };
    let estate: Estate = estates().find(|known| name_of(known) == estate).expect("it is an estate of the matrix");
    let cells = cells(estate, function);
    assert!(cells.len() >= least, "{} cells", cells.len());
    let broken: Vec<_> =
        cells.iter().map(|cell| (cell, strike(cell))).filter(|(_, struck)| !struck.wrong.is_empty()).collect();
    let line = |(cell, Struck { call, wrong, .. }): &(_, Struck)| {
        let call = call.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("`./dev simulate --strike {cell}` ({call}): {}", wrong.join("; "))
    };
    let lines: Vec<_> = broken.iter().map(line).collect();
    let story = broken.first().map(|(_, struck)| struck.report.story.join("\n")).unwrap_or_default();
    assert!(broken.is_empty(), "{} of {} cells\n{}\n{story}", broken.len(), cells.len(), lines.join("\n"));
}

/// One test for each function in an estate.
macro_rules! matrix {
    ($($name:ident: $estate:expr;)+) => {
        $(
            mod $name {
                use super::every_cell_ends_well;

                #[test]
                fn every_fault_at_every_call_of_rotate_auth_is_survived() {
                    every_cell_ends_well($estate, "rotate-auth");
                }

                #[test]
                fn every_fault_at_every_call_of_retire_credential_is_survived() {
                    every_cell_ends_well($estate, "retire-credential");
                }

                #[test]
                fn every_fault_at_every_call_of_sync_connection_is_survived() {
                    every_cell_ends_well($estate, "sync-connection");
                }
            }
        )+

        #[test]
        fn every_estate_has_its_tests() {
            let tested = [$($estate),+];
            let without: Vec<_> =
                estates().map(|estate| name_of(&estate)).filter(|name| !tested.contains(&name.as_str())).collect();
            assert!(without.is_empty(), "{without:?}");
        }
    };
}

matrix! {
    one_node_with_a_configuration_file: "config-file-1-json-0s";
    three_nodes_with_configuration_files: "config-file-3-plain-60s";
    one_node_with_an_acl_file: "acl-file-1-json-0s";
    three_nodes_with_acl_files: "acl-file-3-plain-60s";
    one_node_without_files: "memory-1-json-0s";
    three_nodes_without_files: "memory-3-plain-60s";
    a_service_that_is_deployed: "acl-file-1-json-0s-service";
    a_function_whose_environment_is_written: "acl-file-1-json-0s-function";
    a_task_with_a_json_secret: "fargate-1-json-0s";
    a_task_with_an_overlap: "fargate-1-plain-60s";
    one_node_with_an_auth_token: "auth-token-1-json-0s";
    two_nodes_with_an_auth_token: "auth-token-2-plain-300s";
    two_shards_with_an_auth_token: "cluster-auth-token-2-plain-300s";
    two_nodes_with_a_user: "group-user-2-plain-300s";
    a_serverless_cache_with_a_user: "serverless-user-2-json-0s";
    an_upstash_database_with_an_acl_user: "upstash-acl-1-json-60s";
    an_upstash_database_that_is_reset: "upstash-reset-1-json-0s";
}
