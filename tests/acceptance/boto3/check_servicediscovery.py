"""Cloud Map: a namespace, and a name in it. What ECS registers there is checked with ECS."""


def run(service):
    make = {"Name": "wire.local", "Vpc": "vpc-1"}
    begun = service.answers("CreatePrivateDnsNamespace", "begins to make a namespace", CreatorRequestId="1", **make)
    service.refuses("NamespaceAlreadyExists", "CreatePrivateDnsNamespace", "refuses a name twice", **make)
    service.refuses("InvalidInput", "CreatePrivateDnsNamespace", "refuses to do without a VPC", Name="other.local")
    id = {"OperationId": begun.get("OperationId", "")}

    def done(answer, code):
        return bool(answer) and answer["Operation"]["Status"] == "SUCCESS"

    service.wait("GetOperation", "says when it is there", done, **id)
    operation = service.answers("GetOperation", "names the namespace", **id).get("Operation", {})
    service.refuses("OperationNotFound", "GetOperation", "does not find another", OperationId="other")
    _service(service, operation.get("Targets", {}).get("NAMESPACE", ""))


def _service(service, namespace):
    dns = {"DnsRecords": [{"Type": "A", "TTL": 10}]}
    name = {"Name": "redis", "NamespaceId": namespace, "DnsConfig": dns}
    made = service.answers("CreateService", "makes a name", CreatorRequestId="1", **name).get("Service", {})
    service.refuses("ServiceAlreadyExists", "CreateService", "refuses a name twice", **name)
    service.refuses("NamespaceNotFound", "CreateService", "does not find another", **{**name, "NamespaceId": "ns-other"})
    service.refuses("InvalidInput", "CreateService", "refuses to do without records", Name="a", NamespaceId=namespace)
    service.answers("GetService", "reads it", Id=made.get("Id", ""))
    service.refuses("ServiceNotFound", "GetService", "does not find another", Id="srv-other")
    listed = service.answers("ListInstances", "lists nobody yet", ServiceId=made.get("Id", ""))
    service.expect("ListInstances", "has none", listed.get("Instances") == [])
    service.refuses("ServiceNotFound", "ListInstances", "does not find another", ServiceId="srv-other")
