//! The protocols with two services that the sandbox does not have: one like S3, one like CloudWatch.

use std::{io, sync::Arc};

use bytes::Bytes;
use ciborium::cbor;
use futures::{future::BoxFuture, stream};
use http_body_util::{BodyExt, StreamBody};
use hyper::{Method, Request, Response, body::Frame, http::request::Parts};

use super::{
    Answer, AwsError, Body, Call, Description, Element, Protocol, Route, Service, Services, Stream, Unreadable,
};

static ROUTES: [Route; 4] = [
    Route::new(Method::GET, "/{Bucket}?list-type=2", "ListObjectsV2"),
    Route::new(Method::PUT, "/{Bucket}/{Key+}", "PutObject").with_payload(),
    Route::new(Method::GET, "/{Bucket}/{Key+}", "GetObject"),
    Route::new(Method::DELETE, "/{Bucket}/{Key+}", "DeleteObject"),
];

static STORE: Description = Description {
    signing_name: "s3",
    protocols: &[Protocol::RestXml { routes: &ROUTES, namespace: "http://s3.amazonaws.com/doc/2006-03-01/" }],
    invalid_input: "InvalidArgument",
    event_sources: &["aws.s3"],
};

static METRICS: Description = Description {
    signing_name: "monitoring",
    protocols: &[
        Protocol::Cbor { service: "GraniteServiceVersion20100801" },
        Protocol::Query { namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/" },
    ],
    invalid_input: "InvalidParameterValue",
    event_sources: &["aws.cloudwatch"],
};

/// A service that returns the parsed call.
struct Echo(&'static Description);

impl Service for Echo {
    fn description(&self) -> &'static Description {
        self.0
    }

    fn carry_out<'a>(self: Arc<Self>, call: &'a Call) -> BoxFuture<'a, Result<Answer, AwsError>> {
        Box::pin(async move { answer(call) })
    }
}

fn answer(call: &Call) -> Result<Answer, AwsError> {
    let text = |name: &str| call.input[name].as_str().unwrap_or_default();
    Ok(match call.operation.as_str() {
        "ListObjectsV2" => {
            let name = Element::text("Name", text("Bucket"));
            Answer::new(Body::Document(Element::parent("ListBucketResult", [name])))
        }
        "PutObject" if call.header("if-none-match") == Some("*") => {
            let message = "At least one of the pre-conditions you specified did not hold";
            return Err(
                AwsError::new("PreconditionFailed", message).with_status(hyper::StatusCode::PRECONDITION_FAILED)
            );
        }
        "PutObject" => Answer::empty().with_header("etag", &format!("\"{}\"", call.body.len())),
        "GetObject" => {
            let pieces =
                ["one ", "and ", text("Key")].map(|piece| io::Result::Ok(Frame::data(Bytes::from(piece.to_owned()))));
            let stream = BodyExt::boxed_unsync(StreamBody::new(stream::iter(pieces)));
            Answer::new(Body::Stream { content_type: "binary/octet-stream", stream })
        }
        "DeleteObject" => Answer::empty().with_status(hyper::StatusCode::NO_CONTENT),
        "DescribeAlarms" if call.body.is_empty() => Answer::xml(vec![Element::text("MetricAlarms", "")]),
        "DescribeAlarms" => {
            let at = ciborium::Value::Tag(1, Box::new(ciborium::Value::Float(1.5)));
            Answer::new(Body::Cbor(cbor!({ "Name" => text("AlarmName"), "At" => at }).unwrap()))
        }
        "PutMetricData" => Answer::json(call.input.clone()),
        _ => return Err(call.unknown()),
    })
}

/// Sends a request, and collects the body of the response.
async fn send(service: &str, request: hyper::http::request::Builder, body: &[u8]) -> Response<Bytes> {
    let services = Services::new(vec![Arc::new(Echo(&STORE)), Arc::new(Echo(&METRICS))]);
    let scope = format!("AWS4-HMAC-SHA256 Credential=me/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host");
    let (head, ()): (Parts, ()) = request.header("authorization", scope).body(()).unwrap().into_parts();
    let response: Response<Stream> = match services.parse(&head, Bytes::copy_from_slice(body)) {
        Ok(super::Request { service, protocol, call }) => {
            protocol.render(&call.operation, "id-1", service.carry_out(&call).await)
        }
        Err(Unreadable { protocol, error }) => protocol.render("Unknown", "id-1", Err(error)),
    };
    let (head, body) = response.into_parts();
    Response::from_parts(head, body.collect().await.unwrap().to_bytes())
}

fn text(response: &Response<Bytes>) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

