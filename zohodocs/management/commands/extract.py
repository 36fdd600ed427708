"""`manage.py extract PATH…`: what stands in these files, one JSON line a file."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zohodocs.pipeline.extraction import ENGINES, check_engine, files


class Command(BaseCommand):
    help = (
        "Reads documents and prints one JSON line a file. Needs no database and no Redis. "
        "Exit status: 0 = every file got its answer (a refusal is one), 1 = something failed, "
        "2 = bad arguments."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--engine", default="auto", help=f"one of {', '.join(ENGINES)}")
        parser.add_argument("--out", type=Path, metavar="DIR", help="write DIR/PARENT/NAME.json")
        parser.add_argument("--processes", type=int, default=1, metavar="N")

    def handle(
        self,
        *args: Any,
        paths: list[Path],
        engine: str,
        out: Path | None,
        processes: int,
        **options: Any,
    ) -> None:
        """Answers every file, then fails if one could not be answered."""
        try:
            check_engine(engine)
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        for path in paths:
            if not path.exists():
                raise CommandError(f"There is no file or directory {path}.", returncode=2)
        if processes < 1:
            raise CommandError("--processes must be at least 1.", returncode=2)
        written: set[Path] = set()
        failed = 0
        found = list(files.found(paths))
        for answer in files.answers(found, engine=engine, processes=processes):
            if answer.get("error", {}).get("code") == "failed":
                failed += 1
                self.stderr.write(f"{answer['file']}: {answer['error']['message']}")
            line = json.dumps(answer, ensure_ascii=False)
            if out is None:
                self.stdout.write(line)
            else:
                _write(line, _place(out, Path(answer["file"]), written))
        if failed:
            raise CommandError(f"{failed} of {len(found)} files failed.", returncode=1)


def _place(out: Path, file: Path, written: set[Path]) -> Path:
    """DIR/PARENT/NAME.json; a second NAME of the same PARENT keeps its ending."""
    folder = out / file.resolve().parent.name
    place = folder / f"{file.stem}.json"
    if place in written:
        place = folder / f"{file.name}.json"
    written.add(place)
    return place


def _write(line: str, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(line + "\n", encoding="utf-8")
