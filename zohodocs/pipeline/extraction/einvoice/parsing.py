"""E-invoice bytes in, an `Extraction` out; the formats are listed here."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

from zohodocs.domain.invoice import Extraction
from zohodocs.domain.reading import Unreadable

from . import cii, facturae, fatturapa, hardened, ksef, semplificata, statement, ubl
from .syntax import Syntax

SYNTAXES: tuple[Syntax, ...] = (
    cii.SYNTAX,
    ubl.SYNTAX,
    fatturapa.SYNTAX,
    semplificata.SYNTAX,
    ksef.SYNTAX,
    facturae.SYNTAX,
)

# At least one of these makes it an invoice rather than an empty shell with an invoice's root.
_SUBSTANCE = ("invoice_number", "supplier_name", "supplier_tax_id", "gross_total")


def parse(xml: bytes) -> Extraction:
    """All that an e-invoice states.

    Raises Unreadable: `xml_dtd_forbidden`, `xml_malformed`, `xml_encoding`, `xml_too_deep`,
    `xml_too_large` or `xml_not_an_invoice`. Never touches the network or the disk.
    """
    started = perf_counter()
    root, namespace = hardened.root_element(xml)
    syntax = _syntax(str(root.tag), (namespace,))
    if syntax is None:
        raise _not_an_invoice()
    extraction = statement.read(root, syntax)
    if not any(name in extraction.fields for name in _SUBSTANCE):
        raise _not_an_invoice()
    return replace(extraction, seconds=perf_counter() - started)


def is_einvoice(xml: bytes) -> bool:
    """Whether the first bytes look like a format that `parse` knows; cheap, and no promise."""
    return _syntax(*hardened.sniff(xml)) is not None


def _syntax(root: str, namespaces: tuple[str, ...]) -> Syntax | None:
    return next((syntax for syntax in SYNTAXES if syntax.accepts(root, namespaces)), None)


def _not_an_invoice() -> Unreadable:
    return Unreadable(
        "xml_not_an_invoice",
        "The XML is not an e-invoice of a format we know (Factur-X, ZUGFeRD, XRechnung, Peppol,"
        " FatturaPA, KSeF, Facturae). Send the invoice as PDF, or ask the sender for one of"
        " these formats.",
    )
