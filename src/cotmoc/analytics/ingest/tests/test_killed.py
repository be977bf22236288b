"""kill -9 at any moment leaves the lake as it was before, or as it is after."""

import os
import random
import signal
import subprocess
import sys

import pytest

from cotmoc.analytics.ingest.tests.lab import TUESDAY, lines, many

# Brings b.csv, killing itself when the named function is about to return (`after`) or to be
# called for the n-th time (`before`).
CHILD = """
import os, signal, sys
from pathlib import Path
from cotmoc.analytics import lake
from cotmoc.analytics.ingest import importing, quarantine, staging
from cotmoc.analytics.ingest.tests.lab import Lab, TUESDAY
folder, place, when, count = sys.argv[1:]
owner, _, name = place.rpartition(".")
if place:
    there = eval(owner)
    usual, calls = getattr(there, name), []
    def dying(*given, **named):
        calls.append(1)
        if when == "before" and len(calls) == int(count):
            os.kill(os.getpid(), signal.SIGKILL)
        found = usual(*given, **named)
        if when == "after" and len(calls) == int(count):
            os.kill(os.getpid(), signal.SIGKILL)
        return found
    setattr(there, name, dying)
lab = Lab(Path(folder))
lab.bring(lab.folder / "b.csv", now=TUESDAY)
"""
# Brings b.csv in a child for every number of seconds it is told, and kills it after these.
PARENT = """
import os, signal, sys, time
from pathlib import Path
from cotmoc.analytics.ingest.tests.lab import Lab, TUESDAY, table, workdays
table(), workdays()
lab = Lab(Path(sys.argv[1]))
for told in sys.stdin:
    child = os.fork()
    if not child:
        try:
            lab.bring(lab.folder / "b.csv", now=TUESDAY)
        finally:
            os._exit(0)
    time.sleep(float(told))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    print("killed" if os.WIFSIGNALED(status) else "done", flush=True)
"""
BEFORE = many(40)
AFTER = [*(row | {"channel": "post"} for row in many(20)), *many(40, 20)]


def spread(rows):
    return [row | {"received_at": f"2026-0{1 + at % 6}-05"} for at, row in enumerate(rows)]


@pytest.fixture
def before(lab):
    lab.bring(lines(spread(BEFORE)))
    # Two dossiers of the new file cannot be taken.
    lab.file(lines([*spread(AFTER), *spread(many(2, 900))]).replace("H44.1-000901", ""), "b.csv")
    return lab


def facts(lab):
    return {(row["dossier"], row["channel"]) for row in lab.rows()}


def check(lab, old, new):
    """What is there is old or new, and the next import works and leaves nothing behind."""
    found = facts(lab)
    assert found in (old, new)
    again = lab.bring(lab.folder / "b.csv", now=TUESDAY)
    assert (again.already is None) == (found == old)
    assert facts(lab) == new
    dataset = lab.lake.table("dossiers")
    manifest = dataset.manifest()
    named = {part.path for part in manifest.parts} | {each.path for each in manifest.superseded}
    if again.already is None:
        there = {str(p.relative_to(dataset.folder)) for p in dataset.folder.glob("*/*")}
        assert there == named
    assert manifest.rows == len(new)
    assert len(lab.refused()) == 1
    return found == new


def start(lab, place="", when="before", count=1):
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(lab.folder), place, when, str(count)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )


def outcomes():
    old = {(row["dossier"], row["channel"]) for row in BEFORE}
    new = {(row["dossier"], row["channel"]) for row in AFTER} | {("H44.1-000900", "online")}
    return old, new


@pytest.mark.parametrize(
    ("place", "when", "count", "is_new"),
    [
        ("staging.Stage.settle", "before", 1, False),
        ("lake.Appending.add_part", "before", 3, False),
        ("lake.Appending.add_part", "after", 6, False),
        ("lake.Appending.supersede", "after", 1, False),
        ("quarantine.Quarantine.close", "after", 1, False),
        ("lake.Appending.commit", "before", 1, False),
        ("lake.os.replace", "before", 1, False),
        ("lake.os.replace", "after", 2, True),
        ("lake.Appending.commit", "after", 1, True),
    ],
)
def test_killed_at_a_named_point(before, place, when, count, is_new):
    child = start(before, place, when, count)
    assert child.wait(60) == -signal.SIGKILL
    child.stdout.close()
    assert check(before, *outcomes()) is is_new


def test_killed_at_random_moments(before):
    manifest = before.lake.table("dossiers").folder / "manifest.json"
    old_manifest = manifest.read_bytes()
    old, new = outcomes()
    chance = random.Random(4)
    parent = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PARENT, str(before.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    said = []
    with parent:
        for _ in range(30):
            parent.stdin.write(f"{chance.uniform(0, 0.3)}\n")
            parent.stdin.flush()
            said.append(parent.stdout.readline().strip())
            assert facts(before) in (old, new)
            # Back to before, so that the next one has something to do; leftovers stay.
            manifest.write_bytes(old_manifest)
        parent.stdin.close()
    assert said.count("killed") >= 3, said
    assert check(before, old, new) is False
