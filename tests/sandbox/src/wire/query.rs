//! The query protocol, with form requests and XML responses.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{AwsError, xml, xml::Element};

/// Parses the operation and the parameters of a form body.
pub(super) fn parse(body: &[u8]) -> Result<(String, Value), AwsError> {
    let mut tree = Node::default();
    let mut action = None;
    for (key, value) in form_urlencoded::parse(body) {
        match key.as_ref() {
            "Action" => action = Some(value.into_owned()),
            "Version" => {}
            _ => tree.insert(&key, value.into_owned()),
        }
    }
    let action = action.ok_or_else(|| AwsError::new("MissingAction", "the form has no Action"))?;
    let parameters = tree.children.into_iter().map(|(name, node)| (name, node.into_value()));
    Ok((action, Value::Object(parameters.collect())))
}

/// A node of the tree of parameters: `Tags.Tag.1.Key` is a path of four.
#[derive(Default)]
struct Node {
    text: Option<String>,
    children: BTreeMap<String, Self>,
}

impl Node {
    fn insert(&mut self, path: &str, text: String) {
        let node = path.split('.').fold(self, |node, part| node.children.entry(part.to_owned()).or_default());
        node.text = Some(text);
    }

    /// Converts numbered children to an array, without the member name around it: `Tags.Tag.1` becomes `Tags[0]`.
    fn into_value(self) -> Value {
        if let (Some(text), true) = (self.text, self.children.is_empty()) {
            return Value::String(text);
        }
        if !self.children.is_empty() && self.children.keys().all(|key| key.parse::<u32>().is_ok()) {
            let mut numbered: Vec<_> = self.children.into_iter().collect();
            numbered.sort_by_key(|(key, _)| key.parse::<u32>().unwrap_or_default());
            return Value::Array(numbered.into_iter().map(|(_, node)| node.into_value()).collect());
        }
        let members: Map<_, _> = self.children.into_iter().map(|(key, node)| (key, node.into_value())).collect();
        match members.len() {
            1 if members.values().all(Value::is_array) => members.into_iter().next().map_or(Value::Null, |(_, v)| v),
            _ => Value::Object(members),
        }
    }
}

/// Renders a response as `<OperationResponse><OperationResult>…`.
pub(super) fn render(operation: &str, namespace: &str, request_id: &str, result: Vec<Element>) -> Vec<u8> {
    let metadata = Element::parent("ResponseMetadata", [Element::text("RequestId", request_id)]);
    let children = [Element::parent(&format!("{operation}Result"), result), metadata];
    xml::document(&format!("{operation}Response"), Some(namespace), &children)
}

/// Renders an error as `<ErrorResponse><Error>…`.
pub(super) fn error(namespace: &str, request_id: &str, error: &AwsError) -> Vec<u8> {
    let kind = if error.status.is_server_error() { "Receiver" } else { "Sender" };
    let error = Element::parent(
        "Error",
        [Element::text("Type", kind), Element::text("Code", &error.code), Element::text("Message", &error.message)],
    );
    xml::document("ErrorResponse", Some(namespace), &[error, Element::text("RequestId", request_id)])
}
