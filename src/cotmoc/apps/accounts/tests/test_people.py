"""People, what their roles allow, and the tokens programs use in their name."""

import hashlib

import pytest

from cotmoc.apps.accounts.models import ApiToken, Person, Role
from cotmoc.apps.accounts.queries import person_of_token
from cotmoc.apps.accounts.rules import token_digest
from cotmoc.apps.accounts.services import (
    close_account,
    ensure_person,
    issue_token,
    revoke_token,
    set_password,
)
from cotmoc.apps.journal.models import Entry

pytestmark = pytest.mark.django_db

PASSWORD = "mot-mat-khau-du-dai"


@pytest.mark.parametrize(
    ("role", "steers", "reads_drafts", "reads_journal"),
    [
        (Role.ADMINISTRATOR, True, True, True),
        (Role.SECRETARIAT, True, True, False),
        (Role.COMMITTEE, False, True, False),
        (Role.REPORTER, False, False, False),
        (Role.AUDITOR, False, True, True),
    ],
)
def test_what_a_role_may_do(role, steers, reads_drafts, reads_journal):
    person = Person(role=role)
    assert (person.steers, person.reads_drafts, person.reads_journal) == (
        steers,
        reads_drafts,
        reads_journal,
    )


def test_every_role_is_in_the_table():
    assert len(Role) == 5


def add_an(now, **changes):
    wanted = {"name": "Nguyễn Văn An", "role": "reporter", "password": PASSWORD, **changes}
    return ensure_person("an", actor=None, now=now, **wanted)


def test_a_person_is_created_once(now):
    person, new = add_an(now)
    assert new
    assert person.check_password(PASSWORD)
    entry = Entry.objects.get(verb="person.created", subject_id=str(person.pk))
    assert entry.after == {"username": "an", "role": "reporter", "is_demo": False}


def test_an_existing_person_is_left_as_it_is(now):
    first, _ = add_an(now)
    again, new = add_an(now, name="Somebody else", role="administrator", password="x" * 12)
    assert not new
    assert again == first
    kept = Person.objects.get(pk=first.pk)
    assert (kept.name, kept.role) == ("Nguyễn Văn An", "reporter")
    assert kept.check_password(PASSWORD)
    assert Entry.objects.filter(verb="person.created").count() == 1


def test_the_journal_never_holds_a_password_or_a_token(now):
    person, _ = add_an(now)
    set_password(person, "mot-mat-khau-khac", actor=person, now=now)
    secret = issue_token(person, "báo cáo", actor=person, now=now)
    written = str(list(Entry.objects.values_list("before", "after")))
    for hidden in (PASSWORD, "mot-mat-khau-khac", secret, token_digest(secret)):
        assert hidden not in written


def test_a_new_password_replaces_the_old(now):
    person, _ = add_an(now)
    set_password(person, "mot-mat-khau-khac", actor=person, now=now)
    kept = Person.objects.get(pk=person.pk)
    assert kept.check_password("mot-mat-khau-khac")
    assert not kept.check_password(PASSWORD)


def test_of_a_token_only_the_digest_is_kept(cast, now):
    secret = issue_token(cast.an, "báo cáo", actor=cast.an, now=now)
    token = ApiToken.objects.get(person=cast.an)
    assert token.digest == token_digest(secret) == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in str(token.__dict__)
    assert secret.startswith(token.prefix)
    assert len(secret) >= 43


def test_a_token_speaks_for_its_person_until_it_is_revoked(cast, now):
    secret = issue_token(cast.an, "báo cáo", actor=cast.an, now=now)
    assert person_of_token(secret) == cast.an
    revoke_token(ApiToken.objects.get(), actor=cast.dung, now=now)
    assert person_of_token(secret) is None
    assert ApiToken.objects.get().revoked_at == now


def test_revoking_twice_is_one_event(cast, now):
    issue_token(cast.an, "báo cáo", actor=cast.an, now=now)
    for _ in range(2):
        revoke_token(ApiToken.objects.get(), actor=cast.dung, now=now)
    assert Entry.objects.filter(verb="token.revoked").count() == 1


def test_a_token_of_somebody_who_left_opens_nothing(cast, now):
    secret = issue_token(cast.an, "báo cáo", actor=cast.an, now=now)
    Person.objects.filter(pk=cast.an.pk).update(is_active=False)
    assert person_of_token(secret) is None


def test_closing_an_account_ends_its_tokens_and_keeps_what_was_done(cast, now):
    secret = issue_token(cast.an, "báo cáo", actor=cast.an, now=now)
    done = Entry.objects.filter(actor=cast.an).count()
    for _ in range(2):
        close_account(cast.an, actor=cast.dung, now=now)
    assert Person.objects.get(pk=cast.an.pk).is_active is False
    assert person_of_token(secret) is None
    assert ApiToken.objects.get().revoked_at == now
    assert Entry.objects.filter(actor=cast.an).count() == done
    entry = Entry.objects.get(verb="person.closed")
    assert (entry.before, entry.after) == ({"is_active": True}, {"is_active": False})


@pytest.mark.parametrize("wrong", ["", "cm_", "cm_guess"])
def test_a_made_up_token_opens_nothing(cast, wrong):
    assert person_of_token(wrong) is None
