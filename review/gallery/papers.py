"""A paper that nobody sent: the example of every component. Nothing of it is ever stored."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from review import grid, micro
from review.answers import Answer, Field
from review.desk import Asked, Mark
from review.look_alikes import LookAlike
from review.micro import Micro
from review.questions import Question
from zohodocs.domain.invoice import LineItem
from zohodocs.models import (
    Account,
    Comment,
    Document,
    Organization,
    Page,
    Posting,
    ReviewItem,
    Vendor,
)
from zohodocs.models.posting import PostingStateLabel

_NUMBER_BOX = (0.62, 0.205, 0.78, 0.23)
_TOTAL_BOX = (0.66, 0.655, 0.84, 0.685)
_DUE_BOX = (0.62, 0.26, 0.78, 0.285)
_LINES = (
    LineItem("Office chair, ergonomic", Decimal(4), Decimal("189.90"), Decimal("759.60")),
    LineItem("Desk lamp LED", Decimal(4), Decimal("39.50"), Decimal("158.00")),
    LineItem("Delivery", Decimal(1), Decimal("25.00"), Decimal("25.00")),
)

SURE = Field(
    "invoice_number", "Number", "RG-2024-0334", "RG-2024-0334", "sure", "●", "99.8", 1, _NUMBER_BOX
)
DOUBTFUL = Field(
    "due_date", "Due date", "2024-05-02", "2 May 2024", "check", "◐", "61", 1, _DUE_BOX
)
MISSING = Field("purchase_order", "Order number", "", "", "missing", "○", "missing")
CHANGED = Field(
    "gross_total", "Total", "1121.69", "€1,121.69", "sure", "●", "by ana", 1, _TOTAL_BOX
)


def grids() -> dict[str, grid.Grid]:
    """The lines as saved, not summing up, and with a row that cannot be read."""
    one = {"net": "942.60", "currency": "EUR"}
    return {
        "fits": grid.of(_LINES, **one, drafted=True),
        "apart": grid.of(_LINES[:2], **one, drafted=True),
        "wrong": grid.of(_LINES, **one, problem="“25,0x” is not an amount.", drafted=True),
    }


def questions() -> dict[str, Asked]:
    """One of each kind."""
    before = {"quote": "Valid until 2024-02-05", "note": "before the invoice date"}
    dates = [
        Answer(1, "2024-05-02", "2 May 2024", "14 days", "Due 2024-05-02", 1, _DUE_BOX),
        Answer(2, "2024-02-05", "5 Feb 2024", page=1, box=_NUMBER_BOX, **before),
    ]
    asked = {
        "field": Asked(_asks("due_date", "Due date", "Two readings differ."), dates, DOUBTFUL),
        "vendor": Asked(_asks("vendor", "Vendor", "Nobody is called exactly so."), vendors()),
        "account": Asked(_asks("account", "Account", "No rule fits."), accounts()),
        "stops": Asked(
            _asks("", "This stops it", "The lines and the total are 10.00 apart.", blocks=True),
            [],
            reason="a",
            refusal="Say why it is right all the same; the reason is kept.",
        ),
        "looks": Asked(_asks("", "Please look", "The paper is a month old."), []),
        "file": Asked(_asks("", "Is it ours?", "It names another buyer.", fileable=True), []),
        "twins": Asked(_asks("", "Already here?", "It looks like INV-2231."), [], twins=[twin()]),
    }
    missing = _asks("gross_total", "Total", "No total was found.")
    total = Field("gross_total", "Total", "", "", "missing", "○", "missing")
    problem = "“11.2x” is not an amount. Write it like 1121.69."
    wrong = Asked(missing, [], total, typed="11.2x", problem=problem, current=True)
    return {**asked, "wrong": wrong}


def quick() -> Micro | None:
    """The only question that is left."""
    asked = questions()["field"]
    return micro.of(asked.question, asked.answers, version=1)


def vendors() -> list[Answer]:
    """Who it may be from."""
    return [
        Answer(1, str(_BECKER.code), _BECKER.name, "DE811907980 · DE", "92 % alike"),
        Answer(2, "new", "Create “Becker Office”", "a new vendor, made when you approve"),
    ]


def accounts() -> list[Answer]:
    """What it may be booked on."""
    first, second = _CHART[:2]
    return [
        Answer(1, str(first.code), str(first), "6 documents before", "vendor history"),
        Answer(2, str(second.code), str(second), "", "the word “lamp”"),
    ]


def twin() -> Document:
    """The paper it may be a copy of."""
    document = _document(2, "posted", invoice_number="INV-2231", filename="INV-2231.pdf")
    Posting(document=document, organization=_NORDLICHT, state=PostingStateLabel.CONFIRMED)
    return document


def context(user: User) -> dict[str, Any]:
    """What the templates of the desk ask for, as if this person had the paper open."""
    now = timezone.now()
    document = _document(1, "in_review")
    item = ReviewItem(
        pk=-1, document=document, organization=_NORDLICHT, reason="due_date_doubtful", message=""
    )
    return {
        "item": item,
        "document": document,
        "organization": _NORDLICHT,
        "user": user,
        "query": "",
        "now": now,
        "decidable": True,
        "may_decide": True,
        "left": 2,
        "asked": [1, 2],
        "chart": _CHART,
        "vendor_answers": vendors(),
        "account_answers": accounts(),
        "lines": _LINES,
        "grid": grids()["fits"],
        "page_number": 1,
        "page": Page(number=1, width=595, height=842, words=[["RG-2024-0334", *_NUMBER_BOX]]),
        "marks": [
            _mark("invoice_number", _NUMBER_BOX),
            _mark("gross_total", _TOTAL_BOX),
            _mark("due_date", _DUE_BOX, "doubt"),
        ],
        "following": item,
        "before": item,
        "decided_last": {"code": str(item.code), "name": "Taxi 24"},
        "undoable": document,
    }


def look_alike() -> dict[str, Any]:
    """Both pages side by side, with what differs."""
    values = [("Number", "RG-2024-0334", "INV-2231"), ("Total", "€1,121.69", "€1,112.69")]
    found = LookAlike(twin(), values, [_NUMBER_BOX, _TOTAL_BOX], [_NUMBER_BOX, _TOTAL_BOX])
    return {"twin": found, "comparing": True}


def cards(user: User) -> list[ReviewItem]:
    """Of the queue: open on the desk, a colleague's, given to one, with a lead called."""
    bob = User(pk=-2, username="bob", first_name="Bob")
    now = timezone.now()
    held = {"claimed_by": bob, "claimed_at": now, "claimed_until": now + timedelta(minutes=5)}
    states: list[dict[str, Any]] = [{}, held, {"assigned_to": user}, {"escalated_at": now}]
    return [
        ReviewItem(
            pk=-number,
            document=_document(number, "in_review"),
            organization=_NORDLICHT,
            message="The due date is not certain.",
            opened_at=now - timedelta(hours=number),
            **more,
        )
        for number, more in enumerate(states, 1)
    ]


