"""Keys: a row twice, a row again, a row changed; and what was known when."""

from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cotmoc.analytics.ingest import convert, staging
from cotmoc.analytics.ingest.tests.lab import MONDAY, ROW, TUESDAY, WEDNESDAY, lines, many
from cotmoc.core.problems import BadInput


def files_of(lab):
    folder = lab.lake.table("dossiers").folder
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_the_same_file_again_changes_nothing_and_says_so(lab):
    content = lines([*many(3), ROW | {"channel": "fax"}])
    first = lab.bring(content)
    before = files_of(lab)
    again = lab.bring(content, now=TUESDAY)
    assert (first.import_no, again.import_no, again.already) == (1, None, 1)
    assert files_of(lab) == before


def test_of_a_key_twice_in_a_file_the_first_counts(lab):
    outcome = lab.bring(lines([*many(3), many(2)[1] | {"channel": "post"}, *many(5)[4:]]))
    assert (outcome.read, outcome.good, outcome.refused) == (5, 4, 1)
    (problem,) = outcome.problems
    assert (problem.code, problem.line, problem.params["first"]) == ("duplicate_in_file", 5, 3)
    assert {row["line"] for row in lab.rows()} == {2, 3, 4, 6}
    (apart,) = lab.refused()
    assert (apart["line"], apart["dossier"], apart["channel"]) == ("5", "H44.1-000001", "post")


def test_rows_that_are_there_already_are_not_written_again(lab):
    lab.bring(lines(many(4)))
    outcome = lab.bring(lines(many(6)), "b.csv", now=TUESDAY)
    assert (outcome.new, outcome.unchanged, outcome.corrected) == (2, 4, 0)
    assert [(row["import_no"], row["line"]) for row in lab.rows()] == [
        *((1, line) for line in range(2, 6)),
        (2, 6),
        (2, 7),
    ]


def test_a_changed_row_counts_from_then_on_and_the_old_one_is_what_was_known(lab):
    lab.bring(lines(many(3)))
    changed = many(2)[1] | {"channel": "post"}
    outcome = lab.bring(lines([changed]), "b.csv", now=TUESDAY)
    assert (outcome.new, outcome.unchanged, outcome.corrected) == (0, 0, 1)
    assert [row["channel"] for row in lab.rows()] == ["online", "online", "post"]
    before = lab.rows(known_at=TUESDAY - timedelta(seconds=1))
    assert [row["channel"] for row in before] == ["online"] * 3
    assert lab.rows(known_at=MONDAY - timedelta(seconds=1)) == []
    # Corrected again, and back: each time the row counts once.
    lab.bring(lines([changed | {"channel": "direct"}]), "c.csv", now=WEDNESDAY)
    lab.bring(lines([changed]).replace("\r\n", "\n"), "d.csv", now=WEDNESDAY)
    assert sorted(row["channel"] for row in lab.rows()) == ["online", "online", "post"]
    assert lab.lake.table("dossiers").manifest().rows == 3


def test_a_correction_may_move_a_row_into_another_month(lab):
    lab.bring(lines(many(3)))
    moved = many(1)[0] | {"received_at": "2026-09-01"}
    outcome = lab.bring(lines([moved]), "b.csv", now=TUESDAY)
    assert outcome.corrected == 1
    assert outcome.months == ("2026-08", "2026-09")
    assert sorted(row["month"] for row in lab.rows()) == ["2026-08", "2026-08", "2026-09"]
    dataset = lab.lake.table("dossiers")
    assert dataset.superseded_by_month(dataset.manifest()) == {"2026-08": 1}


def test_many_corrections_are_kept_by_month(lab, monkeypatch):
    monkeypatch.setattr(staging, "_MANY", 3)
    months = [row | {"received_at": f"2026-0{1 + at % 3}-05"} for at, row in enumerate(many(9))]
    lab.bring(lines(months))
    lab.bring(lines([row | {"channel": "post"} for row in months]), "b.csv", now=TUESDAY)
    assert [row["channel"] for row in lab.rows()] == ["post"] * 9
    dataset = lab.lake.table("dossiers")
    assert [each.months for each in dataset.manifest().superseded] == [
        ("2026-01",),
        ("2026-02",),
        ("2026-03",),
    ]
    assert dataset.superseded_by_month(dataset.manifest()) == dict.fromkeys(
        ("2026-01", "2026-02", "2026-03"), 3
    )


def test_a_duplicate_within_a_correction_corrects_once(lab):
    lab.bring(lines(many(2)))
    changed = many(1)[0] | {"channel": "post"}
    outcome = lab.bring(lines([changed, changed | {"channel": "direct"}]), "b.csv", now=TUESDAY)
    assert (outcome.corrected, outcome.refused) == (1, 1)
    assert sorted(row["channel"] for row in lab.rows()) == ["online", "post"]


def test_two_keys_with_one_hash_are_two_rows(lab, monkeypatch):
    def colliding(self, rows, names):
        return pa.array([42] * len(rows["line"]), pa.uint64())

    monkeypatch.setattr(convert.Converter, "_hash", colliding)
    outcome = lab.bring(lines([*many(3), many(1)[0]]))
    assert (outcome.good, outcome.refused) == (3, 1)


def test_a_dry_run_gives_the_same_counts_and_writes_nothing(lab):
    lab.bring(lines(many(4)))
    before = files_of(lab)
    content = lines([*many(6, 2), many(4)[3] | {"channel": "post"}, ROW | {"state": "99"}])
    dry = lab.bring(content, "b.csv", now=TUESDAY, dry_run=True)
    assert files_of(lab) == before
    assert not lab.quarantine.exists()
    real = lab.bring(content, "b.csv", now=TUESDAY)
    counts = ("read", "good", "refused", "new", "corrected", "unchanged", "months", "reasons")
    assert [getattr(dry, each) for each in counts] == [getattr(real, each) for each in counts]
    assert (dry.new, dry.unchanged, dry.refused) == (4, 2, 2)
    assert dry.import_no is None


def test_parts_are_sorted_by_body_whatever_the_files_order(lab, monkeypatch):
    monkeypatch.setattr(staging, "_ROWS_OF_FILE", 7)
    monkeypatch.setattr(staging, "_ROWS_OF_PART", 20)
    rows = [row | {"organisation": f"H44.{at * 37 % 11}"} for at, row in enumerate(many(50))]
    lab.bring(lines(rows))
    (month,) = lab.lake.table("dossiers").partitions()
    for path in month.paths:
        found = pq.read_table(path, partitioning=None)
        pairs = list(zip(found["organisation"].to_pylist(), found["line"].to_pylist(), strict=True))
        assert pairs == sorted(pairs)
    assert len(lab.rows()) == 50


def test_what_the_progress_raises_ends_the_import_without_a_trace(lab):
    lab.bring(lines(many(2)))
    before = files_of(lab)

    def stop(done, total, rows):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lab.bring(lines(many(5)), "b.csv", progress=stop)
    assert files_of(lab) == before


def test_progress_ends_with_the_whole_file(lab):
    seen = []
    content = lines(many(500))
    lab.bring(content, progress=lambda *said: seen.append(said))
    assert seen[-1] == (len(content), len(content), 500)
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)


def test_a_file_that_changes_while_it_is_read_is_refused(lab):
    def grow(done, total, rows):
        with (lab.folder / "a.csv").open("a") as file:
            file.write("x")

    with pytest.raises(BadInput) as refused:
        lab.bring(lines(many(5)), progress=grow)
    assert [problem.code for problem in refused.value.problems] == ["file_changed"]
