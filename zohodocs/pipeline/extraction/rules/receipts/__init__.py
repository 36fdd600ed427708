"""Till receipts: narrow papers without labelled parties, read top down instead of by region."""

from .reader import read

__all__ = ["read"]
