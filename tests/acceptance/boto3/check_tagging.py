"""The Tagging API, over the resources of ElastiCache that other checks have left."""

INVALID = "InvalidParameterException"
COPY = "arn:aws:elasticache:us-east-1:123456789012:snapshot:boxes-copy"


def run(service):
    found = service.answers("GetResources", "filters", TagFilters=[{"Key": "team", "Values": ["a"]}])
    arns = [resource["ResourceARN"] for resource in found.get("ResourceTagMappingList", [])]
    service.expect("GetResources", "finds the snapshot", COPY in arns)
    found = service.answers("GetResources", "looks up", ResourceARNList=[COPY, f"{COPY}-other"])
    service.expect("GetResources", "leaves out what is not there", len(found.get("ResourceTagMappingList", [])) == 1)
    service.answers("GetResources", "pages", ResourcesPerPage=1, ResourceTypeFilters=["elasticache:snapshot"])

    def refuses(what, **parameters):
        service.refuses(INVALID, "GetResources", what, **parameters)

    refuses("refuses a list and a filter", ResourceARNList=[COPY], TagFilters=[{"Key": "team"}])
    refuses("refuses a list and a page", ResourceARNList=[COPY], ResourcesPerPage=10)
    refuses("refuses 101 ARNs", ResourceARNList=[f"{COPY}-{number}" for number in range(101)])
    refuses("refuses a page of 101", ResourcesPerPage=101)
    refuses("refuses a token it never gave", PaginationToken="x")
