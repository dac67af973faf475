"""ElastiCache: a group with TLS and AUTH from its creation to its end."""

FIRST, SECOND = "first-token-0123456789", "second-token-0123456789"
NO_GROUP, NO_CLUSTER, BUSY = "ReplicationGroupNotFoundFault", "CacheClusterNotFound", "InvalidReplicationGroupState"
VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"
GROUP = {
    "ReplicationGroupId": "wire",
    "ReplicationGroupDescription": "for the check of the wire",
    "NumCacheClusters": 2,
    "AutomaticFailoverEnabled": True,
    "MultiAZEnabled": True,
    "TransitEncryptionEnabled": True,
    "AuthToken": FIRST,
    "SecurityGroupIds": ["sg-1"],
    "Tags": [{"Key": "team", "Value": "a"}],
}
ID = {"ReplicationGroupId": "wire"}


def run(service):
    _create(service)
    _describe(service)
    _modify(service)
    _tag(service)
    _fail_over(service)
    _replicas(service)
    _delete(service)


def _reads(service, status, what):
    def until(answer, _):
        return answer and answer["ReplicationGroups"][0]["Status"] == status

    service.wait("DescribeReplicationGroups", what, until, **ID)


def _available_again(service, what):
    # Describe lags behind: it reads available for a moment after a change has begun.
    _reads(service, "modifying", f"reads modifying during {what}")
    _reads(service, "available", f"becomes available after {what}")


def _create(service):
    def refuses(code, what, **changes):
        merged = {**GROUP, **changes}
        parameters = {name: value for name, value in merged.items() if value is not None}
        service.refuses(code, "CreateReplicationGroup", what, **parameters)

    refuses(VALUE, "refuses an id with two hyphens", ReplicationGroupId="wire--2")
    refuses(VALUE, "refuses a short token", AuthToken="short")
    refuses(VALUE, "refuses a token with a slash", AuthToken="slash/slash/slash/slash")
    refuses(VALUE, "refuses another engine", Engine="memcached")
    refuses(COMBINATION, "refuses a token without TLS", TransitEncryptionEnabled=None)
    refuses(COMBINATION, "refuses failover without a replica", NumCacheClusters=1)
    service.refuses(VALUE, "CreateReplicationGroup", "refuses to do without an id", ReplicationGroupDescription="x")
    created = service.answers("CreateReplicationGroup", "creates a group", **GROUP)
    group = created.get("ReplicationGroup", {})
    service.expect("CreateReplicationGroup", "is creating it", group.get("Status") == "creating")
    service.refuses(BUSY, "ModifyReplicationGroup", "refuses while creating", AuthToken=SECOND, **ID)
    refuses("ReplicationGroupAlreadyExists", "refuses a second of that id")
    _reads(service, "available", "becomes available")


def _describe(service):
    groups = service.answers("DescribeReplicationGroups", "lists all")
    service.expect("DescribeReplicationGroups", "finds one", len(groups.get("ReplicationGroups", [])) == 1)
    service.answers("DescribeReplicationGroups", "shows one", **ID)
    service.refuses(NO_GROUP, "DescribeReplicationGroups", "does not find another", ReplicationGroupId="other")
    service.refuses(VALUE, "DescribeReplicationGroups", "refuses a page of 5", MaxRecords=5)
    service.refuses(VALUE, "DescribeReplicationGroups", "refuses a marker it never gave", Marker="x")
    clusters = service.answers("DescribeCacheClusters", "lists all nodes", ShowCacheNodeInfo=True)
    service.expect("DescribeCacheClusters", "finds two", len(clusters.get("CacheClusters", [])) == 2)
    service.answers("DescribeCacheClusters", "shows one", CacheClusterId="wire-001")
    service.refuses(NO_CLUSTER, "DescribeCacheClusters", "does not find another", CacheClusterId="other")
    events = service.answers("DescribeEvents", "lists events", SourceType="replication-group", Duration=60)
    service.expect("DescribeEvents", "has one at least", len(events.get("Events", [])) > 0)
    service.refuses(COMBINATION, "DescribeEvents", "refuses an id without a type", SourceIdentifier="wire")
    service.refuses(VALUE, "DescribeEvents", "refuses a duration of 0", Duration=0)


