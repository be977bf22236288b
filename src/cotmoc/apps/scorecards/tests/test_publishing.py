"""What publishers gave is kept as they gave it; a correction supersedes and erases nothing."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cotmoc.apps.journal.models import Entry
from cotmoc.apps.orgs.models import AdminUnit, Organisation
from cotmoc.apps.scorecards.models import IndexVersion, Publication, Published
from cotmoc.apps.scorecards.results.publishing import Publisher, Result, record_publication
from cotmoc.core.periods import parse_period

pytestmark = pytest.mark.django_db
YEAR = parse_period("2022")
SOURCE = Publisher("https://dti.gov.vn/xep-hang-2022", date(2023, 7, 12))


@pytest.fixture
def index(now):
    return _version(now)


def _version(now, digest="1", **more):
    values = {
        "code": "thu", "method": "m1", "digest": digest * 64, "name_vi": "Thử",
        "name_en": "Trial", "search": "thu", "owner": "", "legal_source": "", "content": {},
        "valid_from": date(2022, 1, 1), "recorded_at": now,
    }  # fmt: skip
    return IndexVersion.objects.create(**values | more)


@pytest.fixture
def hue(db):
    return AdminUnit.objects.get(level="province", name="Huế")


@pytest.fixture
def publish(index, cast, now):
    def record(*results, publisher=SOURCE, version=None):
        return record_publication(
            version or index, YEAR, results, publisher, actor=cast.dung, now=now
        )

    return record


def _current():
    rows = Published.objects.current().order_by("node", "pk")
    return [(row.subject_name, row.node, row.points, row.rank, row.note) for row in rows]


def test_points_and_ranks_are_kept_with_source_and_journal_entry(publish, hue, cast):
    publication, new = publish(
        Result(hue, "", Decimal("0.6975"), 4, Decimal(1), 5),
        Result(hue, "awareness", Decimal("0.95"), note="báo"),
    )
    assert new
    assert _current() == [
        ("Thành phố Huế", "", Decimal("0.6975"), 4, ""),
        ("Thành phố Huế", "awareness", Decimal("0.95"), None, "báo"),
    ]
    assert (publication.rows, publication.period_end) == (2, date(2022, 12, 31))
    entry = Entry.objects.get(verb="publication.recorded")
    assert (entry.actor, entry.subject_id) == (cast.dung, str(publication.pk))
    assert (entry.after["index"], entry.after["rows"]) == ("thu@m1", 2)


def test_the_same_again_changes_nothing(publish, hue):
    first, _ = publish(Result(hue, "", Decimal("0.6975"), 4))
    again, new = publish(Result(hue, "", Decimal("0.69750"), 4), publisher=Publisher("khác"))
    assert (again, new) == (first, False)
    assert (Publication.objects.count(), Published.objects.count()) == (1, 1)
    assert Entry.objects.filter(verb="publication.recorded").count() == 1


def test_a_new_wording_of_the_method_does_not_make_the_results_double(publish, hue, index, now):
    publish(Result(hue, "", Decimal("0.6975"), 4))
    IndexVersion.objects.filter(pk=index.pk).update(latest=False)
    later = _version(now, "2")
    assert not publish(Result(hue, "", Decimal("0.6975"), 4), version=later)[1]
    assert publish(Result(hue, "", Decimal("0.6976"), 4), version=later)[1]
    assert [row.index for row in Published.objects.current()] == [later]


def test_a_correction_supersedes_its_own_row_only(publish, hue, now):
    other = AdminUnit.objects.get(level="province", name="Quảng Ninh")
    publish(Result(hue, "", Decimal("0.6975"), 4), Result(other, "", Decimal("0.7024"), 3))
    correction, _ = publish(Result(hue, "", Decimal("0.6900"), 5), Result(other, "", None, 3))
    old = Published.objects.get(superseded_at=now)
    assert (old.points, old.rank) == (Decimal("0.6975"), 4)
    assert [row[2:4] for row in _current()] == [(Decimal("0.7024"), 3), (Decimal("0.69"), 5)]
    assert correction.rows == 1


def test_ranks_first_and_points_later_are_one_row_with_both_sources(publish, hue):
    publish(Result(hue, "", None, 4))
    publish(Result(hue, "", Decimal("0.6975")), publisher=Publisher("Báo cáo số 12"))
    row = _current()[0]
    assert row[2:4] == (Decimal("0.6975"), 4)
    assert row[4] == "https://dti.gov.vn/xep-hang-2022"
    assert not publish(Result(hue, "", None, 4))[1]  # the ranks again are no news


def test_an_old_maximum_is_not_put_to_new_points(publish, hue):
    publish(Result(hue, "a", Decimal(40), max=Decimal(50)))
    publish(Result(hue, "a", Decimal("0.9")))
    assert Published.objects.current().get().max is None


def test_two_results_of_one_subject_and_node_are_refused_whole(publish, hue):
    with pytest.raises(ValueError, match="two results"):
        publish(Result(hue, "", Decimal(1)), Result(hue, "", Decimal(2)))
    assert not Publication.objects.exists()


def test_nothing_at_all_is_no_publication(publish, hue):
    with pytest.raises(ValueError, match="no result"):
        publish(Result(hue, "", None))


def test_queries_do_not_grow_with_the_rows(publish):
    bodies = list(Organisation.objects.all()[:60])

    def queries(some, points):
        with CaptureQueriesContext(connection) as captured:
            publish(*(Result(body, "", Decimal(points)) for body in some))
        return len(captured)

    first = queries(bodies[:2], 1)
    # One more to supersede, whether it is two rows or sixty.
    assert first + 1 == queries(bodies, 2) == queries(bodies, 3)
