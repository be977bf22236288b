"""The journal only grows: neither the program nor a hand in the database changes it."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError

from cotmoc.apps.journal.models import AppendOnlyError, Entry
from cotmoc.apps.journal.queries import entries
from cotmoc.apps.journal.services import record

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(cast, province, now):
    return record(
        "post.given",
        province,
        actor=cast.dung,
        now=now,
        before={"holder": "An"},
        after={"holder": "Bình"},
    )


def test_an_entry_says_who_did_what_to_which_thing_and_how_it_looked(entry, cast, province, now):
    kept = Entry.objects.get(pk=entry.pk)
    assert (kept.at, kept.actor, kept.verb) == (now, cast.dung, "post.given")
    assert (kept.subject_type, kept.subject_id) == ("orgs.organisation", str(province.pk))
    assert (kept.before, kept.after) == ({"holder": "An"}, {"holder": "Bình"})


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry.save(),
        lambda entry: entry.delete(),
        lambda entry: Entry.objects.filter(pk=entry.pk).update(verb="nothing.happened"),
        lambda entry: Entry.objects.all().delete(),
        lambda entry: Entry.objects.bulk_update([entry], ["verb"]),
    ],
    ids=["save again", "delete", "update a query", "delete a query", "bulk update"],
)
def test_the_program_cannot_change_or_remove_an_entry(entry, change):
    with pytest.raises(AppendOnlyError):
        change(entry)


def by_hand(statement):
    """Somebody with a door to the database; undone if it fails."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entry SET verb = 'nothing.happened' WHERE id = {id}",
        "DELETE FROM journal_entry WHERE id = {id}",
        "DELETE FROM journal_entry",
    ],
)
def test_the_database_itself_refuses_whoever_asks(entry, statement):
    with pytest.raises(DatabaseError, match="the journal is append-only"):
        by_hand(statement.format(id=entry.pk))
    assert Entry.objects.get(pk=entry.pk).verb == "post.given"


def test_the_database_refuses_the_way_around_its_refusal(entry):
    around = {
        "sqlite": "INSERT OR REPLACE INTO journal_entry SELECT * FROM journal_entry",
        "postgresql": "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE journal_entry",
    }
    with pytest.raises(DatabaseError, match="the journal is append-only"):
        by_hand(around[connection.vendor])


def test_a_write_that_fails_leaves_no_entry(cast, province, now):
    before = Entry.objects.count()

    def half_a_write():
        with transaction.atomic():
            record("post.given", province, actor=cast.dung, now=now)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        half_a_write()
    assert Entry.objects.count() == before


def test_only_those_who_answer_for_it_read_the_journal(entry, cast):
    assert entry in entries(viewer=cast.giang)
    for person in (cast.an, cast.binh, cast.chi, cast.dung, cast.em):
        assert not entries(viewer=person).exists()


def test_somebody_named_in_the_journal_cannot_be_removed(entry, cast):
    with pytest.raises(ProtectedError):
        cast.dung.delete()
