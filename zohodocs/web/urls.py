"""Addresses of the pages outside the review desk."""

from django.urls import path

from . import archive, dashboard, files, health, metrics, postings, upload

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("documents/", archive.documents, name="documents"),
    path("documents/upload/", upload.upload, name="upload"),
    path("documents/arrivals/<uuid:code>/", upload.arrival, name="arrival"),
    path("documents/<uuid:code>/", archive.document, name="document"),
    path("documents/<uuid:code>/posting/", postings.posting, name="posting"),
    path("postings/", postings.waiting, name="postings"),
    path("documents/<uuid:code>/original/", files.original, name="original"),
    path("documents/<uuid:code>/pages/<int:number>.webp", files.page_picture, name="page_picture"),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("metrics", metrics.metrics_page, name="metrics"),
]
