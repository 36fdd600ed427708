"""Till receipts: the name on top, the address under it, the day anywhere, and what was paid."""

import pytest

from tests.extraction.typewriter import typed
from zohodocs.domain.invoice import Extraction, FieldReading
from zohodocs.domain.reading import OCR, PageText, Straight, Word
from zohodocs.pipeline.extraction import recognised, rules

RECEIPT = """
   A03041
 GREEN LEAF TRADING SDN BHD
   (728515-M)
   NO. 12, JALAN BAKTI 4,
  81100 JOHOR BAHRU, JOHOR
 TEL: 07-3867524
 GST NO: 000800589824
 TAX INVOICE
Cashier: LIM  09/03/2018
RICE 5KG         2    30.00
TEA              1     5.33
Sub Total             33.33
GST 6%                 2.00
TOTAL                 35.33
ROUNDING ADJ          -0.03
NET TOTAL             35.30
CASH                  50.00
CHANGE                14.70
GST SUMMARY  AMT(RM) TAX(RM)
SR @ 6%       33.33    2.00
TOTAL         33.33    2.00
THANK YOU
"""


def values(text: str) -> dict[str, str]:
    return {name: field.value for name, field in rules.extract(typed(text)).fields.items()}


def test_a_receipt_is_read_from_top_to_bottom() -> None:
    read = values(RECEIPT)
    assert read["document_type"] == "receipt"
    assert read["supplier_name"] == "GREEN LEAF TRADING SDN BHD"
    assert read["supplier_address"] == "NO. 12, JALAN BAKTI 4, 81100 JOHOR BAHRU, JOHOR"
    assert read["supplier_tax_id"] == "000800589824"
    assert (read["gross_total"], read["currency"]) == ("35.30", "MYR")
    assert "buyer_name" not in read


def test_in_malaysia_the_day_comes_first_and_in_america_the_month() -> None:
    assert values(RECEIPT)["issue_date"] == "2018-03-09"
    american = """
  CORNER DINER
  12 MAIN ST
  OMAHA, NE 68154
 03/09/2018 12:30 PM
COFFEE       2.00
TOTAL        2.00
THANK YOU
"""
    assert values(american)["issue_date"] == "2018-03-09"


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("DATE 27/02/201815:32:47", "2018-02-27"),
        ("15/Apr/2017 04:56", "2017-04-15"),
        ("20180428/191204", "2018-04-28"),
        ("Chk 7545 Dec26'07 07:26PM", "2007-12-26"),
        ("09:13 am, 21 March, 2018", "2018-03-21"),
    ],
)
def test_a_day_is_found_however_a_till_prints_it(printed: str, day: str) -> None:
    assert (
        values(RECEIPT.replace("09/03/2018", "").replace("TAX INVOICE", printed))["issue_date"]
        == day
    )


@pytest.mark.parametrize(
    ("lines", "paid"),
    [
        ("SUBTOTAL  8.00\nTAX  0.64\nTOTAL  8.64\nVISA  8.64", "8.64"),
        ("FOOD  8.44\nTAX  0.61\nPAYMENT  9.05\nCASH  20.00\nCHANGE  10.95", "9.05"),
        ("TOTAL QTY  3.00\nTOTAL SALES INCL GST  12.50\nTOTAL GST  0.71", "12.50"),
        ("TOTAL SAVINGS  4.00\nBALANCE DUE  17.20\nMASTERCARD  17.20", "17.20"),
        ("TOTAL AMT\n45.00\nCASH  50.00\nCHANGE  5.00", "45.00"),
    ],
)
def test_what_was_paid_is_told_by_label_and_arithmetic(lines: str, paid: str) -> None:
    assert values(f"CORNER SHOP\n1 HIGH STREET\nCASHIER: ANN\n{lines}\n")["gross_total"] == paid


def test_a_letter_wide_invoice_is_no_receipt() -> None:
    wide = """
Green Leaf Ltd                                                          Invoice INV-1
Cashier: LIM                                                            Thank you

Total                                                                   119.00 EUR
"""
    assert values(wide)["document_type"] != "receipt"


