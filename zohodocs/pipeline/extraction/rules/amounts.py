"""Numbers that may be money: found with their places, read by the paper's own decimal mark."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel.core import get_global

from .layout import Layout, Line

# Signs that stand for one currency; "$" and "kr" stand for several (see `currency.py`).
SIGNS = {
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "£": "GBP",
    "$": "$",
    "us$": "USD",
    "usd$": "USD",
    "a$": "AUD",
    "au$": "AUD",
    "c$": "CAD",
    "ca$": "CAD",
    "nz$": "NZD",
    "s$": "SGD",
    "hk$": "HKD",
    "r$": "BRL",
    "zł": "PLN",
    "zl": "PLN",
    "kč": "CZK",
    "kc": "CZK",
    "kr": "kr",
    "₽": "RUB",
    "руб": "RUB",
    "р": "RUB",
    "₴": "UAH",
    "грн": "UAH",
    "ft": "HUF",
    "lei": "RON",
    "лв": "BGN",
    "₺": "TRY",
    "tl": "TRY",
    "¥": "JPY",
    "₹": "INR",
    "rs": "INR",
    "rm": "MYR",
    "₩": "KRW",
    "₪": "ILS",
    "₦": "NGN",
    "฿": "THB",
    "₫": "VND",
    "fr": "CHF",
    "sfr": "CHF",
}
_SIGN = (
    r"(?:[A-Z]{1,3}\$|€|£|\$|¥|₽|₴|₺|₹|₩|₪|₦|฿|₫|[zZ][łlŁ]|K[čc]|[Kk]r|руб|р|грн|Ft|lei|лв|"
    r"[Ee]uros?|Rs|RM|TL|S?Fr|[A-Z]{3})\.?(?![^\W\d_])"
)
_NUMBER = r"\d{1,3}(?:[ .,'’]\d{3})+(?:[.,]\d{1,6})?|\d+(?:[.,]\d{1,6})?|\.\d{2}"
_AMOUNT = re.compile(
    rf"(?<![\w.,/:#-])(?P<open>\( ?)?(?P<minus>[-–−+] ?)?(?:(?P<before>{_SIGN}) ?)?"
    rf"(?P<minus2>[-–−] ?)?(?P<open2>\()?(?P<number>{_NUMBER})(?P<dash>,--?|\.--?)?"
    rf"(?P<trail>-(?![\w-]))?(?![\d/]|[.,:-]\d|[.]\w)"
    rf"(?:(?P<percent> ?%)| ?(?P<after>{_SIGN}))?(?P<close> ?\))?"
)
# Blanks inside a number are word spaces at most; wider, two cells stand beside each other.
_GROUP_GAP = 0.62
_TWO_DECIMALS = re.compile(r"\d([.,])\d{2}(?![\d.,])")


@dataclass(slots=True)
class Amount:
    """A number on the paper. `currency` is a code, or "$" or "kr" where the sign is shared."""

    line: Line
    start: int
    end: int
    value: Decimal
    decimals: int
    currency: str
    percent: bool
    x0: float
    x1: float

    @property
    def money(self) -> bool:
        """Whether it looks like money: a currency beside it, or two decimals."""
        return not self.percent and (bool(self.currency) or self.decimals in (2, 3))


@lru_cache(maxsize=1)
def currency_codes() -> frozenset[str]:
    """ISO codes that may stand beside an amount: money in use, but for ordinary words."""
    in_use = {
        code
        for territory, spans in get_global("territory_currencies").items()
        for code, _, until, tender in spans
        if tender and not until and territory != "ZZ"
    }
    return frozenset(in_use) - {"ALL", "TOP", "CHE", "CHW"}


def decimal_mark(layout: Layout) -> str:
    """The decimal mark most numbers of the paper use; a point if none tells."""
    votes = Counter(mark for line in layout.lines for mark in _TWO_DECIMALS.findall(line.text))
    return votes.most_common(1)[0][0] if votes else "."


def read_number(text: str, mark: str) -> tuple[Decimal, int]:
    """The value and its number of decimals; `mark` settles "1.234" and "1,234"."""
    plain = re.sub(r"[ '’]", "", text)
    last = max(plain.rfind("."), plain.rfind(","))
    if last < 0:
        return Decimal(plain), 0
    tail = plain[last + 1 :]
    several = plain.count(".") + plain.count(",") > 1
    both = "." in plain and "," in plain
    grouped = len(tail) == 3 and not both and (several or plain[last] != mark)
    if grouped and not (not several and plain[:last] == "0"):
        return Decimal(re.sub(r"[.,]", "", plain)), 0
    if several and not both:
        return Decimal(re.sub(r"[.,]", "", plain)), 0
    if len(tail) == 3 and not both and plain[last] == mark and 1 <= last <= 3 and mark == ".":
        # "1.234" among English numbers: three decimals are rarer than a foreign thousands mark.
        return Decimal(plain), 3
    whole = re.sub(r"[.,]", "", plain[:last]) or "0"
    return Decimal(f"{whole}.{tail}"), len(tail)


def find_amounts(layout: Layout, mark: str) -> list[list[Amount]]:
    """The numbers of every line, left to right."""
    return [_of_line(line, mark) for line in layout.lines]


def _of_line(line: Line, mark: str) -> list[Amount]:
    found = []
    position = 0
    while match := _AMOUNT.search(line.text, position):
        amount = _read(line, match, mark)
        position = max(amount.end, match.start() + 1)
        found.append(amount)
    return found


def _read(line: Line, match: re.Match[str], mark: str) -> Amount:
    number = match["number"]
    whole = _grouped(line, match.start("number"), number)
    cut = whole < len(number)
    value, decimals = read_number(number[:whole], mark)
    before = _currency(match["before"])
    after = "" if cut else _currency(match["after"])
    minus = (match["minus"] or "").strip() in ("-", "–", "−")
    if minus and match["minus"].endswith(" "):
        # "a - 5.00" is a range or a dash; a minus with a blank begins its cell.
        minus = line.segment_at(match.start()).start == match.start()
    bracketed = bool(match["open"] or match["open2"]) and bool(match["close"]) and not cut
    if (
        minus
        or match["minus2"]
        or (match["trail"] and not cut)
        or (bracketed and (before or decimals == 2))
    ):
        value = -value
    # What looked like a sign may be a word ("VAT 20"): then the amount begins at its number.
    start = match.start() if before or not match["before"] else match.start("number")
    end = match.start("number") + whole if cut or not after else match.end()
    if match["percent"] and not cut:
        end = match.end("percent")
    x0, x1 = line.extent(start, match.start("number") + whole)
    return Amount(
        line=line,
        start=start,
        end=end,
        value=value,
        decimals=decimals,
        currency=before or after,
        percent=bool(match["percent"]) and not cut,
        x0=x0,
        x1=x1,
    )


def _grouped(line: Line, start: int, number: str) -> int:
    """How much of a number grouped by blanks belongs together, judged by the gaps."""
    offset = number.find(" ")
    while offset >= 0:
        left = line.tokens[line.token_at(start + offset - 1)]
        right = line.tokens[line.token_at(start + offset + 1)]
        if right is not left and right.x0 - left.x1 > _GROUP_GAP * left.height:
            return offset
        offset = number.find(" ", offset + 1)
    return len(number)


def _currency(text: str | None) -> str:
    if not text:
        return ""
    plain = text.rstrip(".")
    if plain in currency_codes():
        return plain
    return SIGNS.get(plain.casefold(), "")
