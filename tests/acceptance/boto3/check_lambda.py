"""Lambda: the configuration of a function, which `CONSUMER_FUNCTION` names, through its updates."""

import os

NONE, INVALID, CONFLICT = "ResourceNotFoundException", "InvalidParameterValueException", "ResourceConflictException"
STALE = "PreconditionFailedException"


def run(service):
    name = {"FunctionName": os.environ["CONSUMER_FUNCTION"]}
    _get(service, name)
    _update(service, name)
    _refuse(service, name)


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
    service.expect("UpdateFunctionConfiguration", "is on its way", changed.get("LastUpdateStatus") == "InProgress")
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
    refuses("ValidationException", "refuses a key that is none", KMSKeyArn="alias/aws/lambda")
    refuses(INVALID, "refuses a name of Lambda's own", **variables(AWS_REGION="eu-west-1"))
    refuses("ValidationException", "refuses a name with a dash", **variables(**{"A-B": "x"}))
    refuses(INVALID, "refuses what the sandbox does not have", Timeout=7)
    refuses(NONE, "does not find another", FunctionName="another", Description="x")