def test_values_are_shown_where_they_were_seen_and_are_no_surer_than_their_words() -> None:
    # The page lies on its side: what is right on the level page is below in the picture.
    straight = Straight(
        800, 600, ((0.1, 0.1, 0.2, 0.2), (0.5, 0.1, 0.6, 0.2)), (0, -1, 1, 1, 0, 0, 0, 0, 1)
    )
    shown = (Word("Total", (0.8, 0.1, 0.9, 0.2), 0.9), Word("9.00", (0.8, 0.5, 0.9, 0.6), 0.5))
    page = PageText(1, 600, 800, shown, source=OCR, straight=straight)
    (level,) = recognised.straightened([page])
    assert (level.width, level.words[1].box) == (800, (0.5, 0.1, 0.6, 0.2))
    found = Extraction(
        "rules",
        {
            "gross_total": FieldReading("9.00", 0.8, "rules", 1, (0.5, 0.1, 0.6, 0.2)),
            "currency": FieldReading("EUR", 0.8, "rules"),
        },
    )
    back = recognised.brought_back(found, [page]).fields
    assert back["gross_total"].confidence == pytest.approx(0.4)
    assert back["gross_total"].box == pytest.approx((0.8, 0.5, 0.9, 0.6))
    assert back["currency"].confidence == pytest.approx(0.8 * 0.7)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("HOME MASTER HARDWARE &\nELECTRICAL\n12 HIGH STREET", "HOME MASTER HARDWARE & ELECTRICAL"),
        ("THE COFFEE BEAN\n& LEAF SDN BHD\n12 HIGH STREET", "THE COFFEE BEAN & LEAF SDN BHD"),
        ("WESTERN EASTERN\nSTATIONERY SDN BHD\nNO 1 ROAD", "WESTERN EASTERN STATIONERY SDN BHD"),
        ("Lightroom Motor Parts\nLLP\nNO 1 ROAD", "Lightroom Motor Parts LLP"),
        ("TOKYO HOUSE\nTOKYO KITCHEN SDN BHD\nNO 1 ROAD", "TOKYO KITCHEN SDN BHD"),
        ("ANN GIAP TRADING SDN BHD SE\nNO 1 ROAD", "ANN GIAP TRADING SDN BHD"),
        ("YONG TAT HARDWARE TRADING y\nNO 1 ROAD", "YONG TAT HARDWARE TRADING"),
        ("URBAN 1DEA FO0DS SDN BHD\nNO 1 ROAD", "URBAN IDEA FOODS SDN BHD"),
        ("7-ELEVEN K11 SDN BHD\nNO 1 ROAD", "7-ELEVEN K11 SDN BHD"),
    ],
)
def test_a_name_on_two_lines_is_one_and_specks_are_none(head: str, name: str) -> None:
    till = "CASHIER: ANN\nTEA  2.00\nTOTAL  2.00\nCASH  5.00\nCHANGE  3.00\nTHANK YOU"
    assert values(f"{head}\n{till}\n")["supplier_name"] == name


@pytest.mark.parametrize(
    "lines",
    [
        "LOT 6, JALAN BATAI,\n50490, KUALA LUMPUR, T: 03-2093 7358",
        "LOT 6, JALAN BATAI,\n50490, KUALA LUMPUR\nTe1 : +603 2856 0385",
        "LOT 6, JALAN BATAI,\n50490, KUALA LUMPUR\nPREPAY CHIT NUMBER",
        "(GREEN SHOP (95874))\nLOT 6, JALAN BATAI,\n50490, KUALA LUMPUR",
    ],
)
def test_an_address_ends_before_the_telephone_and_begins_behind_the_branch(lines: str) -> None:
    till = "CASHIER: ANN\nTEA  2.00\nTOTAL  2.00\nCASH  5.00\nCHANGE  3.00\nTHANK YOU"
    read = values(f"GREEN LEAF SDN BHD\n{lines}\n{till}\n")
    assert read["supplier_address"] == "LOT 6, JALAN BATAI, 50490, KUALA LUMPUR"
