"""SNS: topics, and functions that subscribe to them."""

NONE, INVALID = "NotFound", "InvalidParameter"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:rotation-function"


def run(service):
    made = service.answers("CreateTopic", "makes one", Name="alarms")
    again = service.answers("CreateTopic", "is the same with the same name", Name="alarms")
    service.expect("CreateTopic", "gives the same ARN", made.get("TopicArn") == again.get("TopicArn"))
    topic = {"TopicArn": made["TopicArn"]}
    listed = service.answers("ListTopics", "lists them")["Topics"]
    names = [one["TopicArn"].split(":")[-1] for one in listed]
    service.expect("ListTopics", "has the one of ElastiCache", names == ["alarms", "elasticache-events"])
    _subscribe(service, topic)
    _publish(service, topic)
    service.answers("DeleteTopic", "deletes it", **topic)
    service.answers("DeleteTopic", "deletes it again", **topic)
    service.refuses(INVALID, "CreateTopic", "refuses a name with a space", Name="a b")
    service.refuses(NONE, "Publish", "does not find it any more", Message="x", **topic)


def _subscribe(service, topic):
    function = {"Protocol": "lambda", "Endpoint": FUNCTION}
    one = service.answers("Subscribe", "subscribes a function", **topic, **function)
    again = service.answers("Subscribe", "subscribes it once", **topic, **function)
    service.expect("Subscribe", "gives the same ARN", one.get("SubscriptionArn") == again.get("SubscriptionArn"))
    for operation, of in (("ListSubscriptions", {}), ("ListSubscriptionsByTopic", topic)):
        listed = service.answers(operation, "lists it", **of)["Subscriptions"]
        service.expect(operation, "names the function", [entry["Endpoint"] for entry in listed] == [FUNCTION])
    service.answers("Unsubscribe", "ends it", SubscriptionArn=one["SubscriptionArn"])
    left = service.answers("ListSubscriptionsByTopic", "lists none", **topic)
    service.expect("ListSubscriptionsByTopic", "has none left", left.get("Subscriptions") == [])
    mail = {"Protocol": "email", "Endpoint": "a@example.com"}
    service.refuses(INVALID, "Subscribe", "has functions only", **topic, **mail)
    service.refuses(INVALID, "Subscribe", "refuses an endpoint that is no function", Protocol="lambda", Endpoint="x", **topic)
    service.refuses(INVALID, "Unsubscribe", "refuses what is no ARN", SubscriptionArn="x")
    elsewhere = {"TopicArn": "arn:aws:sns:us-east-1:123456789012:another"}
    service.refuses(NONE, "Subscribe", "does not find another", **elsewhere, **function)


def _publish(service, topic):
    attribute = {"kind": {"DataType": "String", "StringValue": "a"}}
    sent = service.answers("Publish", "sends a message", Message="x", Subject="s", MessageAttributes=attribute, **topic)
    service.expect("Publish", "names it", bool(sent.get("MessageId")))
    service.refuses(INVALID, "Publish", "refuses an empty message", Message="", **topic)
    service.refuses(INVALID, "Publish", "refuses a long message", Message="x" * (256 * 1024 + 1), **topic)
    service.refuses(INVALID, "Publish", "refuses a topic that is none", TopicArn="alarms", Message="x")
