"""`manage.py train`: models from papers made up here, the same ones from the same seed."""

from __future__ import annotations

import hashlib
import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from zohodocs.domain.reading import PageText
from zohodocs.ml import registry
from zohodocs.ml.synthetic import SETS, papers, papers_of, rendering
from zohodocs.pipeline import reading as reading_stage
from zohodocs.pipeline.extraction import recognised
from zohodocs.pipeline.extraction.ml import learning, trial
from zohodocs.pipeline.extraction.rules import phrases
from zohodocs.pipeline.extraction.scoring import Truth

# What may teach what ships: licences that ask for nothing but their name.
_OPEN = ("MIT", "Apache-2.0", "BSD", "EUPL", "WTFPL", "FCC public", "FeRD")
_CLOSED_SOURCES = ("sroie", "wildreceipt")
_APART = 1_000_003


class Command(BaseCommand):
    help = (
        "Makes up papers, learns from them, tries the models on others and keeps them: signed in "
        "the data directory, or in --out. Needs no database and no Redis."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--synthetic", type=int, default=3000, metavar="N")
        parser.add_argument("--held-aside", type=int, default=0, metavar="N", dest="aside")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--trees", type=int, default=70)
        parser.add_argument("--out", type=Path, metavar="DIR", help="instead of DATA_DIR/models")
        parser.add_argument(
            "--calibrate-on",
            type=Path,
            metavar="DIR",
            help="openly licensed documents with NAME.truth.json to calibrate on as well",
        )
        parser.add_argument(
            "--papers", type=Path, metavar="DIR", help="write N papers there and learn nothing"
        )
        parser.add_argument(
            "--set", metavar="NAME", help=f"with --papers: of a named set: {', '.join(SETS)}"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Learns and keeps, or writes papers."""
        count: int = options["synthetic"]
        if count < 1:
            raise CommandError("--synthetic must be at least 1.", returncode=2)
        if options["papers"] is not None:
            self._write_papers(options["papers"], count, options["seed"], options["set"])
            return
        if options["set"] is not None:
            raise CommandError("--set goes with --papers.", returncode=2)
        if options["calibrate_on"] is not None and not options["calibrate_on"].is_dir():
            raise CommandError(f"There is no directory {options['calibrate_on']}.", returncode=2)
        self._learn(
            count,
            aside=options["aside"] or max(count // 3, 40),
            seed=options["seed"],
            trees=options["trees"],
            out=options["out"],
            open_documents=options["calibrate_on"],
        )

    def _learn(
        self,
        count: int,
        *,
        aside: int,
        seed: int,
        trees: int,
        out: Path | None,
        open_documents: Path | None,
    ) -> None:
        started = time.perf_counter()
        fingerprint = hashlib.sha256()
        models = learning.learn(_lessons(count, seed, fingerprint), seed=seed, trees=trees)
        if not models:
            raise CommandError("Too few papers to learn from. Ask for 100 or more.", returncode=1)
        learnt = time.perf_counter() - started
        # Curves are drawn on papers the models have not seen, figures on yet others.
        made_up = _judged(aside, seed + _APART)
        opened = list(_open_documents(open_documents)) if open_documents else []
        curves = trial.tried((*made_up, *opened), models).calibration()
        figures = trial.tried(_judged(aside, seed + 2 * _APART), models).figures()
        card = {
            "seed": seed,
            "papers": count,
            "held_aside": aside,
            "open_documents": len(opened),
            "trees": trees,
            "trained_on": "papers made up by zohodocs.ml.synthetic, nothing else",
            "calibrated_on": "made-up papers and openly licensed documents"
            if opened
            else "made-up papers",
            "data_sha256": fingerprint.hexdigest(),
            "figures": figures,
            "calibration": {name: c.to_json() for name, c in sorted(curves.items())},
        }
        key = None
        if out is None:
            out = Path(settings.DATA_DIR) / "models"
            key = registry.signing_key(Path(settings.DATA_DIR), create=True)
        digests = registry.save(out, models, card, key=key)
        for engine, figure in figures.items():
            self.stdout.write(f"{engine}: {json.dumps(figure)}")
        for name, digest in digests.items():
            self.stdout.write(f"{name}: {digest}")
        seconds = time.perf_counter() - started
        self.stdout.write(f"Learnt in {learnt:.0f} s, all done in {seconds:.0f} s: {out}")

    def _write_papers(self, folder: Path, count: int, seed: int, named: str | None) -> None:
        if named is None:
            samples = papers(count, seed=seed, lexicon=phrases())
        elif named in SETS:
            samples = papers_of(named, count, seed=seed, lexicon=phrases())
        else:
            raise CommandError(f"No set is called {named}: {', '.join(SETS)}.", returncode=2)
        for sample in samples:
            rendering.write(sample, folder)
        self.stdout.write(f"{count} papers with their truth: {folder}")


def _lessons(count: int, seed: int, fingerprint: Any) -> Iterator[learning.Lesson]:
    for sample in papers(count, seed=seed, lexicon=phrases()):
        fingerprint.update(repr((sample.pages, sorted(sample.fields.items()))).encode())
        yield learning.Lesson(sample.pages, sample.fields)


def _judged(count: int, seed: int) -> Iterator[tuple[tuple[PageText, ...], Truth]]:
    for sample in papers(count, seed=seed, lexicon=phrases()):
        yield sample.pages, Truth(fields=sample.fields, kind=sample.kind)


def _open_documents(folder: Path) -> Iterator[tuple[tuple[PageText, ...], Truth]]:
    """The openly licensed ones with a text layer; what may not teach is left out."""
    for path in sorted(folder.rglob("*.truth.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        licence = str(truth.get("licence", ""))
        closed = "GPL" in licence or path.parent.name in _CLOSED_SOURCES
        document = path.with_name(path.name.replace(".truth.json", ".pdf"))
        if closed or not licence.startswith(_OPEN) or truth.get("kind") != "digital_pdf":
            continue
        if document.exists():
            read = reading_stage.read(document.read_bytes(), filename=document.name)
            pages = recognised.straightened(read.pages)
            yield pages, Truth.from_json(truth, source=path.parent.name)
