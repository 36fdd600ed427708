"""Values that mean the same to a bookkeeper."""

import pytest

from zohodocs.rollout.comparing import differing, same


@pytest.mark.parametrize(
    ("field", "one", "other", "alike"),
    [
        ("gross_total", "1121.69", "1121.690", True),
        ("gross_total", "1121.69", "1121.70", False),
        ("issue_date", "2024-05-02", "2024-05-02", True),
        ("issue_date", "2024-05-02", "2024-02-05", False),
        ("supplier_name", "Becker Bürotechnik GmbH", "BECKER BÜROTECHNIK GMBH", True),
        ("supplier_name", "Becker", "Beckers", False),
        ("supplier_tax_id", "DE 811 907 980", "DE811907980", True),
        ("invoice_number", "RG-2024-0334", "RG 2024 0334", True),
        ("po_number", "A  b", "a B", True),
        ("gross_total", "", "0", False),
        ("iban", "", "", True),
    ],
)
def test_meaning(field: str, one: str, other: str, alike: bool) -> None:
    assert same(field, one, other) is alike
    assert same(field, other, one) is alike


def test_a_field_that_only_one_has_differs() -> None:
    assert differing({"iban": "X"}, {"currency": "EUR"}) == {
        "iban": ("X", ""),
        "currency": ("", "EUR"),
    }
