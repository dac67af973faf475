"""A function for the tests of the runner, which does what its event specifies."""

import http.client, json, os, signal, sys, time

ROOT = "/2018-06-01/runtime"
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])


def call(method, path, body=None, headers=None):
    api.request(method, ROOT + path, body, headers or {})
    response = api.getresponse()
    return response, response.read()


def status(method, path, body="{}"):
    response, body = call(method, path, body)
    return [response.status, json.loads(body).get("errorType")]


match os.environ.get("START"):
    case "exit":
        print("no luck", flush=True)
        sys.exit(7)
    case "error":
        call("POST", "/init/error", json.dumps({"errorType": "NoConfig", "errorMessage": "it is missing"}))
        sys.exit(1)

count = 0
while True:
    response, event = call("GET", "/invocation/next")
    event, request_id = json.loads(event), response.headers["Lambda-Runtime-Aws-Request-Id"]
    count += 1
    answer = {"pid": os.getpid(), "count": count}
    match event.get("do"):
        case "error":
            body = json.dumps({"errorType": "Retryable", "errorMessage": "not now"})
            call("POST", f"/invocation/{request_id}/error", body, {"Lambda-Runtime-Function-Error-Type": "Header"})
            continue
        case "fail-twice" if count <= 2:
            body = json.dumps({"errorType": "Retryable", "errorMessage": f"not the {count}. time"})
            call("POST", f"/invocation/{request_id}/error", body)
            continue
        case "exit":
            sys.exit(3)
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "hang":
            print("before the hang", flush=True)
            time.sleep(60)
        case "sleep":
            time.sleep(0.5)
        case "environment":
            answer = dict(os.environ)
        case "headers":
            answer = dict(response.headers)
        case "write":
            print("out", flush=True)
            print("x" * event.get("bytes", 0), file=sys.stderr, flush=True)
            print("the last line", flush=True)
        case "misuse":
            answer = {
                "other id": status("POST", "/invocation/no-such-id/response"),
                "next while running": status("GET", "/invocation/next"),
                "late init error": status("POST", "/init/error"),
                "unknown path": status("GET", "/invocation/previous"),
            }
        case "answer twice":
            call("POST", f"/invocation/{request_id}/response", "{}")
            again = status("POST", f"/invocation/{request_id}/response")
            response, event = call("GET", "/invocation/next")
            answer, request_id = again, response.headers["Lambda-Runtime-Aws-Request-Id"]
        case "large":
            answer = "x" * 7_000_000
        case "no json":
            call("POST", f"/invocation/{request_id}/response", "not json")
            continue
    call("POST", f"/invocation/{request_id}/response", json.dumps(answer))
