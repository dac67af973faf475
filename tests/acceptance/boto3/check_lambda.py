"""Lambda: the configuration of a function, which `CONSUMER_FUNCTION` names, and invocations of another."""

import base64
import io
import json
import os
import zipfile

NONE, INVALID, CONFLICT = "ResourceNotFoundException", "InvalidParameterValueException", "ResourceConflictException"
STALE = "PreconditionFailedException"
# A function of the sandbox, and one more that runs the same program.
PROGRAM, MADE = "rotation-function", {"FunctionName": "made"}


def run(service):
    name = {"FunctionName": os.environ["CONSUMER_FUNCTION"]}
    _get(service, name)
    _update(service, name)
    _refuse(service, name)
    _create(service)
    _invoke(service)
    _permit(service)
    service.answers("DeleteFunction", "deletes a function", **MADE)
    service.refuses(NONE, "GetFunction", "does not find it any more", **MADE)


def _get(service, name):
    seen = service.answers("GetFunctionConfiguration", "reads one", **name)
    service.expect("GetFunctionConfiguration", "is active", seen.get("State") == "Active")
    by_arn = service.answers("GetFunctionConfiguration", "reads one by its ARN", FunctionName=seen["FunctionArn"])
    service.expect("GetFunctionConfiguration", "finds the same", by_arn.get("RevisionId") == seen.get("RevisionId"))
    service.answers("GetFunctionConfiguration", "reads the latest version", Qualifier="$LATEST", **name)
    service.refuses(NONE, "GetFunctionConfiguration", "does not find another", FunctionName="another")


def _update(service, name):
    before = service.answers("GetFunctionConfiguration", "reads one again", **name)
    revision = before["RevisionId"]
    change = {"Environment": {"Variables": {"STAGE": "test"}}, "RevisionId": revision}
    changed = service.answers("UpdateFunctionConfiguration", "replaces the environment", **change, **name)
    service.expect("UpdateFunctionConfiguration", "is in progress", changed.get("LastUpdateStatus") == "InProgress")
    service.expect("UpdateFunctionConfiguration", "has a new revision", changed.get("RevisionId") != revision)
    service.refuses(CONFLICT, "UpdateFunctionConfiguration", "refuses another meanwhile", Description="x", **name)

    def complete(answer, _):
        return answer and answer.get("LastUpdateStatus") == "Successful"

    service.wait("GetFunctionConfiguration", "completes the update", complete, **name)
    service.refuses(STALE, "UpdateFunctionConfiguration", "refuses an old revision", **change, **name)
    after = service.answers("GetFunctionConfiguration", "reads it after the update", **name)
    service.expect("GetFunctionConfiguration", "has what was set", after["Environment"] == change["Environment"])
    key = {"KMSKeyArn": "arn:aws:kms:us-east-1:123456789012:key/1"}
    service.answers("UpdateFunctionConfiguration", "sets a key", **key, **name)
    service.wait("GetFunctionConfiguration", "completes that", complete, **name)
    kept = service.answers("UpdateFunctionConfiguration", "clears the environment", Environment={}, **name)
    service.expect("UpdateFunctionConfiguration", "keeps the key", kept.get("KMSKeyArn") == key["KMSKeyArn"])
    service.expect("UpdateFunctionConfiguration", "has no environment", "Environment" not in kept)
    service.wait("GetFunctionConfiguration", "completes that, too", complete, **name)


def _refuse(service, name):
    def refuses(code, what, **parameters):
        service.refuses(code, "UpdateFunctionConfiguration", what, **{**name, **parameters})

    def variables(**variables):
        return {"Environment": {"Variables": variables}}

    # What is measured is the JSON: {"LONG":"…"}
    refuses(INVALID, "refuses 4097 bytes", **variables(LONG="x" * (4097 - 11)))
    refuses("ValidationException", "refuses an invalid key", KMSKeyArn="alias/aws/lambda")
    refuses(INVALID, "refuses a name of Lambda's own", **variables(AWS_REGION="eu-west-1"))
    refuses("ValidationException", "refuses a name with a dash", **variables(**{"A-B": "x"}))
    refuses(INVALID, "refuses what the sandbox does not have", Timeout=7)
    refuses(NONE, "does not find another", FunctionName="another", Description="x")


def _package():
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as file:
        file.writestr("bootstrap", "#!/bin/sh")
    return package.getvalue()


