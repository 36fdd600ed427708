"""Who sent this: find the vendor, or say what a person should do instead.

VAT number first, then the exact name, then e-mail, then a similar name with a clear lead. What is
known of a vendor is never overwritten: additions are proposed, contradictions go to a person.
"""

from .matching import match

__all__ = ["match"]
