"""The budget: one for all workers, exact over any window, and closed when nobody can count."""

import os
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from integrations.errors import OverBudget
from integrations.resilience import Budget, connect

from .crowd import crowd

LOG, FLIGHT, FACTS = "budget:{77}:log", "budget:{77}:flight", "budget:{77}:facts"


def budget(redis: Redis, **changes: object) -> Budget:
    options = {
        "per_minute": 10,
        "in_flight": 8,
        "person_reserve": 0,
        "cold_start_share": 1,
        "patience_seconds": 0,
        **changes,
    }
    return Budget("77", redis=redis, **options)  # type: ignore[arg-type]  # a table of options


def spend(some: Budget, calls: int, *, for_person: bool = False) -> None:
    for _ in range(calls):
        with some.slot(for_person=for_person):
            pass


def fill(redis: Redis, calls: int) -> None:
    """Log so many calls of this very moment."""
    seconds, micros = redis.time()
    now = seconds * 1000 + micros // 1000
    redis.zadd(LOG, {f"call-{number}": now for number in range(calls)})
    redis.hset(FACTS, "born", 1)


def refusal(some: Budget, *, for_person: bool = False) -> OverBudget:
    with pytest.raises(OverBudget) as caught, some.slot(for_person=for_person):
        pytest.fail("there was room")
    assert caught.value.sent is False
    return caught.value


def test_the_minute_is_used_to_the_last_call_and_not_beyond(redis: Redis) -> None:
    some = budget(redis)
    spend(some, 10)

    refused = refusal(some)

    assert refused.scope == "minute"
    assert 30 < (refused.retry_after or 0) <= 60.1
    assert some.left().minute == 0


def test_room_comes_back_when_the_oldest_call_leaves_the_window(redis: Redis) -> None:
    some = budget(redis, time_scale=60)
    fill(redis, 10)

    wait = refusal(some).retry_after or 0
    time.sleep(wait)  # exactly as long as it was told to wait
    spend(some, 1)

    assert wait <= 1.01


def test_a_short_wait_is_waited_out(redis: Redis) -> None:
    some = budget(redis, time_scale=60, patience_seconds=600)
    fill(redis, 10)
    started = time.monotonic()

    spend(some, 1)

    assert time.monotonic() - started > 0.3


def test_calls_in_flight_are_limited_and_come_back(redis: Redis) -> None:
    some = budget(redis, in_flight=3)

    with some.slot(), some.slot():
        assert refusal(some).scope == "concurrency"  # the third is a person's
        with some.slot(for_person=True):
            assert some.left().in_flight == 0
            assert refusal(some, for_person=True).scope == "concurrency"
    spend(some, 1)

    assert some.left().in_flight == 3


def test_a_dead_worker_gives_its_slot_back_when_the_lease_ends(redis: Redis) -> None:
    some = budget(redis, in_flight=2, lease_seconds=60)
    with some.slot():
        assert refusal(some).scope == "concurrency"
        assert redis.zcount(FLIGHT, (time.time() + 50) * 1000, "+inf") == 1
        redis.zremrangebyscore(FLIGHT, "-inf", "+inf")
        redis.zadd(FLIGHT, {"lost": 1})  # the lease is over

        spend(some, 1)


def test_a_reserve_is_kept_for_people(redis: Redis) -> None:
    some = budget(redis, person_reserve=4)
    spend(some, 6)
    assert refusal(some).scope == "minute"

    spend(some, 4, for_person=True)

    assert refusal(some, for_person=True).scope == "minute"


def test_while_nobody_is_there_most_of_the_reserve_is_used(redis: Redis) -> None:
    some = budget(redis, person_reserve=4, idle_reserve=1)
    spend(some, 9)
    assert refusal(some).scope == "minute"

    spend(some, 1, for_person=True)
    redis.zremrangebyscore(LOG, "-inf", "+inf")

    spend(some, 6)
    assert refusal(some).scope == "minute", "somebody is there: the whole reserve is kept"
    redis.hset(FACTS, "person_at", 1)
    spend(some, 3)
    assert refusal(some).scope == "minute"


def test_looking_for_room_takes_none(redis: Redis) -> None:
    some = budget(redis)
    assert some.room_in() == 0
    assert some.left().minute == 10

    spend(some, 10)

    assert 30 < some.room_in() <= 60.1


