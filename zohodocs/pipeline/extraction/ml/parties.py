"""Candidates of names and addresses: lines of the head and the foot, single or in runs."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from zohodocs.ml.features import Candidate, Evidence
from zohodocs.pipeline.extraction.rules import blocks
from zohodocs.pipeline.extraction.rules.blocks import LEGAL_FORM, emails, websites
from zohodocs.pipeline.extraction.rules.layout import Line, Segment
from zohodocs.pipeline.extraction.rules.party import squeeze

from .sight import Sight

NAMES = ("supplier_name", "buyer_name")
ADDRESSES = ("supplier_address", "buyer_address")
_HEAD, _FOOT = 0.5, 0.85
_MOST_SEGMENTS = 60
_LONGEST_RUN = 5
_EDGES = " \t:,;•●·|-*"
_PHONE_WORD = re.compile(r"\b(?:tel|phone|ph|fax|mobile|hp|telefon|fon|tlf)\b")
_ID_LINE = re.compile(r"\d{5,}-?[A-Z]?\b")

# A line takes part in many runs; what it looks like is asked once.
is_place = lru_cache(maxsize=2048)(blocks.is_place)
is_street = lru_cache(maxsize=2048)(blocks.is_street)
is_country = lru_cache(maxsize=2048)(blocks.is_country)
reaches = lru_cache(maxsize=2048)(blocks.reaches)


def names(sight: Sight) -> list[Candidate]:
    """Lines that may be a party's name, also two that make one, and what the rules found."""
    spots = _spots(sight)
    texts = Counter(squeeze(spot.text) for spot in spots)
    domains = _domains(sight)
    found: list[Candidate] = []
    for index, spot in enumerate(spots):
        evidence = _evidence(sight, spot, spots, index, domains)
        text = spot.text.strip(_EDGES)
        found.append(_named(sight, spot, text, evidence, texts))
        below = _below(spots, index)
        if below is not None and spot.line.top < _HEAD:
            both = f"{text} {below.text.strip(_EDGES)}"
            joined = _named(sight, spot, both, dict(evidence), texts)
            joined.evidence["two_lines"] = 1.0
            joined.evidence["legal_form_second"] = float(bool(LEGAL_FORM.search(below.text)))
            joined.evidence["second_like_address"] = float(_placed(below.text))
            joined.evidence["height_alike"] = spot.height / max(below.height, 0.1)
            found.append(joined)
    return [*found, *_from_rules(sight, found)]


def _spots(sight: Sight) -> list[Segment]:
    """Segments of the head of the first page and of its foot, without tables and single signs."""
    spots: list[Segment] = []
    for line in sight.layout.lines:
        if line.page != 1 or line.index in sight.seen.tables:
            continue
        if _HEAD < line.top < _FOOT and line.index > 12:
            continue
        for segment in line.segments:
            letters = sum(c.isalpha() for c in segment.text)
            if letters >= 3 or (letters and is_place(segment.text)):
                spots.append(segment)
    if len(spots) > _MOST_SEGMENTS:
        spots = [*spots[: _MOST_SEGMENTS - 12], *spots[-12:]]
    return spots


def _below(spots: list[Segment], index: int) -> Segment | None:
    """The segment that stands right under this one."""
    spot = spots[index]
    for other in spots[index + 1 : index + 8]:
        if other.line is spot.line:
            continue
        if other.y0 - spot.y1 > 1.6 * max(spot.height, other.height):
            return None
        if min(spot.x1, other.x1) - max(spot.x0, other.x0) > 0.2 * min(
            spot.x1 - spot.x0, other.x1 - other.x0
        ):
            return other
    return None


def _domains(sight: Sight) -> set[str]:
    found: set[str] = set()
    for line in sight.layout.lines:
        if "@" in line.text or "www" in line.folded or "http" in line.folded:
            for domain in (*emails(line.text), *websites(line.text)):
                found.update(part for part in re.split(r"[.\-]", domain)[:-1] if len(part) > 3)
    return found


