"""The breaker: five failures open it for all processes, and one probe at a time tries again."""

import json
import threading
import time
from collections.abc import Callable
from itertools import pairwise

import pybreaker
import pytest
from redis import Redis

from integrations import errors
from integrations.resilience import Breaker, connect

from .crowd import crowd


def fail(exc: Exception) -> Callable[[], None]:
    def call() -> None:
        raise exc

    return call


DOWN = fail(errors.Unavailable("down"))


def trip(breaker: Breaker, times: int = 5, call: Callable[[], None] = DOWN) -> None:
    for _ in range(times):
        with pytest.raises(errors.IntegrationError):
            breaker.call(call)


@pytest.fixture(params=["shared", "local"])
def breaker(request: pytest.FixtureRequest, redis: Redis) -> Breaker:
    """A breaker that rests 0.6 s, on either of its memories."""
    shared = redis if request.param == "shared" else None
    return Breaker("service", redis=shared, rest_seconds=36, probe_seconds=600, time_scale=60)


def test_five_failures_in_a_row_open_it(breaker: Breaker) -> None:
    trip(breaker, 4)
    assert breaker.current_state == "closed"

    trip(breaker, 1)

    assert breaker.current_state == "open"
    with pytest.raises(errors.CircuitOpen) as caught:
        breaker.call(lambda: pytest.fail("called while open"))
    assert 0 < (caught.value.retry_after or 0) <= 0.6
    assert caught.value.sent is False


def test_a_success_forgets_the_failures(breaker: Breaker) -> None:
    trip(breaker, 4)
    assert breaker.call(lambda: 42) == 42
    trip(breaker, 4)

    assert breaker.current_state == "closed"


@pytest.mark.parametrize(
    "business",
    [
        errors.Refused("no"),
        errors.DuplicateNumber("no"),
        errors.Throttled("no", scope="minute"),
        errors.AuthFailed("no"),
        errors.OverBudget("no", scope="minute", retry_after=1),
        errors.OutOfTime("our own patience was too short"),
        errors.ReconnectNeeded("no"),
        ValueError("a bug of ours"),
    ],
)
def test_a_business_error_neither_counts_nor_forgets(breaker: Breaker, business: Exception) -> None:
    trip(breaker, 4)
    for _ in range(20):
        with pytest.raises(type(business)):
            breaker.call(fail(business))
    assert breaker.current_state == "closed"

    trip(breaker, 1)

    assert breaker.current_state == "open"


@pytest.mark.parametrize(
    "failure", [errors.Ambiguous("?"), errors.Unavailable("?"), errors.NotSent("no connection")]
)
def test_a_failing_service_counts(breaker: Breaker, failure: errors.IntegrationError) -> None:
    trip(breaker, 5, fail(failure))

    assert breaker.current_state == "open"


def test_a_good_probe_closes_it(breaker: Breaker) -> None:
    trip(breaker)
    time.sleep(0.61)  # the rest is over

    assert breaker.call(lambda: "back") == "back"

    assert breaker.current_state == "closed"
    assert breaker.fail_counter == 0


def test_a_refused_probe_is_a_sign_of_life(breaker: Breaker) -> None:
    trip(breaker)
    time.sleep(0.61)  # the rest is over

    with pytest.raises(errors.Refused):
        breaker.call(fail(errors.Refused("no")))

    assert breaker.current_state == "closed"


def test_a_failed_probe_opens_it_again(breaker: Breaker) -> None:
    trip(breaker)
    time.sleep(0.61)  # the rest is over
    trip(breaker, 1)

    assert breaker.current_state == "open"
    with pytest.raises(errors.CircuitOpen):
        breaker.call(lambda: None)


def test_a_probe_that_never_got_there_goes_to_another(breaker: Breaker) -> None:
    trip(breaker)
    time.sleep(0.61)  # the rest is over
    with pytest.raises(errors.OverBudget):
        breaker.call(fail(errors.OverBudget("no", scope="minute", retry_after=1)))
    assert breaker.current_state == "half-open"

    assert breaker.call(lambda: "back") == "back"


