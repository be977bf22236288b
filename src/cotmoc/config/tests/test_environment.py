"""What an installation may set: wrong values stop the program with their name and the reason."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from cotmoc.config.environment import Environment, parse_database_url


def environment(monkeypatch, tmp_path, **settings):
    for name in [name for name in os.environ if name.startswith("COTMOC_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COTMOC_DATA_DIR", str(tmp_path))
    for name, value in settings.items():
        monkeypatch.setenv(f"COTMOC_{name}", value)
    return Environment()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        (
            "PUBLIC_URL",
            "http://cotmoc.phutho.gov.vn",
            "must be https unless the host is this machine",
        ),
        ("PUBLIC_URL", "http://0.0.0.0:8000", "must be https unless the host is this machine"),
        ("PUBLIC_URL", "cotmoc.phutho.gov.vn", "must look like https://host"),
        ("PUBLIC_URL", "ftp://cotmoc.phutho.gov.vn", "must look like https://host"),
        ("SECRET_KEY", "too-short", "at least 32 characters"),
        ("DATABASE_URL", "mysql://host/name", "must begin with postgresql:// or sqlite:///"),
        ("DATABASE_URL", "postgresql://host", "needs a database name"),
        ("DATABASE_URL", "postgresql://host:port/name", "Port could not be cast"),
        ("DATABASE_URL", "sqlite:///", "needs a path"),
        ("LANGUAGE", "fr", "Input should be 'vi' or 'en'"),
        ("DEBUG", "perhaps", "valid boolean"),
    ],
)
def test_a_wrong_value_is_refused_with_its_name(monkeypatch, tmp_path, name, value, reason):
    with pytest.raises(ValidationError, match=reason) as refused:
        environment(monkeypatch, tmp_path, **{name: value})
    assert [error["loc"] for error in refused.value.errors()] == [(name.lower(),)]


def test_the_program_stops_with_every_wrong_name_and_without_a_traceback(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "import cotmoc.config.settings"],
        env={
            **os.environ,
            "COTMOC_DATA_DIR": str(tmp_path),
            "COTMOC_PUBLIC_URL": "http://cotmoc.phutho.gov.vn",
            "COTMOC_SECRET_KEY": "a-secret-too-short",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "COTMOC_PUBLIC_URL: " in done.stderr
    assert "COTMOC_SECRET_KEY: " in done.stderr
    assert "Traceback" not in done.stderr
    assert "a-secret-too-short" not in done.stderr


@pytest.mark.parametrize(
    ("url", "host", "secure"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1", False),
        ("http://localhost:9000/", "localhost", False),
        ("http://[::1]:8000", "::1", False),
        ("https://cotmoc.phutho.gov.vn/", "cotmoc.phutho.gov.vn", True),
    ],
)
def test_a_public_address(monkeypatch, tmp_path, url, host, secure):
    found = environment(monkeypatch, tmp_path, PUBLIC_URL=url)
    assert (found.host, found.secure, found.public_url) == (host, secure, url.rstrip("/"))


def test_without_settings_everything_is_in_the_data_folder(monkeypatch, tmp_path):
    found = environment(monkeypatch, tmp_path)
    assert found.database()["NAME"] == tmp_path / "cotmoc.sqlite3"
    assert (found.debug, found.language) == (False, "vi")


def test_a_database_address_is_taken_apart():
    found = parse_database_url("postgresql://c%40t:p%2Fw@db.local:5433/cot%20moc?sslmode=require")
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["USER"], found["PASSWORD"]) == ("c@t", "p/w")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.local", "5433", "cot moc")
    assert found["OPTIONS"] == {"sslmode": "require"}
    assert parse_database_url("sqlite:////srv/cotmoc.db")["NAME"] == Path("/srv/cotmoc.db")


def test_a_secret_is_made_once_and_only_its_owner_reads_it(monkeypatch, tmp_path):
    folder = tmp_path / "new"
    secret = environment(monkeypatch, folder).secret()
    assert len(secret) >= 50
    assert environment(monkeypatch, folder).secret() == secret
    path = folder / "secret-key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in folder.iterdir()] == ["secret-key"]


def test_a_secret_given_is_used_and_not_written(monkeypatch, tmp_path):
    given = "k" * 40
    assert environment(monkeypatch, tmp_path, SECRET_KEY=given).secret() == given
    assert list(tmp_path.iterdir()) == []
