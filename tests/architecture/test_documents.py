"""What the documents name is there: files, headings, commands, settings, dependencies."""

import argparse
import re
import shlex
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest

from cotmoc.config.cli.main import build_parser
from cotmoc.config.environment import Environment

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DOCUMENTS = sorted(
    path
    for folder in ("docs", "samples", "catalogue", "src", "benchmarks")
    for path in (ROOT / folder).rglob("*.md")
) + sorted(ROOT.glob("*.md"))
APPS = sorted(path.parent for path in (ROOT / "src/cotmoc/apps").glob("*/apps.py"))
ROOMS = [
    ROOT / "src/cotmoc" / name
    for name in (
        "config", "portal", "integrations/portal766", "ui", "rest", "analytics", "plantext",
        "indicators", "core",
    )
]  # fmt: skip

FENCED = re.compile(r"^ *(```|~~~)([\w-]*)[^\n]*\n(.*?)^ *\1", re.DOTALL | re.MULTILINE)
IN_LINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"(?<!\\)\[[^\]]*\]\(<?([^)\s>]+)>?\)")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*$", re.MULTILINE)
PROMPT = re.compile(r"^ *\$ (.*)$", re.MULTILINE)
TOGETHER = re.compile(r"\s*(?:&&|\|\|?|;)\s*")


def named(paths):
    return [pytest.param(path, id=str(path.relative_to(ROOT))) for path in paths]


def text_of(path):
    return path.read_text(encoding="utf-8")


def prose(path):
    """The text without its code."""
    return IN_LINE.sub("", FENCED.sub("", text_of(path)))


def anchors(path):
    """The names by which headings are linked to."""
    plain = (re.sub(r"[`*]", "", found).lower() for found in HEADING.findall(prose(path)))
    return {re.sub(r"[^\w\- ]", "", each).replace(" ", "-") for each in plain}


def typed_commands(path):
    """What a reader is asked to type: lines after a prompt, and pieces of code in a sentence."""
    text = text_of(path)
    for _fence, language, block in FENCED.findall(text):
        if language == "console":
            for line in PROMPT.findall(block):
                yield from TOGETHER.split(line)
    yield from IN_LINE.findall(FENCED.sub("", text))


def words_after(program, path):
    """What follows a program in the commands of a document, one list for each."""
    for typed in typed_commands(path):
        try:
            words = shlex.split(typed, comments=True)
        except ValueError:  # not a command: an apostrophe in a piece of code
            continue
        words = words[1:] if words[:1] == ["sudo"] else words
        if words and Path(words[0]).name == program:
            yield words[1:]


@pytest.fixture(scope="module")
def commands():
    """Every command of the program, as the words that lead to it, with its own parser."""
    found = {}

    def walk(parser, words):
        found[words] = parser
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                for name, child in action.choices.items():
                    walk(child, (*words, name))

    walk(build_parser(), ())
    return found


def known_command(words, commands):
    """The command that a typed line names, or None; `FOLDER` and options are not commands."""
    names = []
    for word in words:
        if (*names, word) not in commands:
            break
        names.append(word)
    rest = words[len(names) :]
    takes_actions = any(key[:-1] == tuple(names) for key in commands if key)
    if rest and takes_actions and not rest[0].startswith(("-", "…")):
        return None
    return commands[tuple(names)]


def options(parser):
    return {option for action in parser._actions for option in action.option_strings}


@pytest.mark.parametrize("path", named(DOCUMENTS))
def test_links_lead_somewhere(path):
    astray = []
    for address in LINK.findall(prose(path)):
        if re.match(r"[a-z]+:", address):
            continue
        place, _, anchor = unquote(address).partition("#")
        target = (path.parent / place).resolve() if place else path
        is_there = target.is_relative_to(ROOT) and target.exists()
        if not is_there or (anchor and anchor not in anchors(target)):
            astray.append(address)
    assert astray == []


@pytest.mark.parametrize("path", named(DOCUMENTS))
def test_make_targets_exist(path):
    targets = set(re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    named_ones = {word for words in words_after("make", path) for word in words[:1]}
    assert named_ones - targets == set()


@pytest.mark.parametrize("path", named(DOCUMENTS))
def test_commands_of_the_program_exist(path, commands):
    unknown = []
    for words in words_after("cotmoc", path):
        parser = known_command(words, commands)
        given = {word.split("=")[0] for word in words if word.startswith("--")}
        if parser is None or given - options(parser):
            unknown.append(words)
    assert unknown == []


@pytest.mark.parametrize("path", named(DOCUMENTS))
def test_files_of_the_project_named_in_scripts_and_samples_exist(path):
    """`scripts/…`, `samples/…`, `catalogue/…`, `requirements/…` in code mean files of ours."""
    start = re.compile(r"^(?:scripts|samples|catalogue|requirements|docs)/[\w./-]+$")
    words = {word for typed in typed_commands(path) for word in typed.split()}
    assert [
        each for each in sorted(words) if start.match(each) and not (ROOT / each).exists()
    ] == []


def test_every_command_is_in_the_readme_of_config(commands):
    listed = text_of(ROOT / "src/cotmoc/config/README.md")
    parents = {words[:-1] for words in commands if words}
    leaves = [words for words in commands if words and words not in parents]
    assert [words for words in leaves if f"`{' '.join(words)}`" not in listed] == []


def test_every_direct_dependency_has_its_line():
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))
    groups = [project["project"]["dependencies"], *project["dependency-groups"].values()]
    names = {re.match(r"[\w-]+", each)[0] for group in groups for each in group}
    rows = re.findall(
        r"^\| (`.*?) \|", text_of(DOCS / "decisions/0001-dependencies.md"), re.MULTILINE
    )
    assert {name for row in rows for name in IN_LINE.findall(row)} == names


def test_every_setting_is_documented():
    text = text_of(DOCS / "configuration.md")
    rows = set(re.findall(r"^\| `(COTMOC_\w+)` \|", text, re.MULTILINE))
    assert rows == {f"COTMOC_{name.upper()}" for name in Environment.model_fields}


@pytest.mark.parametrize("path", named(DOCUMENTS))
def test_no_other_setting_is_named(path):
    known = {f"COTMOC_{name.upper()}" for name in Environment.model_fields} | {"COTMOC_REQUIRE"}
    assert set(re.findall(r"COTMOC_[A-Z]\w*", text_of(path))) - known == set()


@pytest.mark.parametrize("folder", named([*APPS, *ROOMS]))
def test_every_room_has_a_page(folder):
    page = folder / "README.md"
    assert page.is_file()
    assert len(text_of(page).splitlines()) <= 90


def test_every_document_is_in_the_index():
    index = DOCS / "README.md"
    linked = {(DOCS / unquote(address)).resolve() for address in LINK.findall(prose(index))}
    assert [path for path in DOCS.rglob("*.md") if path != index and path not in linked] == []
