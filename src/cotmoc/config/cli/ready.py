"""Whether the database can be used, said in words."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from cotmoc.config.cli.output import NOT_READY, CommandError


def require_database() -> None:
    """Stop with exit code 3 unless the database is there and up to date."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        reason = str(error).splitlines()[0]
        message = _("The database cannot be reached: %(reason)s") % {"reason": reason}
        raise CommandError(message, NOT_READY) from error
    if pending:
        raise CommandError(_("The database is not ready. Run: cotmoc setup"), NOT_READY)


def database_is_ready() -> bool:
    """Whether the database is there and up to date."""
    try:
        require_database()
    except CommandError:
        return False
    return True
