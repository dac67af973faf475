"""Checks the sandbox against botocore's service models: every response, and every operation that the sandbox has.

The environment says where the sandbox is. `ROTATION_LAMBDA_ARN` names a function that can rotate a secret,
`CONSUMER_FUNCTION` one that may be configured.
"""

import sys

import check_ecs
import check_elasticache
import check_elasticache_snapshots
import check_elasticache_users
import check_events
import check_lambda
import check_scheduler
import check_secrets_manager
import check_servicediscovery
import check_sns
import check_ssm
import check_tagging
from harness import Service


def check_sts(sts):
    identity = sts.answers("GetCallerIdentity", "says who calls")
    sts.expect("GetCallerIdentity", "names the access key", identity.get("UserId") == "sandbox")


def check_all_of_elasticache(elasticache):
    check_elasticache.run(elasticache)
    check_elasticache_users.run(elasticache)
    check_elasticache_snapshots.run(elasticache)


CHECKS = {
    "sts": check_sts,
    "ssm": check_ssm.run,
    "secretsmanager": check_secrets_manager.run,
    "elasticache": check_all_of_elasticache,
    "servicediscovery": check_servicediscovery.run,
    "ecs": check_ecs.run,
    "lambda": check_lambda.run,
    "events": check_events.run,
    "scheduler": check_scheduler.run,
    "sns": check_sns.run,
    "resourcegroupstaggingapi": check_tagging.run,
}


def main():
    failures = 0
    for name, check in CHECKS.items():
        service = Service(name)
        service.probe()
        check(service)
        service.finish()
        failures += service.failures
    print(f"{failures} checks failed" if failures else "all checks passed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
