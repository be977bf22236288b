"""Keeps the Vietnamese catalogue in step with the sources.

    python scripts/translations.py           gather the keys, compile; then say what is missing
    python scripts/translations.py --check   change nothing, fail if something is not in order

English text in the sources is the key. A key that appears is added without a translation, a key
that disappears is dropped; nothing is guessed, so nothing has to be un-guessed. The one exception
are entries with the translator's comment "Django": they stand in for a poor translation that Django
ships, and so have no key here.

Gathering needs xgettext (apt install gettext). Where it is missing, --check does the rest and says
so; naming it in COTMOC_REQUIRE (`gettext`) makes that a failure instead.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import django
import polib

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "cotmoc"
CATALOGUE = PACKAGE / "locale" / "vi" / "LC_MESSAGES" / "django.po"
NOT_SEARCHED = shutil.ignore_patterns("tests", "migrations", "locale", "static", "__pycache__")
FROM_DJANGO = "Django"
METADATA = {
    "Project-Id-Version": "Cột Mốc",
    "Language": "vi",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}

# A lone % counts as a placeholder too: formatting would stumble over it.
PERCENT = re.compile(r"%(?:%|(?:\(\w+\))?[-+#0]*\d*(?:\.\d+)?[sdifr]|)")
NAMED = re.compile(r"%\(\w+\)[sdifr]")
BRACES = re.compile(r"\{\w*\}")
TAGS = re.compile(r"</?[a-z]+>")

Key = tuple[str, str]


class Unavailable(Exception):  # noqa: N818 - the name says what happened
    """The keys cannot be gathered here; the message says why and what helps."""


def key_of(entry: polib.POEntry) -> Key:
    """What tells entries apart: the English text and, where it is ambiguous, a context."""
    return (entry.msgid, entry.msgctxt or "")


def named(key: Key) -> str:
    """A key as a person recognises it in the file."""
    text, context = key
    return f"“{text}”" + (f" ({context})" if context else "")


# --- gathering --------------------------------------------------------------------------------


def extract() -> polib.POFile:
    """All keys of the sources. Raises Unavailable."""
    if not shutil.which("xgettext"):
        raise Unavailable("xgettext is not installed (apt install gettext)")
    with tempfile.TemporaryDirectory(prefix="cotmoc-keys-") as name:
        folder = Path(name)
        # Django writes beside the templates while it gathers: in a copy it disturbs nobody.
        shutil.copytree(PACKAGE, folder / "cotmoc", ignore=NOT_SEARCHED)
        (folder / "locale").mkdir()
        command = [sys.executable, "-m", "django", "makemessages", "--locale", "vi"]
        options = ["--no-wrap", "--no-location", "--no-obsolete"]
        done = subprocess.run(
            [*command, *options],
            cwd=folder,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"The keys could not be gathered:\n{done.stdout}{done.stderr}")
        return polib.pofile(str(folder / "locale" / "vi" / "LC_MESSAGES" / "django.po"))


def seen_in_python() -> Iterator[tuple[str, Path]]:
    """Keys that stand in Python, found without xgettext: it does not look into f-strings."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if {"tests", "migrations"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="_" | "gettext" | "gettext_lazy"),
                    args=[ast.Constant(value=str(text))],
                ):
                    yield text, path


@cache
def django_keys() -> frozenset[Key]:
    """What Django itself says on pages with forms and sign-in."""
    home = Path(django.__file__).parent
    files = (home / "conf", home / "contrib" / "auth")
    catalogues = (polib.pofile(str(each / "locale/en/LC_MESSAGES/django.po")) for each in files)
    return frozenset(key_of(entry) for catalogue in catalogues for entry in catalogue)


def for_django(entry: polib.POEntry) -> bool:
    """Whether the entry says better what Django says badly."""
    return entry.tcomment == FROM_DJANGO and key_of(entry) in django_keys()


def merge(known: Iterable[polib.POEntry], found: Iterable[polib.POEntry]) -> polib.POFile:
    """The keys of the sources with the translations there are, always in the same order."""
    held = {key_of(entry): entry for entry in known if not entry.obsolete}
    gathered = list(found)
    keys = {key_of(entry) for entry in gathered}
    entries = [_with_translation(entry, held.get(key_of(entry))) for entry in gathered]
    entries += [entry for key, entry in held.items() if key not in keys and for_django(entry)]
    return catalogue_of(entries)


def catalogue_of(entries: Iterable[polib.POEntry]) -> polib.POFile:
    """A catalogue as it is written: no dates, no wrapping, sorted by key."""
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = dict(METADATA)
    catalogue.extend(sorted(entries, key=lambda entry: (entry.msgid.casefold(), *key_of(entry))))
    return catalogue


def _with_translation(found: polib.POEntry, held: polib.POEntry | None) -> polib.POEntry:
    entry = polib.POEntry(
        msgid=found.msgid,
        msgctxt=found.msgctxt,
        msgid_plural=found.msgid_plural,
        comment=found.comment,
        flags=[flag for flag in found.flags if flag == "python-format"],
    )
    if found.msgid_plural:
        entry.msgstr_plural = {0: held.msgstr_plural.get(0, "") if held else ""}
    elif held:
        entry.msgstr = held.msgstr
    return entry


