"""Checks on the paper itself: is all there, does it add up, are its dates and ids sound?"""

from .checks import check

__all__ = ["check"]
