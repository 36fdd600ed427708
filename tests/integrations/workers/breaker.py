"""Calls a service through the shared breaker until the time is over; prints its counts as JSON."""

import json
import sys
import time

from redis import Redis

from integrations.errors import CircuitOpen, Unavailable
from integrations.resilience import Breaker

url, seconds = sys.argv[1], float(sys.argv[2])
redis = Redis.from_url(url, socket_timeout=30)
breaker = Breaker("service", redis=redis, fail_max=5, rest_seconds=0.4, probe_seconds=5)


# The moment a call reaches the service, by the one clock that all share.
reach = redis.register_script(
    "local t = redis.call('TIME'); "
    "redis.call('RPUSH', 'reached', t[1] .. '.' .. string.format('%06d', t[2]))"
)


def service() -> None:
    reach()
    together = redis.incr("together")
    redis.set("most_together", max(int(redis.get("most_together") or 0), int(together)))
    time.sleep(0.03)  # long enough for two to meet in it
    redis.decr("together")
    if redis.get("down") == b"1":
        raise Unavailable("down")


counts = {"ok": 0, "failed": 0, "open": 0}
redis.incr("ready")
while not redis.get("start"):
    time.sleep(0.005)  # until all are there, so that they begin together
ends_at = time.monotonic() + seconds
while time.monotonic() < ends_at:
    try:
        breaker.call(service)
        counts["ok"] += 1
    except Unavailable:
        counts["failed"] += 1
    except CircuitOpen:
        counts["open"] += 1
        time.sleep(0.002)  # who is refused does not spin
sys.stdout.write(json.dumps(counts))
