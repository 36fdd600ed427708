"""An index in Redis that many processes share: whole or not there, and never anybody else's."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest
from redis import Redis

from integrations.resilience import Index, Record, connect
from integrations.resilience.cache import Outcome

from .crowd import crowd

OWNER = "organization:1"


def an_index(redis: Redis, *, owner: str = OWNER, source: str = "one", **times: float) -> Index:
    return Index(owner, "contacts", redis=redis, source=source, **times)


def record(number: int, *keys: str) -> Record:
    return Record(str(number), keys, {"n": number})


def build(index: Index, records: Iterable[Record], *, mark: str = "m") -> None:
    standing, lease = index.standing(), index.lease()
    assert standing is not None
    assert lease is not None
    assert index.add(lease, list(records))
    assert index.complete(lease, mark=mark, moment=standing.moment)


def numbers(index: Index, *keys: str) -> list[int]:
    found = index.find(keys)
    assert found.sure
    return sorted(body["n"] for body in found.bodies)


def test_a_record_is_found_by_each_of_its_keys_once(redis: Redis) -> None:
    index = an_index(redis)
    build(index, [record(1, "tax:DE1", "tax:1", "name:ä"), record(2, "name:ä"), record(3)])

    assert numbers(index, "tax:DE1", "tax:1") == [1]
    assert numbers(index, "name:ä") == [1, 2]
    assert index.find(["name:b"]).outcome is Outcome.MISS


def test_a_changed_record_leaves_its_old_keys(redis: Redis) -> None:
    index = an_index(redis)
    build(index, [record(1, "name:a", "email:x"), record(2, "name:a")])

    index.put([record(1, "name:b")])

    assert numbers(index, "name:a") == [2]
    assert numbers(index, "name:b") == [1]
    assert index.find(["email:x"]).outcome is Outcome.MISS
    index.drop("2")
    assert index.find(["name:a"]).outcome is Outcome.MISS


def test_what_is_being_built_answers_only_when_it_is_whole(redis: Redis) -> None:
    index = an_index(redis)
    build(index, [record(1, "old")])
    lease = index.lease()
    standing = index.standing()
    assert lease is not None
    assert standing is not None

    index.add(lease, [record(2, "new")])
    assert numbers(index, "old") == [1]
    assert index.find(["new"]).outcome is Outcome.MISS

    assert index.complete(lease, mark="m", moment=standing.moment)
    assert numbers(index, "new") == [2]
    assert index.find(["old"]).outcome is Outcome.MISS
    assert len(redis.keys("*rows")) == 1, "the old generation is gone"


def test_one_at_a_time_builds_and_who_lost_the_right_completes_nothing(redis: Redis) -> None:
    index = an_index(redis)
    lost = index.lease()
    assert lost is not None
    assert index.lease() is None

    redis.delete("{organization:1}:contacts:lease")  # it was too slow, its time ran out
    lease = index.lease()
    assert lease is not None
    assert not index.add(lost, [record(1, "a")])
    assert not index.complete(lost, mark="m", moment=0)
    index.release(lost)
    assert index.lease() is None, "a late hand does not open another's lock"


@pytest.mark.parametrize("loss", ["*rows", "*words", "*contacts", "*"])
def test_a_loss_in_redis_is_seen(redis: Redis, loss: str) -> None:
    index = an_index(redis)
    build(index, [record(1, "a")])

    redis.delete(*redis.keys(loss))

    assert index.find(["a"]).outcome is Outcome.MISSING
    standing = index.standing()
    assert standing is not None
    assert not standing.exists


def test_a_part_of_a_hash_that_was_lost_is_seen(redis: Redis) -> None:
    index = an_index(redis)
    build(index, [record(1, "a"), record(2, "b")])
    redis.hdel(redis.keys("*rows")[0], "2")

    assert index.find(["a"]).outcome is Outcome.MISSING


def test_an_old_index_is_no_answer_until_it_is_renewed(redis: Redis) -> None:
    young = an_index(redis)
    build(young, [record(1, "a")])
    old = an_index(redis, fresh_seconds=0, renew_seconds=0)
    redis.hincrby("{organization:1}:contacts", "fresh_at", -10)
    assert old.find(["a"]).outcome is Outcome.STALE

    standing = young.standing()
    assert standing is not None
    assert young.renew([record(2, "b")], mark="n", moment=standing.moment)

    assert numbers(young, "b") == [2]
    again = young.standing()
    assert again is not None
    assert again.mark == "n"


def test_a_single_record_makes_the_rest_no_fresher(redis: Redis) -> None:
    index = an_index(redis, renew_seconds=0)
    build(index, [record(1, "a")])
    redis.hset("{organization:1}:contacts", "fresh_at", 1)

    index.put([record(2, "b")])

    assert redis.hget("{organization:1}:contacts", "fresh_at") == b"1"
    assert index.find(["b"]).outcome is Outcome.STALE


def test_a_clock_that_was_set_back_makes_it_doubtful(redis: Redis) -> None:
    index = an_index(redis)
    build(index, [record(1, "a")])
    redis.hincrby("{organization:1}:contacts", "fresh_at", 3_600_000)

    assert index.find(["a"]).outcome is Outcome.STALE


def test_nothing_crosses_owners_or_sources(redis: Redis) -> None:
    build(an_index(redis), [record(1, "a")])

    assert an_index(redis, owner="organization:11").find(["a"]).outcome is Outcome.MISSING
    assert an_index(redis, source="two").find(["a"]).outcome is Outcome.MISSING
    assert redis.keys("*")
    assert redis.keys("*") == redis.keys("{organization:1}:*")
    with pytest.raises(ValueError, match="owner"):
        an_index(redis, owner="")


def test_without_redis_it_says_so_and_raises_nothing() -> None:
    index = an_index(connect("unix:///nowhere/redis.sock"))

    assert index.find(["a"]).outcome is Outcome.UNREACHABLE
    assert index.standing() is None
    assert index.lease() is None
    assert not index.put([record(1, "a")])
    index.forget()


def test_processes_never_see_half_an_index(redis: Redis, redis_url: str) -> None:
    said = [json.loads(line) for line in crowd(redis, "cache", [[redis_url, "1.5"]] * 2)]

    assert sum(each["built"] for each in said) > 1
    assert sum(each["whole"] for each in said) > 1
    assert sum(each["half"] for each in said) == 0
