//! Why a settings document cannot be read.

use serde_json::error::Category;

use super::check::refused;
use crate::Failure;

/// The refusal of a document that the parser cannot read. It repeats no value: somebody may have put a secret there.
pub(super) fn why_unreadable(at: &str, error: &serde_json::Error) -> Failure {
    match error.classify() {
        Category::Syntax | Category::Eof | Category::Io => Failure::permanent(format!(
            "the target's settings are not JSON: they cannot be read after line {}, column {}",
            error.line(),
            error.column()
        ))
        .with_next_step("Store the JSON document itself; with the AWS CLI, `--value file://FILE`"),
        Category::Data => refused(at, &in_words(&error.to_string())),
    }
}

/// The parser's error, without the value that it quotes and in the terms of JSON.
fn in_words(error: &str) -> String {
    let error = error.rsplit_once(" at line ").map_or(error, |(error, _)| error);
    match error.rsplit_once(", expected ") {
        Some((quoting, expected)) if !quoting.starts_with("unknown field") => {
            format!("it must be {}", in_json(expected))
        }
        _ => error.to_owned(),
    }
}

/// What the parser expected, in the terms of JSON.
fn in_json(expected: &str) -> String {
    let is_number = |kind: &str| kind.starts_with(['u', 'i']) && kind[1..].chars().all(|c| c.is_ascii_digit());
    let expected = expected.trim();
    match expected.strip_prefix("a ").unwrap_or(expected).split_whitespace().next().unwrap_or_default() {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number that is not negative and not too large".to_owned(),
        kind if kind.len() > 1 && is_number(kind) => "a whole number".to_owned(),
        "struct" | "internally" | "map" => "an object".to_owned(),
        "sequence" => "a list".to_owned(),
        "boolean" | "bool" => "true or false".to_owned(),
        _ => expected.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::Target;

    #[test]
    fn a_refusal_speaks_of_json_and_not_of_rust() {
        let with = |member: &str| {
            format!(
                r#"{{ "name": "orders", "backend": {{ "type": "elasticache-auth", "replication_group_id": "orders" }},
                     "secret": {{ "id": "orders/redis" }}, {member} }}"#
            )
        };
        for (document, expected) in [
            ("{\"name\": \"orders\",".to_owned(), "not JSON"),
            ("name: orders".to_owned(), "not JSON"),
            ("target.json".to_owned(), "file://"),
            (String::new(), "not JSON"),
            ("[]".to_owned(), "an object"),
            (with(r#""rotation": { "credential_length": "64" }"#), "a whole number"),
            (with(r#""retirement": { "overlap_s": -1 }"#), "a whole number"),
            (with(r#""consumers": ["web"]"#), "an object"),
            (with(r#""consumers": {}"#), "a list"),
            (with(r#""rollout": { "window": "22:00-04:00" }"#), "an object"),
            (with(r#""outputs": [{ "type": "ssm-parameter", "name": 7, "value": "{url}" }]"#), "a string"),
        ] {
            let refused = Target::parse(&document).unwrap_err().chain();
            assert!(refused.contains(expected), "{document}: {refused}");
            for word in ["struct", "enum", "u16", "u64", "ident", "EOF", "`?`", "sequence"] {
                assert!(!refused.contains(word), "{document}: {refused}");
            }
        }
    }
}
