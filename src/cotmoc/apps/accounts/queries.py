"""Reads about people."""

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.accounts.rules import token_digest


def person_of_token(secret: str) -> Person | None:
    """The active person in whose name this token speaks, if it is valid."""
    return Person.objects.filter(
        is_active=True, tokens__digest=token_digest(secret), tokens__revoked_at=None
    ).first()
