"""Every address."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("language/", set_language, name="language"),
    path("review/", include("review.urls")),
    path("components/", include("review.gallery.urls")),
    path("", include("zohodocs.web.urls")),
]
