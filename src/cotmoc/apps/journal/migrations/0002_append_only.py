"""The database itself refuses changes to the journal, whoever asks."""

from django.db import migrations

SQLITE = [
    """CREATE TRIGGER journal_no_{verb} BEFORE {verb} ON journal_entry
       BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""".format(verb=verb)
    for verb in ("update", "delete")
] + [
    # INSERT OR REPLACE removes the old row without asking the trigger above.
    """CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal_entry
       WHEN EXISTS (SELECT 1 FROM journal_entry WHERE id = NEW.id)
       BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"""
]
POSTGRESQL = [
    """CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$""",
    """CREATE TRIGGER journal_no_change BEFORE UPDATE OR DELETE ON journal_entry
       FOR EACH ROW EXECUTE FUNCTION journal_refuse()""",
    """CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON journal_entry
       FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()""",
]
DROP = {
    "sqlite": [f"DROP TRIGGER journal_no_{verb}" for verb in ("update", "delete", "replace")],
    "postgresql": ["DROP FUNCTION journal_refuse() CASCADE"],
}


def create(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    for statement in DROP[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
