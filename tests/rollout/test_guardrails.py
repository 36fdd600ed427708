"""Guardrails that a Prometheus is asked about; here a server on loopback answers."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from tests.cast import client_of
from tests.factories import UserFactory
from tests.page import plain_static
from zohodocs.models import EvidenceSnapshot, Flag, FlagMode, MetricGuardrail, RampState, Rollback
from zohodocs.operations import rollouts
from zohodocs.rollout import evidence, guardrails, ramps
from zohodocs.rollout.flags import set_flag

__all__ = ["plain_static"]
pytestmark = pytest.mark.django_db
FLAG = "ml_predictions"
EXPRESSION = 'sum(rate(zohodocs_reviews_total{outcome="reject"}[5m])) by (reason)'


class Prometheus(ThreadingHTTPServer):
    """Answers with what it was told to, and notes what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.asked: list[str] = []
        self.status = 200
        self.body: bytes = b""
        self.seconds_a_byte = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def says(self, *values: float | str) -> None:
        rows = [{"metric": {}, "value": [0, str(value)]} for value in values]
        self.tells({"status": "success", "data": {"resultType": "vector", "result": rows}})

    def tells(self, answer: object, status: int = 200) -> None:
        self.status, self.body = status, json.dumps(answer).encode()


class _Answers(BaseHTTPRequestHandler):
    server: Prometheus

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self.server.asked.append(query["query"][0])
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        for byte in self.server.body:
            self.wfile.write(bytes([byte]))
            time.sleep(self.server.seconds_a_byte)  # a Prometheus that dribbles

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def prometheus(settings: Settings) -> Iterator[Prometheus]:
    with Prometheus() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        settings.PROMETHEUS_URL = server.url
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def row() -> MetricGuardrail:
    set_flag(name=FLAG, mode=FlagMode.PERCENT, percent=Decimal(10), why="Try.", by="ana")
    made: MetricGuardrail = MetricGuardrail.objects.create(
        flag=FLAG, name="rejected", expression=EXPRESSION, threshold=0.2, kind="guardrail"
    )
    return made


def mode() -> str:
    return Flag.objects.get(name=FLAG).mode


def test_beyond_the_threshold_the_flag_goes_back_with_the_value_as_proof(
    prometheus: Prometheus, row: MetricGuardrail
) -> None:
    prometheus.says(0.1, 0.3)  # the worst of two series counts

    assert rollouts.evaluate() == [f"{FLAG}: went back"]

    assert mode() == "off"
    assert prometheus.asked == [EXPRESSION]
    made = Rollback.objects.get()
    assert "rejected" in made.why
    proof = next(each for each in made.evidence["figures"] if each["name"] == "rejected")
    assert (proof["control"], proof["candidate"], proof["says"]) == (0.2, 0.3, "worse")


def test_within_it_nothing_is_done(prometheus: Prometheus, row: MetricGuardrail) -> None:
    prometheus.says(0.2)

    assert rollouts.evaluate() == []
    assert mode() == "percent"


def test_a_floor_is_a_threshold_as_well(prometheus: Prometheus, row: MetricGuardrail) -> None:
    MetricGuardrail.objects.update(worse_when="below")
    prometheus.tells({"status": "success", "data": {"resultType": "scalar", "result": [0, "0.1"]}})

    assert rollouts.evaluate() == [f"{FLAG}: went back"]


def test_a_signal_pauses_the_ramp(prometheus: Prometheus, row: MetricGuardrail) -> None:
    MetricGuardrail.objects.update(kind="signal")
    ramp = ramps.start(flag=FLAG, by="ana", why="Try.", steps=["10", "20"])
    prometheus.says(9)

    assert rollouts.evaluate() == [f"{FLAG}: paused"]
    ramp.refresh_from_db()
    assert ramp.state == RampState.PAUSED


def no_data(server: Prometheus) -> None:
    server.says()


def not_a_number(server: Prometheus) -> None:
    server.says("NaN")


def broken(server: Prometheus) -> None:
    server.tells({"status": "error"}, status=503)


def no_json(server: Prometheus) -> None:
    server.body = b"<html>"


def other_json(server: Prometheus) -> None:
    server.tells({"status": "success", "data": {"resultType": "vector", "result": [{}]}})


def a_range(server: Prometheus) -> None:
    server.tells({"status": "success", "data": {"resultType": "matrix", "result": []}})


