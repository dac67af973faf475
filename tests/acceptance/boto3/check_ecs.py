"""ECS: a cluster, a definition, a service with two tasks, and its end."""

INVALID, CLIENT = "InvalidParameterException", "ClientException"
NO_CLUSTER, NO_SERVICE = "ClusterNotFoundException", "ServiceNotFoundException"
CLUSTER = {"cluster": "wire"}


def run(service):
    _cluster(service)
    _definition(service)
    _service(service)
    _tasks(service)
    _tags(service)
    _delete(service)


def _cluster(service):
    tags = [{"key": "team", "value": "a"}]
    service.answers("CreateCluster", "makes a cluster", clusterName="wire", tags=tags)
    again = service.answers("CreateCluster", "answers one that is there", clusterName="wire")
    service.expect("CreateCluster", "keeps its tags", again.get("cluster", {}).get("tags") == tags)
    service.refuses(INVALID, "CreateCluster", "refuses a name with a space", clusterName="a b")
    found = service.answers("DescribeClusters", "describes several", clusters=["wire", "other"], include=["TAGS"])
    service.expect("DescribeClusters", "names what is missing", found["failures"][0]["reason"] == "MISSING")


def _definition(service):
    container = {"name": "app", "image": "app:1", "command": ["sleep", "infinity"], "environment": []}
    fargate = {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
    whole = {"family": "app", "containerDefinitions": [container], **fargate}

    def refuses(what, code=CLIENT, **parameters):
        service.refuses(code, "RegisterTaskDefinition", what, **{**whole, **parameters})

    service.answers("RegisterTaskDefinition", "keeps a revision", **whole)
    efs = [{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}]
    role = {"executionRoleArn": "arn:aws:iam::123456789012:role/execution"}
    secret = [{"name": "PASSWORD", "valueFrom": "/app/password"}]
    check = {"command": ["CMD-SHELL", "true"]}
    more = {**container, "secrets": secret, "healthCheck": check}
    register = {**whole, "containerDefinitions": [more], "volumes": efs, **role}
    service.answers("RegisterTaskDefinition", "keeps another", **{**register, "family": "more"})
    refuses("refuses a size that Fargate does not have", memory="4096")
    refuses("refuses another network mode", networkMode="bridge")
    refuses("refuses a secret without a role", containerDefinitions=[more])
    refuses("refuses to do without a container", containerDefinitions=[])
    refuses("refuses what the sandbox cannot do", code=INVALID, pidMode="task")
    mount = [{"sourceVolume": "none", "containerPath": "/data"}]
    refuses("refuses a missing volume", containerDefinitions=[{**container, "mountPoints": mount}])
    check = {"command": ["CMD-SHELL", "true"], "interval": 1}
    refuses("refuses a check every second", code=INVALID, containerDefinitions=[{**container, "healthCheck": check}])
    service.answers("DescribeTaskDefinition", "describes the latest", taskDefinition="app", include=["TAGS"])
    service.answers("DescribeTaskDefinition", "describes a revision", taskDefinition="app:1")
    service.refuses(CLIENT, "DescribeTaskDefinition", "does not find another", taskDefinition="app:9")


def _service(service):
    network = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}}
    fargate = {"launchType": "FARGATE", "networkConfiguration": network}
    whole = {**CLUSTER, "serviceName": "app", "taskDefinition": "app", "desiredCount": 2, **fargate}

    def refuses(code, what, **parameters):
        service.refuses(code, "CreateService", what, **{**whole, "serviceName": "other", **parameters})

    service.answers("CreateService", "makes a service", **whole)
    refuses(INVALID, "refuses a name twice", serviceName="app")
    refuses(NO_CLUSTER, "does not find another cluster", cluster="other")
    refuses(CLIENT, "does not find another definition", taskDefinition="other")
    refuses(INVALID, "refuses to do without a subnet", networkConfiguration={"awsvpcConfiguration": {"subnets": []}})
    refuses(INVALID, "refuses percentages that block deployments", deploymentConfiguration={"maximumPercent": 100})
    refuses(INVALID, "refuses another registry", serviceRegistries=[{"registryArn": "arn:none"}])
    steady = {**CLUSTER, "services": ["app"], "include": ["TAGS"]}
    service.wait("DescribeServices", "reaches a steady state", _steady, **steady)
    listed = service.answers("ListServices", "lists it", **CLUSTER)
    service.expect("ListServices", "has one", len(listed.get("serviceArns", [])) == 1)
    both = service.answers("DescribeServices", "describes several", services=["app", "other"], **CLUSTER)
    service.expect("DescribeServices", "names what is missing", both["failures"][0]["reason"] == "MISSING")
    service.refuses(NO_CLUSTER, "DescribeServices", "does not find another cluster", cluster="other", services=["app"])
    update = {**CLUSTER, "service": "app"}
    percent = {"maximumPercent": 200, "minimumHealthyPercent": 0}
    service.answers("UpdateService", "changes percentages", deploymentConfiguration=percent, **update)
    service.answers("UpdateService", "forces a deployment", forceNewDeployment=True, **update)
    service.wait("DescribeServices", "says when that is done", _steady, **steady)
    service.refuses(NO_SERVICE, "UpdateService", "does not find another", **{**update, "service": "other"})
    service.refuses(CLIENT, "UpdateService", "does not find another definition", taskDefinition="other", **update)