# --- checking ---------------------------------------------------------------------------------


def problems(catalogue: polib.POFile, found: Iterable[polib.POEntry] | None) -> Iterator[str]:
    """Everything that is not in order; `found` are the keys of the sources, None if unknown."""
    if catalogue.metadata.get("Plural-Forms") != METADATA["Plural-Forms"]:
        yield f"The header must say Plural-Forms: {METADATA['Plural-Forms']}"
    keys = [key_of(entry) for entry in catalogue if not entry.obsolete]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"stands twice: {named(key)}"
    if found is not None:
        yield from _out_of_step(catalogue, list(found))
    for text, path in seen_in_python():
        if (text, "") not in keys:
            yield f"in {path.name}, but not in the catalogue (inside an f-string?): “{text}”"
    for entry in catalogue:
        key = named(key_of(entry))
        if entry.obsolete:
            yield f"obsolete: {key}"
        else:
            yield from (f"{wrong}: {key}" for wrong in _wrong_with(entry))


def _out_of_step(catalogue: polib.POFile, found: list[polib.POEntry]) -> Iterator[str]:
    held = {key_of(entry): entry for entry in catalogue if not entry.obsolete}
    wanted = {key_of(entry): entry for entry in found}
    for key, entry in wanted.items():
        if key not in held:
            yield f"not in the catalogue: {named(key)}"
        elif held[key].msgid_plural != entry.msgid_plural:
            yield f"the plural is not that of the sources: {named(key)}"
    for key, entry in held.items():
        if key not in wanted and not for_django(entry):
            yield f"no longer in the sources: {named(key)}"


def _wrong_with(entry: polib.POEntry) -> Iterator[str]:
    if "fuzzy" in entry.flags:
        yield "fuzzy"
    # Vietnamese has one form for every number.
    plural = bool(entry.msgid_plural)
    if plural != bool(entry.msgstr_plural) or (plural and list(entry.msgstr_plural) != [0]):
        yield "exactly one plural form is wanted" if plural else "no plural form is wanted"
        return
    english = entry.msgid_plural or entry.msgid
    said = entry.msgstr_plural[0] if plural else entry.msgstr
    if not said.strip():
        yield "not translated"
        return
    python_format = "python-format" in entry.flags
    if placeholders(english, python_format) != placeholders(said, python_format):
        yield f"placeholders differ in “{said}”"
    if sorted(TAGS.findall(english)) != sorted(TAGS.findall(said)):
        yield f"tags differ in “{said}”"
    if _ends(english) != _ends(said):
        yield f"blanks at the ends differ in “{said}”"


def placeholders(text: str, python_format: bool) -> tuple[list[str], list[str]]:
    """Named ones, once each, as their order is free; then the others in their order."""
    found = PERCENT.findall(text) if python_format else NAMED.findall(text)
    names = {each for each in found if each.startswith("%(")} | set(BRACES.findall(text))
    return sorted(names), [each for each in found if not each.startswith("%(") and each != "%%"]


def _ends(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def compiled(path: Path) -> bytes:
    """What the catalogue compiles to; the same for the same text, on any machine."""
    return polib.pofile(str(path)).to_binary()


def check(path: Path = CATALOGUE) -> tuple[list[str], str]:
    """All problems, and why the sources were not compared (empty if they were)."""
    if not path.is_file():
        return [f"{path} is missing; run: python scripts/translations.py"], ""
    reason, found = "", None
    try:
        found = extract()
    except Unavailable as error:
        reason = str(error)
    wrong = list(problems(polib.pofile(str(path)), found))
    binary = path.with_suffix(".mo")
    if not binary.is_file() or binary.read_bytes() != compiled(path):
        wrong.append(f"{binary.name} is not what {path.name} compiles to")
    if reason and "gettext" in os.environ.get("COTMOC_REQUIRE", "").split(","):
        wrong.append(f"the sources were not compared: {reason}")
    return wrong, reason


# --- the command ------------------------------------------------------------------------------


def update(path: Path = CATALOGUE) -> None:
    """Write the catalogue anew and compile it. Raises Unavailable."""
    known = polib.pofile(str(path)) if path.is_file() else []
    text = f"{merge(known, extract())}\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    path.with_suffix(".mo").write_bytes(compiled(path))


def main(arguments: list[str]) -> int:
    """Returns the exit status."""
    if unknown := set(arguments) - {"--check"}:
        sys.exit(f"unknown arguments: {' '.join(sorted(unknown))}; known: --check")
    if "--check" not in arguments:
        try:
            update()
        except Unavailable as error:
            sys.exit(f"The keys cannot be gathered: {error}")
    wrong, reason = check()
    if wrong:
        print("Translations are not in order:", *(f"  {line}" for line in wrong), sep="\n")
        if "--check" in arguments:
            print("To gather keys and compile: python scripts/translations.py")
        return 1
    skipped = f" (not compared with the sources: {reason})" if reason else ""
    print(f"Translations: {len(polib.pofile(str(CATALOGUE)))} keys, all in Vietnamese{skipped}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
