"""/documents/export.csv and .xlsx: the archive as a table that calculates nothing."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from tests.cast import Cast, client_of
from tests.factories import DocumentFactory
from zohodocs.web import export
from zohodocs.web.export import harmless


def table(user: User, query: str = "") -> list[dict[str, str]]:
    answer: Any = client_of(user).get(reverse("export", args=["csv"]) + query)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def test_the_table_shows_what_the_list_shows(cast: Cast) -> None:
    DocumentFactory(organization=cast.nordlicht, vendor_name="Becker", invoice_number="4711")
    DocumentFactory(organization=cast.nordlicht, vendor_name="Lumi")

    (row,) = table(cast.omar, "?vendor=becker")

    assert (row["Vendor"], row["Number"], row["Company"]) == ("Becker", "4711", "Nordlicht GmbH")
    assert len(table(cast.omar)) == 2


def test_nobody_gets_another_company_s_documents(cast: Cast) -> None:
    DocumentFactory(organization=cast.nordlicht)

    assert table(cast.stine) == []


def test_an_unknown_kind_is_not_there(cast: Cast) -> None:
    assert client_of(cast.ana).get(reverse("export", args=["pdf"])).status_code == 404


@pytest.mark.parametrize("evil", ['=HYPERLINK("http://x")', "+1", "-1+2", "@SUM(A1)", "\t=1"])
def test_no_cell_is_a_formula(cast: Cast, evil: str) -> None:
    DocumentFactory(organization=cast.nordlicht, vendor_name=evil, gross_total="-12.50")

    (row,) = table(cast.ana)

    assert row["Vendor"] == f"'{evil}"
    assert row["Amount"] == "-12.500"
    assert harmless("Becker = Söhne") == "Becker = Söhne"


def test_the_workbook_holds_text_and_numbers_only(cast: Cast) -> None:
    DocumentFactory(organization=cast.nordlicht, vendor_name="=1+1", gross_total="12.50")

    answer = client_of(cast.ana).get(reverse("export", args=["xlsx"]))

    with ZipFile(BytesIO(answer.content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - ours
    tags = {element.tag.rpartition("}")[2] for element in sheet.iter()}
    assert "f" not in tags
    assert "12.500" in {element.text for element in sheet.iter() if element.tag.endswith("}v")}


def test_a_table_has_an_end(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    DocumentFactory.create_batch(3, organization=cast.nordlicht)
    monkeypatch.setattr(export, "MOST_ROWS", 2)

    assert len(table(cast.ana)) == 2
