//! Texts with fields in them.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::Field;

/// A text with fields of a connection in it: `{host}:{port}`. A literal brace is written twice.
///
/// ```
/// use policy::connection::Template;
///
/// assert!("{host}:{port}".parse::<Template>().is_ok());
/// assert!("{hots}".parse::<Template>().unwrap_err().contains("reader_url"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template {
    parts: Vec<Part>,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    Field(Field),
}

impl Template {
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The fields in it.
    pub fn fields(&self) -> impl Iterator<Item = Field> {
        self.parts.iter().filter_map(|part| match part {
            Part::Field(field) => Some(*field),
            Part::Text(_) => None,
        })
    }

    /// Whether the credential is in it.
    pub fn is_secret(&self) -> bool {
        self.fields().any(Field::is_secret)
    }
}

impl std::str::FromStr for Template {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        let mut literal = String::new();
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                literal.push_str(brace);
                rest = after;
                continue;
            }
            let field = rest.split_once('}').filter(|_| brace == "{");
            let (name, after) = field.ok_or("a brace has no partner; write a literal brace twice")?;
            let field = Field::named(name).ok_or_else(|| {
                let names = Field::ALL.map(Field::as_str).join(", ");
                format!("there is no field {name:?}; use {names}")
            })?;
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            parts.push(Part::Field(field));
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        if parts.is_empty() {
            return Err("it is empty; name a field, as in \"{url}\"".to_owned());
        }
        Ok(Self { parts })
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(&text.replace('{', "{{").replace('}', "}}")),
            Part::Field(field) => write!(f, "{{{}}}", field.as_str()),
        })
    }
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Template> for String {
    fn from(template: Template) -> Self {
        template.to_string()
    }
}

impl JsonSchema for Template {
    fn schema_name() -> Cow<'static, str> {
        "Template".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names = Field::ALL.map(Field::as_str).join("`, `");
        json_schema!({
            "type": "string",
            "minLength": 1,
            "description": format!("A text with fields of the connection in braces: `{names}`. Write a literal brace \
                                    twice. Parameter Store rejects a value that contains `{{{{…}}}}`, because it would \
                                    read it as a reference to another parameter. The settings document is a parameter \
                                    too: write `\\u007b\\u007b` for `{{{{` in it. The value of an `ssm-parameter` \
                                    output cannot contain `{{{{…}}}}`."),
            "examples": ["{url}", "{host}:{port}"],
        })
    }
}
