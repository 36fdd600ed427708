"""The people app: no models of its own."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """Queue, item, verdicts."""

    name = "review"
