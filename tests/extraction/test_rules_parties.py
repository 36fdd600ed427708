"""Who sells and who buys: labels, letterheads, windows, footers."""

import pytest

from tests.extraction.typewriter import typed
from zohodocs.domain.invoice import Extraction
from zohodocs.pipeline.extraction.rules import extract


def names(paper: str) -> tuple[str, str]:
    found = extract(typed(paper))
    values = [
        found.fields[name].value if name in found.fields else ""
        for name in ("supplier_name", "buyer_name")
    ]
    return values[0], values[1]


def read(paper: str) -> Extraction:
    return extract(typed(paper))


def test_parties_side_by_side_under_their_labels() -> None:
    paper = """
INVOICE

FROM:                                  TO:
Company, LLC                           Client, Inc.
123 Main St.                           99 Side St.
Springfield, IL 62704                  Boston, MA 02110
"""
    assert names(paper) == ("Company, LLC", "Client, Inc.")


def test_the_delivery_address_is_not_the_buyer() -> None:
    paper = """
Acme Ltd.
1 Works Road
London SE1 1AA

Bill to:                               Ship to:
Globex Corp.                           Globex Warehouse
1 High Street                          9 Dock Road
London SW1A 1AA                        Dover CT16 1AA

Invoice no: 12
"""
    assert names(paper) == ("Acme Ltd.", "Globex Corp.")


def test_names_behind_labels_of_their_own() -> None:
    paper = """
Verkäufer
Nummer:      549910
Name:        Lieferant GmbH
Anschrift:   Lieferantenstraße 20
             DE 80333 München
USt-IdNr.:   DE136695976

Käufer
Name:        Kunden AG Mitte
Anschrift:   Kundenstraße 15
             DE 69876 Frankfurt

Rechnung Nr. 471102 vom 05.03.2024
"""
    found = read(paper)
    assert found.fields["supplier_name"].value == "Lieferant GmbH"
    assert found.fields["buyer_name"].value == "Kunden AG Mitte"
    assert found.fields["supplier_address"].value == "Lieferantenstraße 20, 80333 München"
    assert found.fields["supplier_country"].value == "DE"
    assert found.fields["buyer_country"].value == "DE"
    assert found.fields["invoice_number"].value == "471102"


def test_the_window_under_the_senders_line_is_the_buyer() -> None:
    paper = """
Muster GmbH, Ecke 12, 12345 Stadthausen

Theodor Est
Bahnstr. 42
88802 Spielkreis

Rechnung Nr. 12
"""
    assert names(paper) == ("Muster GmbH", "Theodor Est")


def test_the_bank_accounts_holder_names_the_supplier() -> None:
    paper = """
                                        Exemple SARL
                                        5 avenue Foch
                                        75016 Paris

Facture n° 12
Total TTC   10,00 €

Titulaire du compte : NETPRESSE
IBAN FR14 2004 1010 0505 0001 3M02 606
"""
    assert names(paper) == ("NETPRESSE", "Exemple SARL")


@pytest.mark.parametrize("label", ["Bill To:", "Billed to", "Sold to:", "Customer:", "Invoice to"])
def test_english_labels_of_the_buyer(label: str) -> None:
    paper = f"""
Acme Ltd.
1 Works Road
London SE1 1AA
acme@acme.co.uk

{label}
Globex Corp.
1 High Street
London SW1A 1AA
"""
    assert names(paper) == ("Acme Ltd.", "Globex Corp.")


def test_labels_in_two_languages_are_one_label() -> None:
    paper = """
Faktura / Invoice  FV/12

Sprzedawca / Seller:                     Nabywca / Buyer:
Przykładowa Firma Sp. z o.o.             Muster GmbH
ul. Długa 5, 31-147 Kraków               Hauptstr. 1, 10115 Berlin
"""
    assert names(paper) == ("Przykładowa Firma Sp. z o.o.", "Muster GmbH")


def test_a_seller_named_on_the_labels_line_without_a_colon() -> None:
    paper = """
Rechnung

Max Muster                               Verkauft von Elektro Handel GmbH
Musterstraße 5                           USt-IdNr. DE136695976
12345 Musterstadt
"""
    assert names(paper) == ("Elektro Handel GmbH", "Max Muster")


def test_an_address_without_a_country_is_one_of_the_suppliers_own() -> None:
    found = read(
        "Muster GmbH, Ecke 12, 12345 Stadthausen\n\nTheodor Est\nBahnstr. 42\n88802 Spielkreis\n\n"
        "Rechnung Nr. 12\nUSt-IdNr. DE136695976"
    )
    assert found.fields["buyer_country"].value == "DE"


def test_a_buyer_on_the_labels_own_line() -> None:
    assert (
        names("Acme Ltd.\n\nINVOICE A-1\nCustomer: Globex Corp.\nTotal  $10.00")[1]
        == "Globex Corp."
    )


def test_a_tax_number_above_the_buyer_is_the_suppliers() -> None:
    found = read(
        "Acme Works Co.\nTax ID: 12-3456789\n\nINVOICE A-1\nCustomer: Globex Corp.\n"
        "Customer tax ID: 98-7654321\nTotal  $10.00"
    )
    assert found.fields["supplier_tax_id"].value == "123456789"
    assert found.fields["buyer_tax_id"].value == "987654321"


def test_a_labelled_vat_number_of_the_buyer_is_not_the_suppliers() -> None:
    found = read("Acme Ltd.\n\nYour VAT ID: DE136695976\nOur VAT ID: GB980780684\nTotal  £10.00")
    assert found.fields["buyer_tax_id"].value == "DE136695976"
    assert found.fields["supplier_tax_id"].value == "GB980780684"


def test_a_country_is_absent_where_nothing_points_to_one() -> None:
    found = read("Acme\n\nBill to:\nGlobex\nSome Street\n\nTotal   10.00")
    assert "supplier_country" not in found.fields
    assert "buyer_country" not in found.fields


def test_split_evidence_leaves_the_country_open() -> None:
    found = read(
        "Seller:\nAcme\nRue Haute 1\n1000 Bruxelles\nFrance\nVAT no: DE136695976\n\nTotal   10.00"
    )
    assert "supplier_country" not in found.fields


def test_the_iban_is_not_taken_for_a_tax_number() -> None:
    found = read("RECHNUNG\nIBAN: DE89 3704 0044 0532 0130 00 BIC COBADEFFXXX\nGesamt 10,00 EUR")
    assert found.fields["iban"].value == "DE89370400440532013000"
    assert "supplier_tax_id" not in found.fields


def test_a_wrong_check_digit_lowers_the_confidence_only() -> None:
    right = read("Acme GmbH\nUSt-IdNr.: DE136695976\nGesamt 10,00 EUR").fields["supplier_tax_id"]
    wrong = read("Acme GmbH\nUSt-IdNr.: DE136695977\nGesamt 10,00 EUR").fields["supplier_tax_id"]
    assert wrong.value == "DE136695977"
    assert wrong.confidence < right.confidence
