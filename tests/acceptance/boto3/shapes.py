"""Compares what the sandbox puts on the wire with botocore's service models."""

import base64
import binascii
import json
import re
import xml.etree.ElementTree as ElementTree

# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/CommonErrors.html and its siblings
COMMON_ERRORS = {
    "AccessDeniedException",
    "InternalFailure",
    "InvalidAction",
    "InvalidParameterCombination",
    "InvalidParameterValue",
    "MissingAction",
    "MissingParameter",
    "SerializationException",
    "ServiceUnavailable",
    "ThrottlingException",
    "UnknownOperationException",
    "ValidationError",
    "ValidationException",
}

# Parameter Store was recorded to answer these codes alone.
ERRORS_WITHOUT_MESSAGE = {"ParameterNotFound", "InvalidResourceId"}

# Values that AWS was recorded to answer although its model does not list them.
UNLISTED = {"LastUpdateStatusReasonCode": {"Creating"}}

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def problems_of(operation, status, body, headers):
    """All that the model does not allow in this response, one line each."""
    protocol = operation.service_model.resolved_protocol
    try:
        if status >= 300:
            return list(_error_problems(operation, protocol, status, body, headers))
        if protocol in ("json", "rest-json"):
            return list(_json_answer(operation, body))
        return list(_query_answer(operation, ElementTree.fromstring(body)))
    except (ValueError, ElementTree.ParseError) as error:
        return [f"the body cannot be read: {error}"]


def _error_problems(operation, protocol, status, body, headers):
    if protocol in ("json", "rest-json"):
        error = json.loads(body)
        code = error.get("__type", "").split("#")[-1] if protocol == "json" else headers.get("x-amzn-errortype", "")
        message, sender = error.get("message") or error.get("Message"), None
    else:
        root = ElementTree.fromstring(body)
        namespace = _namespace(operation)
        if root.tag != f"{namespace}ErrorResponse":
            yield f"the root of an error is {root.tag}"
        code = root.findtext(f"{namespace}Error/{namespace}Code")
        message = root.findtext(f"{namespace}Error/{namespace}Message")
        sender = root.findtext(f"{namespace}Error/{namespace}Type") == "Sender"
        if not root.findtext(f"{namespace}RequestId"):
            yield "the error has no RequestId"
    if bool(message) == (code in ERRORS_WITHOUT_MESSAGE):
        yield f"{code} has the message {message!r}"
    listed = {_code(shape): shape.metadata.get("error", {}) for shape in operation.error_shapes}
    if code not in listed and code not in COMMON_ERRORS:
        yield f"{code} is no error of {operation.name}; those are {', '.join(sorted(listed))}"
    expected = listed.get(code, {})
    if status != expected.get("httpStatusCode", status):
        yield f"{code} travels with status {status} instead of {expected['httpStatusCode']}"
    if sender is not None and sender != expected.get("senderFault", sender):
        yield f"{code} says of itself that the sender's fault is {sender}"


def _code(shape):
    return shape.metadata.get("error", {}).get("code", shape.name)


# --- JSON ---


def _json_answer(operation, body):
    shape = operation.output_shape
    if shape is None:
        if body.strip() not in (b"", b"{}"):
            yield f"{operation.name} answers with a body and should answer with none"
    # A payload is the caller's own.
    elif not shape.serialization.get("payload"):
        yield from _json(json.loads(body or b"{}"), shape, operation.name)


def _json(value, shape, path):
    match shape.type_name:
        case "structure":
            yield from _json_structure(value, shape, path)
        case "list":
            if not isinstance(value, list):
                yield f"{path} is no list"
                return
            for place, item in enumerate(value):
                yield from _json(item, shape.member, f"{path}[{place}]")
        case "map":
            if not isinstance(value, dict):
                yield f"{path} is no map"
                return
            for key, item in value.items():
                yield from _json(item, shape.value, f"{path}[{key!r}]")
        case "string":
            yield from _enum(value, shape, path) if isinstance(value, str) else [f"{path} is no string"]
        case "boolean":
            if not isinstance(value, bool):
                yield f"{path} is no boolean"
        case "integer" | "long":
            if not isinstance(value, int) or isinstance(value, bool):
                yield f"{path} is no integer"
        case "timestamp" | "float" | "double":
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                yield f"{path} is no number"
        case "blob":
            try:
                base64.b64decode(value, validate=True)
            except (TypeError, binascii.Error):
                yield f"{path} is no base64"
        case other:
            yield f"{path} has a type unknown to this check: {other}"


