"""EventBridge Scheduler: schedules of functions."""

NONE, INVALID, CONFLICT = "ResourceNotFoundException", "ValidationException", "ConflictException"
TARGET = {
    "Arn": "arn:aws:lambda:us-east-1:123456789012:function:rotation-function",
    "RoleArn": "arn:aws:iam::123456789012:role/scheduler",
    "Input": '{"at": "<aws.scheduler.scheduled-time>"}',
}
OFF = {"FlexibleTimeWindow": {"Mode": "OFF"}}
DAILY = {"Name": "daily", "ScheduleExpression": "rate(1 day)", "Target": TARGET, **OFF}


def run(service):
    token = {"ClientToken": "token-1"}
    made = service.answers("CreateSchedule", "makes one", Description="x", **DAILY, **token)
    again = service.answers("CreateSchedule", "is the same with the same token", **DAILY, **token)
    service.expect("CreateSchedule", "gives the same ARN", made.get("ScheduleArn") == again.get("ScheduleArn"))
    service.refuses(CONFLICT, "CreateSchedule", "refuses the same name", **DAILY)
    seen = service.answers("GetSchedule", "reads it", Name="daily")
    service.expect("GetSchedule", "finds what was given", seen.get("Target") == TARGET and seen["State"] == "ENABLED")
    once = {**DAILY, "ScheduleExpression": "at(2030-01-01T00:00:00)"}
    service.answers("UpdateSchedule", "replaces it", State="DISABLED", **once)
    seen = service.answers("GetSchedule", "reads it again", Name="daily", GroupName="default")
    service.expect("GetSchedule", "has no description any more", "Description" not in seen and seen["State"] == "DISABLED")
    service.answers("CreateSchedule", "makes another", **{**DAILY, "Name": "hourly", "ScheduleExpression": "rate(1 hours)"})
    page = service.answers("ListSchedules", "lists one", MaxResults=1)
    rest = service.answers("ListSchedules", "lists the other", MaxResults=1, NextToken=page["NextToken"])
    names = [schedule["Name"] for schedule in page["Schedules"] + rest["Schedules"]]
    service.expect("ListSchedules", "lists both", names == ["daily", "hourly"])
    enabled = service.answers("ListSchedules", "lists those enabled", State="ENABLED", NamePrefix="h")
    service.expect("ListSchedules", "finds the one", [one["Name"] for one in enabled["Schedules"]] == ["hourly"])
    _refuse(service)
    weekly = {**DAILY, "Name": "weekly", "ScheduleExpression": "cron(0 3 ? * SUN *)"}
    service.answers("CreateSchedule", "makes one in a time zone", ScheduleExpressionTimezone="Europe/Berlin", **weekly)
    for name in ("daily", "hourly", "weekly"):
        service.answers("DeleteSchedule", f"deletes {name}", Name=name)
    service.refuses(NONE, "DeleteSchedule", "does not find it any more", Name="daily")


def _refuse(service):
    def refuses(what, **changes):
        service.refuses(INVALID, "CreateSchedule", what, **{**DAILY, "Name": "bad", **changes})

    for expression in ("rate(0 days)", "rate(1 second)", "at(soon)", "every day", "cron(0 3 * * * *)", "cron(0 3 ? * MON/2 *)"):
        refuses(f"refuses {expression}", ScheduleExpression=expression)
    refuses("refuses a name with a space", Name="a b")
    refuses("refuses a target that is no function", Target={**TARGET, "Arn": "arn:aws:sqs:us-east-1:123456789012:queue"})
    refuses("refuses a role that is none", Target={**TARGET, "RoleArn": "scheduler"})
    refuses("refuses an input that is no JSON", Target={**TARGET, "Input": "{"})
    refuses("refuses a window without its length", FlexibleTimeWindow={"Mode": "FLEXIBLE"})
    refuses("refuses a time zone that is none", ScheduleExpressionTimezone="Europe/Nowhere")
    service.refuses(NONE, "CreateSchedule", "has no other group", **{**DAILY, "Name": "bad", "GroupName": "other"})
    service.refuses(NONE, "GetSchedule", "does not find another", Name="another")
    service.refuses(NONE, "UpdateSchedule", "does not make one", **{**DAILY, "Name": "another"})
