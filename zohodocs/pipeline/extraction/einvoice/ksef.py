"""KSeF structured invoice of Poland: FA(1), FA(2) and FA(3)."""

from __future__ import annotations

from .syntax import LinePaths, Paths, Syntax, TaxPaths

_CORRECTIONS = frozenset({"KOR", "KOR_ZAL", "KOR_ROZ"})
_PAYMENT = "Fa/Platnosc"
_NATIONAL_ACCOUNT = "RachunekBankowy[string-length(translate(NrRB, ' ', ''))=26][1]"


def _party(side: str, element: str) -> dict[str, Paths]:
    """Podmiot1 sells, Podmiot2 buys."""
    person = f"{element}/DaneIdentyfikacyjne"
    return {
        f"{side}_name": (
            f"{person}/Nazwa",
            f"{person}/PelnaNazwa",
            f"concat({person}/ImiePierwsze, ' ', {person}/Nazwisko)",
        ),
        f"{side}_tax_id": (
            f"{person}/NIP",
            f"concat({person}/KodUE, {person}/NrVatUE)",
            f"{person}/NrID",
        ),
        f"{side}_country": (f"{element}/Adres/KodKraju", f"{element}/Adres/*/KodKraju"),
    }


def _address(element: str) -> Paths:
    return (f"{element}/Adres/AdresL1", f"{element}/Adres/AdresL2")


SYNTAX = Syntax(
    name="KSeF FA",
    roots={"Faktura": "http://crd.gov.pl/wzor/"},
    invoices="Fa",
    fields={
        **_party("supplier", "Podmiot1"),
        **_party("buyer", "Podmiot2"),
        "invoice_number": ("Fa/P_2", "Fa/P_2A"),
        "issue_date": ("Fa/P_1",),
        "due_date": (f"{_PAYMENT}/TerminPlatnosci/Termin", f"{_PAYMENT}/TerminyPlatnosci/Termin"),
        "delivery_date": ("Fa/P_6", "Fa/OkresFa/P_6_Do"),
        "currency": ("Fa/KodWaluty",),
        "gross_total": ("Fa/P_15",),
        "amount_due": ("Fa/Rozliczenie/DoZaplaty",),
        "iban": (
            f"concat('PL', {_PAYMENT}/{_NATIONAL_ACCOUNT}/NrRB)",
            f"{_PAYMENT}/RachunekBankowy/NrRB",
        ),
    },
    joined={
        "supplier_address": _address("Podmiot1"),
        "buyer_address": _address("Podmiot2"),
        "payment_terms": (f"{_PAYMENT}/TerminPlatnosci/TerminOpis[not(*)]",),
    },
    sums={
        "net_total": ("Fa/*[starts-with(local-name(), 'P_13_')]",),
        # P_14_1W and its like are the same tax again, in złoty.
        "tax_total": (
            "Fa/*[starts-with(local-name(), 'P_14_') and not(contains(local-name(), 'W'))]",
        ),
    },
    lines=LinePaths(
        each="Fa/FaWiersz",
        description=("P_7",),
        quantity=("P_8B",),
        unit_price=("P_9A", "P_9B"),
        line_total=("P_11", "P_11A"),
        tax_rate=("substring-before(concat(P_12, ' '), ' ')",),  # "23", but also "0 KR", "zw"
    ),
    taxes=TaxPaths(
        each="Fa/*[starts-with(local-name(), 'P_13_')]",
        base=(".",),
        tax=(
            "following-sibling::*[1][starts-with(local-name(), 'P_14_')"
            " and not(contains(local-name(), 'W'))]",
        ),
        category=("local-name()",),
        categories={
            **{f"P_13_{rate}": "S" for rate in range(1, 6)},
            "P_13_6": "Z",
            "P_13_6_1": "Z",
            "P_13_6_2": "K",
            "P_13_6_3": "G",
            "P_13_7": "E",
            "P_13_8": "O",
            "P_13_9": "AE",
            "P_13_10": "AE",
            "P_13_11": "E",
        },
    ),
    adjustments={
        "charges": ("Fa/Rozliczenie/SumaObciazen",),
        "allowances": ("Fa/Rozliczenie/SumaOdliczen",),
        "prepaid": (
            f"{_PAYMENT}/ZaplataCzesciowa/KwotaZaplatyCzesciowej",
            f"{_PAYMENT}/ZaplatyCzesciowe/KwotaZaplatyCzesciowej",
        ),
    },
    type_code=("Fa/RodzajFaktury",),
    types=dict.fromkeys(("VAT", "ZAL", "ROZ", "UPR", *_CORRECTIONS), "invoice"),
    corrections=_CORRECTIONS,
)
