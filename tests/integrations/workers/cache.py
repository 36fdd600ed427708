"""Builds the shared index again and again while others read it; prints what it saw as JSON."""

import json
import sys
import time

from redis import Redis

from integrations.resilience import Index, Record
from integrations.resilience.cache import Outcome

url, seconds = sys.argv[1], float(sys.argv[2])
redis = Redis.from_url(url, socket_timeout=30)
index = Index("organization:1", "contacts", redis=redis, source="one", fresh_seconds=600)
records = [Record(str(n), (f"name:{n}", "all"), {"n": n}) for n in range(50)]

counts = {"built": 0, "busy": 0, "whole": 0, "half": 0, "none": 0}
redis.incr("ready")
while not redis.get("start"):
    time.sleep(0.005)  # until all are there, so that they begin together
ends_at = time.monotonic() + seconds
while time.monotonic() < ends_at:
    lease = index.lease()
    standing = index.standing()
    if lease is None or standing is None:
        counts["busy"] += 1
    else:
        added = all(index.add(lease, records[start : start + 10]) for start in range(0, 50, 10))
        done = added and index.complete(lease, mark="m", moment=standing.moment)
        counts["built"] += done
    found = index.find(["all"])
    if found.outcome is Outcome.HIT:
        counts["whole" if len(found.bodies) == 50 else "half"] += 1
    else:
        counts["none"] += 1
sys.stdout.write(json.dumps(counts))