def _json_structure(value, shape, path):
    if not isinstance(value, dict):
        yield f"{path} is no structure"
        return
    in_body = {name: member for name, member in shape.members.items() if "location" not in member.serialization}
    members = {member.serialization.get("name", name): member for name, member in in_body.items()}
    for name, item in value.items():
        if name not in members:
            yield f"{path}.{name} is no member of {shape.name}"
        else:
            yield from _json(item, members[name], f"{path}.{name}")
    for name in shape.required_members:
        if name in in_body and shape.members[name].serialization.get("name", name) not in value:
            yield f"{path}.{name} is required"


def _enum(value, shape, path):
    if getattr(shape, "enum", None) and value not in shape.enum and value not in UNLISTED.get(shape.name, ()):
        yield f"{path} is {value!r}, and not one of {', '.join(shape.enum)}"


# --- XML, as the query protocol has it ---


def _namespace(operation):
    return "{%s}" % operation.service_model.metadata["xmlNamespace"]


def _query_answer(operation, root):
    namespace, name = _namespace(operation), operation.name
    if root.tag != f"{namespace}{name}Response":
        yield f"the root is {root.tag}"
    for element in root.iter():
        if not element.tag.startswith(namespace):
            yield f"{element.tag} is of another namespace"
        element.tag = element.tag.removeprefix(namespace)
    expected = ["ResponseMetadata"]
    if operation.output_shape:
        wrapper = operation.output_shape.serialization["resultWrapper"]
        expected.insert(0, wrapper)
        result = root.find(wrapper)
        if result is not None:
            yield from _xml(result, operation.output_shape, name)
    found = [child.tag for child in root]
    # An operation that answers nothing may or may not have an empty result.
    if found != expected and not (operation.output_shape is None and found[-1:] == expected):
        yield f"the response has {found} instead of {expected}"
    if not root.findtext("ResponseMetadata/RequestId"):
        yield "the response has no RequestId"


def _xml(element, shape, path):
    if shape.type_name == "structure":
        yield from _xml_structure(element, shape, path)
        return
    if shape.type_name == "list":
        item = shape.member.serialization.get("name", "member")
        for place, child in enumerate(element):
            if child.tag != item:
                yield f"{path} holds {child.tag} instead of {item}"
            else:
                yield from _xml(child, shape.member, f"{path}[{place}]")
        yield from _no_text(element, path)
        return
    if len(element):
        yield f"{path} holds elements and should hold text"
    text = element.text or ""
    match shape.type_name:
        case "string":
            yield from _enum(text, shape, path)
        case "boolean":
            if text not in ("true", "false"):
                yield f"{path} is {text!r} and no boolean"
        case "integer" | "long":
            if not re.fullmatch(r"-?\d+", text):
                yield f"{path} is {text!r} and no integer"
        case "double" | "float":
            if not re.fullmatch(r"-?\d+(\.\d+)?", text):
                yield f"{path} is {text!r} and no number"
        case "timestamp":
            if not TIME.fullmatch(text):
                yield f"{path} is {text!r} and no time"
        case other:
            yield f"{path} has a type unknown to this check: {other}"


def _xml_structure(element, shape, path):
    members = {_xml_name(name, member): member for name, member in shape.members.items()}
    seen = set()
    for child in element:
        member = members.get(child.tag)
        if member is None:
            yield f"{path}.{child.tag} is no member of {shape.name}"
            continue
        flattened = member.type_name == "list" and member.serialization.get("flattened")
        if child.tag in seen and not flattened:
            yield f"{path}.{child.tag} is there twice"
        seen.add(child.tag)
        yield from _xml(child, member.member if flattened else member, f"{path}.{child.tag}")
    for name in shape.required_members:
        if _xml_name(name, shape.members[name]) not in seen:
            yield f"{path}.{name} is required"
    yield from _no_text(element, path)


def _xml_name(name, member):
    if member.type_name == "list" and member.serialization.get("flattened"):
        return member.member.serialization.get("name", name)
    return member.serialization.get("name", name)


def _no_text(element, path):
    if (element.text or "").strip():
        yield f"{path} holds text and should hold elements"
