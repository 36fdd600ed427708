"""`manage.py evaluate DIR`: how good an engine is on documents whose truth is known."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zohodocs.pipeline.extraction import check_engine, files
from zohodocs.pipeline.extraction.scoring import Answer, Score, Truth

SUFFIXES = (".pdf", ".xml", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp")


class Command(BaseCommand):
    help = (
        "Reads the documents that have a NAME.truth.json beside them and prints how much of it "
        "was read right, by kind, source and field. Needs no database and no Redis."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, metavar="DIR")
        parser.add_argument(
            "--engine", default="auto", help="auto (default), einvoice, rules, ml or llm"
        )
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument(
            "--reliability", action="store_true", help="how true the confidences are, by kind"
        )
        parser.add_argument("--processes", type=int, default=2, metavar="N")

    def handle(
        self,
        *args: Any,
        directory: Path,
        engine: str,
        as_json: bool,
        reliability: bool,
        processes: int,
        **options: Any,
    ) -> None:
        """Extracts, judges, prints."""
        try:
            check_engine(engine)
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        if not directory.is_dir():
            raise CommandError(f"There is no directory {directory}.", returncode=2)
        if processes < 1:
            raise CommandError("--processes must be at least 1.", returncode=2)
        pairs = list(_pairs(directory))
        if not pairs:
            raise CommandError(
                f"No NAME.truth.json with its document under {directory}.", returncode=2
            )
        started = time.perf_counter()
        documents = [document for document, _ in pairs]
        lines = list(files.answers(documents, engine=engine, processes=processes))
        seconds = time.perf_counter() - started
        report = _report(pairs, lines, seconds=seconds, engine=engine, processes=processes)
        self.stdout.write(json.dumps(report, indent=1) if as_json else _table(report))
        if reliability and not as_json:
            groups = {**{f"kind {n}": g for n, g in report["kinds"].items()}, "all": report["all"]}
            for name, group in groups.items():
                self.stdout.write("\n".join(_reliability(name, group)))
        failures = [line for line in lines if line.get("error", {}).get("code") == "failed"]
        for line in failures:
            self.stderr.write(f"{line['file']}: {line['error']['message']}")
        if failures:
            raise CommandError(f"{len(failures)} of {len(lines)} documents failed.", returncode=1)


def _pairs(directory: Path) -> Iterator[tuple[Path, Truth]]:
    for path in sorted(directory.rglob(f"*{files.TRUTH_SUFFIX}")):
        name = path.name.removesuffix(files.TRUTH_SUFFIX)
        document = next(
            (place for suffix in SUFFIXES if (place := path.with_name(name + suffix)).exists()),
            None,
        )
        if document is not None:
            truth = json.loads(path.read_text(encoding="utf-8"))
            yield document, Truth.from_json(truth, source=path.parent.name)


def _report(
    pairs: Sequence[tuple[Path, Truth]],
    lines: Sequence[dict[str, Any]],
    *,
    seconds: float,
    engine: str,
    processes: int,
) -> dict[str, Any]:
    everything = Score()
    kinds: dict[str, Score] = {}
    sources: dict[str, Score] = {}
    for (_, truth), line in zip(pairs, lines, strict=True):
        answer = Answer.from_json(line)
        for score in (
            everything,
            kinds.setdefault(truth.kind, Score()),
            sources.setdefault(truth.source, Score()),
        ):
            score.add(truth, answer)
    refused = Counter(line["error"]["code"] for line in lines if "error" in line)
    return {
        "engine": engine,
        "documents": len(lines),
        "seconds": round(seconds, 2),
        "processes": processes,
        "documents_per_second": round(len(lines) / seconds, 2),
        "unreadable": dict(refused.most_common()),
        "all": everything.to_json(),
        "kinds": {name: kinds[name].to_json() for name in sorted(kinds)},
        "sources": {name: sources[name].to_json() for name in sorted(sources)},
    }


def _table(report: dict[str, Any]) -> str:
    rows = [
        f"{report['documents']} documents in {report['seconds']} s with {report['processes']} "
        f"processes: {report['documents_per_second']} a second. Engine: {report['engine']}.",
    ]
    if report["unreadable"]:
        refused = ", ".join(f"{code} {count}" for code, count in report["unreadable"].items())
        rows.append(f"Unreadable: {refused}.")
    rows += ["", _HEAD]
    for title, groups in (("kind", report["kinds"]), ("source", report["sources"])):
        rows += [_summary(f"{title} {name or '?'}", group) for name, group in groups.items()]
        rows.append("")
    rows.append(_summary("all", report["all"]))
    for title, groups in (("kind", report["kinds"]), ("all", {"": report["all"]})):
        for name, group in groups.items():
            rows += ["", *_fields(f"{title} {name}".strip(), group)]
    rows += ["", _LEGEND]
    return "\n".join(rows)


_HEAD = (
    f"{'':<36} {'docs':>5} {'prec':>6} {'recall':>6} {'whole':>6} "
    f"{'cov@99':>6} {'ECE':>6} {'lines':>6}"
)
_LEGEND = (
    "prec = right / answered, recall = right / stated, whole = documents with every key field "
    "right,\ncov@99 = share one may accept by a confidence threshold at 99 % precision (chosen on "
    "these very\ndocuments), ECE = calibration error, lines = recall of line totals. In percent."
)


def _summary(name: str, group: dict[str, Any]) -> str:
    micro, confidence = group["micro"], group["confidence"]
    return (
        f"{name:<36} {group['documents']:>5} {_percent(micro['precision'])} "
        f"{_percent(micro['recall'])} {_percent(group['all_key'])} "
        f"{_percent(confidence['coverage_at_99'])} {_percent(confidence['ece'])} "
        f"{_percent(group['line_items']['recall'])}"
    )


def _reliability(title: str, group: dict[str, Any]) -> Iterator[str]:
    yield f"\n{title:<36} {'n':>5} {'said':>6} {'right':>6}"
    for row in group["reliability"]:
        band = f"  confidence {row['from']:.1f} to {row['to']:.1f}"
        yield f"{band:<36} {row['n']:>5} {_percent(row['said'])} {_percent(row['right'])}"
    yield f"  calibration error {_percent(group['confidence']['ece'])}"


def _fields(title: str, group: dict[str, Any]) -> Iterator[str]:
    yield f"{title:<36} {'n':>5} {'acc':>6} {'prec':>6} {'recall':>6} {'relax':>6} {'unjudged':>8}"
    for name, field in group["fields"].items():
        if field["n"]:
            yield (
                f"  {name:<34} {field['n']:>5} {_percent(field['accuracy'])} "
                f"{_percent(field['precision'])} {_percent(field['recall'])} "
                f"{_percent(field.get('relaxed'))} {field.get('unjudged', ''):>8}"
            )


def _percent(share: float | None) -> str:
    return f"{'-':>6}" if share is None else f"{100 * share:6.1f}"
