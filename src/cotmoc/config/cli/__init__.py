"""The one program `cotmoc`."""

from cotmoc.config.cli.main import main

__all__ = ["main"]
