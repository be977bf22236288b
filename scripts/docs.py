"""Lists the project's documents and checks that what they point to is there.

    make docs                      list, and check
    python scripts/docs.py --check check only

A link to a file must lead to a file of the project, and a link to a heading (`#…`) to a heading.
Links to the web are not followed.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[1]
CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]+`", re.DOTALL | re.MULTILINE)
LINK = re.compile(
    r"(?<!\\)\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)|^\[[^\]]+\]:\s+(\S+)", re.M
)
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
OUTSIDE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)


def documents() -> list[Path]:
    """Every Markdown file that is part of the project, the way in first."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = {ROOT / name for name in listed.stdout.split("\0") if name}
    return sorted((path for path in found if path.exists()), key=_order)


def _order(path: Path) -> tuple[int, str]:
    return len(path.relative_to(ROOT).parts), str(path)


def title(path: Path) -> str:
    """The document's first heading."""
    found = HEADING.search(path.read_text(encoding="utf-8"))
    return found[1] if found else "(no heading)"


def anchors(path: Path) -> set[str]:
    """The names that headings can be linked by, spelled as code hosts spell them."""
    found: set[str] = set()
    text = re.sub(r"^(```|~~~).*?^\1", "", path.read_text(encoding="utf-8"), flags=re.S | re.M)
    for heading in HEADING.findall(text):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*]", r"\1", heading).lower()
        name = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        number = 0
        while (numbered := f"{name}-{number}" if number else name) in found:
            number += 1
        found.add(numbered)
    return found


def links(path: Path) -> Iterator[tuple[int, str]]:
    """Line and address of every link outside code."""
    text = path.read_text(encoding="utf-8")
    blanked = CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), text)
    for found in LINK.finditer(blanked):
        yield blanked.count("\n", 0, found.start()) + 1, found[1] or found[2]


def broken(path: Path) -> Iterator[str]:
    """What a document points to that is not there."""
    for line, address in links(path):
        if OUTSIDE.match(address):
            continue
        place, _, anchor = unquote(address).partition("#")
        target = (path.parent / place).resolve() if place else path
        where = f"{path.relative_to(ROOT)}:{line}: {address}"
        if not target.is_relative_to(ROOT) or not target.exists():
            yield f"{where}: there is no such file"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            yield f"{where}: there is no such heading"


def main(arguments: list[str]) -> int:
    """List (unless only checking) and check; the exit code is zero only if all links lead on."""
    found = documents()
    if "--check" not in arguments:
        width = max(len(str(path.relative_to(ROOT))) for path in found)
        for path in found:
            print(f"{path.relative_to(ROOT)!s:{width}}  {title(path)}")
    problems = [problem for path in found for problem in broken(path)]
    for problem in problems:
        print(problem)
    print(f"{len(found)} documents, {len(problems)} broken links")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
