"""monitoring/: every alert fires, clears, is explained, and asks for what is really exported."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from django.test import Client

ROOT = Path(__file__).resolve().parent.parent
PROMETHEUS = ROOT / "monitoring" / "prometheus"
# Prometheus' own.
_ITS_OWN = {"up"}


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, timeout=60
    )


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def alerts() -> list[dict[str, Any]]:
    return [rule for rule in rules() if "alert" in rule]


def test_each_alert_fires_and_clears() -> None:
    found = run("promtool", "test", "rules", PROMETHEUS / "alerts_test.yml")

    assert found.returncode == 0, found.stdout + found.stderr
    tests = yaml.safe_load((PROMETHEUS / "alerts_test.yml").read_text())["tests"]
    seen = [
        (each["alertname"], bool(each["exp_alerts"]))
        for test in tests
        for each in test["alert_rule_test"]
    ]
    for alert in alerts():
        assert (alert["alert"], True) in seen, alert["alert"]
        assert (alert["alert"], False) in seen, alert["alert"]


def test_the_files_are_what_the_programs_take() -> None:
    config = run("promtool", "check", "config", "--syntax-only", PROMETHEUS / "prometheus.yml")
    assert config.returncode == 0, config.stdout + config.stderr
    routes = ROOT / "monitoring" / "alertmanager" / "alertmanager.yml"
    checked = run("amtool", "check-config", routes)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    for severity, receiver in (("page", "page"), ("ticket", "ticket")):
        tested = run(
            "amtool", "config", "routes", "test", f"--config.file={routes}", f"severity={severity}"
        )
        assert tested.stdout.strip() == receiver


def test_each_alert_is_explained_where_it_says() -> None:
    text = (ROOT / "docs" / "alerts.md").read_text()
    headings = re.findall(r"^## (\w+)$", text, re.MULTILINE)

    assert headings == [alert["alert"] for alert in alerts()]
    for alert in alerts():
        assert alert["annotations"]["runbook"] == f"docs/alerts.md#{alert['alert'].lower()}"
        assert alert["labels"]["severity"] in ("page", "ticket")


@pytest.mark.django_db
def test_every_metric_that_is_asked_for_is_exported(client: Client) -> None:
    body = client.get("/metrics").text
    exported = set(re.findall(r"^# TYPE (\w+) ", body, re.MULTILINE))
    recorded = {rule["record"] for rule in rules() if "record" in rule}

    asked = {name for rule in rules() for name in _names(rule["expr"])}

    known = exported | recorded | _ITS_OWN
    assert {name for name in asked if _family(name) not in known and name not in known} == set()


def _names(expression: str) -> set[str]:
    promql_parser.parse(expression)  # raises what is wrong with it
    return set(re.findall(r"\b(?:zohodocs[\w:]*|up)\b(?=[{\[\s)]|$)", expression)) - {"zohodocs"}


def _family(name: str) -> str:
    return re.sub(r"_(bucket|sum|count)$", "", name)
