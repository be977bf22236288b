"""What an installation may set, typed and checked before anything else starts.

Every name is read from the environment with the prefix `COTMOC_` (for instance
`COTMOC_DATABASE_URL`). A wrong value stops the program with the name and the reason.
"""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_DIR = Path(__file__).resolve().parents[3]
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class Environment(BaseSettings):
    """The installation's settings; each field is documented by its description."""

    model_config = SettingsConfigDict(env_prefix="COTMOC_", extra="forbid")

    debug: bool = Field(
        default=False, description="developer's pages with tracebacks; never in use"
    )
    data_dir: Path = Field(
        default=PROJECT_DIR / "var",
        description="database, lake, sources, keys: all that is written",
    )
    database_url: str = Field(
        default="", description="postgresql://user:password@host:port/name or sqlite:///path"
    )
    secret_key: str = Field(
        default="", description="at least 32 characters; made and kept in data_dir when not given"
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000", description="address under which people reach the service"
    )
    engine: str = Field(
        default="duckdb",
        description="what computes figures: duckdb, spark://host:port or spark:local[cores]",
    )
    language: Literal["vi", "en"] = Field(default="vi", description="language of first contact")
    max_document_mb: int = Field(
        default=20, ge=1, le=200, description="largest file of a document that may be handed in"
    )
    virus_scanner: str = Field(
        default="",
        description="command called with the path of a file handed in; other than 0 refuses it",
    )

    @field_validator("engine")
    @classmethod
    def _known_engine(cls, value: str) -> str:
        if value != "duckdb" and not value.startswith(("spark://", "spark:local")):
            raise ValueError("must be duckdb, spark://host:port or spark:local[cores]")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and len(value) < 32:
            raise ValueError("must have at least 32 characters")
        return value

    @field_validator("public_url")
    @classmethod
    def _absolute(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must look like https://host or http://127.0.0.1:8000")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
            raise ValueError("must be https unless the host is this machine (127.0.0.1)")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value:
            parse_database_url(value)
        return value

    @property
    def secure(self) -> bool:
        """Whether cookies travel over https only."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def host(self) -> str:
        """Host name of the public address."""
        return urlsplit(self.public_url).hostname or "127.0.0.1"

    def database(self) -> dict[str, Any]:
        """Django's `DATABASES` entry."""
        if self.database_url:
            return parse_database_url(self.database_url)
        return _sqlite(self.data_dir / "cotmoc.sqlite3")

    def secret(self) -> str:
        """The signing key: given, or generated once per installation and kept beside the data."""
        return self.secret_key or _kept_secret(self.data_dir / "secret-key")


def parse_database_url(url: str) -> dict[str, Any]:
    """Turn a database address into Django's settings; raises ValueError when it is not understood.

    What follows `?` goes to the driver (`?sslmode=verify-full`).
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = unquote(parts.path[1:])
        if not path:
            raise ValueError("sqlite:/// needs a path")
        return _sqlite(Path(path))
    if parts.scheme in {"postgres", "postgresql"}:
        if not parts.path.strip("/"):
            raise ValueError("postgresql:// needs a database name")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": dict(parse_qsl(parts.query)),
        }
    raise ValueError("must begin with postgresql:// or sqlite:///")


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # Writers take the lock at once and wait, instead of failing in the middle of a step.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def _kept_secret(path: Path) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked into place, so that nobody ever reads half a key.
    descriptor, aside = tempfile.mkstemp(prefix="secret-key-", dir=path.parent)  # mode 0600
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
    with suppress(FileExistsError):  # another process was first: its key is the installation's
        os.link(aside, path)
    os.unlink(aside)
    return path.read_text().strip()
