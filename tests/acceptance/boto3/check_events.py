"""EventBridge: rules, their targets, and custom events."""

import json

NONE, INVALID = "ResourceNotFoundException", "ValidationException"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:rotation-function"
PATTERN = json.dumps({"source": ["app"], "detail": {"kind": ["a", {"prefix": "b"}]}})
RULE = {"Name": "from-app"}


def run(service):
    _rules(service)
    _targets(service)
    _events(service)
    _delete(service)


def _rules(service):
    put = service.answers("PutRule", "makes a rule", EventPattern=PATTERN, Description="x", State="DISABLED", **RULE)
    seen = service.answers("DescribeRule", "reads it", **RULE)
    service.expect("DescribeRule", "returns it", seen.get("EventPattern") == PATTERN and seen["Arn"] == put["RuleArn"])
    service.answers("EnableRule", "enables it", **RULE)
    service.answers("PutRule", "makes another", Name="from-other", EventPattern=PATTERN, EventBusName="default")
    page = service.answers("ListRules", "lists one", Limit=1)
    rest = service.answers("ListRules", "lists the other", NextToken=page["NextToken"], Limit=1)
    names = [rule["Name"] for rule in page["Rules"] + rest["Rules"]]
    service.expect("ListRules", "lists both", names == ["from-app", "from-other"])
    one = service.answers("ListRules", "lists by prefix", NamePrefix="from-o")
    service.expect("ListRules", "finds the one", [rule["Name"] for rule in one["Rules"]] == ["from-other"])
    service.answers("DisableRule", "disables one", Name="from-other")
    state = service.answers("DescribeRule", "reads that", Name="from-other").get("State")
    service.expect("DescribeRule", "is disabled", state == "DISABLED")
    bad = "InvalidEventPatternException"
    service.refuses(bad, "PutRule", "refuses what is no JSON", Name="bad", EventPattern="source")
    service.refuses(bad, "PutRule", "refuses a value without an array", Name="bad", EventPattern='{"source": "app"}')
    service.refuses(INVALID, "PutRule", "needs a pattern or a schedule", Name="bad")
    service.refuses(INVALID, "PutRule", "refuses a name with a space", Name="a b", EventPattern=PATTERN)
    for expression in ("at(2030-01-01T00:00:00)", "cron(0 3 * * * *)", "rate(1 second)"):
        service.refuses(INVALID, "PutRule", f"refuses {expression}", Name="bad", ScheduleExpression=expression)
    service.answers("PutRule", "makes one with a schedule", Name="nightly", ScheduleExpression="cron(0 3 * * ? *)")
    seen = service.answers("DescribeRule", "reads the schedule", Name="nightly")
    service.expect("DescribeRule", "returns the schedule", seen.get("ScheduleExpression") == "cron(0 3 * * ? *)")
    service.answers("DeleteRule", "deletes the one with a schedule", Name="nightly")
    service.refuses(NONE, "PutRule", "has no other bus", Name="bad", EventPattern=PATTERN, EventBusName="other")
    service.refuses(NONE, "DescribeRule", "does not find another", Name="another")
    service.refuses(NONE, "EnableRule", "does not find another", Name="another")


def _targets(service):
    rule = {"Rule": "from-app"}
    targets = [{"Id": "1", "Arn": FUNCTION}, {"Id": "2", "Arn": FUNCTION, "Input": '{"do": "x"}'}]
    put = service.answers("PutTargets", "adds two", Targets=targets, **rule)
    service.expect("PutTargets", "none failed", put.get("FailedEntryCount") == 0)
    seen = service.answers("ListTargetsByRule", "lists them", **rule)
    service.expect("ListTargetsByRule", "lists both", [target["Id"] for target in seen["Targets"]] == ["1", "2"])
    service.answers("RemoveTargets", "removes one", Ids=["2"], **rule)
    left = service.answers("ListTargetsByRule", "lists the other", **rule)["Targets"]
    service.expect("ListTargetsByRule", "has one left", [target["Id"] for target in left] == ["1"])
    queue = [{"Id": "3", "Arn": "arn:aws:sqs:us-east-1:123456789012:queue"}]
    service.refuses(INVALID, "PutTargets", "supports only functions", Targets=queue, **rule)
    six = [{"Id": f"{number}", "Arn": FUNCTION} for number in range(10, 16)]
    service.refuses("LimitExceededException", "PutTargets", "has five at most", Targets=six, **rule)
    service.refuses(NONE, "PutTargets", "does not find another rule", Rule="another", Targets=targets)
    service.refuses(NONE, "ListTargetsByRule", "does not find another rule", Rule="another")


def _events(service):
    def entry(**changes):
        return {"Source": "app", "DetailType": "kind", "Detail": '{"kind": "c"}', **changes}

    entries = [entry(), entry(Source="aws.ssm"), entry(Detail="[]"), entry(DetailType="")]
    put = service.answers("PutEvents", "accepts the valid one of four", Entries=entries)
    codes = [answer.get("ErrorCode") for answer in put["Entries"]]
    service.expect("PutEvents", "counts three failures", put["FailedEntryCount"] == 3)
    expected = [None, "NotAuthorizedForSourceException", "MalformedDetail", "InvalidArgument"]
    service.expect("PutEvents", "says what is wrong with each", codes == expected)
    service.refuses(INVALID, "PutEvents", "refuses eleven", Entries=[entry()] * 11)


def _delete(service):
    service.refuses(INVALID, "DeleteRule", "keeps a rule with a target", **RULE)
    service.answers("RemoveTargets", "removes the last target", Rule="from-app", Ids=["1"])
    service.answers("DeleteRule", "deletes a rule", **RULE)
    service.answers("DeleteRule", "deletes it again", **RULE)
    service.answers("DeleteRule", "deletes the other", Name="from-other")
    service.refuses(NONE, "DescribeRule", "does not find it any more", **RULE)
