"""The recognising child is confined, bounded on a machine, gone when idle, and never in the way."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reading.pictures import file_of, picture
from tests.waiting import until
from zohodocs.domain.reading import PageText, Word
from zohodocs.pipeline import reading
from zohodocs.pipeline.reading import Recogniser, Sandbox, shared_recogniser
from zohodocs.pipeline.reading.ocr import child as ocr_child
from zohodocs.pipeline.reading.ocr.turns import Turns

SMALL = picture(((20, 20, "Total 119.00"),), size=(300, 120))
PIXELS, WIDTH, HEIGHT = SMALL.tobytes(), SMALL.width, SMALL.height
# Holds a place and says so, until it is killed.
HOLDER = (
    "import sys, time; from pathlib import Path; "
    "from zohodocs.pipeline.reading.ocr.turns import Turns; "
    "turns = Turns(Path(sys.argv[1]), places=1); turns.take(seconds=5); "
    "print('held', flush=True); time.sleep(60)"
)


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recogniser]:
    one = Recogniser(tmp_path_factory.mktemp("ocr"), engine="tiny")
    yield one
    one.close()


def words(recogniser: Recogniser) -> list[str]:
    found = recogniser.recognise(PIXELS, width=WIDTH, height=HEIGHT)
    return [word[0] for word in found["words"]] if found else []


def test_the_child_starts_with_the_first_picture_and_is_confined(
    recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOHO_CLIENT_SECRET", "canary")
    recogniser.close()
    assert recogniser.pid is None
    assert words(recogniser) == ["Total", "119.00"]
    own = Path(f"/proc/{recogniser.pid}")
    assert b"canary" not in (own / "environ").read_bytes()
    limits = (own / "limits").read_text()
    (memory,) = (line for line in limits.splitlines() if line.startswith("Max address space"))
    assert str(ocr_child.MEMORY_BYTES) in memory.split()
    assert (own / "ns/net").readlink() != Path("/proc/self/ns/net").readlink()


@pytest.mark.parametrize("size", [(1, 1), (3000, 3), (8, 2000), (64, 64)])
def test_a_picture_of_any_shape_is_answered(size: tuple[int, int], recogniser: Recogniser) -> None:
    page = picture((), size=size)
    found = recogniser.recognise(page.tobytes(), width=page.width, height=page.height)
    assert found is not None
    assert found["words"] == []


def test_a_killed_child_is_replaced_without_the_page_noticing(recogniser: Recogniser) -> None:
    words(recogniser)
    assert recogniser.pid is not None
    os.kill(recogniser.pid, signal.SIGKILL)
    assert words(recogniser) == ["Total", "119.00"]


def test_an_idle_child_ends_and_leaves_its_place(tmp_path: Path) -> None:
    short = Recogniser(tmp_path, engine="tiny", idle_seconds=0.2)
    assert words(short) == ["Total", "119.00"]
    until(lambda: short.pid is None, what="the end of its process")
    other = Turns(tmp_path, places=1)
    assert other.take(seconds=5)
    other.give()
    short.close()


def test_one_who_waits_gets_the_place_when_its_holder_has_had_its_turn(tmp_path: Path) -> None:
    holder = Recogniser(tmp_path, engine="tiny", turn_seconds=0.3)
    words(holder)
    other = Turns(tmp_path, places=1)
    assert other.take(seconds=10)
    assert holder.pid is None
    other.give()
    assert words(holder) == ["Total", "119.00"]
    holder.close()


def test_places_are_bounded_across_processes_and_freed_by_death(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    turns = Turns(tmp_path, places=1)
    assert not turns.take(seconds=0.2)
    assert Turns(tmp_path, places=2).take(seconds=0)
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert turns.take(seconds=5)
    turns.give()


@pytest.mark.parametrize(
    "script",
    [
        "raise SystemExit(3)",
        "import os; os.abort()",
        "import time; time.sleep(60)",
    ],
    ids=["does not start", "crashes", "hangs"],
)
def test_without_recognition_the_picture_goes_to_a_person(
    script: str, tmp_path: Path, child: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading.sandbox, "START_SECONDS", 1.0)
    broken = Recogniser(tmp_path, command=(sys.executable, "-c", script))
    read = reading.read(file_of(SMALL), child=child, recogniser=broken)
    assert (read.notes, read.has_text) == (("needs_ocr",), False)
    broken.close()


def test_a_machine_without_the_engine_still_reads_the_rest(
    child: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading.engines, "is_installed", lambda name: False)
    shared_recogniser.cache_clear()
    try:
        assert reading.read(file_of(SMALL), child=child).notes == ("needs_ocr",)
    finally:
        shared_recogniser.cache_clear()


def test_the_confidence_of_a_word_is_kept_and_words_without_one_are_certain() -> None:
    box = (0.1, 0.2, 0.3, 0.4)
    page = PageText(1, 600, 800, (Word("a", box), Word("b", box, 0.912)), source="ocr")
    kept = page.to_json()
    assert kept["words"] == [["a", *box], ["b", *box, 0.912]]
    assert PageText.from_json(kept) == page
    old = {"number": 1, "width": 600, "height": 800, "words": [["a", *box]]}
    assert PageText.from_json(old) == PageText(1, 600, 800, (Word("a", box, 1.0),))
