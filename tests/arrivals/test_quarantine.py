"""Refused bytes are kept for thirty days and not for ever."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from tests.factories import OrganizationFactory
from zohodocs.arrivals.receive import receive
from zohodocs.models import Arrival
from zohodocs.operations import ledger, sweeping

pytestmark = pytest.mark.django_db


def refused() -> Arrival:
    return receive(
        organization=OrganizationFactory(), content=b"MZ no paper", filename="a.exe", channel="web"
    )


def test_the_bytes_go_after_thirty_days_and_the_arrival_stays() -> None:
    arrival = refused()
    path = Path(arrival.quarantined.path)

    sweeping.sweep(now=timezone.now() + timedelta(days=29))
    assert path.exists()
    sweeping.sweep(now=timezone.now() + timedelta(days=31))

    arrival.refresh_from_db()
    assert not path.exists()
    assert (arrival.result, arrival.refusal_code) == ("refused", "type_not_allowed")
    assert not arrival.quarantined
    assert ledger.difference() == 0


def test_a_file_that_is_gone_already_stops_nobody() -> None:
    first, second = refused(), refused()
    Path(first.quarantined.path).unlink()

    sweeping.sweep(now=timezone.now() + timedelta(days=31))

    assert not Arrival.objects.exclude(quarantined="").exists()
    assert not Path(second.quarantined.path).exists()
