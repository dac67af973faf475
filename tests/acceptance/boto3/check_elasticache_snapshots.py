"""ElastiCache: snapshots of a group and of a serverless cache, from their creation to their end."""

import boto3

VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"
NONE, TWICE, BUSY = "SnapshotNotFoundFault", "SnapshotAlreadyExistsFault", "InvalidSnapshotState"
NO_GROUP, BUSY_GROUP = "ReplicationGroupNotFoundFault", "InvalidReplicationGroupState"
NO_CACHE, BUSY_CACHE = "ServerlessCacheNotFoundFault", "InvalidServerlessCacheStateFault"
CACHE_NONE, CACHE_TWICE = "ServerlessCacheSnapshotNotFoundFault", "ServerlessCacheSnapshotAlreadyExistsFault"
CACHE_BUSY = "InvalidServerlessCacheSnapshotStateFault"
GROUP = {"ReplicationGroupId": "boxes", "ReplicationGroupDescription": "for snapshots", "NumCacheClusters": 2}
ID, NAME = {"ReplicationGroupId": "boxes"}, {"SnapshotName": "boxes-1"}
CACHE, CACHE_NAME = {"ServerlessCacheName": "box"}, {"ServerlessCacheSnapshotName": "box-1"}
TAGS = {"Tags": [{"Key": "team", "Value": "a"}]}
ARN = "arn:aws:elasticache:us-east-1:123456789012:"


def run(service):
    service.answers("CreateReplicationGroup", "creates a group for snapshots", **GROUP)
    service.answers("CreateServerlessCache", "creates a cache for snapshots", Engine="valkey", **CACHE)
    _reads(service, "DescribeReplicationGroups", "ReplicationGroups", "Status", "available", **ID)
    _reads(service, "DescribeServerlessCaches", "ServerlessCaches", "Status", "available", **CACHE)
    _create(service)
    _describe(service)
    _copy(service)
    _delete(service)
    _create_of_cache(service)
    _describe_of_cache(service)
    _copy_of_cache(service)
    _export(service)
    _delete_of_cache(service)
    _tag(service)


def _reads(service, operation, of, status, value, **parameters):
    def until(answer, _):
        return answer and answer[of][0][status] == value

    service.wait(operation, f"reads {value}", until, **parameters)


def _snapshot_reads(service, value, **parameters):
    _reads(service, "DescribeSnapshots", "Snapshots", "SnapshotStatus", value, **parameters)


def _cache_snapshot_reads(service, value, **parameters):
    _reads(service, "DescribeServerlessCacheSnapshots", "ServerlessCacheSnapshots", "Status", value, **parameters)


def _create(service):
    def refuses(code, what, **parameters):
        service.refuses(code, "CreateSnapshot", what, **parameters)

    refuses(VALUE, "refuses a name with two hyphens", SnapshotName="a--b", **ID)
    refuses(COMBINATION, "refuses a snapshot of nothing", **NAME)
    refuses(COMBINATION, "refuses a group and a node", CacheClusterId="boxes-001", **NAME, **ID)
    refuses(NO_GROUP, "does not find another group", ReplicationGroupId="other", **NAME)
    refuses("CacheClusterNotFound", "does not find another node", CacheClusterId="other", **NAME)
    service.answers("CreateSnapshot", "takes a snapshot", KmsKeyId="key", **NAME, **ID, **TAGS)
    refuses(TWICE, "refuses a second of that name", **NAME, **ID)
    refuses(BUSY_GROUP, "refuses another meanwhile", SnapshotName="boxes-2", **ID)
    refuses("InvalidCacheClusterState", "refuses one of a node", SnapshotName="boxes-2", CacheClusterId="boxes-001")
    service.refuses(BUSY, "DeleteSnapshot", "refuses while creating", **NAME)
    _snapshot_reads(service, "available", **NAME)


def _describe(service):
    def refuses(code, what, **parameters):
        service.refuses(code, "DescribeSnapshots", what, **parameters)

    found = service.answers("DescribeSnapshots", "shows shards", ShowNodeGroupConfig=True, SnapshotSource="user", **ID)
    service.expect("DescribeSnapshots", "finds one", len(found.get("Snapshots", [])) == 1)
    found = service.answers("DescribeSnapshots", "lists automated ones", SnapshotSource="system")
    service.expect("DescribeSnapshots", "finds none", not found.get("Snapshots"))
    refuses(NONE, "does not find another", SnapshotName="other")
    refuses("CacheClusterNotFound", "does not find another node", CacheClusterId="other")
    refuses(VALUE, "refuses a page of 5", MaxRecords=5)
    refuses(VALUE, "refuses a marker it never gave", Marker="x")
    refuses(VALUE, "refuses another source", SnapshotSource="manual")


def _copy(service):
    copy = {"SourceSnapshotName": "boxes-1", "TargetSnapshotName": "boxes-copy"}
    service.refuses(NONE, "CopySnapshot", "does not find another", SourceSnapshotName="x", TargetSnapshotName="y")
    service.refuses(TWICE, "CopySnapshot", "refuses itself", SourceSnapshotName="boxes-1", TargetSnapshotName="boxes-1")
    service.answers("CopySnapshot", "copies one", **copy, **TAGS)
    service.refuses(BUSY, "DeleteSnapshot", "refuses while copying", **NAME)
    _snapshot_reads(service, "available", SnapshotName="boxes-copy")
    _snapshot_reads(service, "available", **NAME)


