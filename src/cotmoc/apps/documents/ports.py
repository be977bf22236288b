"""What other apps reach of documents beyond their tables: the files as received."""

from cotmoc.apps.documents import originals

__all__ = ["originals"]