def bad_expression(server: Prometheus) -> None:
    server.tells({"status": "error", "error": "parse error: unclosed"}, status=400)


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (no_data, "no data"),
        (not_a_number, "no data"),
        (broken, "no usable answer"),
        (no_json, "no usable answer"),
        (other_json, "no usable answer"),
        (a_range, "not a range"),
        (bad_expression, "parse error: unclosed"),
    ],
)
def test_no_answer_is_inconclusive_neither_harmless_nor_a_rollback(
    prometheus: Prometheus,
    row: MetricGuardrail,
    answers: Callable[[Prometheus], None],
    told: str,
) -> None:
    ramp = ramps.start(
        flag=FLAG, by="ana", why="Try.", steps=["5", "10"], hold_hours=Decimal(0), min_sample=0
    )
    answers(prometheus)

    assert rollouts.evaluate() == []  # not even the next step, which nothing else keeps

    row.refresh_from_db()
    assert row.value is None
    assert told in row.problem
    ramp.refresh_from_db()
    assert ramp.step == 0
    kept = EvidenceSnapshot.objects.latest("pk").data["figures"]
    assert next(each for each in kept if each["name"] == "rejected")["says"] == "inconclusive"
    prometheus.says(0.1)
    assert rollouts.evaluate() == [f"{FLAG}: advanced"]


def test_who_drips_byte_by_byte_has_two_seconds_for_all_of_a_flag(
    prometheus: Prometheus, row: MetricGuardrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    MetricGuardrail.objects.create(flag=FLAG, name="other", expression="up", threshold=1)
    monkeypatch.setattr(guardrails, "DEADLINE_SECONDS", 0.4)
    prometheus.says(0.1)
    prometheus.seconds_a_byte = 0.05
    began = time.monotonic()

    guardrails.ask(FLAG, now=timezone.now())

    # Two answers to their ends would take so long.
    assert time.monotonic() - began < 2 * len(prometheus.body) * prometheus.seconds_a_byte
    assert MetricGuardrail.objects.exclude(problem="").count() == 2


def test_nobody_there_and_nobody_named(settings: Settings, row: MetricGuardrail) -> None:
    settings.PROMETHEUS_URL = "http://127.0.0.1:9"
    assert rollouts.evaluate() == []
    row.refresh_from_db()
    assert "cannot be reached" in row.problem

    settings.PROMETHEUS_URL = ""
    assert rollouts.evaluate() == []
    row.refresh_from_db()
    assert "PROMETHEUS_URL" in row.problem
    assert mode() == "percent"


def test_an_old_answer_says_nothing_about_now(prometheus: Prometheus, row: MetricGuardrail) -> None:
    now = timezone.now()
    prometheus.says(0.3)
    guardrails.ask(FLAG, now=now)

    def says(seconds: int) -> str:
        later = now + timedelta(seconds=seconds)
        found = evidence.of(FLAG, since=now, now=later)
        return next(each.says for each in found.figures if each.name == "rejected")

    assert [says(1), says(59), says(61)] == ["worse", "worse", "inconclusive"]


@pytest.mark.usefixtures("plain_static")
def test_the_card_shows_the_value_or_why_there_is_none(
    prometheus: Prometheus, row: MetricGuardrail
) -> None:
    root = client_of(UserFactory(is_superuser=True))
    prometheus.says()
    rollouts.evaluate()
    page = root.get(reverse("rollout_flag", args=[FLAG])).content.decode()
    assert "○ inconclusive" in page
    assert "The expression gives no data." in page

    prometheus.says(0.123)
    rollouts.evaluate()

    page = root.get(reverse("rollout_flag", args=[FLAG])).content.decode()
    assert "0.123" in page
    assert "inconclusive" not in page


@pytest.mark.usefixtures("plain_static")
def test_an_admin_sets_one_up_and_a_name_of_ours_is_taken() -> None:
    user = UserFactory(username="root", is_superuser=True, is_staff=True)
    root, address = client_of(user), reverse("admin:zohodocs_metricguardrail_add")
    sent = {
        "flag": FLAG,
        "expression": "up",
        "worse_when": "below",
        "threshold": "1",
        "kind": "signal",
    }

    refused = root.post(address, {**sent, "name": "corrected"})
    assert "A figure of ours is called that" in refused.content.decode()
    assert root.post(address, {**sent, "name": "is up"}).status_code == 302

    assert MetricGuardrail.objects.get().name == "is up"
    page = root.get(reverse("rollout_flag", args=[FLAG])).content.decode()
    assert "is up: up below 1 (signal)" in page
