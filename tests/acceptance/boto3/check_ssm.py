"""Parameter Store: a parameter from its first version to its end."""

NONE, VALIDATION = "ParameterNotFound", "ValidationException"


def run(service):
    _put(service)
    _get(service)
    _label(service)
    _describe(service)
    _tag(service)
    _delete(service)


def _put(service):
    put = {"Type": "String", "Value": "v"}

    def refuses(code, what, **parameters):
        service.refuses(code, "PutParameter", what, **{**put, **parameters})

    service.answers("PutParameter", "makes a parameter", Name="/wire/a", Tags=[{"Key": "team", "Value": "a"}], **put)
    service.answers("PutParameter", "makes a secure one", Name="/wire/b", Value="s", Type="SecureString")
    again = service.answers("PutParameter", "makes a second version", Name="/wire/a", Overwrite=True, **put)
    service.expect("PutParameter", "counts versions", again.get("Version") == 2)
    refuses("ParameterAlreadyExists", "refuses to overwrite unasked", Name="/wire/a")
    tags = {"Name": "/wire/a", "Tags": [{"Key": "team", "Value": "b"}]}
    refuses(VALIDATION, "refuses tags with Overwrite", Overwrite=True, **tags)
    refuses("ParameterAlreadyExists", "refuses tags for what is there", **tags)
    refuses(VALIDATION, "refuses 4097 bytes", Name="/wire/c", Value="x" * 4097)
    refuses(VALIDATION, "refuses an empty name", Name="")
    refuses(VALIDATION, "refuses to do without a value", Name="/wire/c", Value="")
    secure = {"Name": "/wire/b", "Overwrite": True}
    service.answers("PutParameter", "makes a secure one plain", **secure, **put)
    service.answers("PutParameter", "makes it secure again", Value="s", Type="SecureString", **secure)
    refuses(VALIDATION, "refuses a value with a reference", Name="/wire/c", Value="{{ssm:other}}")
    secure = {"Type": "SecureString", "Name": "/wire/c"}
    refuses("InvalidKeyId", "refuses a key that is none", KeyId="redis", **secure)
    deep = "/1" * 16
    refuses("HierarchyLevelLimitExceededException", "refuses 16 levels", Name=deep)
    refuses("ParameterPatternMismatchException", "refuses another pattern", Name="/wire/c", AllowedPattern="^[0-9]+$")
    refuses("InvalidAllowedPatternException", "refuses what is no pattern", Name="/wire/c", AllowedPattern="[")


def _get(service):
    name, other = {"Name": "/wire/a"}, {"Name": "/wire/other"}
    service.answers("GetParameter", "reads one", **name)
    service.answers("GetParameter", "reads one version", Name="/wire/a:1")
    secure = service.answers("GetParameter", "decrypts one", Name="/wire/b", WithDecryption=True)
    service.expect("GetParameter", "has its value", secure.get("Parameter", {}).get("Value") == "s")
    service.refuses(NONE, "GetParameter", "does not find another", **other)
    service.refuses("ParameterVersionNotFound", "GetParameter", "does not find a version", Name="/wire/a:9")
    some = service.answers("GetParameters", "reads several", Names=["/wire/a", "/wire/other"])
    service.expect("GetParameters", "names what is not there", some.get("InvalidParameters") == ["/wire/other"])
    found = service.answers("GetParametersByPath", "reads a path", Path="/wire", Recursive=True)
    service.expect("GetParametersByPath", "finds both", len(found.get("Parameters", [])) == 2)
    page = service.answers("GetParametersByPath", "reads a page", Path="/wire", Recursive=True, MaxResults=1)
    service.expect("GetParametersByPath", "says that more follow", bool(page.get("NextToken")))
    no_token = {"Path": "/wire", "NextToken": "x"}
    service.refuses("InvalidNextToken", "GetParametersByPath", "refuses a token it never gave", **no_token)
    service.answers("GetParameterHistory", "lists versions", **name)
    service.refuses(NONE, "GetParameterHistory", "does not find another", **other)


def _label(service):
    label = {"Name": "/wire/a", "ParameterVersion": 1}
    service.answers("LabelParameterVersion", "labels a version", Labels=["stable"], **label)
    service.answers("GetParameter", "reads by label", Name="/wire/a:stable")
    many = [f"label-{number}" for number in range(10)]
    limit = "ParameterVersionLabelLimitExceeded"
    service.refuses(limit, "LabelParameterVersion", "refuses an eleventh label", Labels=many, **label)
    other = {**label, "Name": "/wire/other"}
    service.refuses(NONE, "LabelParameterVersion", "does not find another", Labels=["stable"], **other)
    service.answers("UnlabelParameterVersion", "takes a label away", Labels=["stable"], **label)


def _describe(service):
    listed = service.answers("DescribeParameters", "lists all")
    service.expect("DescribeParameters", "finds both", len(listed.get("Parameters", [])) == 2)
    key = [{"Key": "Colour", "Values": ["red"]}]
    service.refuses("InvalidFilterKey", "DescribeParameters", "refuses an unknown filter", ParameterFilters=key)


def _tag(service):
    resource = {"ResourceType": "Parameter", "ResourceId": "/wire/a"}
    tags = {"Tags": [{"Key": "stage", "Value": "test"}]}
    service.answers("AddTagsToResource", "adds a tag", **tags, **resource)
    listed = service.answers("ListTagsForResource", "lists tags", **resource)
    service.expect("ListTagsForResource", "has both", len(listed.get("TagList", [])) == 2)
    other = {**resource, "ResourceId": "/wire/other"}
    service.refuses("InvalidResourceId", "ListTagsForResource", "does not find another", **other)
    service.refuses("InvalidResourceId", "AddTagsToResource", "does not find another", **tags, **other)
    sort = {**resource, "ResourceType": "Colour"}
    service.refuses("InvalidResourceType", "AddTagsToResource", "refuses an unknown type", **tags, **sort)


def _delete(service):
    gone = service.answers("DeleteParameters", "deletes several", Names=["/wire/b", "/wire/other"])
    service.expect("DeleteParameters", "names what is not there", gone.get("InvalidParameters") == ["/wire/other"])
    service.answers("DeleteParameter", "deletes one", Name="/wire/a")
    service.refuses(NONE, "DeleteParameter", "does not find it again", Name="/wire/a")
