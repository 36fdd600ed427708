"""Who is who: tax ids, invoice numbers and bank accounts as they are compared.

A tax id is compared with its country or, where no country is known, as the bare number; digits
alone never make numbers of two countries equal. Names are compared in `names`.
"""

from __future__ import annotations

import re
import unicodedata

from stdnum import get_cc_module, iban
from stdnum.exceptions import InvalidChecksum, ValidationError

from .names import fold_name, name_similarity

__all__ = [
    "bare_tax_id",
    "compared_number",
    "fold_name",
    "iban_is_valid",
    "lookup_keys",
    "masked_iban",
    "name_similarity",
    "normal_iban",
    "normal_id",
    "same_tax_id",
    "tax_id_country",
    "tax_id_is_valid",
    "tax_id_keys",
]

# Prefixes that a VAT number may carry. Greece writes EL, Northern Ireland XI beside GB.
_PREFIX_CODES = (
    "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
    " GB XI CH NO IS LI GR"
)
_PREFIXES = frozenset(_PREFIX_CODES.split())
_COUNTRY_OF_PREFIX = {"EL": "GR", "XI": "GB"}
_COUNTRY_NAMES = {"EL": "GR", "XI": "GB", "UK": "GB"}
_TRAILING_WORDS = {
    "CH": ("MWST", "TVA", "IVA", "VAT"),
    "NO": ("MVA",),
}
# Look-alike Cyrillic capitals typed for Latin ones.
_CYRILLIC = str.maketrans("АВЕКМНОРСТХУ", "ABEKMHOPCTXY")
_LOOK_ALIKES = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1", "|": "1", "B": "8", "S": "5"})


def normal_id(text: str) -> str:
    """Only A-Z and 0-9, upper case: `PL 526-000-12-46` is `PL5260001246`."""
    plain = unicodedata.normalize("NFKC", text).upper().translate(_CYRILLIC)
    return re.sub(r"[^A-Z0-9]", "", plain)


def tax_id_country(tax_id: str, country: str = "") -> str:
    """The country a tax id belongs to (ISO 3166): its own prefix, else `country`, else ""."""
    return _split(tax_id, country)[0]


def bare_tax_id(tax_id: str, country: str = "") -> str:
    """The number without its country prefix."""
    return _split(tax_id, country)[1]


def tax_id_keys(tax_id: str, country: str = "") -> frozenset[str]:
    """The forms under which a tax id is compared and stored; two ids sharing a key are equal.

    With a known country (its prefix, else `country`) the key carries it; without one the key is
    the bare number, and equals no number of any country. No digits, no key.
    """
    known, number = _split(tax_id, country)
    return frozenset({known + number}) if number else frozenset()


def lookup_keys(tax_id: str, country: str = "") -> frozenset[str]:
    """Every key under which a record of the same id may have been stored: a wide net.

    A record may lack its country, so the bare number is in it; what it finds is to be confirmed
    with `same_tax_id`.
    """
    number = bare_tax_id(tax_id, country)
    return tax_id_keys(tax_id, country) | (frozenset({number}) if number else frozenset())


def same_tax_id(one: str, other: str, *, country: str = "", other_country: str = "") -> bool:
    """Whether two ids are one, with or without their country prefix.

    The countries are used where an id has no prefix. Known countries must agree.
    """
    first, number = _split(one, country)
    second, other_number = _split(other, other_country)
    if not number or number != other_number:
        return False
    return first == second or not first or not second


def tax_id_is_valid(tax_id: str, country: str = "") -> bool | None:
    """Whether the checksum fits; None where nobody can tell (unknown country or kind of number).

    A number without a prefix may be of another kind (a German Steuernummer, a French SIRET): only
    one that has the form of a VAT number is judged.
    """
    known, number = _split(tax_id, country)
    if not known or not number:
        return None
    module = get_cc_module(known.lower(), "vat")
    if module is None:
        return None
    prefixed = normal_id(tax_id)[:2] in _PREFIXES
    try:
        module.validate(f"CHE{number}MWST" if known == "CH" else number)
    except InvalidChecksum:
        return False
    except ValidationError:
        return False if prefixed else None
    return True


def normal_iban(text: str) -> str:
    """An IBAN as it is compared: no spaces, upper case."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def iban_is_valid(text: str) -> bool:
    """Whether length, country and checksum of an IBAN fit."""
    return bool(iban.is_valid(normal_iban(text)))


def masked_iban(text: str) -> str:
    """Enough of an IBAN to recognise it, too little to pay to: `DE89…3000`."""
    plain = normal_iban(text)
    return f"{plain[:4]}…{plain[-4:]}" if len(plain) > 8 else "…"


def compared_number(number: str) -> str:
    """An invoice number as numbers are compared: A-Z0-9, look-alikes folded, no leading zeros.

    `INV-0O1|7` and `inv 00117` are one. Folding twice changes nothing.
    """
    plain = unicodedata.normalize("NFKC", number).upper().translate(_CYRILLIC)
    kept = re.sub(r"[^A-Z0-9]", "", plain.translate(_LOOK_ALIKES))
    return kept.lstrip("0") or kept[:1]


def _split(tax_id: str, country: str) -> tuple[str, str]:
    """Country ("" if unknown) and bare number of a tax id."""
    number = normal_id(tax_id)
    if not any(char.isdigit() for char in number):
        return "", ""
    known = country.strip().upper()
    known = _COUNTRY_NAMES.get(known, known)
    prefix, rest = number[:2], number[2:]
    if prefix in _PREFIXES and sum(char.isdigit() for char in rest) >= 2:
        known, number = _COUNTRY_OF_PREFIX.get(prefix, prefix), rest
    for word in _TRAILING_WORDS.get(known, ()):
        number = number.removesuffix(word)
    if known == "CH":  # CHE-107.787.577: the E belongs to the prefix
        number = number.removeprefix("E")
    if known == "BE" and len(number) == 9:  # written so before 2007
        number = f"0{number}"
    return known, number