def _evidence(
    sight: Sight, spot: Segment, spots: list[Segment], index: int, domains: set[str]
) -> Evidence:
    line, text = spot.line, spot.text
    letters = [c for c in text if c.isalpha()]
    squeezed = squeeze(text)
    following = _following(spots, index)
    above = spots[index - 1].text if index else ""
    here = [h for h in sight.seen.hits.labels[line.index] if spot.start <= h.start < spot.end]
    evidence = {
        **sight.of_line(line),
        **{k: v for k, v in sight.labels(line, spot.start, spot.x0, spot.x1).items() if _of(k)},
        "rank": float(index),
        "x0": spot.x0 / line.width,
        "middle": abs((spot.x0 + spot.x1) / 2 / line.width - 0.5),
        "own_height": spot.height / sight.usual_height,
        "characters": float(min(len(text), 80)),
        "words": float(min(len(text.split()), 15)),
        "upper": sum(c.isupper() for c in letters) / max(len(letters), 1),
        "digits": float(min(sum(c.isdigit() for c in text), 15)),
        "legal_form": float(bool(LEGAL_FORM.search(text))),
        "legal_form_ends": float(bool(re.search(LEGAL_FORM.pattern + r"\W*$", text))),
        "placed": float(_placed(text)),
        "place": float(is_place(text)),
        "reaches": float(reaches(text)),
        "phone_word": float(bool(_PHONE_WORD.search(spot.folded))),
        "colon": float(":" in text),
        "commas": float(text.count(",")),
        "ends_with_stop": float(text.endswith(".")),
        "label_in_it": float(any(h.leads for h in here)),
        "label_alone": float(any(h.alone for h in here)),
        "title_in_it": float(
            any(spot.start <= h.start < spot.end for h in sight.seen.hits.titles[line.index])
        ),
        "column_in_it": float(
            any(spot.start <= h.start < spot.end for h in sight.seen.hits.columns[line.index])
        ),
        "date_on_line": float(bool(sight.seen.dates[line.index])),
        "segments": float(len(line.segments)),
        "domain": float(
            any(d in squeezed or (len(squeezed) > 3 and squeezed in d) for d in domains)
        ),
        "above_placed": float(_placed(above)),
        "above_legal_form": float(bool(LEGAL_FORM.search(above))),
        "foot": float(line.top > _FOOT),
    }
    for distance, other in enumerate(following, 1):
        near = "next" if distance == 1 else "soon"
        for name, true in (
            ("placed", _placed(other.text)),
            ("phone", bool(_PHONE_WORD.search(other.folded)) or reaches(other.text)),
            ("legal_form", bool(LEGAL_FORM.search(other.text))),
            ("id", bool(_ID_LINE.search(other.text))),
        ):
            key = f"{near}_{name}"
            evidence[key] = max(evidence.get(key, 0.0), float(true))
    return evidence


def _following(spots: list[Segment], index: int) -> list[Segment]:
    found = []
    at = index
    for _ in range(4):
        below = _below(spots, at)
        if below is None:
            break
        found.append(below)
        at = spots.index(below, at)
    return found


def _of(label: str) -> bool:
    """Which labels tell of a party."""
    return label.endswith(("supplier", "buyer", "other_party", "bank_holder", "_gap", "tax_id"))


def _placed(text: str) -> bool:
    return is_place(text) or is_street(text)


def _named(
    sight: Sight, spot: Segment, text: str, evidence: Evidence, texts: Counter[str]
) -> Candidate:
    line = spot.line
    evidence["repeated"] = float(min(texts[squeeze(text)], 5))
    for name in NAMES:
        evidence[f"rules_{name}"] = sight.says(name, text)
    return Candidate(text, evidence, line.page, line.box(spot.start, spot.end), spot)


def _from_rules(sight: Sight, found: list[Candidate]) -> list[Candidate]:
    """What only the rules see: a name cut out of a longer line."""
    known = {candidate.value for candidate in found}
    more = []
    for name in NAMES:
        said = sight.said.fields.get(name)
        for reading in (said, *said.others) if said else ():
            if reading.value in known:
                continue
            known.add(reading.value)
            line = _line_at(sight, reading.page, reading.box)
            evidence = sight.of_line(line) if line is not None else {}
            evidence["only_rules"] = 1.0
            evidence["characters"] = float(len(reading.value))
            evidence["legal_form"] = float(bool(LEGAL_FORM.search(reading.value)))
            for other in NAMES:
                evidence[f"rules_{other}"] = sight.says(other, reading.value)
            segment = line.segments[0] if line is not None else None
            more.append(Candidate(reading.value, evidence, reading.page, reading.box, segment))
    return more


def _line_at(
    sight: Sight, page: int | None, box: tuple[float, float, float, float] | None
) -> Line | None:
    if box is None:
        return None
    middle = (box[1] + box[3]) / 2
    return next(
        (
            line
            for line in sight.layout.lines
            if line.page == page and line.y0 <= middle * line.page_height <= line.y1
        ),
        None,
    )


