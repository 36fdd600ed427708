"""Every address."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("review/", include("review.urls")),
    path("", include("zohodocs.web.urls")),
]
