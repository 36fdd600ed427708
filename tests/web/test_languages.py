"""Pages speak the language of the browser, or the one a person has chosen."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "word"), [("pl", "Zaloguj się"), ("ru", "Войти"), ("en", "Log in"), ("fi", "Log")]
)
def test_pages_speak_the_language_of_the_browser(language: str, word: str, client: Client) -> None:
    page = client.get("/accounts/login/", headers={"accept-language": language})

    assert word in page.content.decode()


@pytest.mark.django_db
def test_a_person_chooses_a_language_and_it_stays(client: Client) -> None:
    client.force_login(User.objects.create_user("ola"))

    answer = client.post("/language/", {"language": "pl", "next": "/"})

    assert answer.status_code == 302
    page = client.get("/", headers={"accept-language": "en"})
    assert 'lang="pl"' in page.content.decode()


@pytest.mark.django_db
def test_a_language_that_is_not_there_changes_nothing(client: Client) -> None:
    client.post("/language/", {"language": "xx", "next": "https://elsewhere.example/"})

    assert 'lang="en"' in client.get("/accounts/login/").content.decode()