def _delete(service):
    service.refuses(NONE, "DeleteSnapshot", "does not find another", SnapshotName="other")
    service.answers("DeleteSnapshot", "deletes one", **NAME)
    service.refuses(BUSY, "DeleteSnapshot", "refuses while deleting", **NAME)
    service.wait("DescribeSnapshots", "is gone in the end", lambda _, code: code == NONE, **NAME)


def _create_of_cache(service):
    def refuses(code, what, **parameters):
        service.refuses(code, "CreateServerlessCacheSnapshot", what, **parameters)

    refuses(VALUE, "refuses a name with two hyphens", ServerlessCacheSnapshotName="a--b", **CACHE)
    refuses(NO_CACHE, "does not find another", ServerlessCacheName="other", **CACHE_NAME)
    service.answers("CreateServerlessCacheSnapshot", "takes a snapshot", KmsKeyId="key", **CACHE_NAME, **CACHE, **TAGS)
    refuses(CACHE_TWICE, "refuses a second of that name", **CACHE_NAME, **CACHE)
    refuses(BUSY_CACHE, "refuses another meanwhile", ServerlessCacheSnapshotName="box-2", **CACHE)
    service.refuses(BUSY_CACHE, "DeleteServerlessCache", "refuses during a snapshot", **CACHE)
    service.refuses(CACHE_BUSY, "DeleteServerlessCacheSnapshot", "refuses while creating", **CACHE_NAME)
    _cache_snapshot_reads(service, "available", **CACHE_NAME)


def _describe_of_cache(service):
    def refuses(code, what, **parameters):
        service.refuses(code, "DescribeServerlessCacheSnapshots", what, **parameters)

    service.answers("DescribeServerlessCacheSnapshots", "lists manual ones", SnapshotType="manual", **CACHE)
    refuses(CACHE_NONE, "does not find another", ServerlessCacheSnapshotName="other")
    refuses(NO_CACHE, "does not find another cache", ServerlessCacheName="other")
    refuses(VALUE, "refuses a page of 51", MaxResults=51)
    refuses(VALUE, "refuses a token it never gave", NextToken="x")


def _copy_of_cache(service):
    def copy(source, target):
        return {"SourceServerlessCacheSnapshotName": source, "TargetServerlessCacheSnapshotName": target}

    operation = "CopyServerlessCacheSnapshot"
    service.refuses(CACHE_NONE, operation, "does not find another", **copy("other", "box-copy"))
    service.refuses(CACHE_TWICE, operation, "refuses itself", **copy("box-1", "box-1"))
    service.answers(operation, "copies one", **copy("box-1", "box-copy"), **TAGS)
    service.refuses(CACHE_BUSY, operation, "refuses while copying", **copy("box-1", "box-other"))
    _cache_snapshot_reads(service, "available", ServerlessCacheSnapshotName="box-copy")
    _cache_snapshot_reads(service, "available", **CACHE_NAME)


def _export(service):
    boto3.client("s3").create_bucket(Bucket="boxes")
    operation, to = "ExportServerlessCacheSnapshot", {"S3BucketName": "boxes"}
    service.refuses(CACHE_NONE, operation, "does not find another", ServerlessCacheSnapshotName="other", **to)
    service.refuses(VALUE, operation, "does not find another bucket", S3BucketName="other", **CACHE_NAME)
    service.answers(operation, "exports one", **CACHE_NAME, **to)
    service.refuses(CACHE_BUSY, operation, "refuses meanwhile", **CACHE_NAME, **to)
    # Describe lags behind: it reads available for a moment after the export has begun.
    _cache_snapshot_reads(service, "exporting", **CACHE_NAME)
    _cache_snapshot_reads(service, "available", **CACHE_NAME)
    service.refuses(VALUE, operation, "overwrites nothing", **CACHE_NAME, **to)
    copy = {"SourceSnapshotName": "boxes-copy", "TargetSnapshotName": "boxes-out", "TargetBucket": "boxes"}
    service.answers("CopySnapshot", "exports one", **copy)
    service.refuses(BUSY, "CopySnapshot", "refuses meanwhile", **copy)
    _snapshot_reads(service, "copying", SnapshotName="boxes-copy")
    _snapshot_reads(service, "available", SnapshotName="boxes-copy")
    service.refuses(VALUE, "CopySnapshot", "overwrites nothing", **copy)


def _delete_of_cache(service):
    operation = "DeleteServerlessCacheSnapshot"
    service.refuses(CACHE_NONE, operation, "does not find another", ServerlessCacheSnapshotName="other")
    service.answers(operation, "deletes one", **CACHE_NAME)
    service.refuses(CACHE_BUSY, operation, "refuses while deleting", **CACHE_NAME)
    gone = "DescribeServerlessCacheSnapshots"
    service.wait(gone, "is gone in the end", lambda _, code: code == CACHE_NONE, **CACHE_NAME)


def _tag(service):
    kinds = {"snapshot:boxes": NONE, "serverlesscachesnapshot:box": CACHE_NONE}
    for kind, code in kinds.items():
        arn, other = {"ResourceName": f"{ARN}{kind}-copy"}, {"ResourceName": f"{ARN}{kind}-other"}
        service.answers("AddTagsToResource", f"tags {kind}", **arn, **TAGS)
        service.answers("ListTagsForResource", f"lists tags of {kind}", **arn)
        service.answers("RemoveTagsFromResource", f"untags {kind}", TagKeys=["team"], **arn)
        service.refuses(code, "ListTagsForResource", f"does not find another {kind}", **other)
        service.answers("AddTagsToResource", f"tags {kind} again", **arn, **TAGS)
