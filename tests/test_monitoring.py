"""monitoring/: every alert fires, clears, is explained; alerts and boards ask for what there is."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from django.test import Client

from scripts import boards
from scripts.panels import BOARDS
from tests.page import plain_static

__all__ = ["plain_static"]

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
@pytest.mark.usefixtures("plain_static")
def test_every_metric_that_is_asked_for_is_exported(client: Client) -> None:
    client.get("/health/live")  # the histogram of pages begins with a page
    body = client.get("/metrics").text
    exported = set(re.findall(r"^# TYPE (\w+) ", body, re.MULTILINE))
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    expressions = [rule["expr"] for rule in rules()] + [
        target["expr"] for panel in panels() for target in panel["targets"]
    ]

    asked = {name for expression in expressions for name in _names(expression)}

    assert len(asked) > 30
    known = exported | recorded | _ITS_OWN
    assert {name for name in asked if _family(name) not in known and name not in known} == set()


def panels() -> list[dict[str, Any]]:
    """Every panel of every committed board."""
    found = [json.loads(path.read_text()) for path in sorted(boards.DASHBOARDS.glob("*.json"))]
    return [panel for board in found for panel in board["panels"]]


def test_the_boards_are_those_of_the_code() -> None:
    written = {path.stem: path.read_text() for path in boards.DASHBOARDS.glob("*.json")}

    drawn = {board.name: boards.drawn(board) + "\n" for board in BOARDS}

    assert set(written) == {"operations", "business", "technical", "rollout"}
    assert written == drawn, "run python -m scripts.boards"


def test_a_board_names_its_source_by_a_variable_and_no_panel_twice() -> None:
    for path in boards.DASHBOARDS.glob("*.json"):
        board = json.loads(path.read_text())
        ids = [panel["id"] for panel in board["panels"]]
        places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]

        assert [each["name"] for each in board["templating"]["list"]] == ["source"]
        assert {panel["datasource"]["uid"] for panel in board["panels"]} == {"${source}"}
        assert len(set(ids)) == len(set(places)) == len(ids)


def _names(expression: str) -> set[str]:
    promql_parser.parse(expression)  # raises what is wrong with it
    found = re.findall(r"\b(?:zohodocs[\w:]*|django_\w+|up)\b(?=[{\[\s)]|$)", expression)
    return set(found) - {"zohodocs"}


def _family(name: str) -> str:
    return re.sub(r"_(bucket|sum|count)$", "", name)
