"""docs/performance.md from what the benchmarks said, and the picture beside it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

DOCS = Path(__file__).resolve().parent.parent / "docs"
PICTURE = "performance-scale.svg"
_ASKED = {
    "pipeline": "share ≥ 0.60, ≥ 60,000 papers an hour",
    "latency": "p95 < 3 s",
    "scale": "queue and item ≤ 1.3, a document's work ≤ 1.1, `/metrics` < 100 ms",
    "old_vs_new": "≥ 20 to decided",
    "budget": "≥ 0.95 of the calls that Zoho allows, none refused",
    "flags": "< 50 µs",
    "rollouts": "harmless turned back ≤ 5 %, harmful stopped in ≥ 95 %",
}
_SAYS = {
    "pipeline": "Share of the workers' processor time that is reading and extracting itself",
    "latency": "From the door to “ready for review”, twice as many papers an hour as asked",
    "scale": "Server time with 1,000 and with 1,000,000 documents in PostgreSQL",
    "old_vs_new": "The old way against the new one, Zoho answering in 300 ms",
    "budget": "Calls used of those that Zoho allows",
    "starting": "From `run` to ready, and what the processes hold",
    "extract": "Extraction against a plain text search",
    "ocr": "Recognising print in pictures",
    "flags": "One evaluated flag",
    "rollouts": "A thousand simulated rollouts",
}
# What a benchmark said, with its day, commit and machine.
_Entries = Mapping[str, Mapping[str, Any]]


def write(page: Path, new: _Entries, *, order: Sequence[str]) -> None:
    """The page with these figures, and with those it had of what was not measured now.

    All of them lie beside it as JSON.
    """
    kept = page.with_suffix(".json")
    before: _Entries = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    entries = {**before, **new}
    entries = {name: entries[name] for name in order if name in entries}
    kept.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
    page.write_text(_written(entries), encoding="utf-8")


def _written(entries: _Entries) -> str:
    """In Markdown; where `scale` was measured, its picture is written as well."""
    parts = [
        "# What the machine can carry\n",
        "`make bench` measures anew and writes this page. Every figure is a ratio to a baseline of"
        " the same run first, as the\nmachine is shared and its seconds are its own.\n",
        "| benchmark | what | asked | ratio | baseline | product | measured |",
        "|---|---|---|---|---|---|---|",
        *(_row(name, entry) for name, entry in entries.items()),
        "",
    ]
    if "scale" in entries:
        said = entries["scale"]["said"]
        (DOCS / PICTURE).write_text(_picture(said), encoding="utf-8")
        parts += ["## A million documents\n", *_scale(said)]
    parts += ["## Everything that was said\n"]
    parts += [line for name, entry in entries.items() for line in _all(name, entry)]
    return "\n".join(parts).rstrip() + "\n"


def _row(name: str, entry: Mapping[str, Any]) -> str:
    found = entry["said"]
    return (
        f"| `{name}` | {_SAYS.get(name, '')} | {_ASKED.get(name, '–')} | {found['ratio']:.2f} |"
        f" {_figure(found['baseline'])} | {_figure(found['product'])} |"
        f" {entry['day']}, {entry['commit']} |"
    )


def _all(name: str, entry: Mapping[str, Any]) -> list[str]:
    found = entry["said"]
    notes = {key: value for key, value in found.items() if key not in ("ratio", "unit")}
    return [
        f"**{name}** ({found['unit']}; on {entry['machine']}): ratio {found['ratio']:.4g}; "
        + "; ".join(f"{key.replace('_', ' ')} {_figure(value)}" for key, value in notes.items())
        + ".\n"
    ]


def _scale(found: Mapping[str, Any]) -> list[str]:
    sizes = _sizes(found)
    header = " | ".join(f"{size:,}" for size in sizes)
    return [
        f"![Milliseconds of each page, by how many documents there are]({PICTURE})\n",
        f"| milliseconds, median | {header} | many over few |",
        "|---|" + "---|" * (len(sizes) + 1),
        *(
            f"| {name.replace('_', ' ')} | "
            + " | ".join(f"{found[f'{name}_ms_{size}']:.1f}" for size in sizes)
            + f" | {found[f'{name}_ratio']:.2f} |"
            for name in _pages(found)
        ),
        "",
    ]


def _picture(found: Mapping[str, Any]) -> str:
    """Bars, one group a page; as text where pictures are not shown."""
    sizes, pages = _sizes(found), _pages(found)
    longest = max(found[f"{name}_ms_{size}"] for name in pages for size in sizes)
    colours = ("#9db8d9", "#5b86b8", "#1f4e8c")
    step, left, width = 14, 170, 520
    lines = []
    for row, name in enumerate(pages):
        top = 34 + row * (step * len(sizes) + 12)
        lines.append(
            f'<text x="8" y="{top + step * 1.8:.0f}">{escape(name.replace("_", " "))}</text>'
        )
        for place, (size, colour) in enumerate(zip(sizes, colours, strict=True)):
            value = found[f"{name}_ms_{size}"]
            bar = max(1.0, value / longest * width)
            y = top + place * step
            lines.append(
                f'<rect x="{left}" y="{y}" width="{bar:.1f}" height="{step - 2}" fill="{colour}"/>'
                f'<text x="{left + bar + 4:.1f}" y="{y + step - 4}">{value:.1f}</text>'
            )
    key = "".join(
        f'<rect x="{left + 150 * place}" y="8" width="12" height="12" fill="{colour}"/>'
        f'<text x="{left + 150 * place + 18}" y="18">{size:,} documents</text>'
        for place, (size, colour) in enumerate(zip(sizes, colours, strict=True))
    )
    height = 40 + len(pages) * (step * len(sizes) + 12)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" width="760"'
        f' height="{height}" font-family="sans-serif" font-size="11" role="img">'
        "<title>Milliseconds of each page, by how many documents there are</title>"
        f'<rect width="760" height="{height}" fill="#ffffff"/>{key}{"".join(lines)}</svg>\n'
    )


def _pages(found: Mapping[str, Any]) -> list[str]:
    return [key.removesuffix("_ratio") for key in found if key.endswith("_ratio")]


def _sizes(found: Mapping[str, Any]) -> list[int]:
    return sorted({int(key.rpartition("_ms_")[2]) for key in found if "_ms_" in key})


def _figure(value: float) -> str:
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