def test_the_day_ends_with_its_reserve_kept_for_people(redis: Redis) -> None:
    some = budget(redis, per_minute=1000, per_day=100)
    spend(some, 95)
    refused = refusal(some)

    spend(some, 5, for_person=True)

    assert refused.scope == "day"
    midnight = (datetime.now(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0)
    assert abs((refused.retry_after or 0) - (midnight - datetime.now(UTC)).total_seconds()) < 30
    assert refusal(some, for_person=True).scope == "day"
    assert some.left().day == 0


def test_the_days_count_outlives_the_process(redis: Redis) -> None:
    spend(budget(redis, per_minute=1000, per_day=100), 40)

    assert budget(redis, per_minute=1000, per_day=100).left().day == 60


def test_the_stricter_of_two_calendars_counts(redis: Redis) -> None:
    some = budget(redis, per_minute=1000, per_day=20, time_zone="Pacific/Kiritimati")
    spend(some, 19)
    # A new day in the organisation's zone only: the calendar of UTC still remembers.
    redis.hset(FACTS, "zone_day", 1)

    assert refusal(some).scope == "day"


def test_a_new_log_is_trusted_with_half(redis: Redis) -> None:
    some = budget(redis, cold_start_share=0.5)
    spend(some, 5)

    assert refusal(some).scope == "minute"
    redis.hset(FACTS, "born", 1)  # the log is older than a window
    spend(some, 5)


@pytest.mark.parametrize(
    ("scope", "retry_after", "low", "high"),
    [
        ("block", 3600, 3590, 3600),
        ("block", None, 3590, 3600),
        ("minute", 77, 67, 77),
        ("minute", None, 50, 60),
        ("concurrency", None, 0.1, 5),
        ("day", None, 0, 86_400),
    ],
)
def test_zohos_too_many_stops_everybody(
    redis: Redis, scope: str, retry_after: float | None, low: float, high: float
) -> None:
    budget(redis).throttled(scope=scope, retry_after=retry_after)  # type: ignore[arg-type]  # table

    refused = refusal(budget(redis))

    assert refused.scope == "block"
    assert low <= (refused.retry_after or 0) <= high
    assert low <= budget(redis).left().paused_seconds <= high


def test_pauses_grow_with_every_strike(redis: Redis) -> None:
    some = budget(redis, time_scale=600)
    pauses = []

    for _ in range(4):
        some.throttled(scope="minute", retry_after=None)
        until, since = (int(redis.hget(FACTS, name) or 0) for name in ("paused_until", "strike_at"))
        pauses.append(until - since)
        time.sleep(pauses[-1] / 1000)  # the pause passes, and no more

    assert pauses == [100, 200, 400, 500]


def test_a_shorter_pause_does_not_cut_a_longer_one(redis: Redis) -> None:
    some = budget(redis)
    some.pause(100)
    some.pause(5)

    assert some.left().paused_seconds > 95


def test_too_many_at_once_halves_what_may_fly(redis: Redis) -> None:
    some = budget(redis, in_flight=8)
    some.throttled(scope="concurrency", retry_after=0.01)
    time.sleep(0.02)  # the pause is over

    with some.slot(), some.slot(), some.slot():
        assert refusal(some).scope == "concurrency"


def test_organisations_do_not_share_a_budget(redis: Redis) -> None:
    spend(budget(redis), 10)

    spend(Budget("78", redis=redis), 1)


def test_without_redis_nothing_is_sent() -> None:
    away = budget(connect("unix:///nonexistent/redis.sock"))
    started = time.monotonic()

    refused = refusal(away)

    assert (refused.scope, refused.retryable) == ("unreachable", True)
    assert away.left().minute == 0
    away.throttled(scope="minute", retry_after=None)
    assert time.monotonic() - started < 5


def test_a_redis_that_hangs_does_not_hang_us(redis: Redis, redis_url: str) -> None:
    pid = int(redis.info("server")["process_id"])
    with connect(redis_url) as hanging:
        os.kill(pid, signal.SIGSTOP)
        try:
            started = time.monotonic()
            assert refusal(budget(hanging)).scope == "unreachable"
            assert time.monotonic() - started < 5
        finally:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.slow
def test_no_window_ever_holds_more_than_the_limit(redis: Redis, redis_url: str) -> None:
    """A minute is a second here; calls reach the far end late, and each differently late."""
    crowd(redis, "budget", [[redis_url, "5", str(seed)] for seed in range(6)])

    arrivals = [float(moment) for moment in redis.lrange("arrivals", 0, -1)]
    windows = [sum(start <= at < start + 1 for at in arrivals) for start in arrivals]
    assert max(windows) <= 20
    assert len(arrivals) >= 40, "the budget is there to be used"
    assert int(redis.get("most") or 0) <= 6
