"""The admin, one file a model group. Its log-in is allauth's, so that there is no second door."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin

from . import documents, flags, organizations, people, vendors

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # its way in

__all__ = ["documents", "flags", "organizations", "people", "vendors"]