#[tokio::test]
async fn rest_xml_responses_have_a_document_headers_only_or_nothing() {
    let listed = send("s3", Request::get("/logs?list-type=2"), b"").await;
    assert_eq!(
        text(&listed),
        r#"<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>logs</Name></ListBucketResult>"#
    );
    assert_eq!(
        (&listed.headers()["content-type"], &listed.headers()["x-amz-request-id"]),
        (&"application/xml".parse().unwrap(), &"id-1".parse().unwrap())
    );
    let put = send("s3", Request::put("/logs/a/b"), &[0xff, 0, 1]).await;
    assert_eq!((put.status().as_u16(), &put.headers()["etag"], text(&put)), (200, &"\"3\"".parse().unwrap(), ""));
    let deleted = send("s3", Request::delete("/logs/a"), b"").await;
    assert_eq!((deleted.status().as_u16(), deleted.headers().get("content-type")), (204, None));
}

#[tokio::test]
async fn rest_xml_errors_have_their_own_root_element() {
    let refused = send("s3", Request::put("/logs/a").header("if-none-match", "*"), b"x").await;
    let said = "<Error><Code>PreconditionFailed</Code><Message>At least one of the pre-conditions you specified did not \
                hold</Message><RequestId>id-1</RequestId></Error>";
    assert_eq!((refused.status().as_u16(), text(&refused)), (412, said));
    let unknown = send("s3", Request::post("/logs"), b"").await;
    assert!(text(&unknown).contains("the sandbox has no operation POST /logs in s3"), "{}", text(&unknown));
}

#[tokio::test]
async fn a_body_may_be_streamed() {
    let got = send("s3", Request::get("/logs/a/b"), b"").await;
    assert_eq!((text(&got), &got.headers()["content-type"]), ("one and a/b", &"binary/octet-stream".parse().unwrap()));
}

#[tokio::test]
async fn cbor_is_recognized_by_its_header_and_preserves_timestamps_and_blobs() {
    let path = "/service/GraniteServiceVersion20100801/operation/";
    let cbor = |operation: &str| Request::post(format!("{path}{operation}")).header("smithy-protocol", "rpc-v2-cbor");
    let mut body = Vec::new();
    let blob = ciborium::Value::Bytes(vec![1, 2, 3]);
    let time = ciborium::Value::Tag(1, Box::new(ciborium::Value::Float(2.5)));
    let input = cbor!({ "Namespace" => "N", "At" => time, "Blob" => blob, "Values" => [1, -2, null] }).unwrap();
    ciborium::into_writer(&input, &mut body).unwrap();
    let echoed = send("monitoring", cbor("PutMetricData"), &body).await;
    let read: serde_json::Value = ciborium::from_reader(&echoed.body()[..]).unwrap();
    let expected = serde_json::json!({ "Namespace": "N", "At": 2.5, "Blob": "AQID", "Values": [1, -2, null] });
    assert_eq!((&read, &echoed.headers()["smithy-protocol"]), (&expected, &"rpc-v2-cbor".parse().unwrap()));

    body.clear();
    ciborium::into_writer(&cbor!({ "AlarmName" => "a" }).unwrap(), &mut body).unwrap();
    let described = send("monitoring", cbor("DescribeAlarms"), &body).await;
    let read: ciborium::Value = ciborium::from_reader(&described.body()[..]).unwrap();
    let members = read.into_map().unwrap();
    assert!(members.iter().any(|(name, value)| name.as_text() == Some("At") && value.is_tag()), "{members:?}");

    let unknown = send("monitoring", cbor("Nothing"), b"").await;
    let read: serde_json::Value = ciborium::from_reader(&unknown.body()[..]).unwrap();
    assert_eq!((unknown.status().as_u16(), &read["__type"]), (400, &"UnknownOperationException".into()));
    let broken = send("monitoring", cbor("PutMetricData"), &[0xff]).await;
    let read: serde_json::Value = ciborium::from_reader(&broken.body()[..]).unwrap();
    assert_eq!(read["__type"], "SerializationException");
}

#[tokio::test]
async fn a_service_can_have_several_protocols() {
    let form = Request::post("/").header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    let listed = send("monitoring", form, b"Action=PutDashboard&Version=2010-08-01").await;
    assert!(text(&listed).starts_with("<ErrorResponse xmlns=\"http://monitoring"), "{}", text(&listed));
}

#[tokio::test]
async fn the_error_for_an_unknown_service_names_it_in_the_protocol_of_the_request() {
    let said = "the sandbox has no service kafka; it has monitoring, s3";
    let json = send("kafka", Request::post("/").header("x-amz-target", "Kafka.List"), b"{}").await;
    let form = Request::post("/").header("content-type", "application/x-www-form-urlencoded");
    let query = send("kafka", form, b"Action=List").await;
    let rest = send("kafka", Request::get("/v1/clusters"), b"").await;
    assert!(text(&json).contains(r#""__type":"UnknownService""#), "{}", text(&json));
    assert!(text(&query).contains("<Code>UnknownService</Code>"), "{}", text(&query));
    let xml = send("kafka", Request::get("/logs").header("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), b"").await;
    assert!(text(&xml).starts_with("<Error><Code>UnknownService</Code>"), "{}", text(&xml));
    assert_eq!(rest.headers()["x-amzn-errortype"], "UnknownService");
    for response in [json, query, rest, xml] {
        assert!(response.status().as_u16() == 400 && text(&response).contains(said), "{}", text(&response));
    }
}
