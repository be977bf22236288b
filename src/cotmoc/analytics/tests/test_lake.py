"""The lake: what the manifest names counts, and nothing else does."""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cotmoc.analytics.lake import Lake, LakeError

MONDAY = datetime(2026, 9, 7, tzinfo=UTC)
TUESDAY = datetime(2026, 9, 8, tzinfo=UTC)


def rows(*lines, number=1, body="H44.01"):
    return pa.table(
        {
            "organisation": [body] * len(lines),
            "import_no": pa.array([number] * len(lines), pa.int32()),
            "line": pa.array(lines, pa.int64()),
        }
    )


@pytest.fixture
def dossiers(tmp_path):
    return Lake(tmp_path).table("dossiers")


def test_an_empty_table_holds_nothing(dossiers):
    assert dossiers.manifest().rows == 0
    assert dossiers.partitions() == []


def test_an_import_counts_once_its_block_has_ended_well(dossiers):
    with dossiers.append("a.csv", "digest-a", now=MONDAY) as adding:
        adding.write("2026-08", rows(2, 3))
        assert dossiers.manifest().rows == 0
    (month,) = dossiers.partitions()
    assert (month.month, month.rows) == ("2026-08", 2)
    assert pq.read_table(month.paths[0], partitioning=None)["line"].to_pylist() == [2, 3]
    assert dossiers.manifest().import_of("digest-a").file == "a.csv"


def test_an_import_that_fails_leaves_no_trace(dossiers):
    def interrupted():
        with dossiers.append("a.csv", "a", now=MONDAY) as adding:
            adding.write("2026-08", rows(2))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()
    assert dossiers.manifest().rows == 0
    assert list(dossiers.folder.glob("month=*/*")) == []


def test_what_a_killed_process_left_behind_is_not_read_and_is_swept_by_the_next(dossiers):
    orphan = dossiers.folder / "month=2026-08" / "000001-000.parquet"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"half a file")
    assert dossiers.partitions() == []
    with dossiers.append("a.csv", "a", now=MONDAY) as adding:
        adding.write("2026-07", rows(2))
    assert not orphan.exists()
    assert [each.month for each in dossiers.partitions()] == ["2026-07"]


def test_a_correction_supersedes_and_the_past_can_still_be_asked(dossiers):
    with dossiers.append("a.csv", "a", now=MONDAY) as adding:
        adding.write("2026-07", rows(2))
        adding.write("2026-08", rows(3, 4))
    before = dossiers.partitions()
    with dossiers.append("b.csv", "b", now=TUESDAY) as adding:
        adding.write("2026-08", rows(2, number=2))
        adding.supersede(rows(3).drop_columns("organisation"), ["2026-08"])
    assert dossiers.manifest().rows == 3
    july, august = dossiers.partitions()
    assert july.digest == before[0].digest, "a month that was not touched keeps its digest"
    assert august.digest != before[1].digest
    assert len(august.paths) == 2
    assert len(august.without) == 1
    assert dossiers.partitions(known_at=MONDAY) == before


def test_a_spoilt_manifest_says_so(dossiers):
    dossiers.folder.mkdir(parents=True)
    (dossiers.folder / "manifest.json").write_text('{"imports": [{}]}')
    with pytest.raises(LakeError):
        dossiers.manifest()
