"""ElastiCache: users, user groups and a serverless cache, from their creation to their end."""

FIRST, SECOND = "first-password-0123456789", "second-password-0123456789"
VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"
NO_USER, NO_GROUP, NO_CACHE = "UserNotFound", "UserGroupNotFound", "ServerlessCacheNotFoundFault"
BUSY_USER, BUSY_GROUP, BUSY_CACHE = "InvalidUserState", "InvalidUserGroupState", "InvalidServerlessCacheStateFault"
USER = {
    "UserId": "app",
    "UserName": "app",
    "Engine": "redis",
    "AccessString": "on ~* +@all",
    "Passwords": [FIRST],
    "Tags": [{"Key": "team", "Value": "a"}],
}
GROUP = {"UserGroupId": "apps", "Engine": "redis", "UserIds": ["default", "app"]}
CACHE = {
    "ServerlessCacheName": "cart",
    "Engine": "redis",
    "UserGroupId": "apps",
    "SecurityGroupIds": ["sg-1"],
    "SubnetIds": ["subnet-1", "subnet-2"],
}
ID, GROUP_ID, NAME = {"UserId": "app"}, {"UserGroupId": "apps"}, {"ServerlessCacheName": "cart"}


def run(service):
    _create_user(service)
    _create_group(service)
    _create_cache(service)
    _modify(service)
    _tag(service)
    _delete(service)


def _reads(service, operation, of, status, **parameters):
    def until(answer, _):
        return answer and answer[of][0]["Status"] == status

    service.wait(operation, f"reads {status}", until, **parameters)


def _gone(service, operation, code, **parameters):
    service.wait(operation, "is gone in the end", lambda _, got: got == code, **parameters)


def _create_user(service):
    def refuses(code, what, **changes):
        service.refuses(code, "CreateUser", what, **{**USER, **changes})

    refuses(VALUE, "refuses a short password", Passwords=["short"])
    refuses(VALUE, "refuses a password with a comma", Passwords=["comma,comma,comma,comma"])
    refuses(VALUE, "refuses three passwords", Passwords=[FIRST, SECOND, FIRST + SECOND])
    refuses(VALUE, "refuses a password in the access string", AccessString=f"on >{FIRST} ~* +@all")
    refuses(COMBINATION, "refuses a password and none", NoPasswordRequired=True)
    created = service.answers("CreateUser", "creates a user", **USER)
    service.expect("CreateUser", "is active", created.get("Status") == "active")
    service.expect("CreateUser", "counts one password", created.get("Authentication", {}).get("PasswordCount") == 1)
    refuses("UserAlreadyExists", "refuses a second of that id")
    mode = {"Type": "password", "Passwords": [FIRST, SECOND]}
    other = {"UserId": "twin", "UserName": "app", "Engine": "redis", "AccessString": "on ~* +@all"}
    service.answers("CreateUser", "takes an authentication mode", AuthenticationMode=mode, **other)
    users = service.answers("DescribeUsers", "lists all")
    service.expect("DescribeUsers", "finds three", len(users.get("Users", [])) == 3)
    filters = [{"Name": "user-name", "Values": ["app"]}]
    users = service.answers("DescribeUsers", "filters", Filters=filters, Engine="redis")
    service.expect("DescribeUsers", "finds two of that name", len(users.get("Users", [])) == 2)
    service.refuses(NO_USER, "DescribeUsers", "does not find another", UserId="other")
    service.refuses(VALUE, "DescribeUsers", "refuses a page of 5", MaxRecords=5)


def _create_group(service):
    def refuses(code, what, **changes):
        service.refuses(code, "CreateUserGroup", what, **{**GROUP, **changes})

    refuses("DefaultUserRequired", "refuses to do without a default user", UserIds=["app"])
    refuses("DuplicateUserName", "refuses one name twice", UserIds=["default", "app", "twin"])
    refuses(NO_USER, "does not find another user", UserIds=["default", "other"])
    created = service.answers("CreateUserGroup", "creates a user group", **GROUP)
    service.expect("CreateUserGroup", "is creating it", created.get("Status") == "creating")
    refuses("UserGroupAlreadyExists", "refuses a second of that id")
    service.answers("DescribeUserGroups", "lists all")
    service.refuses(NO_GROUP, "DescribeUserGroups", "does not find another", UserGroupId="other")
    _reads(service, "DescribeUserGroups", "UserGroups", "active", **GROUP_ID)


