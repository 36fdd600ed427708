"""FatturaPA Semplificata 1.0 (FSM10): the Italian invoice of up to 400 euros.

Its lines are stated with the tax inside, and are given here without it like all others. Rate or
tax may be missing; then one follows from the other.
"""

from __future__ import annotations

from .fatturapa import NATURES
from .syntax import LinePaths, Paths, Syntax, TaxPaths

_HEADER = "FatturaElettronicaHeader"
_SELLER = f"{_HEADER}/CedentePrestatore"
_BUYER = f"{_HEADER}/CessionarioCommittente"
_DOCUMENT = "FatturaElettronicaBody[1]/DatiGenerali/DatiGeneraliDocumento"
_GOODS = "FatturaElettronicaBody[1]/DatiBeniServizi"

# In whole cents, so that base and tax add up to what the line states.
_TAX_CENTS = "round(Importo * 100 - Importo * 100 div (1 + DatiIVA/Aliquota div 100))"
_TAX = f"string({_TAX_CENTS} div 100)"
_BASE_BY_RATE = f"string((round(Importo * 100) - {_TAX_CENTS}) div 100)"
_BASE_BY_TAX = "string(round((Importo - DatiIVA/Imposta) * 100) div 100)"
_BASE: Paths = (_BASE_BY_TAX, _BASE_BY_RATE, "Importo")


def _party(side: str, person: str, ids: str) -> dict[str, Paths]:
    vat = f"{ids}/IdFiscaleIVA"
    # Some senders write the country into the number as well: IT + IT01234567890.
    split = f"{vat}[not(starts-with(IdCodice, IdPaese))]"
    return {
        f"{side}_name": (
            f"{person}/Denominazione",
            f"concat({person}/Nome, ' ', {person}/Cognome)",
        ),
        f"{side}_tax_id": (
            f"{vat}[starts-with(IdCodice, IdPaese)]/IdCodice",
            f"concat({split}/IdPaese, {split}/IdCodice)",
            f"{ids}/CodiceFiscale",
        ),
        f"{side}_country": (f"{person}/Sede/Nazione",),
    }


def _address(person: str) -> Paths:
    return tuple(f"{person}/Sede/{part}" for part in ("Indirizzo", "NumeroCivico", "CAP", "Comune"))


SYNTAX = Syntax(
    name="FatturaPA Semplificata",
    roots={"FatturaElettronicaSemplificata": ""},
    invoices="FatturaElettronicaBody",
    fields={
        **_party("supplier", _SELLER, _SELLER),
        **_party("buyer", f"{_BUYER}/AltriDatiIdentificativi", f"{_BUYER}/IdentificativiFiscali"),
        "invoice_number": (f"{_DOCUMENT}/Numero",),
        "issue_date": (f"{_DOCUMENT}/Data",),
        "currency": (f"{_DOCUMENT}/Divisa",),
    },
    joined={
        "supplier_address": _address(_SELLER),
        "buyer_address": _address(f"{_BUYER}/AltriDatiIdentificativi"),
    },
    sums={"gross_total": (f"{_GOODS}/Importo",)},
    lines=LinePaths(
        each=_GOODS,
        description=("Descrizione",),
        quantity=(),
        unit_price=(),
        line_total=_BASE,
        tax_rate=("DatiIVA/Aliquota",),
    ),
    taxes=TaxPaths(
        each=_GOODS,
        rate=("DatiIVA/Aliquota",),
        base=_BASE,
        tax=("DatiIVA/Imposta", _TAX, "string(0 * number(boolean(Natura)))"),
        category=("substring(Natura, 1, 4)", "'S'"),
        categories=NATURES,
    ),
    adjustments={},
    type_code=(f"{_DOCUMENT}/TipoDocumento",),
    types={"TD07": "invoice", "TD08": "credit_note", "TD09": "invoice"},
)
