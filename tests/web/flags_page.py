"""The page of one flag and an admin in front of it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.cast import client_of
from tests.factories import UserFactory

FLAG = "ml_predictions"


def admin(name: str) -> Client:
    user: User = UserFactory(username=name, is_superuser=True)
    return client_of(user)


@pytest.fixture
def root() -> Client:
    return admin("root")


def post(client: Client, name: str, *arguments: object, **sent: object) -> str:
    address = reverse(name, args=[FLAG, *arguments])
    response = client.post(address, {"why": "To try it.", **sent}, follow=True)
    assert response.status_code == 200
    return str(response.content.decode())
