"""`manage.py run` and `demo` on a machine with nothing configured, from start to stop."""

import http.client
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operations.running import Running, processes_of, start
from zohodocs.operations import probe

pytestmark = [pytest.mark.slow, pytest.mark.embedded]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    service = Running("run", tmp_path_factory.mktemp("site"), last_words="is ready")
    yield service
    service.stop()


def page_of(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Host": "localhost"})
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text


def test_it_says_where_it_is_when_it_answers(running: Running) -> None:
    assert re.search(rf"http://localhost:{running.port}\b", running.said)
    assert probe.is_live(port=running.port, allowed_hosts=["localhost"], timeout=5)


def test_each_part_runs(running: Running) -> None:
    commands = " ".join(processes_of(running.data_dir))

    queues = [f"rqworker {queue}" for queue in ("pipeline", "sequential", "sync")]
    for part in (*queues, "sweep", "scheduler", "gunicorn"):
        assert part in commands


def test_its_styles_are_served_without_debug(running: Running) -> None:
    _, page = page_of(running.port, "/accounts/login/")

    style = re.search(r'href="(/static/[^"]+\.css)"', page)

    assert style
    assert page_of(running.port, style[1])[0] == 200


def test_nobody_else_on_the_machine_can_read_what_it_keeps(running: Running) -> None:
    kept = [path for path in running.data_dir.iterdir() if path.name != "static"]
    others = stat.S_IRWXG | stat.S_IRWXO

    assert {"files", "zohodocs.sqlite3", "redis", "secret_key"} & {path.name for path in kept}
    assert [path.name for path in kept if path.stat().st_mode & others] == []


def test_a_second_one_on_the_same_data_is_refused_in_one_line(running: Running) -> None:
    second = start("run", running.data_dir, running.port + 1)

    _, errors = second.communicate(timeout=60)

    assert second.returncode == 1
    assert errors.count("\n") == 1
    assert "already runs" in errors


def test_a_second_one_on_the_same_port_is_refused_in_one_line(
    running: Running, tmp_path: Path
) -> None:
    second = start("run", tmp_path, running.port)

    _, errors = second.communicate(timeout=60)

    assert second.returncode == 1
    assert errors.count("\n") == 1
    assert f"Port {running.port} is in use" in errors


def test_the_demo_shows_papers_to_whom_it_names_and_ends_without_a_trace(tmp_path: Path) -> None:
    demo = Running("demo", tmp_path, last_words="Ctrl-C stops all")
    _, metrics = page_of(demo.port, "/metrics")
    _, sandbox = page_of(int(re.findall(r"http://localhost:(\d+)", demo.said)[1]), "/")

    status = demo.stop()

    papers = re.findall(r'^zohodocs_documents\{state="\w+"\} ([\d.]+)$', metrics, re.MULTILINE)
    assert sum(map(float, papers)) >= 10
    assert sandbox
    assert demo.said.count(" / ") == 3
    assert status == 0
    assert processes_of(tmp_path) == []
