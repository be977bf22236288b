"""The demonstration: one province's whole journey on published figures and a sample plan."""

import os
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from cotmoc.apps.accounts.models import Person, Role
from cotmoc.apps.accounts.services import ensure_person, set_password
from cotmoc.apps.measurement.models import Figure
from cotmoc.apps.measurement.services import sync_catalogue
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.orgs.services import give_post, load_units
from cotmoc.apps.programmes.queries import counts, target_rows
from cotmoc.apps.programmes.services import import_plan, publish_plan
from cotmoc.apps.scorecards.catalogue import sync_indices
from cotmoc.apps.scorecards.computing import compute_all
from cotmoc.apps.scorecards.models import Card
from cotmoc.apps.scorecards.results.importing import Options, import_published
from cotmoc.config.demo_round import demo_round
from cotmoc.integrations.portal766.services import import_folder, register_folder

Step = Callable[[str], AbstractContextManager[list[str]]]

# Accounts named by role; the two reporters speak for one department and one commune.
ACCOUNTS = (
    ("quan-tri", "Quản trị hệ thống", Role.ADMINISTRATOR, None),
    ("to-giup-viec", "Tổ giúp việc", Role.SECRETARIAT, None),
    ("ban-chi-dao", "Thành viên Ban Chỉ đạo", Role.COMMITTEE, None),
    ("so-nganh", "Cán bộ báo cáo Sở Nội vụ", Role.REPORTER, "Sở Nội vụ"),
    ("xa-phuong", "Cán bộ báo cáo Phường Việt Trì", Role.REPORTER, "Phường Việt Trì"),
    ("kiem-toan", "Kiểm toán nội bộ", Role.AUDITOR, None),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the demonstration holds when it is done."""

    targets: int
    targets_measured: int
    targets_no_data: int
    targets_not_applicable: int
    indicators: int
    organisations: int
    communes_matched: int
    figures: int
    scorecards: int
    published_points: int
    people: tuple[Person, ...]
    password: str

    def to_dict(self) -> dict[str, int]:
        """The counts, for scripts."""
        return {
            "targets": self.targets,
            "targets_measured": self.targets_measured,
            "targets_no_data": self.targets_no_data,
            "targets_not_applicable": self.targets_not_applicable,
            "indicators": self.indicators,
            "organisations": self.organisations,
            "communes_matched": self.communes_matched,
            "figures": self.figures,
            "scorecards": self.scorecards,
            "published_points": self.published_points,
        }


def run(step: Step, *, now: datetime) -> Outcome:
    """Load everything; each step is safe to repeat and does nothing when it was done."""
    samples = Path(settings.SAMPLES_DIR)
    capture = samples / "phu-tho-2026-08"
    with step(_("Administrative units through time")) as said:
        new = load_units(actor=None, now=now)
        said.append(_("loaded") if new else _("up to date"))
    with step(_("Organisations of Phú Thọ")) as said:
        registration = register_folder(capture, actor=None, now=now)
        matched = sum(registration.matched.values())
        said.append(
            _("%(matched)s of %(communes)s communes matched")
            % {"matched": matched, "communes": registration.communes}
        )
    with step(_("Catalogue of indicators")) as said:
        indicators = len({row.code for row in sync_catalogue(actor=None, now=now)})
        said.append(str(indicators))
    with step(_("Indices and their methods")) as said:
        said.append(str(len(sync_indices(actor=None, now=now))))
    with step(_("Published figures, August 2026")) as said:
        imported = import_folder(capture, period=None, actor=None, now=now)
        assert imported.run is not None
        said.append(_("%(figures)s figures") % {"figures": imported.run.figures})
    with step(_("Published results of DTI and PAR Index")) as said:
        brought = [
            import_published(path, Options(), actor=None, now=now)
            for path in sorted((samples / "indices").glob("*.csv"))
        ]
        values = sum(part.known + len(part.changes) for each in brought for part in each.parts)
        said.append(_("%(values)s values") % {"values": values})
    with step(_("Scorecards, August 2026")) as said:
        compute_all(actor=None, now=now)
        scorecards = Card.objects.current().filter(period="2026-08").count()
        said.append(
            _("%(cards)s scorecards, %(points)s points published by the portal")
            % {"cards": scorecards, "points": imported.published}
        )
    with step(_("Sample plan")) as said:
        plan = import_plan(next((samples / "plans").glob("*.txt")), actor=None, now=now).plan
        publish_plan(plan, actor=None, now=now)
        said.append(_("%(targets)s targets") % {"targets": plan.targets.count()})
    with step(_("Demo accounts")):
        people, password = _people(now)
    with step(_("Assessment round (illustration)")) as said:
        shown = demo_round(now=now)
        said.append(_("%(bodies)s bodies") % {"bodies": shown.assessments.count() if shown else 0})
    rows = target_rows(plan, viewer=people[0], today=now.date())
    states = counts(rows)
    return Outcome(
        targets=len(rows),
        targets_measured=states["met"] + states["on_the_way"] + states["behind"],
        targets_no_data=states["no_data"],
        targets_not_applicable=states["not_applicable"],
        indicators=indicators,
        organisations=registration.organisations,
        communes_matched=matched,
        figures=Figure.objects.current().count(),
        scorecards=scorecards,
        published_points=imported.published,
        people=people,
        password=password,
    )


def _people(now: datetime) -> tuple[tuple[Person, ...], str]:
    """Create the accounts with one password per installation, kept readable for the owner only."""
    password = _kept_password(Path(settings.DATA_DIR) / "demo-password")
    people = []
    for username, name, role, organisation in ACCOUNTS:
        person, new = ensure_person(
            username, name=name, role=role, password=password, actor=None, now=now, is_demo=True
        )
        if not new and person.is_demo and not person.check_password(password):
            set_password(person, password, actor=None, now=now)
        if organisation:
            body = Organisation.objects.get(short_name=organisation, parent__kind="province")
            give_post(person, body, actor=None, now=now)
        people.append(person)
    return tuple(people), password


def _kept_password(path: Path) -> str:
    if path.exists():
        return path.read_text().strip()
    password = "-".join(secrets.token_hex(2) for _number in range(4))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(password)
    return password
