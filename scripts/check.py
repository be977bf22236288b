"""Runs every check that needs no tests; says ok or FAILED for each, and why.

make check                 all
make check ARGS="types"    those whose name holds one of the words
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent
# Style of templates is the writer's; what the rest of djlint's rules find is a mistake.
NOT_MISTAKES = "H015,H043"


@dataclass(frozen=True, slots=True)
class Check:
    """One question about the project and the command that answers it with its exit code."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """How a check ended."""

    check: Check
    good: bool
    output: str
    seconds: float


def checks() -> list[Check]:
    """All checks; those of a script only where the script is."""
    python, scripts = sys.executable, ROOT / "scripts"
    found = [
        Check("format", (program("ruff"), "format", "--check", "--output-format=concise", ".")),
        Check("style", (program("ruff"), "check", "--quiet", "--output-format=concise", ".")),
        Check("types", (program("mypy"),)),
        Check("import directions", (program("lint-imports"), "--no-logo")),
        Check(
            "templates",
            (program("djlint"), "src", "--lint", "--profile", "django", "--ignore", NOT_MISTAKES),
        ),
        Check("migrations", (python, "manage.py", "makemigrations", "--check", "--dry-run")),
        Check("system", (python, "manage.py", "check")),
        Check("catalogue", (program("cotmoc"), "indicators", "check")),
        Check("schemas", (python, str(scripts / "schemas.py"), "--check")),
        Check("translations", (python, str(scripts / "translations.py"), "--check")),
        Check("API description", (python, str(scripts / "openapi.py"), "--check")),
        Check("documents", (python, str(scripts / "docs.py"), "--check")),
    ]
    return [check for check in found if _is_there(check)]


def program(name: str) -> str:
    """A program of the project's own environment."""
    return str(PROGRAMS / name)


def _is_there(check: Check) -> bool:
    scripts = [Path(part) for part in check.command if part.startswith(str(ROOT / "scripts"))]
    return all(script.exists() for script in scripts)


def run(check: Check) -> Answer:
    """Ask one question."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cotmoc-check-") as folder:
        settings = {
            "COTMOC_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "cotmoc.config.settings",
        }
        done = subprocess.run(
            check.command,
            cwd=ROOT,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    return Answer(check, done.returncode == 0, done.stdout, time.monotonic() - start)


def main(words: list[str]) -> int:
    """Run the chosen checks, two at a time, and print the answers in order."""
    chosen = [each for each in checks() if not words or any(word in each.name for word in words)]
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for answer in pool.map(run, chosen):
            name = answer.check.name
            print(
                f"{name:20} {'ok' if answer.good else 'FAILED'} ({answer.seconds:.1f} s)",
                flush=True,
            )
            if not answer.good:
                failed.append(name)
                print(answer.output.rstrip(), end="\n\n", flush=True)
    if not chosen:
        print("No check has such a name.")
        return 2
    print(f"Failed: {', '.join(failed)}." if failed else "All checks are good.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
