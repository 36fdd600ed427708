"""E-invoices: reads structured invoices exactly as stated, and finds their values on the page."""

from .parsing import is_einvoice, parse
from .places import locate

__all__ = ["is_einvoice", "locate", "parse"]
