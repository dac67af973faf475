"""Calls the sandbox, looks at every response, and counts what was seen."""

import time

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shapes import problems_of

UNKNOWN = "UnknownOperationException"


def _path_parameters(operation):
    """Something for each parameter that is in the path: without, there is no request to send."""
    members = operation.input_shape.members if operation.input_shape else {}
    return {name: "probe" for name, member in members.items() if member.serialization.get("location") == "uri"}


class Service:
    """One service of the sandbox, and the checks on it."""

    def __init__(self, name):
        # No retries and no checks of botocore's own: the sandbox itself must refuse. No host but the sandbox's.
        config = Config(
            retries={"total_max_attempts": 1}, parameter_validation=False, read_timeout=20, inject_host_prefix=False
        )
        self.name = name
        self.client = boto3.client(name, config=config)
        self.client.meta.events.register("before-parse", self._look)
        self.known = set()
        self.answered = set()
        self.failures = 0
        self._problems = []

    def _look(self, operation_model, response_dict, **_):
        status, body, headers = (response_dict[part] for part in ("status_code", "body", "headers"))
        self._problems = problems_of(operation_model, status, body, headers)

    def _call(self, operation, **parameters):
        """The answer and no code, or no answer and the code of the error."""
        self._problems = ["the response was not seen"]
        try:
            return getattr(self.client, xform_name(operation))(**parameters), None
        except ClientError as error:
            return None, error.response["Error"]["Code"]
        except BotoCoreError as error:
            self._problems.append(f"no response that botocore can read: {error}")
            return None, "unreadable"

    def _say(self, operation, what, problems):
        mark = "FAILED" if problems else "ok"
        print(f"{mark:6} {self.name} {operation}: {what}", flush=True)
        for problem in problems:
            print(f"         {problem}", flush=True)
        self.failures += bool(problems)

    def probe(self):
        """Finds out which operations there are: an unknown one is refused by name, whatever its parameters."""
        model = self.client.meta.service_model
        for operation in model.operation_names:
            if model.operation_model(operation).auth_type == "none":
                continue  # unsigned, so the sandbox cannot tell its service
            _, code = self._call(operation, **_path_parameters(model.operation_model(operation)))
            if code != UNKNOWN:
                self.known.add(operation)
                self._say(operation, "is there", self._problems)

    def answers(self, operation, what, **parameters):
        """Expects an answer, and returns it."""
        answer, code = self._call(operation, **parameters)
        problems = list(self._problems)
        if code:
            problems.append(f"refused with {code}")
        else:
            self.answered.add(operation)
        self._say(operation, what, problems)
        return answer or {}

    def refuses(self, code, operation, what, **parameters):
        """Expects a refusal with this code."""
        _, got = self._call(operation, **parameters)
        problems = list(self._problems)
        if got != code:
            problems.append(f"{got or 'an answer'} instead of {code}")
        self._say(operation, what, problems)

    def expect(self, operation, what, holds):
        """Checks something about an answer."""
        self._say(operation, what, [] if holds else ["it does not hold"])

    def wait(self, operation, what, until, within=30, **parameters):
        """Repeats a call until its answer is as wanted. Each response is looked at."""
        end = time.monotonic() + within
        while True:
            answer, code = self._call(operation, **parameters)
            if self._problems or until(answer, code):
                return self._say(operation, what, self._problems)
            if time.monotonic() > end:
                return self._say(operation, what, [f"not within {within} s"])
            time.sleep(0.1)

    def finish(self):
        """Fails for every operation that the sandbox has and no check has seen answered."""
        for operation in sorted(self.known - self.answered):
            self._say(operation, "has been answered", ["the sandbox has it, and no check drives it"])