def _steady(answer, code):
    service = answer["services"][0]
    deployments = [deployment["rolloutState"] for deployment in service["deployments"]]
    return service["runningCount"] == 2 and deployments == ["COMPLETED"]


def _tasks(service):
    page = {**CLUSTER, "serviceName": "app", "maxResults": 1}
    first = service.answers("ListTasks", "lists a page", **page)
    second = service.answers("ListTasks", "lists the next", nextToken=first.get("nextToken", ""), **page)
    service.expect("ListTasks", "has another one", first.get("taskArns") != second.get("taskArns"))
    service.refuses(INVALID, "ListTasks", "refuses a token it never gave", nextToken="x", **page)
    service.refuses(NO_SERVICE, "ListTasks", "does not find another", serviceName="other", **CLUSTER)
    service.refuses(INVALID, "ListTasks", "refuses an unknown status", desiredStatus="SLEEPING", **CLUSTER)
    arns = first.get("taskArns", [])
    found = service.answers("DescribeTasks", "describes several", tasks=[*arns, "other"], **CLUSTER)
    service.expect("DescribeTasks", "names what is missing", found["failures"][0]["reason"] == "MISSING")
    service.answers("StopTask", "stops a task", task=arns[0], reason="because", **CLUSTER)
    service.refuses(INVALID, "StopTask", "does not find another", task="other", **CLUSTER)
    service.refuses(NO_CLUSTER, "StopTask", "does not find another cluster", task=arns[0], cluster="other")

    def stopped(answer, code):
        return answer["tasks"][0]["lastStatus"] == "STOPPED"

    service.wait("DescribeTasks", "follows it to its end", stopped, tasks=arns, **CLUSTER)
    steady = {**CLUSTER, "services": ["app"]}
    service.wait("DescribeServices", "says when it is replaced", _steady, **steady)


def _tags(service):
    arn = "arn:aws:ecs:us-east-1:123456789012:service/wire/app"
    service.answers("TagResource", "adds a tag", resourceArn=arn, tags=[{"key": "stage", "value": "test"}])
    listed = service.answers("ListTagsForResource", "lists tags", resourceArn=arn)
    service.expect("ListTagsForResource", "has it", listed.get("tags") == [{"key": "stage", "value": "test"}])
    service.refuses(INVALID, "ListTagsForResource", "does not find another", resourceArn=f"{arn}-other")


def _delete(service):
    delete = {**CLUSTER, "service": "app"}
    service.refuses(INVALID, "DeleteService", "refuses while there should be tasks", **delete)
    service.answers("UpdateService", "scales to zero", desiredCount=0, **delete)
    service.answers("DeleteService", "deletes a service", **delete)

    def inactive(answer, code):
        return answer["services"][0]["status"] == "INACTIVE"

    service.wait("DescribeServices", "says when it is gone", inactive, services=["app"], **CLUSTER)
    service.refuses("ServiceNotActiveException", "UpdateService", "refuses what is gone", desiredCount=1, **delete)
    service.refuses(NO_SERVICE, "DeleteService", "does not find what is gone", **delete)
