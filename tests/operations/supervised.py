"""A supervisor in a process of its own, for tests that send it signals.

`python -m tests.operations.supervised '{"grace": 5, "plan": [{"name": …, "code": …}]}'`
"""

import json
import sys

from zohodocs.operations.process import Service
from zohodocs.operations.supervisor import Supervisor


def main() -> int:
    wanted = json.loads(sys.argv[1])
    plan = [
        Service(
            name=entry["name"],
            command=(sys.executable, "-u", "-c", entry["code"]),
            once=entry.get("once", False),
            last=entry.get("last", False),
        )
        for entry in wanted["plan"]
    ]
    return Supervisor(plan, grace_seconds=wanted["grace"], on_ready=announce).run()


def announce() -> None:
    sys.stdout.write("all are ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
