"""A Zoho Books on loopback, for the demo and the tests: same answers, same limits, same traps."""

from ._oauth import Credentials
from ._sandbox import Sandbox

__all__ = ["Credentials", "Sandbox"]
