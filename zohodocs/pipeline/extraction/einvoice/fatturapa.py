"""FatturaPA 1.2, the Italian ordinary invoice (FPA12, FPR12), whatever prefix its tags carry."""

from __future__ import annotations

from .syntax import LinePaths, Paths, Syntax, TaxPaths

_HEADER = "FatturaElettronicaHeader"
_BODY = "FatturaElettronicaBody[1]"
_DOCUMENT = f"{_BODY}/DatiGenerali/DatiGeneraliDocumento"
_GOODS = f"{_BODY}/DatiBeniServizi"
_PAYMENT = f"{_BODY}/DatiPagamento/DettaglioPagamento"


def _party(side: str, element: str) -> dict[str, Paths]:
    """CedentePrestatore or CessionarioCommittente; a person may have two names instead of one."""
    person = f"{_HEADER}/{element}/DatiAnagrafici"
    vat = f"{person}/IdFiscaleIVA"
    # Some senders write the country into the number as well: IT + IT01234567890.
    split = f"{vat}[not(starts-with(IdCodice, IdPaese))]"
    return {
        f"{side}_name": (
            f"{person}/Anagrafica/Denominazione",
            f"concat({person}/Anagrafica/Nome, ' ', {person}/Anagrafica/Cognome)",
        ),
        f"{side}_tax_id": (
            f"{vat}[starts-with(IdCodice, IdPaese)]/IdCodice",
            f"concat({split}/IdPaese, {split}/IdCodice)",
            f"{person}/CodiceFiscale",
        ),
        f"{side}_country": (f"{_HEADER}/{element}/Sede/Nazione",),
    }


def _address(element: str) -> Paths:
    parts = ("Indirizzo", "NumeroCivico", "CAP", "Comune")
    return tuple(f"{_HEADER}/{element}/Sede/{part}" for part in parts)


_INVOICES = "TD01 TD02 TD03 TD05 TD06 TD07 TD09 TD12 TD16 TD17 TD18 TD19 TD20 TD21 TD22 TD23"
_MORE_INVOICES = "TD24 TD25 TD26 TD27 TD28 TD29"

# Why no tax is charged (Natura), as UNCL 5305 says it.
NATURES = {
    "N1": "O",
    "N2": "O",
    "N2.1": "O",
    "N2.2": "O",
    "N3": "Z",
    "N3.1": "G",
    "N3.2": "K",
    "N3.3": "Z",
    "N3.4": "Z",
    "N3.5": "Z",
    "N3.6": "Z",
    "N4": "E",
    "N5": "E",
    "N6": "AE",
    **{f"N6.{kind}": "AE" for kind in range(1, 10)},
    "N7": "O",
}

SYNTAX = Syntax(
    name="FatturaPA",
    roots={"FatturaElettronica": ""},
    invoices="FatturaElettronicaBody",
    fields={
        **_party("supplier", "CedentePrestatore"),
        **_party("buyer", "CessionarioCommittente"),
        "invoice_number": (f"{_DOCUMENT}/Numero",),
        "issue_date": (f"{_DOCUMENT}/Data",),
        "due_date": (f"{_PAYMENT}/DataScadenzaPagamento",),
        "delivery_date": (f"{_BODY}/DatiGenerali/DatiTrasporto/DataOraConsegna",),
        "currency": (f"{_DOCUMENT}/Divisa",),
        "gross_total": (f"{_DOCUMENT}/ImportoTotaleDocumento",),
        # Several payments are instalments or alternatives; only a single one is the amount due.
        "amount_due": (f"{_PAYMENT}[count(../../DatiPagamento/*)=2]/ImportoPagamento",),
        "iban": (f"{_PAYMENT}/IBAN",),
    },
    joined={
        "supplier_address": _address("CedentePrestatore"),
        "buyer_address": _address("CessionarioCommittente"),
    },
    sums={
        "net_total": (f"{_GOODS}/DatiRiepilogo/ImponibileImporto",),
        "tax_total": (f"{_GOODS}/DatiRiepilogo/Imposta",),
    },
    lines=LinePaths(
        each=f"{_GOODS}/DettaglioLinee",
        description=("Descrizione",),
        quantity=("Quantita",),
        unit_price=("PrezzoUnitario",),
        line_total=("PrezzoTotale",),
        tax_rate=("AliquotaIVA",),
    ),
    taxes=TaxPaths(
        each=f"{_GOODS}/DatiRiepilogo",
        rate=("AliquotaIVA",),
        base=("ImponibileImporto",),
        tax=("Imposta",),
        category=("substring(Natura, 1, 4)", "'S'"),
        categories=NATURES,
    ),
    adjustments={
        "allowances": (f"{_DOCUMENT}/ScontoMaggiorazione[Tipo='SC']/Importo",),
        "charges": (f"{_DOCUMENT}/ScontoMaggiorazione[Tipo='MG']/Importo",),
        "withholding_tax": (f"{_DOCUMENT}/DatiRitenuta/ImportoRitenuta",),
        "pension_fund": (f"{_DOCUMENT}/DatiCassaPrevidenziale/ImportoContributoCassa",),
        "stamp_duty": (f"{_DOCUMENT}/DatiBollo/ImportoBollo",),
        "rounding": (f"{_DOCUMENT}/Arrotondamento", f"{_GOODS}/DatiRiepilogo/Arrotondamento"),
    },
    type_code=(f"{_DOCUMENT}/TipoDocumento",),
    types={
        **dict.fromkeys(f"{_INVOICES} {_MORE_INVOICES}".split(), "invoice"),
        "TD04": "credit_note",
        "TD08": "credit_note",
    },
)
