"""Writes about people: create, change password, issue and revoke tokens."""

import secrets
from datetime import datetime

from django.db import transaction

from cotmoc.apps.accounts.models import ApiToken, Person
from cotmoc.apps.accounts.rules import token_digest
from cotmoc.apps.journal.services import record


@transaction.atomic
def ensure_person(
    username: str,
    *,
    name: str,
    role: str,
    password: str,
    actor: Person | None,
    now: datetime,
    is_demo: bool = False,
) -> tuple[Person, bool]:
    """Create the person unless the user name exists; an existing one is left as it is."""
    existing = Person.objects.filter(username=username).first()
    if existing:
        return existing, False
    person = Person.objects.create_person(
        username, password, name=name, role=role, is_demo=is_demo, created_at=now
    )
    record(
        "person.created",
        person,
        actor=actor,
        now=now,
        after={"username": username, "role": role, "is_demo": is_demo},
    )
    return person, True


@transaction.atomic
def set_password(person: Person, password: str, *, actor: Person | None, now: datetime) -> None:
    """Give a new password; the journal says that, not what."""
    person.set_password(password)
    person.save(update_fields=["password"])
    record("person.password_changed", person, actor=actor, now=now)


@transaction.atomic
def issue_token(person: Person, label: str, *, actor: Person | None, now: datetime) -> str:
    """Create a token and return its secret: the only time it can be seen."""
    secret = f"cm_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        person=person,
        label=label,
        prefix=secret[:8],
        digest=token_digest(secret),
        created_at=now,
    )
    record("token.issued", token, actor=actor, now=now, after={"label": label})
    return secret


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: Person | None, now: datetime) -> None:
    """End a token; it is kept, marked with the time."""
    if token.revoked_at:
        return
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    record("token.revoked", token, actor=actor, now=now, after={"label": token.label})


@transaction.atomic
def close_account(person: Person, *, actor: Person | None, now: datetime) -> None:
    """Let a person sign in no more and end their tokens; what they did stays in the journal."""
    if not person.is_active:
        return
    person.is_active = False
    person.save(update_fields=["is_active"])
    for token in person.tokens.filter(revoked_at=None):
        revoke_token(token, actor=actor, now=now)
    record(
        "person.closed",
        person,
        actor=actor,
        now=now,
        before={"is_active": True},
        after={"is_active": False},
    )
