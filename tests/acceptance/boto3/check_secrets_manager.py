"""Secrets Manager: a secret from its first version through a rotation to its end."""

import os

NONE, REQUEST, PARAMETER = "ResourceNotFoundException", "InvalidRequestException", "InvalidParameterException"
EXISTS, VALIDATION = "ResourceExistsException", "ValidationException"
FIRST, SECOND, THIRD, FOURTH = (f"{n}{n}{n}{n}0000-0000-4000-8000-000000000000" for n in range(1, 5))
ID, OTHER = {"SecretId": "wire/secret"}, {"SecretId": "wire/other"}


def run(service):
    _create(service)
    _values(service)
    _stages(service)
    _describe(service)
    _rotate(service)
    _delete(service)


def _create(service):
    create = {"Name": "wire/secret", "SecretString": "one", "ClientRequestToken": FIRST}
    tags = {"Tags": [{"Key": "team", "Value": "a"}]}
    service.answers("CreateSecret", "makes a secret", Description="for the wire", **create, **tags)
    service.answers("CreateSecret", "is content with the same again", **create)
    service.refuses(EXISTS, "CreateSecret", "refuses another value", **{**create, "SecretString": "two"})
    service.refuses(VALIDATION, "CreateSecret", "refuses a name with spaces", **{**create, "Name": "a b"})
    service.refuses(PARAMETER, "CreateSecret", "refuses a short token", **{**create, "ClientRequestToken": "short"})


def _values(service):
    current = service.answers("GetSecretValue", "reads the current value", **ID)
    service.expect("GetSecretValue", "has it", current.get("SecretString") == "one")
    service.refuses(NONE, "GetSecretValue", "does not find another", **OTHER)
    service.refuses(NONE, "GetSecretValue", "does not find a stage", VersionStage="AWSPENDING", **ID)
    service.refuses(REQUEST, "GetSecretValue", "refuses a stage of another version", VersionId=FIRST, VersionStage="X", **ID)
    put = {"SecretString": "two", "ClientRequestToken": SECOND, **ID}
    service.answers("PutSecretValue", "makes a version", **put)
    service.answers("PutSecretValue", "is content with the same again", **put)
    service.refuses(EXISTS, "PutSecretValue", "refuses another value for it", **{**put, "SecretString": "three"})
    service.refuses(NONE, "PutSecretValue", "does not find another", **{**put, **OTHER})
    listed = service.answers("ListSecretVersionIds", "lists versions", IncludeDeprecated=True, **ID)
    service.expect("ListSecretVersionIds", "finds two", len(listed.get("Versions", [])) == 2)
    service.refuses(NONE, "ListSecretVersionIds", "does not find another", **OTHER)


def _stages(service):
    move = {"VersionStage": "AWSCURRENT", **ID}
    update = "UpdateSecretVersionStage"
    service.refuses(PARAMETER, update, "refuses to move without a from", MoveToVersionId=FIRST, **move)
    service.refuses(PARAMETER, update, "refuses a wrong from", MoveToVersionId=FIRST, RemoveFromVersionId=FIRST, **move)
    service.refuses(PARAMETER, update, "refuses to take current away", RemoveFromVersionId=SECOND, **move)
    service.refuses(NONE, update, "does not find a version", MoveToVersionId=THIRD, RemoveFromVersionId=SECOND, **move)
    service.answers(update, "moves the stage back", MoveToVersionId=FIRST, RemoveFromVersionId=SECOND, **move)


def _describe(service):
    service.answers("DescribeSecret", "describes it", **ID)
    service.refuses(NONE, "DescribeSecret", "does not find another", **OTHER)
    service.answers("ListSecrets", "lists secrets", Filters=[{"Key": "name", "Values": ["wire/"]}])
    service.refuses("InvalidNextTokenException", "ListSecrets", "refuses a token it never gave", NextToken="x")
    service.answers("TagResource", "adds a tag", Tags=[{"Key": "stage", "Value": "test"}], **ID)
    service.answers("UntagResource", "removes a tag", TagKeys=["stage"], **ID)
    service.refuses(NONE, "TagResource", "does not find another", Tags=[{"Key": "k", "Value": "v"}], **OTHER)
    service.refuses(NONE, "UntagResource", "does not find another", TagKeys=["k"], **OTHER)
    random = service.answers("GetRandomPassword", "makes a password", PasswordLength=40, ExcludePunctuation=True)
    service.expect("GetRandomPassword", "of that length", len(random.get("RandomPassword", "")) == 40)
    service.refuses(PARAMETER, "GetRandomPassword", "refuses 0 characters", PasswordLength=0)


def _rotate(service):
    rotate = {"RotationLambdaARN": os.environ["ROTATION_LAMBDA_ARN"], "RotationRules": {"AutomaticallyAfterDays": 30}}
    service.refuses(REQUEST, "RotateSecret", "refuses without a function", **ID)
    service.answers("CancelRotateSecret", "is content where rotation was never configured", **ID)
    service.refuses(NONE, "RotateSecret", "does not find another", **OTHER, **rotate)
    service.answers("RotateSecret", "begins a rotation", ClientRequestToken=FOURTH, **ID, **rotate)

    def rotated(answer, _):
        return answer and FOURTH in answer["VersionIdsToStages"] and "LastRotatedDate" in answer

    service.wait("DescribeSecret", "is rotated by the function", rotated, **ID)
    value = service.answers("GetSecretValue", "reads the new value", **ID)
    service.expect("GetSecretValue", "has the one that the function made", value.get("SecretString") == "made by the function")
    service.answers("CancelRotateSecret", "turns rotation off", **ID)


def _delete(service):
    both = {"RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": True}
    service.refuses(PARAMETER, "DeleteSecret", "refuses force with a window", **ID, **both)
    service.refuses(PARAMETER, "DeleteSecret", "refuses a window of 3 days", RecoveryWindowInDays=3, **ID)
    service.refuses(NONE, "DeleteSecret", "does not find another", **OTHER)
    service.answers("DeleteSecret", "marks it for deletion", RecoveryWindowInDays=7, **ID)
    service.refuses(REQUEST, "GetSecretValue", "refuses meanwhile", **ID)
    service.answers("RestoreSecret", "restores it", **ID)
    service.refuses(NONE, "RestoreSecret", "does not find another", **OTHER)
    service.answers("DeleteSecret", "deletes it at once", ForceDeleteWithoutRecovery=True, **ID)
    service.refuses(NONE, "DescribeSecret", "does not find it any more", **ID)