def test_a_lost_probe_is_given_out_again(redis: Redis) -> None:
    breaker = Breaker("service", redis=redis, rest_seconds=0.1, probe_seconds=0.1)
    trip(breaker)
    time.sleep(0.11)  # the rest is over
    released = threading.Event()
    hanging = threading.Thread(target=lambda: breaker.call(released.wait))
    hanging.start()
    try:
        time.sleep(0.15)  # the hanging probe has had its time

        assert breaker.call(lambda: "back") == "back"
    finally:
        released.set()
        hanging.join()


def test_calls_of_threads_run_side_by_side(breaker: Breaker) -> None:
    together = threading.Barrier(4, timeout=5)
    threads = [threading.Thread(target=lambda: breaker.call(together.wait)) for _ in range(4)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not together.broken


def test_a_call_from_before_does_not_decide_for_the_probe(redis: Redis) -> None:
    breaker = Breaker("service", redis=redis, rest_seconds=0.1, probe_seconds=30)
    release = threading.Event()

    def slow_failure() -> None:
        release.wait()
        raise errors.Unavailable("late")

    late = threading.Thread(target=lambda: trip(breaker, 1, slow_failure))
    late.start()
    trip(breaker)
    time.sleep(0.11)  # the rest is over

    def probe() -> None:
        release.set()
        late.join()
        assert breaker.current_state == "half-open"

    breaker.call(probe)

    assert breaker.current_state == "closed"


class Ear(pybreaker.CircuitBreakerListener):
    """Notes the changes of state."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def state_change(self, cb: object, old_state: object, new_state: object) -> None:
        self.heard.append(str(getattr(new_state, "name", "")))


def test_listeners_hear_each_change_once(redis: Redis) -> None:
    ear = Ear()
    breaker = Breaker("service", redis=redis, rest_seconds=0.1, listeners=[ear])

    trip(breaker)
    time.sleep(0.11)  # the rest is over
    breaker.call(lambda: None)

    assert ear.heard == ["open", "half-open", "closed"]


def test_an_operator_closes_it_for_everybody(redis: Redis) -> None:
    one, other = (Breaker("service", redis=redis) for _ in range(2))
    trip(one)
    assert other.current_state == "open"

    other.close()

    assert one.call(lambda: 42) == 42


def test_breakers_of_other_names_are_untouched(redis: Redis) -> None:
    trip(Breaker("one", redis=redis))

    assert Breaker("two", redis=redis).call(lambda: 42) == 42


def test_without_redis_the_process_decides_quickly() -> None:
    away = connect("unix:///nonexistent/redis.sock")
    breaker = Breaker("service", redis=away, rest_seconds=30)
    started = time.monotonic()

    trip(breaker)

    assert breaker.current_state == "open"
    with pytest.raises(errors.CircuitOpen):
        breaker.call(lambda: None)
    assert time.monotonic() - started < 5


def test_what_redis_forgot_the_process_remembers_only_without_redis(redis: Redis) -> None:
    breaker = Breaker("service", redis=redis)
    trip(breaker)

    redis.flushall()

    assert breaker.call(lambda: 42) == 42


def moments(redis: Redis) -> list[float]:
    """When calls reached the service."""
    return [float(moment) for moment in redis.lrange("reached", 0, -1)]


@pytest.mark.slow
def test_four_processes_share_one_breaker(redis: Redis, redis_url: str) -> None:
    redis.set("down", 1)

    printed = crowd(redis, "breaker", [[redis_url, "2.5"]] * 4)

    counts = [json.loads(line) for line in printed]
    reached = moments(redis)
    assert sum(count["failed"] for count in counts) == len(reached)
    assert all(count["open"] > 0 for count in counts)
    # Five open it, with at most three more of the others under way; then a probe a rest.
    late = [start for start in reached if start - reached[0] > 0.4]
    assert 5 <= len(reached) - len(late) <= 8
    assert all(later - earlier > 0.4 for earlier, later in pairwise(late))


@pytest.mark.slow
def test_probes_of_four_processes_come_one_at_a_time(redis: Redis, redis_url: str) -> None:
    trip(Breaker("service", redis=redis, rest_seconds=0.4))
    redis.set("down", 1)

    crowd(redis, "breaker", [[redis_url, "2"]] * 4)

    probes = moments(redis)
    assert len(probes) >= 2
    assert int(redis.get("most_together") or 0) == 1
    assert all(later - earlier > 0.4 for earlier, later in pairwise(probes))