def _create_cache(service):
    def refuses(code, what, **changes):
        service.refuses(code, "CreateServerlessCache", what, **{**CACHE, **changes})

    refuses(VALUE, "refuses another engine", Engine="memcached")
    refuses(NO_GROUP, "does not find another user group", UserGroupId="other")
    created = service.answers("CreateServerlessCache", "creates a cache", **CACHE)
    status = created.get("ServerlessCache", {}).get("Status")
    service.expect("CreateServerlessCache", "is creating it", status == "creating")
    refuses("ServerlessCacheAlreadyExistsFault", "refuses a second of that name")
    service.refuses(BUSY_CACHE, "ModifyServerlessCache", "refuses while creating", UserGroupId="apps", **NAME)
    service.answers("DescribeServerlessCaches", "lists all", MaxResults=1)
    service.refuses(NO_CACHE, "DescribeServerlessCaches", "does not find another", ServerlessCacheName="other")
    _reads(service, "DescribeServerlessCaches", "ServerlessCaches", "available", **NAME)


def _modify(service):
    service.refuses(NO_USER, "ModifyUser", "does not find another", UserId="other", Passwords=[FIRST])
    service.refuses(VALUE, "ModifyUser", "refuses the built-in user", UserId="default", Passwords=[FIRST])
    changes = {"Passwords": [SECOND, FIRST], **ID}
    service.answers("ModifyUser", "changes the passwords", **changes)
    service.refuses(BUSY_USER, "ModifyUser", "refuses another meanwhile", **changes)
    _reads(service, "DescribeUsers", "Users", "modifying", **ID)
    _reads(service, "DescribeUsers", "Users", "active", **ID)
    service.refuses(NO_GROUP, "ModifyUserGroup", "does not find another", UserGroupId="other", UserIdsToAdd=["twin"])
    changes = {"UserIdsToAdd": ["twin"], "UserIdsToRemove": ["app"], **GROUP_ID}
    service.answers("ModifyUserGroup", "swaps a user", **changes)
    service.refuses(BUSY_GROUP, "ModifyUserGroup", "refuses another meanwhile", UserIdsToRemove=["app"], **GROUP_ID)
    _reads(service, "DescribeUserGroups", "UserGroups", "modifying", **GROUP_ID)
    _reads(service, "DescribeUserGroups", "UserGroups", "active", **GROUP_ID)
    service.refuses(NO_GROUP, "ModifyServerlessCache", "does not find another group", UserGroupId="other", **NAME)
    service.answers("ModifyServerlessCache", "gives it a user group", UserGroupId="apps", **NAME)
    _reads(service, "DescribeServerlessCaches", "ServerlessCaches", "modifying", **NAME)
    _reads(service, "DescribeServerlessCaches", "ServerlessCaches", "available", **NAME)


def _tag(service):
    arn = "arn:aws:elasticache:us-east-1:123456789012"
    tags = service.answers("ListTagsForResource", "lists a user's tags", ResourceName=f"{arn}:user:app")
    service.expect("ListTagsForResource", "has one", len(tags.get("TagList", [])) == 1)
    for kind in ("usergroup:apps", "serverlesscache:cart"):
        tags = {"Tags": [{"Key": "stage", "Value": "test"}]}
        service.answers("AddTagsToResource", f"tags {kind}", ResourceName=f"{arn}:{kind}", **tags)


def _delete(service):
    service.refuses(BUSY_GROUP, "DeleteUserGroup", "refuses one that a cache has", **GROUP_ID)
    service.answers("DeleteServerlessCache", "deletes the cache", **NAME)
    _gone(service, "DescribeServerlessCaches", NO_CACHE, **NAME)
    service.refuses(NO_CACHE, "DeleteServerlessCache", "does not find another", ServerlessCacheName="other")
    service.answers("DeleteUserGroup", "deletes the user group", **GROUP_ID)
    _gone(service, "DescribeUserGroups", NO_GROUP, **GROUP_ID)
    service.answers("DeleteUser", "deletes the user", **ID)
    service.refuses(BUSY_USER, "DeleteUser", "refuses another meanwhile", **ID)
    _gone(service, "DescribeUsers", NO_USER, **ID)
