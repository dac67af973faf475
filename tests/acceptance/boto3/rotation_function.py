"""A rotation function in the fewest lines, for the check of the wire: the compiled ones have tests of their own.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
"""

import http.client
import json
import os

import boto3

ROOT = "/2018-06-01/runtime/invocation"


def rotate(secrets, event):
    secret, token = event["SecretId"], event["ClientRequestToken"]
    if event["Step"] == "createSecret":
        made, stages = "made by the function", ["AWSPENDING"]
        secrets.put_secret_value(SecretId=secret, ClientRequestToken=token, SecretString=made, VersionStages=stages)
    if event["Step"] == "finishSecret":
        stages = secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
        current = next(version for version, labels in stages.items() if "AWSCURRENT" in labels)
        secrets.update_secret_version_stage(
            SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current
        )


def main():
    secrets = boto3.client("secretsmanager")
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        api.request("GET", f"{ROOT}/next")
        response = api.getresponse()
        event, request_id = json.loads(response.read()), response.headers["Lambda-Runtime-Aws-Request-Id"]
        rotate(secrets, event)
        api.request("POST", f"{ROOT}/{request_id}/response", "null")
        api.getresponse().read()


main()