def _create(service):
    function = {
        "Role": "arn:aws:iam::123456789012:role/made",
        "Runtime": "provided.al2023",
        "Handler": PROGRAM,
        "Code": {"ZipFile": _package()},
    }
    made = service.answers("CreateFunction", "creates a function", **MADE, **function, Timeout=20)
    service.expect("CreateFunction", "is active", made.get("State") == "Active" and made["Timeout"] == 20)
    service.refuses(CONFLICT, "CreateFunction", "refuses the same name", **MADE, **function)
    seen = service.answers("GetFunction", "reads it", **MADE)
    service.expect("GetFunction", "finds the same", seen["Configuration"]["RevisionId"] == made["RevisionId"])
    page = service.answers("ListFunctions", "lists one", MaxItems=1)
    rest = service.answers("ListFunctions", "lists the others", Marker=page["NextMarker"])
    names = [one["FunctionName"] for one in page["Functions"] + rest["Functions"]]
    service.expect("ListFunctions", "lists all", names == [os.environ["CONSUMER_FUNCTION"], "made", PROGRAM])

    def refuses(code, what, **changes):
        service.refuses(code, "CreateFunction", what, **{"FunctionName": "bad", **function, **changes})

    refuses(INVALID, "does not run the caller's code", Handler="bootstrap")
    refuses(INVALID, "needs a handler and a runtime", Handler=None, Runtime=None)
    refuses(INVALID, "has no other runtime", Runtime="python3.13")
    refuses("ValidationException", "refuses an invalid role", Role="made")
    refuses("ValidationException", "refuses a name with a space", FunctionName="a b")
    refuses("ValidationException", "refuses a long timeout", Timeout=901)
    refuses(INVALID, "refuses a name of Lambda's own", Environment={"Variables": {"AWS_REGION": "x"}})


def _invoke(service):
    def payload(answer):
        return json.loads(answer["Payload"].read() or b"null")

    # The program exits if the event is not a rotation step.
    failed = service.answers("Invoke", "runs a function that fails", LogType="Tail", Payload=b'{"do": "nothing"}', **MADE)
    error = payload(failed)
    service.expect("Invoke", "says that it failed", failed.get("FunctionError") == "Unhandled" and "errorType" in error)
    log = base64.b64decode(failed.get("LogResult", "")).decode()
    service.expect("Invoke", "has the end of the log", "START RequestId" in log and "REPORT RequestId" in log)
    later = service.answers("Invoke", "takes an event", InvocationType="Event", Payload=b"{}", **MADE)
    service.expect("Invoke", "does not run it at once", later.get("StatusCode") == 202)
    dry = service.answers("Invoke", "checks only", InvocationType="DryRun", **MADE)
    service.expect("Invoke", "answers nothing to that", dry.get("StatusCode") == 204)
    no_code = service.answers("Invoke", "runs one without code", FunctionName=os.environ["CONSUMER_FUNCTION"])
    service.expect("Invoke", "says so", payload(no_code)["errorType"] == "Runtime.InvalidEntrypoint")
    content, large = "InvalidRequestContentException", "RequestTooLargeException"
    service.refuses(content, "Invoke", "refuses what is no JSON", Payload=b"{", **MADE)
    too_long = json.dumps("x" * 1024 * 1024).encode()
    service.refuses(large, "Invoke", "refuses a long event", InvocationType="Event", Payload=too_long, **MADE)
    service.refuses(INVALID, "Invoke", "refuses another type", InvocationType="Later", **MADE)
    service.refuses(INVALID, "Invoke", "has no versions", Qualifier="7", **MADE)
    service.refuses(NONE, "Invoke", "does not find another", FunctionName="another")


def _permit(service):
    rule = "arn:aws:events:us-east-1:123456789012:rule/from-app"
    statement = {"StatementId": "rule", "Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com"}
    service.refuses(NONE, "GetPolicy", "finds none", **MADE)
    service.answers("AddPermission", "lets a rule invoke", SourceArn=rule, **statement, **MADE)
    service.refuses(CONFLICT, "AddPermission", "refuses the same id", **statement, **MADE)
    policy = json.loads(service.answers("GetPolicy", "reads it", **MADE)["Policy"])
    only = policy["Statement"][0]
    service.expect("GetPolicy", "names the rule", only["Condition"] == {"ArnLike": {"AWS:SourceArn": rule}})
    service.answers("RemovePermission", "takes it back", StatementId="rule", **MADE)
    service.refuses(NONE, "RemovePermission", "does not find it any more", StatementId="rule", **MADE)
    service.refuses(INVALID, "AddPermission", "refuses an action that is not Lambda's", **{**statement, "Action": "ssm:*"}, **MADE)