def comments(user: User) -> list[Comment]:
    """What was said about it."""
    return [Comment(by=user, text="Is this the chair we sent back?")]


def _document(number: int, state: str, **more: Any) -> Document:
    return Document(
        **{
            "pk": -number,  # no stored row has it
            "organization": _NORDLICHT,
            "state": state,
            "channel": "web",
            "filename": "Becker-RG-2024-0334.pdf",
            "size": 84_000,
            "kind": "pdf",
            "page_count": 3,
            "document_type": "invoice",
            "vendor": _BECKER,
            "vendor_name": _BECKER.name,
            "account": _CHART[0],
            "invoice_number": "RG-2024-0334",
            "issue_date": date(2024, 4, 18),
            "currency": "EUR",
            "gross_total": Decimal("1121.69"),
            **more,
        }
    )


def _asks(subject: str, label: str, message: str, **more: Any) -> Question:
    key = subject or label.lower().replace(" ", "-").strip("?")
    return Question(
        **{
            "key": key,
            "subject": subject,
            "label": label,
            "messages": (message,),
            "codes": (key,),
            "blocks": False,
            "answered": False,
            "overrulable": () if subject else (key,),
            **more,
        }
    )


def _mark(name: str, box: tuple[float, float, float, float], kind: str = "sure") -> Mark:
    x0, y0, x1, y1 = box
    return Mark(name, x0, y0, x1 - x0, y1 - y0, kind)


_NORDLICHT = Organization(pk=-1, code="nordlicht", name="Nordlicht GmbH", currency="EUR")
_BECKER = Vendor(pk=-1, name="Becker Bürotechnik GmbH", tax_id="DE811907980", country="DE")
_CHART = [
    Account(pk=-1, name="Office furniture", number="4900", type="expense"),
    Account(pk=-2, name="Office equipment", number="4910", type="expense"),
    Account(pk=-3, name="Computers", number="0650", type="fixed_asset"),
]