def addresses(sight: Sight, chosen: dict[str, Candidate]) -> list[Candidate]:
    """Runs of lines under each other that may be an address; `chosen` are the names picked."""
    spots = _spots(sight)
    found: list[Candidate] = []
    for index, spot in enumerate(spots):
        if LEGAL_FORM.search(spot.text) and not _placed(spot.text):
            continue
        run = [spot]
        at = index
        while len(run) <= _LONGEST_RUN:
            found.append(_address(sight, spots, run, chosen))
            below = _below(spots, at)
            if below is None:
                break
            at = spots.index(below, at)
            run.append(below)
    known = {candidate.value for candidate in found}
    for name in ADDRESSES:
        said = sight.said.fields.get(name)
        if said is not None and said.value not in known:
            found.append(Candidate(said.value, _of_rules(sight, said.value), said.page, said.box))
    return found


def _of_rules(sight: Sight, value: str) -> Evidence:
    return {
        "only_rules": 1.0,
        **{f"rules_{name}": sight.says(name, value) for name in ADDRESSES},
    }


def _address(
    sight: Sight, spots: list[Segment], run: list[Segment], chosen: dict[str, Candidate]
) -> Candidate:
    first, last = run[0], run[-1]
    texts = [segment.text.strip(_EDGES) for segment in run]
    value = ", ".join(texts)
    after = _below(spots, spots.index(last))
    evidence = {
        **sight.of_line(first.line),
        **_of_run(texts),
        **{f"rules_{name}": sight.says(name, value) for name in ADDRESSES},
        "middle": abs((first.x0 + first.x1) / 2 / first.line.width - 0.5),
        "x0": first.x0 / first.line.width,
        "next_placed": float(after is not None and _placed(after.text)),
        "next_place": float(after is not None and is_place(after.text)),
        "next_country": float(after is not None and is_country(after.text)),
        "next_reaches": float(
            after is not None and (reaches(after.text) or bool(_PHONE_WORD.search(after.folded)))
        ),
        "next_none": float(after is None),
        "next_digits": float(sum(c.isdigit() for c in after.text)) if after else 0.0,
        "label_in_it": float(
            any(
                hit.leads and segment.start <= hit.start < segment.end
                for segment in run
                for hit in sight.seen.hits.labels[segment.line.index]
            )
        ),
        "dates_in_it": float(any(sight.seen.dates[s.line.index] for s in run)),
        "foot": float(first.line.top > _FOOT),
    }
    for name in NAMES:
        picked = chosen.get(name)
        spot = picked.spot if picked is not None else None
        if isinstance(spot, Segment):
            evidence[f"after_{name}"] = float(max(min(first.line.index - spot.line.index, 20), -20))
            evidence[f"under_{name}"] = float(min(first.x1, spot.x1) - max(first.x0, spot.x0) > 0)
            evidence[f"is_{name}"] = float(any(s is spot for s in run))
        else:
            evidence[f"no_{name}"] = 1.0
    box = (
        min(s.x0 for s in run) / first.line.width,
        first.y0 / first.line.page_height,
        max(s.x1 for s in run) / first.line.width,
        last.y1 / last.line.page_height,
    )
    return Candidate(value, evidence, first.line.page, box, first)


def _of_run(texts: list[str]) -> Evidence:
    places = [is_place(text) for text in texts]
    whole = " ".join(texts)
    return {
        "run_lines": float(len(texts)),
        "run_characters": float(min(len(whole), 160)),
        "first_street": float(is_street(texts[0])),
        "first_digits": float(any(c.isdigit() for c in texts[0])),
        "first_placed": float(_placed(texts[0])),
        "places": float(sum(places)),
        "last_place": float(places[-1]),
        "place_before_last": float(any(places[:-1])),
        "last_digits": float(sum(c.isdigit() for c in texts[-1])),
        "last_country": float(is_country(texts[-1])),
        "streets": float(sum(is_street(text) for text in texts)),
        "all_placed": float(all(_placed(text) for text in texts)),
        "reaches_in_it": float(
            any(reaches(t) or bool(_PHONE_WORD.search(t.casefold())) for t in texts)
        ),
        "legal_form_in_it": float(any(bool(LEGAL_FORM.search(t)) for t in texts)),
        "commas": float(whole.count(",")),
        "ends_with_comma": float(texts[-1].endswith(",")),
        "ends_with_stop": float(texts[-1].endswith(".")),
        "colon": float(":" in whole),
        "upper": sum(c.isupper() for c in whole) / max(sum(c.isalpha() for c in whole), 1),
        "id_like": float(any(bool(_ID_LINE.search(t)) for t in texts)),
    }
