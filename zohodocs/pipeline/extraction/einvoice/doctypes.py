"""Document types of EN 16931 (BT-3, UNTDID 1001) and what they mean to a bookkeeper."""

from __future__ import annotations

# All of these ask for money: 389 is self-billing (the German "Gutschrift"), 386 a prepayment,
# 326 a partial invoice, 383 a debit note, 751 an invoice for the books, 875-877 construction.
_INVOICE = """
    71 80 82 84 102 130 202 203 204 211 218 219 295 326 331 380 382 383 384 385 386 387 388 389
    390 393 394 395 456 527 553 575 623 633 751 780 817 870 875 876 877 935
"""
_CREDIT_NOTE = "81 83 261 262 296 308 381 396 420 457 458 502 503 532"

TYPES = {
    **dict.fromkeys(_INVOICE.split(), "invoice"),
    **dict.fromkeys(_CREDIT_NOTE.split(), "credit_note"),
    "325": "proforma",
}
# A corrected invoice corrects upwards or downwards.
CORRECTIONS = frozenset({"384"})
