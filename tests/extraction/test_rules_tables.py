"""Line items: columns by their headers, wrapped descriptions, several pages."""

from decimal import Decimal

from tests.extraction.typewriter import typed
from zohodocs.domain.invoice import LineItem
from zohodocs.pipeline.extraction.rules import extract

HEAD = "INVOICE\n\nInvoice number: A-77\n\n"


def items(*pages: str) -> tuple[LineItem, ...]:
    return extract(typed(*pages)).line_items


def test_cells_go_to_the_column_they_stand_under() -> None:
    (line,) = items(
        HEAD
        + "Description             Qty     Unit price      VAT       Amount\n"
        + "Oak board               3            12.50      20%        37.50\n"
        + "Total                                                    37.50\n"
    )
    assert line == LineItem(
        "Oak board", Decimal(3), Decimal("12.50"), Decimal("37.50"), Decimal(20)
    )


def test_a_wrapped_description_stays_with_its_line() -> None:
    first, second = items(
        HEAD
        + "Description                 Qty     Unit price      Amount\n"
        + "Oak board, planed           3            12.50       37.50\n"
        + "on both sides\n"
        + "Pine board                  1             4.00        4.00\n"
        + "Total                                                41.50\n"
    )
    assert first.description == "Oak board, planed on both sides"
    assert second.description == "Pine board"


def test_totals_are_no_lines() -> None:
    lines = items(
        HEAD
        + "Description       Qty     Price      Amount\n"
        + "Oak board         3       12.50       37.50\n"
        + "                  Subtotal            37.50\n"
        + "                  VAT 20%              7.50\n"
        + "                  Total               45.00\n"
    )
    assert [line.line_total for line in lines] == [Decimal("37.50")]


def test_a_table_goes_on_over_the_page() -> None:
    header = "Description       Qty     Price      Amount\n"
    lines = items(
        HEAD + header + "Oak board         3       12.50       37.50\n",
        header + "Pine board        1        4.00        4.00\n" + "Total   41.50\n",
    )
    assert [line.description for line in lines] == ["Oak board", "Pine board"]


def test_a_negative_line_stays_negative() -> None:
    lines = items(
        HEAD
        + "Description       Qty     Price      Amount\n"
        + "Oak board         3       12.50       37.50\n"
        + "Returned board    -1      12.50      -12.50\n"
        + "Total   25.00\n"
    )
    assert lines[1].line_total == Decimal("-12.50")
    assert lines[1].quantity == Decimal(-1)


def test_tax_in_money_is_not_taken_for_a_rate() -> None:
    (line,) = items(
        HEAD
        + "Description       Qty     Price      GST     Amount\n"
        + "Hammer            2       10.00     2.00      20.00\n"
        + "Total                                         22.00\n"
    )
    assert line.tax_rate is None
    assert line.line_total == Decimal("20.00")


def test_columns_named_in_two_languages_are_one_column_each() -> None:
    (line,) = items(
        "FAKTURA / INVOICE\n\n"
        + "Nazwa / Description   Ilość / Qty   Cena netto / Net price   Wartość netto / Net value\n"
        + "Usługa doradcza                10                   200,00                2 000,00\n"
        + "Razem                                                                 2 000,00\n"
    )
    assert (line.quantity, line.unit_price) == (Decimal(10), Decimal("200.00"))
    assert line.line_total == Decimal("2000.00")


def test_what_is_not_printed_is_missing() -> None:
    (line,) = items(
        HEAD + "Description            Amount\nConsulting in May      900.00\nTotal   900.00"
    )
    assert (line.quantity, line.unit_price, line.tax_rate) == (None, None, None)
    assert line.line_total == Decimal("900.00")
