"""Whether pages, metrics and the work on a document stay as quick with a million documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client

from zohodocs.models import Membership, Organization, ReviewItem, Role
from zohodocs.operations.demo.samples import papers_for_benchmarks
from zohodocs.pipeline import runner

from . import million, twin
from .company import TODAY, addressee, handed_in
from .result import Result

_FEW, *_MANY = 1_000, 100_000, 1_000_000
_TIMES = 25
_PAPERS = 12


def scale() -> Result:
    """Server milliseconds with 1,000 and with 1,000,000 documents there, by turns.

    `ratio`: the slower of queue and item, few over many; `…_ratio`: many over few, 1.3 is allowed
    for queue and item, 1.1 for a document's work.
    """
    if connection.vendor != "postgresql":
        raise ValueError("This is measured on PostgreSQL: name one with --database.")
    call_command("collectstatic", verbosity=0, interactive=False)  # the pages name those files
    organization = addressee("bench-scale")
    papers = papers_for_benchmarks(TODAY, 3 + 4 * _PAPERS * len(_MANY))
    item = _really_done(organization, papers)
    client = _person(organization)
    vendor = million.make_vendors(organization)
    million.copies(item.document, item, first=0, last=_FEW, vendor=vendor)
    sides = (twin.copied("few"), twin.present())
    found: dict[int, dict[str, float]] = {}
    size = _FEW
    for wanted in _MANY:
        million.copies(item.document, item, first=size, last=wanted, vendor=vendor)
        size = wanted
        # The machine is busy now and then: few are measured again, by turns with many.
        found[_FEW], found[size] = twin.by_turns(sides, _deeds(client, item, organization, papers))
    few, many = found[_FEW], found[size]
    ratios = {name: many[name] / few[name] for name in few}
    asked = max(ratios["queue"], ratios["item"])
    return Result(
        ratio=1 / asked,
        unit="speed of queue and item with 1,000,000 documents over that with 1,000",
        baseline=few["queue"],
        product=many["queue"],
        n=size,
        notes={
            **{f"{name}_ratio": ratio for name, ratio in ratios.items()},
            **{f"{name}_ms_{n}": each[name] for n, each in found.items() for name in each},
        },
    )


def _really_done(organization: Organization, papers: Iterator[bytes]) -> ReviewItem:
    """One document that went the whole way to the queue, whose like are then made."""
    _worked(organization, next(papers), "first")
    return ReviewItem.objects.select_related("document").get(organization=organization)


def _person(organization: Organization) -> Client:
    user = User.objects.create_user("rita")
    Membership.objects.create(organization=organization, user=user, role=Role.REVIEWER)
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def _deeds(
    client: Client, item: ReviewItem, organization: Organization, papers: Iterator[bytes]
) -> Mapping[str, tuple[Callable[[], None], int]]:
    """What is measured, and how often."""
    addresses = {
        "queue": "/review/",
        "queue_by_amount": "/review/?sort=amount",
        "queue_by_vendor": "/review/?sort=vendor",
        "queue_oldest": "/review/?sort=oldest",
        "item": f"/review/{item.code}/",
        "archive": "/documents/",
        "archive_by_number": "/documents/?number=M-0000777",
        "archive_by_vendor": "/documents/?vendor=endor+1",
        "archive_by_words": "/documents/?q=lieferung+vertrag",
        "history": f"/documents/{item.document.code}/",
        "metrics": "/metrics",
    }

    def got(address: str) -> None:
        status = client.get(address).status_code
        if status != 200:
            raise AssertionError(f"{address} answered {status}.")

    return {
        **{name: (partial(got, address), _TIMES) for name, address in addresses.items()},
        # From the file to the decision, in one process.
        "document": (lambda: _worked(organization, next(papers), "more"), _PAPERS),
    }


def _worked(organization: Organization, content: bytes, name: str) -> None:
    document = handed_in(organization, content, name)
    if runner.run(document.pk, owner="bench") is None:
        raise AssertionError("A paper of the benchmark was not processed.")
