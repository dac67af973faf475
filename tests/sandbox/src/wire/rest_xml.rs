//! The REST-XML protocol, with S3's form of errors. Parameters are in path, query and headers; the body is a payload.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html>

use super::{AwsError, xml, xml::Element};

/// Renders an output.
pub(super) fn render(namespace: &str, root: &Element) -> Vec<u8> {
    xml::document(root.name(), Some(namespace), root.children())
}

/// Renders an error: the root is `<Error>`, without a namespace.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
pub(super) fn error(request_id: &str, error: &AwsError) -> Vec<u8> {
    let children = [
        Element::text("Code", &error.code),
        Element::text("Message", &error.message),
        Element::text("RequestId", request_id),
    ];
    xml::document("Error", None, &children)
}
