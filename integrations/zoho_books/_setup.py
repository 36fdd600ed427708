"""What must be known before the first call: hosts by data centre, permissions, calls by plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class DataCentre:
    """One of Zoho's data centres; an organisation lives in exactly one."""

    code: str
    place: str
    accounts_url: str
    books_url: str


# The hosts do not follow one pattern (Canada), so nothing is made out of a country's code.
DATA_CENTRES: tuple[DataCentre, ...] = (
    DataCentre("eu", "Europe", "https://accounts.zoho.eu", "https://www.zohoapis.eu/books/v3"),
    DataCentre(
        "us", "United States", "https://accounts.zoho.com", "https://www.zohoapis.com/books/v3"
    ),
    DataCentre("in", "India", "https://accounts.zoho.in", "https://www.zohoapis.in/books/v3"),
    DataCentre(
        "au",
        "Australia",
        "https://accounts.zoho.com.au",
        "https://www.zohoapis.com.au/books/v3",
    ),
    DataCentre("jp", "Japan", "https://accounts.zoho.jp", "https://www.zohoapis.jp/books/v3"),
    DataCentre("ca", "Canada", "https://accounts.zohocloud.ca", "https://www.zohoapis.ca/books/v3"),
    DataCentre(
        "sa", "Saudi Arabia", "https://accounts.zoho.sa", "https://www.zohoapis.sa/books/v3"
    ),
)


@dataclass(frozen=True, slots=True)
class Probe:
    """A read that shows whether a permission is there."""

    scope: str
    path: str


PROBES: tuple[Probe, ...] = (
    Probe("ZohoBooks.settings.READ", "/settings/taxes"),
    Probe("ZohoBooks.accountants.READ", "/chartofaccounts"),
    Probe("ZohoBooks.contacts.READ", "/contacts"),
    Probe("ZohoBooks.bills.READ", "/bills"),
    Probe("ZohoBooks.debitnotes.READ", "/vendorcredits"),
    Probe("ZohoBooks.expenses.READ", "/expenses"),
)
# Vendor credits are `debitnotes` here; attaching a file is CREATE, the upsert of a bill is UPDATE.
WRITE_SCOPES: tuple[str, ...] = (
    "ZohoBooks.contacts.CREATE",
    "ZohoBooks.contacts.UPDATE",
    "ZohoBooks.bills.CREATE",
    "ZohoBooks.bills.UPDATE",
    "ZohoBooks.debitnotes.CREATE",
    "ZohoBooks.expenses.CREATE",
)
SCOPES: tuple[str, ...] = (*(probe.scope for probe in PROBES), *WRITE_SCOPES)

_EVERYTHING = "zohobooks.fullaccess.all"
_CALLS_A_DAY = {
    "free": 1000,
    "standard": 2000,
    "professional": 5000,
    "premium": 10_000,
    "elite": 10_000,
    "ultimate": 10_000,
}


def data_centre(code: str) -> DataCentre | None:
    """The data centre of this code, e.g. `eu`."""
    return next((centre for centre in DATA_CENTRES if centre.code == code), None)


def data_centre_of(accounts_url: str) -> DataCentre | None:
    """The data centre whose log-in host this is, to the letter; None for any other address."""
    wanted = accounts_url.rstrip("/")
    return next((centre for centre in DATA_CENTRES if centre.accounts_url == wanted), None)


def calls_a_day(plan_name: str) -> int | None:
    """How many calls a day Zoho allows in a plan; None for a plan that nobody told us of."""
    words = plan_name.casefold().split()
    return next((calls for plan, calls in _CALLS_A_DAY.items() if plan in words), None)


def covers(granted: Iterable[str], scope: str) -> bool:
    """Whether one of the granted permissions includes this one."""
    module = scope.casefold().rpartition(".")[0]
    enough = {scope.casefold(), f"{module}.all", _EVERYTHING}
    return any(each.casefold() in enough for each in granted)


def consent_url(*, accounts_url: str, client_id: str, redirect_uri: str, state: str) -> str:
    """Zoho's page where a person lets this client in; it sends the browser to `redirect_uri`."""
    query = {
        "response_type": "code",
        "client_id": client_id,
        "scope": ",".join(SCOPES),
        "redirect_uri": redirect_uri,
        # Lasting access, and the question again even where it was answered before: without either
        # Zoho gives no refresh token.
        "access_type": "offline",
        "prompt": "consent",
        "state": state,
    }
    return f"{accounts_url.rstrip('/')}/oauth/v2/auth?{urlencode(query)}"
