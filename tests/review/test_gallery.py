"""The page of all components has all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from review.gallery.apart import apart
from tests.cast import client_of
from tests.factories import UserFactory
from tests.page import Page, part
from zohodocs.domain import contrast
from zohodocs.web import tokens

STYLES = Path(__file__).resolve().parents[2] / "static/css"
# Of the components' layer; why the page cannot have them.
NOT_SHOWN: dict[str, str] = {}


@pytest.fixture
def staff(db: None) -> User:
    """Who sees the page."""
    return UserFactory(username="sven", is_staff=True)


@pytest.fixture
def page(staff: User) -> Page:
    """The page."""
    return part(client_of(staff).get(reverse("components")))


def classes_of_the_layer() -> set[str]:
    """Every class a selector of the components' layer names."""
    found = set()
    for path in STYLES.glob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        for layer in re.split(r"(?=@layer \w+ \{)", text):
            if layer.startswith("@layer components {"):
                selectors = re.sub(r"\{[^{}]*\}", "", layer.partition("{")[2])
                found |= set(re.findall(r"\.([a-z][\w-]*)", selectors))
    return found


def test_every_class_of_the_components_layer_is_on_the_page(page: Page) -> None:
    classes = classes_of_the_layer()
    assert {"button", "state-in_review", "toast-error", "dialog"} <= classes

    shown = {name for element in page.all("[class]") for name in str(element.get("class")).split()}

    assert classes - shown - set(NOT_SHOWN) == set()
    assert set(NOT_SHOWN) & shown == set(), "shown after all"


def test_no_two_parts_of_the_page_share_an_id(page: Page) -> None:
    ids = [str(element.get("id")) for element in page.all("[id]")]

    assert sorted({each for each in ids if ids.count(each) > 1}) == []
    named = [element.get("for") for element in page.all("label[for]")]
    assert [each for each in named if each not in ids] == []


def test_examples_do_nothing_by_themselves(page: Page) -> None:
    assert not page.has(".example [autofocus], .example [hx-trigger], .example [hx-swap-oob]")


def test_examples_send_nothing_when_somebody_tries_them(page: Page) -> None:
    assert page.has(".example input[name=query]"), "the form that keeps filters is among them"
    assert not page.has(".example [hx-get], .example [hx-post], .example [action]")
    assert not page.has(".example [formaction]")
    methods = {form.get("method") for form in page.all(".example form")}
    assert methods == {"dialog"}


def test_the_examples_ask_the_database_for_nothing_of_a_company(staff: User) -> None:
    client = client_of(staff)
    client.get(reverse("components"))

    with CaptureQueriesContext(connection) as seen:
        client.get(reverse("components"))

    tables = {name for query in seen for name in re.findall(r'FROM "(\w+)"', query["sql"])}
    assert tables <= {"django_session", "auth_user", "zohodocs_preference", "mfa_authenticator"}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_is_read_on_every_ground_it_stands_on(theme: str) -> None:
    poor = [
        f"{pair.name} on {pair.ground_name}: {pair.ratio:.2f}"
        for pair in tokens.pairs(theme)
        if not pair.enough
    ]

    assert poor == []


def test_every_colour_of_the_tokens_is_in_the_table() -> None:
    shown = {name for pair in tokens.pairs("dark") for name in (pair.name, pair.ground_name)}

    # Paper is white in both themes, and a hair line is not read.
    assert set(tokens.colours("light")) - shown == {"paper", "line"}
    assert tokens.colours("light")["ink"] != tokens.colours("dark")["ink"]


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000", "#ffffff", 21.0), ("#777", "#777777", 1.0), ("#767676", "#fff", 4.54)],
)
def test_the_contrast_of_two_colours(one: str, other: str, ratio: float) -> None:
    assert contrast.ratio(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast.ratio(other, one) == contrast.ratio(one, other)


def test_an_example_has_ids_of_its_own_and_rests() -> None:
    html = (
        '<label for="a">A</label><input id="a" aria-describedby="b c" autofocus>'
        '<p hx-trigger="load" hx-swap-oob="true">x</p><img src="/documents/1/pages/2.webp">'
    )

    assert apart(html, 7, picture="/p.svg") == (
        '<label for="a-7">A</label><input id="a-7" aria-describedby="b-7 c-7">'
        '<p>x</p><img src="/p.svg">'
    )
