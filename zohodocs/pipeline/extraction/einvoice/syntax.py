"""What a file format has to say about itself: where each value stands, in XPath.

One module per format builds one `Syntax`; `statement.py` reads any of them. Paths are relative to
the root, without namespaces (`hardened.py` strips them); `$currency` is the document's currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Paths = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePaths:
    """Invoice lines (BG-25): `each` from the root, the rest from the line.

    `price_base` is the quantity one price is for (BT-149): 10.00 per 100 pieces.
    """

    each: str
    description: Paths
    quantity: Paths
    unit_price: Paths
    line_total: Paths
    tax_rate: Paths
    price_base: Paths = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxPaths:
    """Tax per rate (BG-23): `each` from the root, the rest from the entry.

    `categories` turns the format's own codes into UNCL 5305 letters.
    """

    each: str
    rate: Paths = ()
    base: Paths
    tax: Paths
    category: Paths = ()
    categories: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax:
    """One e-invoice format, declared.

    `roots`: root name -> beginning of its namespace ("" = any). `invoices`: the element that
    repeats when one file holds several invoices. `fields`: the first path that gives a readable
    value wins, later ones are runners-up. `joined`: all values in order make one text.
    `sums`: amounts the format only states in parts; all found are added up. `renamed`: tags of an
    older version -> today's. `types`: the format's codes -> our document types; `corrections`:
    codes that correct either way, so that the sign of the total says which. `countries`: the
    format's country codes -> ISO 3166 alpha-2. `adjustments`: allowances, charges and the like on
    the whole document, which stand between the lines and the totals.
    """

    name: str
    roots: Mapping[str, str]
    fields: Mapping[str, Paths]
    joined: Mapping[str, Paths]
    lines: LinePaths
    taxes: TaxPaths
    types: Mapping[str, str]
    type_code: Paths
    default_type: str = "invoice"
    corrections: frozenset[str] = frozenset()
    sums: Mapping[str, Paths] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    countries: Mapping[str, str] = field(default_factory=dict)
    adjustments: Mapping[str, Paths] = field(default_factory=dict)
    invoices: str = "."

    def accepts(self, root: str, namespaces: tuple[str, ...]) -> bool:
        """Whether a file with this root and any of these namespaces is of this format."""
        start = self.roots.get(root)
        return start is not None and (
            not start or any(namespace.startswith(start) for namespace in namespaces)
        )
