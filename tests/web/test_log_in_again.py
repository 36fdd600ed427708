"""A session that ended under an open page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.page import HTMX

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
QUEUE = reverse("review:queue")


def test_htmx_is_sent_to_the_log_in_as_a_whole_and_back_to_where_it_was() -> None:
    here = {**HTMX, "HX-Current-URL": f"http://testserver{QUEUE}?sort=amount"}

    response = Client().get(reverse("review:count"), headers=here)

    assert response.status_code == 401
    assert response["HX-Redirect"] == (
        f"{reverse('account_login')}?next=%2Freview%2F%3Fsort%3Damount"
    )
    assert response.content == b""


def test_a_foreign_address_is_no_place_to_come_back_to() -> None:
    here = {**HTMX, "HX-Current-URL": "https://evil.example/review/"}

    response = Client().post(reverse("upload"), headers=here)

    assert response["HX-Redirect"] == f"{reverse('account_login')}?next=%2F"


def test_without_htmx_it_is_the_plain_redirect() -> None:
    response = Client().get(QUEUE)

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
