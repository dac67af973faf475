"""A function that answers whatever it is told with what it was told."""

import http.client, os

ROOT = "/2018-06-01/runtime/invocation"
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

while True:
    api.request("GET", f"{ROOT}/next")
    response = api.getresponse()
    event = response.read()
    request_id = response.headers["Lambda-Runtime-Aws-Request-Id"]
    api.request("POST", f"{ROOT}/{request_id}/response", event)
    api.getresponse().read()
