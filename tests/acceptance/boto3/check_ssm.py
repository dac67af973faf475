"""Parameter Store: a parameter from its first version to its end."""

NONE = "ParameterNotFound"


def run(service):
    _put(service)
    _get(service)
    _describe(service)
    _tag(service)
    _delete(service)


def _put(service):
    put = {"Type": "String", "Value": "v"}
    service.answers("PutParameter", "makes a parameter", Name="/wire/a", Tags=[{"Key": "team", "Value": "a"}], **put)
    service.answers("PutParameter", "makes a secure one", Name="/wire/b", Value="s", Type="SecureString")
    again = service.answers("PutParameter", "makes a second version", Name="/wire/a", Overwrite=True, **put)
    service.expect("PutParameter", "counts versions", again.get("Version") == 2)
    service.refuses("ParameterAlreadyExists", "PutParameter", "refuses to overwrite unasked", Name="/wire/a", **put)
    service.refuses("ValidationException", "PutParameter", "refuses 4097 bytes", Name="/wire/c", Value="x" * 4097, Type="String")
    service.refuses("ValidationException", "PutParameter", "refuses an empty name", Name="", **put)


def _get(service):
    name = {"Name": "/wire/a"}
    service.answers("GetParameter", "reads one", **name)
    secure = service.answers("GetParameter", "decrypts one", Name="/wire/b", WithDecryption=True)
    service.expect("GetParameter", "has its value", secure.get("Parameter", {}).get("Value") == "s")
    service.refuses(NONE, "GetParameter", "does not find another", Name="/wire/other")
    if "GetParameters" in service.known:
        some = service.answers("GetParameters", "reads several", Names=["/wire/a", "/wire/other"])
        service.expect("GetParameters", "names what is not there", some.get("InvalidParameters") == ["/wire/other"])
    if "GetParametersByPath" in service.known:
        found = service.answers("GetParametersByPath", "reads a path", Path="/wire", Recursive=True)
        service.expect("GetParametersByPath", "finds both", len(found.get("Parameters", [])) == 2)
    if "GetParameterHistory" in service.known:
        service.answers("GetParameterHistory", "lists versions", **name)
        service.refuses(NONE, "GetParameterHistory", "does not find another", Name="/wire/other")
    if "LabelParameterVersion" in service.known:
        service.answers("LabelParameterVersion", "labels a version", Labels=["stable"], **name)


def _describe(service):
    if "DescribeParameters" in service.known:
        service.answers("DescribeParameters", "lists all")


def _tag(service):
    if "AddTagsToResource" not in service.known:
        return
    resource = {"ResourceType": "Parameter", "ResourceId": "/wire/a"}
    service.answers("AddTagsToResource", "adds a tag", Tags=[{"Key": "stage", "Value": "test"}], **resource)
    service.answers("ListTagsForResource", "lists tags", **resource)
    service.answers("RemoveTagsFromResource", "removes a tag", TagKeys=["stage"], **resource)
    other = {"ResourceType": "Parameter", "ResourceId": "/wire/other"}
    service.refuses("InvalidResourceId", "ListTagsForResource", "does not find another", **other)


def _delete(service):
    if "DeleteParameters" in service.known:
        service.answers("DeleteParameters", "deletes several", Names=["/wire/b", "/wire/other"])
    service.answers("DeleteParameter", "deletes one", Name="/wire/a")
    service.refuses(NONE, "DeleteParameter", "does not find it again", Name="/wire/a")
