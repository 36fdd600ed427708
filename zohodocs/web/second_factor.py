"""The second factor: required of those whose word moves money, and kept encrypted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from zohodocs import clients
from zohodocs.models import Membership, Role

# Where one sets it up, logs out and reads in one's own language; what machines ask for.
_OPEN = ("/accounts/", "/language/", "/static/", "/health/", "/metrics")
_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def is_missing(user: Any) -> bool:
    """Whether this person must have a second factor and has none."""
    leads = Membership.objects.filter(user=OuterRef("pk"), role__in=[Role.APPROVER, Role.ADMIN])
    has_one = Authenticator.objects.filter(user=OuterRef("pk"), type__in=_FACTORS)
    required = Q(is_staff=True) | Q(is_superuser=True) | Q(Exists(leads))
    return User.objects.filter(required, ~Exists(has_one), pk=user.pk).exists()


class RequireSecondFactor:
    """Approvers and admins see nothing, the admin included, before they have a second factor.

    Off with SECOND_FACTOR=offered: for the demo, whose people log in with printed passwords.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            settings.SECOND_FACTOR != "required"
            or request.path.startswith(_OPEN)
            or not request.user.is_authenticated
            or not is_missing(request.user)
        ):
            return self.get_response(request)
        address = reverse("mfa_index")
        if request.headers.get("HX-Request") == "true":
            # The whole page goes there, not the part that htmx would swap.
            return HttpResponse(status=401, headers={"HX-Redirect": address})
        messages.warning(
            request, _("Your role asks for a second factor. Set up an app or a key to go on.")
        )
        return redirect(address)


class SealedFactors(DefaultMFAAdapter):
    """What an authenticator app shares with us is stored under FIELD_ENCRYPTION_KEYS."""

    def encrypt(self, text: str) -> str:
        return clients.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return clients.decrypt(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last factor of somebody who must have one."""
        if settings.SECOND_FACTOR != "required" or authenticator.type not in _FACTORS:
            return True
        others = Authenticator.objects.filter(user=authenticator.user, type__in=_FACTORS)
        if others.exclude(pk=authenticator.pk).exists():
            return True
        person = authenticator.user
        leads = person.memberships.filter(role__in=[Role.APPROVER, Role.ADMIN]).exists()
        return not (leads or person.is_staff or person.is_superuser)
