"""People who sign in, what their role allows, and the tokens programs use in their name."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    SECRETARIAT = "secretariat", _("Secretariat")
    COMMITTEE = "committee", _("Steering committee member")
    REPORTER = "reporter", _("Department or commune reporter")
    AUDITOR = "auditor", _("Auditor")


# One table says what a role may do beyond reading what every signed-in person reads.
MAY_STEER = frozenset({Role.ADMINISTRATOR, Role.SECRETARIAT})
MAY_READ_DRAFTS = MAY_STEER | {Role.COMMITTEE, Role.AUDITOR}
MAY_READ_JOURNAL = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


class PersonManager(BaseUserManager["Person"]):
    def create_person(self, username: str, password: str | None, **fields: Any) -> "Person":
        person = self.model(username=username, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Somebody who signs in; `name` is what colleagues see."""

    username = models.CharField(_("user name"), max_length=60, unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = PersonManager()

    USERNAME_FIELD = "username"

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    @property
    def steers(self) -> bool:
        """May enter plans, import figures, publish."""
        return self.role in MAY_STEER

    @property
    def reads_drafts(self) -> bool:
        return self.role in MAY_READ_DRAFTS

    @property
    def reads_journal(self) -> bool:
        return self.role in MAY_READ_JOURNAL


class ApiToken(models.Model):
    """A secret a program sends instead of a password; only its digest is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    label = models.CharField(max_length=80)
    prefix = models.CharField(max_length=8)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.label} ({self.prefix}…)"
