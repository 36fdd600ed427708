"""Takes slots of the shared budget until the time is over; every call arrives some time later."""

import contextlib
import random
import sys
import time

from redis import Redis

from integrations.errors import OverBudget
from integrations.resilience import Budget

url, seconds, seed = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
redis = Redis.from_url(url, socket_timeout=30)
dice = random.Random(seed)
budget = Budget(
    "77",
    redis=redis,
    per_minute=20,
    in_flight=6,
    person_reserve=0,
    cold_start_share=1,
    patience_seconds=0,
    time_scale=60,
)
# The moment a call reaches Zoho, by the one clock that all share.
arrive = redis.register_script(
    "local t = redis.call('TIME'); redis.call('RPUSH', 'arrivals', t[1] .. '.' .. "
    "string.format('%06d', t[2])); local n = redis.call('INCR', 'flying'); "
    "if n > tonumber(redis.call('GET', 'most') or 0) then redis.call('SET', 'most', n) end"
)

redis.incr("ready")
while not redis.get("start"):
    time.sleep(0.005)  # until all are there, so that they begin together
ends_at = time.monotonic() + seconds
while time.monotonic() < ends_at:
    with contextlib.suppress(OverBudget), budget.slot():
        time.sleep(dice.uniform(0, 0.08))  # the way to the server
        arrive()
        time.sleep(dice.uniform(0, 0.04))  # the way back
        redis.decr("flying")
    time.sleep(dice.uniform(0, 0.005))  # each comes at a time of its own
