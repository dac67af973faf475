//! The REST-XML protocol, with errors as S3 has them: parameters in path, query and headers, a payload in the body.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html>

use super::{AwsError, xml, xml::Element};

/// Renders an output.
pub(super) fn render(namespace: &str, root: &Element) -> Vec<u8> {
    xml::document(root.name(), Some(namespace), root.children())
}

/// Renders a refusal: `<Error>` is the root, and has no namespace.
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
