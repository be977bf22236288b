"""Runs the tests on SQLite, and those that touch the database again on PostgreSQL.

    make test                      everything
    make test ARGS="-k units"      arguments are pytest's

PostgreSQL is started for the run from the server programs found on this machine, listens on a
socket of its own and is gone afterwards. Where there are none it is skipped and said so; naming it
in COTMOC_REQUIRE (`postgresql,chromium,spark`) makes that a failure instead.
"""

import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[1]
NO_TESTS_CHOSEN = 5
START_SECONDS = 30
# Every worker loads the province for itself, so many gain little.
MOST_WORKERS = 8
# A server that lives for one run need not survive a power cut.
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


class Unavailable(Exception):  # noqa: N818 - the name says what happened
    """There is no PostgreSQL to test with; the message says why and what helps."""


def main(arguments: list[str]) -> int:
    """Run everything and tell what came of it; the exit code is zero only if all went well."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that `finally` still runs
    required = {name for name in os.environ.get("COTMOC_REQUIRE", "").split(",") if name}
    report: list[tuple[str, bool]] = []
    if "chromium" in required and not chromium():
        report.append(("Chromium: not found (apt install chromium)", False))
    report.append(on_sqlite(arguments))
    report.append(on_postgresql(arguments, required="postgresql" in required))
    print("\nTests")
    for line, _ in report:
        print(f"  {line}")
    good = all(fine for _, fine in report)
    print("All tests passed." if good else "There are failures.")
    return 0 if good else 1


def chromium() -> str | None:
    """The browser that journeys use."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def on_sqlite(arguments: list[str]) -> tuple[str, bool]:
    """All tests."""
    code = run_pytest(arguments, {"COTMOC_DATABASE_URL": ""})
    return f"SQLite {sqlite3.sqlite_version}: {words(code)}", code == 0


def on_postgresql(arguments: list[str], *, required: bool) -> tuple[str, bool]:
    """The tests that touch the database."""
    try:
        with server() as (version, environment):
            print(f"\nAgain on PostgreSQL {version}: the tests that touch the database", flush=True)
            code = run_pytest([*arguments, "--database-tests"], environment)
    except Unavailable as reason:
        return f"PostgreSQL: {'MISSING' if required else 'skipped'}, {reason}", not required
    fine = code in {0, NO_TESTS_CHOSEN}
    return f"PostgreSQL {version}: {words(code)}", fine


def words(code: int) -> str:
    """What pytest's exit code means."""
    meanings = {0: "passed", 1: "FAILED", 2: "interrupted", NO_TESTS_CHOSEN: "no tests chosen"}
    return meanings.get(code, f"FAILED (pytest ended with {code})")


def run_pytest(arguments: list[str], environment: dict[str, str]) -> int:
    """Run pytest with settings and a data folder of its own, one worker on every processor."""
    outside = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("COTMOC_") or name == "COTMOC_REQUIRE"
    }
    with tempfile.TemporaryDirectory(prefix="cotmoc-test-") as folder:
        settings = {**outside, "COTMOC_DATA_DIR": folder, **environment}
        workers = [f"--numprocesses={min(os.cpu_count() or 1, MOST_WORKERS)}", "--dist=worksteal"]
        command = [sys.executable, "-m", "pytest", *workers, *arguments]
        return subprocess.run(command, cwd=ROOT, env=settings, check=False).returncode


@contextmanager
def server() -> Iterator[tuple[str, dict[str, str]]]:
    """A PostgreSQL server that exists inside the `with`; yields its version and the environment
    that leads Django to it. Raises Unavailable."""
    programs = server_programs()
    identity = other_identity()
    # Not TMPDIR: a socket's path has at most 107 bytes, and the server's user must get there.
    folder = Path(tempfile.mkdtemp(prefix="cotmoc-pg-", dir="/tmp"))
    process = None
    try:
        if identity:
            shutil.chown(folder, "postgres", "postgres")
        initialise(programs, identity, folder)
        process = start(programs, identity, folder)
        address = {"PGHOST": str(folder), "PGPORT": "5432", "PGUSER": "postgres"}
        version = wait_until_ready(process, folder)
        yield version, {**address, "COTMOC_DATABASE_URL": "postgresql://postgres@/cotmoc"}
    finally:
        if process:
            stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def server_programs() -> Path:
    """The folder of initdb and postgres: from PATH, or the newest that Debian or Red Hat keep."""
    found = shutil.which("initdb")
    if found and shutil.which("postgres"):
        return Path(found).parent
    folders = [
        *Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        *Path("/usr").glob("pgsql-*/bin/initdb"),
    ]
    if not folders:
        raise Unavailable("no server binaries found (apt install postgresql)")
    return max(folders, key=lambda path: int(path.parts[-3].split("-")[-1])).parent


def other_identity() -> list[str]:
    """PostgreSQL refuses to run as root: the command that makes it run as its own user."""
    if os.geteuid() != 0:
        return []
    try:
        pwd.getpwnam("postgres")
    except KeyError as error:
        raise Unavailable("no user postgres to run it as (apt install postgresql)") from error
    if not shutil.which("setpriv"):
        raise Unavailable("setpriv is needed to run it as its own user (apt install util-linux)")
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]


def initialise(programs: Path, identity: list[str], folder: Path) -> None:
    """Make an empty cluster whose only door is the socket in its folder."""
    options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"]
    command = [*identity, str(programs / "initdb"), "-D", str(folder / "data"), "-N", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"initdb failed: {done.stderr.strip()[-300:]}")


def start(programs: Path, identity: list[str], folder: Path) -> subprocess.Popen[bytes]:
    """Start the server as a child, in a session of its own: Ctrl-C reaches the tests only."""
    settings = [f"unix_socket_directories={folder}", "listen_addresses=", *FAST]
    options = [part for setting in settings for part in ("-c", setting)]
    command = [*identity, str(programs / "postgres"), "-D", str(folder / "data"), "-p", "5432"]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [*command, *options],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> str:
    """Connect as soon as the server lets us; returns its version."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with psycopg.connect(host=str(folder), port=5432, user="postgres") as connection:
                return str(connection.execute("SHOW server_version").fetchone()[0]).split()[0]
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise Unavailable(f"the server did not start: {(folder / 'log').read_text()[-300:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to end now, and see to it."""
    process.send_signal(signal.SIGINT)  # "fast shutdown": does not wait for clients
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
