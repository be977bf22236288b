"""`cotmoc demo`, `setup`, `serve`, `person` and `token`."""

import argparse
import errno
import getpass
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone
from django.utils.translation import gettext as _

from cotmoc.apps.accounts.models import Person, Role
from cotmoc.apps.accounts.services import (
    close_account,
    ensure_person,
    issue_token,
    set_password,
)
from cotmoc.apps.measurement.services import sync_catalogue
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.orgs.services import give_post, load_units
from cotmoc.apps.scorecards.catalogue import sync_indices
from cotmoc.config import demo
from cotmoc.config.cli.output import (
    NOT_FOUND,
    CommandError,
    print_json,
    print_table,
    stderr,
    stdout,
    step,
)
from cotmoc.config.cli.ready import require_database

Subparsers = argparse._SubParsersAction


def add_commands(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    """Add the commands of the operator."""
    show = commands.add_parser(
        "demo",
        help=_("set everything up with a sample province and serve it"),
        description=_(
            "Prepares the database, loads the units, registers Phú Thọ's 163 organisations, "
            "imports the published figures of August 2026 and a sample plan, measures, creates "
            "demo accounts, and serves on this machine. Safe to run again."
        ),
    )
    show.add_argument("--no-serve", action="store_true", help=_("do everything except serving"))
    show.add_argument("--port", type=int, default=None, help=_("port to serve on"))
    show.add_argument("--json", action="store_true", help=_("print JSON"))
    show.set_defaults(run=run_demo)

    prepare = commands.add_parser(
        "setup", help=_("prepare or upgrade the database, load the units")
    )
    prepare.set_defaults(run=run_setup)

    serve = commands.add_parser("serve", help=_("serve the pages and the API"))
    serve.add_argument("--port", type=int, default=None, help=_("port to serve on"))
    serve.add_argument("--workers", type=int, default=2)
    serve.set_defaults(run=run_serve)

    work = commands.add_parser(
        "work",
        help=_("do long work in the background"),
        description=_("`cotmoc serve` starts one by itself; more may run beside it."),
    )
    work.add_argument("--once", action="store_true", help=_("stop when nothing waits"))
    work.set_defaults(run=run_work)

    _add_person_commands(commands)

    token = commands.add_parser("token", help=_("tokens for programs that use the API"))
    actions = token.add_subparsers(metavar="ACTION", required=True)
    create = actions.add_parser("create", help=_("issue a token in a person's name; shown once"))
    create.add_argument("username")
    create.add_argument("--label", default="cli")
    create.set_defaults(run=create_token)


def _add_person_commands(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    person = commands.add_parser("person", help=_("people who sign in"))
    actions = person.add_subparsers(metavar="ACTION", required=True)
    create = actions.add_parser("create", help=_("create a person; asks for the password"))
    create.add_argument("username")
    create.add_argument("--name", required=True)
    create.add_argument("--role", choices=Role.values, required=True)
    create.set_defaults(run=create_person)
    post = actions.add_parser("post", help=_("let a person speak for an organisation"))
    post.add_argument("username")
    post.add_argument("organisation", help=_("code of the organisation, like H44.100"))
    post.set_defaults(run=post_person)
    renew = actions.add_parser("password", help=_("give a person a new password; asks for it"))
    renew.add_argument("username")
    renew.set_defaults(run=renew_password)
    close = actions.add_parser("close", help=_("close an account and end its tokens"))
    close.add_argument("username")
    close.set_defaults(run=close_person)


def prepare_database() -> None:
    """Bring the schema up to date."""
    call_command("migrate", verbosity=0, interactive=False)


def run_setup(chosen: argparse.Namespace) -> None:
    """Schema, units, catalogue, assets."""
    with step(_("Database")):
        prepare_database()
    with step(_("Administrative units through time")):
        load_units(actor=None, now=timezone.now())
    with step(_("Catalogue of indicators")):
        sync_catalogue(actor=None, now=timezone.now())
    with step(_("Indices and their methods")):
        sync_indices(actor=None, now=timezone.now())
    with step(_("Assets")):
        collect_assets()


def collect_assets() -> None:
    """Gather and compress what pages load."""
    call_command("collectstatic", verbosity=0, interactive=False)


def run_demo(chosen: argparse.Namespace) -> None:
    """The whole journey on real figures, then the server."""
    started = time.monotonic()
    with step(_("Database")):
        prepare_database()
    outcome = demo.run(step, now=timezone.now())
    with step(_("Assets")):
        collect_assets()
    result: dict[str, Any] = {**outcome.to_dict(), "seconds": round(time.monotonic() - started, 2)}
    if chosen.json:
        print_json(result)
    else:
        _say(result, outcome)
    if not chosen.no_serve:
        _serve(chosen.port, 2)


def _say(result: dict[str, Any], outcome: demo.Outcome) -> None:
    stdout.print()
    stdout.print(
        _(
            "%(targets)s targets: %(targets_measured)s measured, %(targets_no_data)s without data, "
            "%(targets_not_applicable)s closed · %(indicators)s indicators · "
            "%(organisations)s organisations · %(figures)s figures · %(seconds)s s"
        )
        % result
    )
    stdout.print(
        _("Demo accounts (password for all: %(password)s)") % {"password": outcome.password},
        style="bold",
        markup=False,
    )
    print_table(
        [_("User name"), _("Role")],
        [(person.username, person.name) for person in outcome.people],
        set(),
    )


def run_serve(chosen: argparse.Namespace) -> None:
    """Serve until stopped."""
    require_database()
    collect_assets()
    _serve(chosen.port, chosen.workers)


def _serve(port: int | None, workers: int) -> None:
    from gunicorn.app.base import BaseApplication

    if settings.DEBUG:
        raise CommandError(_("The service is never served with COTMOC_DEBUG on."))
    address = urlsplit(settings.PUBLIC_URL)
    port = port or address.port or 8000
    _require_free(port)

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            options = {
                "bind": f"127.0.0.1:{port}",
                "workers": workers,
                "loglevel": "warning",
                "proc_name": "cotmoc",
                "max_requests": 5000,
                "max_requests_jitter": 500,
                "timeout": 60,
                "worker_tmp_dir": None,
            }
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            from cotmoc.config.wsgi import application

            return application

    stderr.print(
        _("Serving on http://127.0.0.1:%(port)s (Ctrl+C stops)") % {"port": port}, style="bold"
    )
    # gunicorn ends by leaving the program, so the worker is told on the way out too.
    with _worker():
        Server().run()


def run_work(chosen: argparse.Namespace) -> None:
    """Do long work until stopped, or until nothing waits."""
    require_database()
    options = ["--interval", "1", "--no-startup-delay"]
    call_command("db_worker", *options, *(["--batch"] if chosen.once else []))


@contextmanager
def _worker() -> Iterator[None]:
    """A process beside the server that does long work, and ends with it."""
    worker = subprocess.Popen([sys.executable, "-m", "cotmoc.config.cli", "work"])
    here = os.getpid()
    try:
        yield
    finally:
        # The server's own forked processes leave by this way too.
        if os.getpid() == here:
            worker.terminate()
            worker.wait(timeout=30)


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            message = _("Port %(port)s is in use; choose another with --port") % {"port": port}
            raise CommandError(message) from error


def create_person(chosen: argparse.Namespace) -> None:
    """Create somebody who signs in."""
    require_database()
    if Person.objects.filter(username=chosen.username).exists():
        raise CommandError(_("The user name %(name)s exists.") % {"name": chosen.username})
    password = _ask_password(Person(username=chosen.username, name=chosen.name))
    ensure_person(
        chosen.username,
        name=chosen.name,
        role=chosen.role,
        password=password,
        actor=None,
        now=timezone.now(),
    )
    stdout.print(_("Created: %(name)s") % {"name": chosen.username}, markup=False)


def post_person(chosen: argparse.Namespace) -> None:
    """Let a person speak for an organisation."""
    require_database()
    person = _existing_person(chosen.username)
    body = Organisation.objects.filter(code=chosen.organisation).first()
    if body is None:
        message = _("There is no organisation %(code)s.") % {"code": chosen.organisation}
        raise CommandError(message, NOT_FOUND)
    give_post(person, body, actor=None, now=timezone.now())
    stdout.print(f"{person.username}: {body.name}", markup=False)


def renew_password(chosen: argparse.Namespace) -> None:
    """Give a person a new password."""
    require_database()
    person = _existing_person(chosen.username)
    set_password(person, _ask_password(person), actor=None, now=timezone.now())
    stdout.print(_("The password is changed."))


def close_person(chosen: argparse.Namespace) -> None:
    """Close an account."""
    require_database()
    close_account(_existing_person(chosen.username), actor=None, now=timezone.now())
    stdout.print(_("Closed: %(name)s") % {"name": chosen.username}, markup=False)


def _existing_person(username: str) -> Person:
    person = Person.objects.filter(username=username, is_active=True).first()
    if person is None:
        message = _("There is no person %(name)s.") % {"name": username}
        raise CommandError(message, NOT_FOUND)
    return person


def _ask_password(person: Person) -> str:
    password = getpass.getpass(_("Password (at least 12 characters): "))
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    return password


def create_token(chosen: argparse.Namespace) -> None:
    """Issue a token; printed once, on stdout alone."""
    require_database()
    person = _existing_person(chosen.username)
    secret = issue_token(person, chosen.label, actor=None, now=timezone.now())
    stderr.print(_("Keep it: it is not shown again."))
    print(secret)