def _modify(service):
    def refuses(code, what, **parameters):
        service.refuses(code, "ModifyReplicationGroup", what, **parameters)

    now = {"ApplyImmediately": True}
    refuses(NO_GROUP, "does not find another", ReplicationGroupId="other")
    refuses(VALUE, "refuses a short token", AuthToken="short", **ID, **now)
    refuses(VALUE, "refuses an unknown strategy", AuthToken=SECOND, AuthTokenUpdateStrategy="SWAP", **ID, **now)
    refuses(COMBINATION, "refuses a strategy alone", AuthTokenUpdateStrategy="SET", **ID, **now)
    refuses(COMBINATION, "refuses SET before ROTATE", AuthToken=SECOND, AuthTokenUpdateStrategy="SET", **ID, **now)
    service.answers("ModifyReplicationGroup", "changes the description", ReplicationGroupDescription="new", **ID, **now)
    for strategy in ("ROTATE", "SET"):
        changes = {"AuthToken": SECOND, "AuthTokenUpdateStrategy": strategy, **ID, **now}
        service.answers("ModifyReplicationGroup", strategy, **changes)
        refuses(BUSY, f"refuses another during {strategy}", **changes)
        _available_again(service, strategy)


def _tag(service):
    arn = {"ResourceName": "arn:aws:elasticache:us-east-1:123456789012:replicationgroup:wire"}
    other = {"ResourceName": "arn:aws:elasticache:us-east-1:123456789012:replicationgroup:other"}
    tags = {"Tags": [{"Key": "stage", "Value": "test"}]}
    service.answers("AddTagsToResource", "adds a tag", **arn, **tags)
    listed = service.answers("ListTagsForResource", "lists tags", **arn)
    service.expect("ListTagsForResource", "has both", len(listed.get("TagList", [])) == 2)
    service.answers("RemoveTagsFromResource", "removes a tag", TagKeys=["stage"], **arn)
    service.refuses("TagNotFound", "RemoveTagsFromResource", "refuses a tag that is not there", TagKeys=["no"], **arn)
    service.refuses(NO_GROUP, "AddTagsToResource", "does not find another", **other, **tags)
    service.refuses(NO_GROUP, "ListTagsForResource", "does not find another", **other)
    service.refuses(NO_GROUP, "RemoveTagsFromResource", "does not find another", TagKeys=["stage"], **other)
    service.refuses("InvalidARN", "ListTagsForResource", "refuses what is no ARN", ResourceName="wire")


def _fail_over(service):
    shard = {"NodeGroupId": "0001"}
    service.refuses(NO_GROUP, "TestFailover", "does not find another", ReplicationGroupId="other", **shard)
    service.refuses("NodeGroupNotFoundFault", "TestFailover", "does not find a shard", NodeGroupId="0009", **ID)
    service.answers("TestFailover", "fails over", **ID, **shard)
    service.refuses(BUSY, "DeleteReplicationGroup", "refuses meanwhile", **ID)
    _available_again(service, "the failover")


def _replicas(service):
    now = {"ApplyImmediately": True}
    shard = [{"NodeGroupId": "0001", "NewReplicaCount": 1}]
    for operation, other in (("IncreaseReplicaCount", 0), ("DecreaseReplicaCount", 2)):

        def refuses(code, what, **parameters):
            service.refuses(code, operation, what, **parameters)

        refuses(NO_GROUP, "does not find another", ReplicationGroupId="other", NewReplicaCount=2, **now)
        refuses(VALUE, "refuses to wait", ApplyImmediately=False, NewReplicaCount=2, **ID)
        refuses(VALUE, "refuses six replicas", NewReplicaCount=6, **ID, **now)
        refuses(VALUE, "refuses the other direction", NewReplicaCount=other, **ID, **now)
        refuses(COMBINATION, "needs a count", **ID, **now)
        refuses(COMBINATION, "refuses two counts", NewReplicaCount=2, ReplicaConfiguration=shard, **ID, **now)
        refuses("NoOperationFault", "refuses the count of the moment", ReplicaConfiguration=shard, **ID, **now)
    service.refuses(COMBINATION, "DecreaseReplicaCount", "keeps a replica for failover", NewReplicaCount=0, **ID, **now)
    increased = service.answers("IncreaseReplicaCount", "adds a replica", NewReplicaCount=2, **ID, **now)
    group = increased.get("ReplicationGroup", {})
    service.expect("IncreaseReplicaCount", "names it", group.get("MemberClusters") == ["wire-001", "wire-002", "wire-003"])
    service.refuses(BUSY, "DecreaseReplicaCount", "refuses meanwhile", NewReplicaCount=1, **ID, **now)
    _available_again(service, "the addition")
    unknown = {"ReplicasToRemove": ["wire-009"]}
    service.refuses(VALUE, "DecreaseReplicaCount", "does not find a replica", **unknown, **ID, **now)
    service.answers("DecreaseReplicaCount", "removes it", ReplicasToRemove=["wire-003"], **ID, **now)
    _available_again(service, "the removal")


def _delete(service):
    service.refuses(NO_GROUP, "DeleteReplicationGroup", "does not find another", ReplicationGroupId="other")
    service.answers("DeleteReplicationGroup", "deletes the group", **ID)
    service.wait("DescribeReplicationGroups", "is gone in the end", lambda _, code: code == NO_GROUP, **ID)
