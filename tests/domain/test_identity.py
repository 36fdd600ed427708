"""Names, tax ids, numbers and bank accounts as they are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zohodocs.domain.identity import (
    compared_number,
    fold_name,
    iban_is_valid,
    lookup_keys,
    masked_iban,
    name_similarity,
    normal_iban,
    same_tax_id,
    tax_id_country,
    tax_id_is_valid,
    tax_id_keys,
)
from zohodocs.domain.names import has_phrase, words


@pytest.mark.parametrize(
    ("printed", "folded"),
    [
        ("ACME Sp. z o.o.", "acme"),
        ("Acme sp.z o. o.", "acme"),
        ("Acme Spółka z ograniczoną odpowiedzialnością", "acme"),
        ("Müller GmbH & Co. KG", "muller"),
        ("MULLER", "muller"),
        ("Studio S.r.l.", "studio"),
        ("UAB „Baltija“", "baltija"),
        ("Kaubamaja OÜ", "kaubamaja"),
        ("Ganymede A/S", "ganymede"),
        ("S.C. Carpati S.R.L.", "carpati"),
        ("ООО «Ромашка»", "ромашка"),
        ("Gamma s. r. o.", "gamma"),
        ("Beta Co., Ltd.", "beta"),
        ("Łódź Metal S.A.", "lodz metal"),
        ("Zeiss UG (haftungsbeschränkt)", "zeiss"),
        ("Acme GmbH Niederlassung Berlin", "acme niederlassung berlin"),
        ("AG", "ag"),
        ("Co Berlin", "co berlin"),
        ("", ""),
    ],
)
def test_a_name_is_compared_without_case_accents_punctuation_and_legal_form(
    printed: str, folded: str
) -> None:
    assert fold_name(printed) == folded


@given(st.text(max_size=60))
def test_folding_a_name_twice_changes_nothing(name: str) -> None:
    assert fold_name(fold_name(name)) == fold_name(name)


@given(st.text(max_size=30))
def test_folding_a_number_twice_changes_nothing(number: str) -> None:
    once = compared_number(number)

    assert compared_number(once) == once
    assert once == "" or (once.isascii() and once.isalnum() and once.upper() == once)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("INV-0O1|7", "inv 00117"),
        ("0017", "17"),
        ("B-100", "8100"),
        ("S5", "55"),
        ("Q1", "O1"),
        ("L|I", "111"),
        ("А-15", "A-15"),  # a Cyrillic A
    ],
)
def test_look_alikes_and_leading_zeros_do_not_make_another_number(one: str, other: str) -> None:
    assert compared_number(one) == compared_number(other)


@pytest.mark.parametrize(("one", "other"), [("17", "170"), ("A-17", "C-17"), ("2026/1", "2026/2")])
def test_different_numbers_stay_different(one: str, other: str) -> None:
    assert compared_number(one) != compared_number(other)


@pytest.mark.parametrize(
    ("one", "other", "country", "other_country", "same"),
    [
        ("PL 526-000-12-46", "PL5260001246", "", "", True),
        ("5260001246", "PL5260001246", "PL", "", True),
        ("5260001246", "PL5260001246", "", "", True),
        ("DE526000124", "PL526000124", "", "", False),
        ("526000124", "PL526000124", "DE", "", False),
        ("EL123456789", "GR123456789", "", "", True),
        ("CHE-107.787.577 MWST", "CHE107787577", "", "", True),
        ("NO 999 888 777 MVA", "999888777", "", "NO", True),
        ("BE123456789", "BE0123456789", "", "", True),
        ("XI123456789", "GB123456789", "", "", True),
        ("", "", "", "", False),
        ("PL", "PL", "", "", False),
    ],
)
def test_tax_ids_are_one_with_or_without_prefix_but_never_across_countries(
    one: str, other: str, country: str, other_country: str, same: bool
) -> None:
    assert same_tax_id(one, other, country=country, other_country=other_country) is same
    assert same_tax_id(other, one, country=other_country, other_country=country) is same


@given(
    st.from_regex(r"[0-9]{8,12}", fullmatch=True),
    st.sampled_from(["PL", "DE", "FR", "IT"]),
    st.sampled_from(["PL", "DE", "FR", "IT"]),
)
def test_keys_of_two_countries_never_meet(digits: str, here: str, there: str) -> None:
    meet = bool(tax_id_keys(digits, here) & tax_id_keys(there + digits))

    assert meet is (here == there)


def test_a_lookup_also_asks_for_records_without_a_country() -> None:
    assert lookup_keys("PL5260001246") == {"PL5260001246", "5260001246"}
    assert lookup_keys("none") == frozenset()


def test_the_prefix_of_a_number_outweighs_the_printed_country() -> None:
    assert tax_id_country("DE136695976", "PL") == "DE"
    assert tax_id_country("EL123456789") == "GR"
    assert tax_id_country("5260001246", "pl") == "PL"


@pytest.mark.parametrize(
    ("number", "country", "valid"),
    [
        ("PL5260001246", "", True),
        ("PL5260001247", "", False),
        ("5260001247", "PL", False),
        ("DE12345", "", False),
        ("143/172/20309", "DE", None),  # a Steuernummer is no VAT number
        ("5260001247", "", None),
        ("98-7654321", "US", None),
        ("CHE-107.787.577 MWST", "", True),
    ],
)
def test_a_checksum_is_judged_only_where_the_kind_of_number_is_known(
    number: str, country: str, valid: bool | None
) -> None:
    assert tax_id_is_valid(number, country) is valid


def test_an_iban_is_compared_without_spaces_and_shown_masked() -> None:
    assert normal_iban("de89 3704 0044 0532 0130 00") == "DE89370400440532013000"
    assert iban_is_valid("DE89 3704 0044 0532 0130 00")
    assert not iban_is_valid("DE88370400440532013000")
    assert masked_iban("DE89370400440532013000") == "DE89…3000"
    assert masked_iban("1234") == "…"


def test_names_are_alike_by_degrees() -> None:
    assert name_similarity("Papersmith S.A.", "PAPERSMITH") == 1.0
    assert 0.75 < name_similarity("Papersmith", "Papersmit") < 1.0
    assert name_similarity("Papersmith", "Zebra Foods") < 0.5
    assert name_similarity("", "") == 0.0


def test_words_match_as_words() -> None:
    text = words("A blue scarf, for the CAR wash")

    assert has_phrase(text, "car wash")
    assert not has_phrase(words("a scarf"), "car")
    assert not has_phrase(text, "--")
