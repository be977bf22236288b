"""`python -m cotmoc.config.cli`: the program where its script is not on the path."""

from cotmoc.config.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
