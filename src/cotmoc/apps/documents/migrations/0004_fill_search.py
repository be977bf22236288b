"""Fill what the register finds documents by, for those recorded before it."""

from django.db import migrations

from cotmoc.apps.documents.rules import reference_key, search_words


def fill(apps, schema_editor):
    documents = apps.get_model("documents", "Document").objects
    for document in documents.filter(search="").iterator(chunk_size=20):
        document.search = search_words(
            document.symbol, document.title, document.issuer, document.text
        )
        document.symbol_key = reference_key(document.symbol)
        document.valid_from = document.valid_from or document.date
        document.save(update_fields=["search", "symbol_key", "valid_from"])


class Migration(migrations.Migration):

    dependencies = [("documents", "0003_register")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
