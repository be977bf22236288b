"""`cotmoc index import-published` as an operator runs it."""

import json

import pytest
from django.conf import settings

from cotmoc.apps.scorecards.models import Publication, Published
from cotmoc.config.cli import main

pytestmark = pytest.mark.django_db
COMMAND = ["index", "import-published"]


@pytest.fixture
def file(tmp_path):
    def write(text, name="dti.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


GOOD = "year,province,rank,dti\n2023,Phú Thọ,20,0.65\n2023,Quảng Ninh,5,\n"


def test_a_file_is_taken_and_json_says_what_came_of_it(file, capsys):
    assert main([*COMMAND, file(GOOD), "--source", "Công văn 1", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    (part,) = said["publications"]
    assert (said["index"], said["read"], said["good"], said["refused"]) == ("dti", 2, 2, 0)
    assert part == {
        "publication": Publication.objects.get().pk, "method": "qd922", "period": "2023",
        "source": "Công văn 1", "subjects": 2, "results": 2, "new": 2, "corrected": 0,
        "unchanged": 0,
    }  # fmt: skip


def test_a_dry_run_writes_nothing(file, capsys):
    assert main([*COMMAND, file(GOOD), "--dry-run"]) == 0
    assert not Published.objects.exists()
    assert "dti@qd922" in capsys.readouterr().out


def test_a_bad_row_refuses_the_file_with_its_place(file, capsys):
    assert main([*COMMAND, file(GOOD + "2023,Không Đâu,1.5,8.002\n")]) == 1
    said = capsys.readouterr().err
    assert "dti.csv" in said
    assert "Không Đâu" in said
    assert "8.002" in said
    assert not Published.objects.exists()


def test_good_rows_are_kept_when_asked(file, capsys):
    bad = file(GOOD + "2023,Không Đâu,1,\n")
    assert main([*COMMAND, bad, "--keep-good", "--json"]) == 5
    said = json.loads(capsys.readouterr().out)
    assert (said["good"], said["refused"]) == (2, 1)
    assert said["problems"][0]["code"] == "unknown_subject"
    assert str(settings.DATA_DIR) in said["quarantine"]


def test_a_table_of_merged_provinces_says_whose_borders(file):
    table = file("year,province,rank,dti\n2024,Gia Lai,31,\n")
    assert main([*COMMAND, table, "--on", "2025-07-01", "--published-on", "2025-10-21"]) == 0
    row = Published.objects.get()
    assert (row.unit.key, str(row.publication.published_on)) == (
        "province:52:2025-07-01", "2025-10-21",
    )  # fmt: skip


def test_a_missing_file_is_told(capsys):
    assert main([*COMMAND, "khong-co.csv"]) == 1
    assert "khong-co.csv" in capsys.readouterr().err
