"""The first policy of a company is made once, however many workers ask for it."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from tests.factories import OrganizationFactory
from zohodocs.models import Policy

pytestmark = pytest.mark.django_db(transaction=True)


def test_eight_workers_that_ask_at_once_get_one_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    organization = OrganizationFactory()
    together = threading.Barrier(8)
    save = Policy.save
    found: list[int] = []

    def at_once(self: Policy, *args: object, **options: object) -> None:
        together.wait(timeout=20)
        save(self, *args, **options)

    monkeypatch.setattr(Policy, "save", at_once)

    def ask() -> None:
        try:
            found.append(Policy.current(organization).pk)
        finally:
            connection.close()

    workers = [threading.Thread(target=ask) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(found) == 8
    assert len(set(found)) == 1
    assert Policy.objects.count() == 1
