"""Who may see what: deny by default, one gate to every object."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from zohodocs.models import Document, Membership, Organization, Role

DECIDING_ROLES = (Role.REVIEWER, Role.APPROVER, Role.ADMIN)


def organizations_of(user: Any) -> list[Organization]:
    """The organisations this person belongs to, by name."""
    return list(Organization.objects.for_user(user).order_by("name"))


def organizations_led_by(user: Any) -> list[Organization]:
    """Those in which this person's approval counts as the second, by name."""
    if not user.is_authenticated or not user.is_active:
        return []
    rows = Organization.objects.filter(
        memberships__user=user, memberships__role__in=[Role.APPROVER, Role.ADMIN]
    )
    return list(rows.order_by("name"))


def role_in(user: Any, organization: Organization | int) -> Role | None:
    """What this person may do there; None = nothing, not even look."""
    if not user.is_authenticated or not user.is_active:
        return None
    pk = organization if isinstance(organization, int) else organization.pk
    membership = Membership.objects.filter(user=user, organization_id=pk).first()
    return Role(membership.role) if membership else None


def may_decide(user: Any, organization: Organization | int) -> bool:
    """Whether this person may correct, approve, reject and file there."""
    return role_in(user, organization) in DECIDING_ROLES


def admins() -> QuerySet[User]:
    """Those who administer the installation."""
    return User.objects.filter(is_superuser=True, is_active=True)


def administers(user: Any, organization: Organization | int) -> bool:
    """Whether this person sets the organisation up; a superuser does so everywhere."""
    if user.is_authenticated and user.is_active and user.is_superuser:
        return True
    return role_in(user, organization) == Role.ADMIN


def administered(user: Any, code: str) -> Organization:
    """The organisation, if this person administers it; 404 otherwise, so that nothing leaks."""
    found = Organization.objects.filter(code=code).first()
    if found is None or not administers(user, found):
        raise Http404
    return found


def may_give_second_approval(user: Any, organization: Organization | int) -> bool:
    """Whether this person's approval counts as the second of four eyes."""
    return role_in(user, organization) in (Role.APPROVER, Role.ADMIN)


def document_for(user: Any, code: UUID) -> Document:
    """The document if this person may see it; 404 otherwise, so that existence does not leak."""
    found = Document.objects.for_user(user).select_related("organization").filter(code=code).first()
    if not isinstance(found, Document):
        raise Http404
    return found


class ClosedAccountAdapter(DefaultAccountAdapter):
    """People are invited by an admin; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


class AdminPolicyMiddleware:
    """The one declared exception to the content policy: unfold's Alpine in `/admin/` needs eval."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            wider: dict[str, Iterable[str]] = {
                "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
                "style-src": [SELF, UNSAFE_INLINE],
                "img-src": [SELF, "data:"],
            }
            response._csp_replace = wider  # type: ignore[attr-defined]  # django-csp's own door
        return response
