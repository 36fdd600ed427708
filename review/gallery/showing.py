"""What the page shows: sections of examples, each an ordinary template with example data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from review.forms import SORTS, WHOSE, ViewForm
from zohodocs.models import AmendmentState, Arrival, ConnectionState, FlagMode, Organization, State
from zohodocs.models.posting import PostingStateLabel
from zohodocs.web.htmx import Request
from zohodocs.web.preferences import PreferenceForm
from zohodocs.web.rollout_page import Chart, Step
from zohodocs.web.waiting import Wait

from . import papers
from .apart import apart

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Example:
    """A template in one state. `wide`: it takes the whole width."""

    state: Text
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """An example as it stands on the page."""

    state: Text
    html: SafeString
    wide: bool


def sections(request: Request) -> list[tuple[Text, list[Shown]]]:
    """Every section with its examples rendered."""
    common = papers.context(request.user)
    numbers = iter(range(1, 1000))
    return [
        (title, [_shown(example, common, request, next(numbers)) for example in examples])
        for title, examples in _sections(request)
    ]


def _shown(example: Example, common: dict[str, Any], request: HttpRequest, number: int) -> Shown:
    made = render_to_string(example.template, {**common, **example.context}, request)
    html = apart(made, number, picture=static("example-page.svg"))
    # Our own templates made it, and they escape.
    return Shown(example.state, mark_safe(html), example.wide)  # noqa: S308


def _sections(request: Request) -> Iterator[tuple[Text, Sequence[Example]]]:
    yield _("Buttons and menus"), _buttons()
    yield _("Fields"), _fields()
    yield _("How sure a value is"), _sureness()
    yield _("States"), _states()
    yield _("Questions with numbered answers"), _questions()
    yield _("What can be done"), _verbs()
    yield _("Words to a person"), _words(request)
    yield _("The queue"), _queue(request)
    yield _("Lines and tables"), _tables()
    yield _("Progress and charts"), _progress()
    yield _("The paper"), _paper()
    yield _("Beside the paper"), _asides(request)


def _buttons() -> list[Example]:
    two = [Organization(code="a", name="Nordlicht GmbH"), Organization(code="b", name="Südwind")]
    return [
        Example(_("every kind"), "gallery/plain.html#buttons"),
        Example(_("choose a company"), "components/_companies.html", {"organizations": two}),
        Example(_("chosen"), "components/_companies.html", {"organizations": two, "chosen": "a"}),
        Example(_("something new"), "components/_bell.html", {"unread": 3}),
        Example(_("nothing new"), "components/_bell.html", {"unread": 0}),
    ]


def _fields() -> list[Example]:
    fact = "gallery/plain.html#fact"
    trouble = SimpleNamespace(field="due_date", typed="2 Mai x", message="This is not a day.")
    letters = PreferenceForm({"key_approve": "a", "key_reject": "1"})
    keys = [letters["key_approve"], letters["key_reject"]]
    return [
        Example(_("certain"), fact, {"field": papers.SURE}),
        Example(_("doubtful"), fact, {"field": papers.DOUBTFUL}),
        Example(_("missing"), fact, {"field": papers.MISSING}),
        Example(_("changed by a person"), fact, {"field": papers.CHANGED}),
        Example(_("wrong"), fact, {"field": papers.DOUBTFUL, "troubled": trouble}),
        Example(_("to be looked at only"), fact, {"field": papers.SURE, "decidable": False}),
        Example(_("a form with a mistake"), "components/_form.html", {"form": ViewForm({})}),
        Example(_("letters"), "web/preferences.html#letters", {"keys": keys}),
    ]


def _sureness() -> list[Example]:
    return [
        Example(state, "gallery/plain.html#sureness", {"field": shown})
        for state, shown in (
            (_("certain"), papers.SURE),
            (_("doubtful"), papers.DOUBTFUL),
            (_("missing"), papers.MISSING),
            (_("changed by a person"), papers.CHANGED),
        )
    ]


def _states() -> list[Example]:
    template = "gallery/plain.html#states"
    calls = [("call-ok", _("done")), ("call-bad", _("could not be done"))]
    flags = [(f"state-flag-{code}", label) for code, label in FlagMode.choices]
    return [
        Example(title, template, {"states": states})
        for title, states in (
            (_("of a document"), _named(State)),
            (_("of a posting"), _named(PostingStateLabel)),
            (_("of a change in Zoho Books"), _named(AmendmentState)),
            (_("of a connection"), _named(ConnectionState)),
            (_("of an arrival"), [("state-refused", _("refused")), ("", _("already here"))]),
            (_("of a flag"), flags),
            (_("of a call"), calls),
        )
    ]


def _named(states: Any) -> list[tuple[str, Text]]:
    return [(f"state-{code}", label) for code, label in states.choices]


def _questions() -> list[Example]:
    asked, question = papers.questions(), "review/_question.html"
    pair = SimpleNamespace(
        key="day", label="Invoice date", first="18 Apr 2024", second="4 Aug 2024"
    )
    from_zoho = SimpleNamespace(
        code=papers.twin().code, message="The total was changed in Zoho Books."
    )
    return [
        Example(_("of two readings"), question, {"each": asked["field"]}),
        Example(_("the vendor"), question, {"each": asked["vendor"]}),
        Example(_("the account"), question, {"each": asked["account"]}),
        Example(_("wrong, and the one that is answered now"), question, {"each": asked["wrong"]}),
        Example(_("what stops it"), question, {"each": asked["stops"]}),
        Example(_("a look is enough"), question, {"each": asked["looks"]}),
        Example(_("perhaps not ours"), question, {"each": asked["file"]}),
        Example(_("a look-alike"), question, {"each": asked["twins"]}),
        Example(_("blind, of two ways"), "review/_pairs.html", {"pairs": [pair]}),
        Example(_("a quick answer, on a phone"), "review/_quick.html", {"quick": papers.quick()}),
        Example(_("changed in Zoho Books"), "review/_entry.html", {"item": from_zoho}),
    ]


def _verbs() -> list[Example]:
    verbs, closed = "review/_verbs.html", {"decidable": False}
    return [
        Example(_("decisions left"), "review/_panel.html#left"),
        Example(_("nothing left"), "review/_panel.html#left", {"left": 0, "asked": []}),
        Example(_("ready"), verbs),
        Example(_("asleep"), verbs, {"obstacle": "Answer first: Due date"}),
        Example(_("the machine failed"), verbs, {**closed, "failed": True}),
        Example(_("decided"), verbs, closed),
    ]


def _words(request: Request) -> list[Example]:
    nothing, empty = "review/_nothing_open.html", SimpleNamespace(items=SimpleNamespace(rows=[]))
    some = SimpleNamespace(items=SimpleNamespace(rows=papers.cards(request.user)), count="12")
    return [
        Example(_("notices"), "gallery/plain.html#notices"),
        Example(
            _("a colleague has it"),
            "review/_panel.html#held",
            {"holder": request.user, "item": papers.cards(request.user)[1]},
        ),
        Example(_("a word about what was done"), "components/_toast.html", {"said": "Approved."}),
        Example(_("a word about what went wrong"), "gallery/plain.html#toast_error"),
        Example(_("all done"), nothing, {"queue": empty}),
        Example(_("work waits"), nothing, {"queue": some}),
        Example(_("nothing on the way"), "web/postings.html#rows", {"waits": []}),
        Example(_("the keys"), "components/_keys.html"),
    ]


def _queue(request: Request) -> list[Example]:
    common = {"sorts": SORTS.items(), "whose": WHOSE.items(), "filters": {}}
    states = {
        _("every kind of card"): (papers.cards(request.user), False),
        _("nothing fits"): ([], True),
        _("nothing waits"): ([], False),
    }
    return [
        Example(state, "review/_queue.html", {**common, "queue": _of(rows), "filtered": filtered})
        for state, (rows, filtered) in states.items()
    ]


def _of(rows: Sequence[Any]) -> SimpleNamespace:
    items = SimpleNamespace(rows=rows, following="1" if rows else "")
    return SimpleNamespace(items=items, count=str(len(rows)), sort="value", begins=not rows)


def _tables() -> list[Example]:
    posted = papers.twin()
    waits = [
        (posted, Wait("Zoho asked us to slow down.")),
        (posted, Wait("The settings of the connection are wrong.", needs_a_person=True)),
        (posted, Wait("Stopped by ana.", stopped=True)),
    ]
    rows = [
        {"label": "Number", "ours": "RG-2024-0334", "theirs": "RG-2024-0334", "differs": False},
        {"label": "Total", "ours": "€1,121.69", "theirs": "€1,112.69", "differs": True},
    ]
    grids = papers.grids()
    return [
        Example(
            _("a list"), "web/postings.html#rows", {"waits": waits, "deciding": [-1]}, wide=True
        ),
        Example(_("lines, and the grid to correct them"), "review/_lines.html"),
        Example(_("the sum is the net total"), "review/_lines_sum.html"),
        Example(_("the sum is another"), "review/_lines_sum.html", {"grid": grids["apart"]}),
        Example(_("a row cannot be read"), "review/_lines_sum.html", {"grid": grids["wrong"]}),
        Example(_("two sides compared"), "web/_side_by_side.html", {"rows": rows}),
    ]


def _progress() -> list[Example]:
    steps = [Step("1 %", "done"), Step("10 %", "here"), Step("50 %", "ahead")]
    chart = Chart("0,72 200,54 400,40", "0,40 200,30 400,24 400,60 200,80 0,110", 4, 128, 0.76)
    accepted = Arrival(filename="becker.pdf", result="accepted", document=papers.twin())
    refused = Arrival(filename="a.zip", result="refused", refusal_message="This is no paper.")
    return [
        Example(_("files on their way"), "gallery/plain.html#sending"),
        Example(
            _("files that arrived"), "web/upload.html#results", {"uploaded": [accepted, refused]}
        ),
        Example(_("steps"), "web/rollout.html#ramp", {"steps": steps}),
        Example(_("a curve with its band"), "web/rollout.html#chart", {"chart": chart}),
        Example(_("no curve yet"), "web/rollout.html#chart", {"chart": None}),
    ]


def _paper() -> list[Example]:
    missing = {"page": None}
    return [
        Example(_("with the places of its values"), "review/_paper.html"),
        Example(_("beside the one it looks like"), "review/_paper.html", papers.look_alike()),
        Example(_("without a picture"), "review/_paper.html", missing),
    ]


def _asides(request: Request) -> list[Example]:
    document = papers.twin()
    replay = {"changed": 14, "looked_at": 40, "right": 14, "wrong": 0}
    known = {"terms_days": 14, "accounts": [(document.account, 6)], "documents": [document]}
    readers = [
        {"engine": "rules", "engine_version": "4"},
        {"engine": "model", "engine_version": "7"},
    ]
    why = {
        "reasons": [{"review": True, "message": "The due date is not certain."}],
        "readings": readers,
        "fields": [
            {"label": "Number", "readings": ["RG-2024-0334"] * 2, "now": "RG-2024-0334"},
            {"label": "Due date", "readings": ["2 May", "5 Feb"], "now": "2 May", "differs": True},
        ],
    }
    return [
        Example(
            _("the vendor"), "review/vendor.html#vendor", {"known": {**known, "replay": replay}}
        ),
        Example(_("why it is here"), "review/why.html#why", {"why": why}),
        Example(
            _("comments"),
            "review/_panel.html#comments",
            {"comments": papers.comments(request.user)},
        ),
    ]
