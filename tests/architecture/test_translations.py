"""The Vietnamese catalogue is whole, and no English is left on a page."""

import importlib.util
import re
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.utils import translation

SCRIPT = Path(__file__).parents[2] / "scripts" / "translations.py"


def load_script():
    spec = importlib.util.spec_from_file_location("translations_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


script = load_script()


def test_the_catalogue_is_in_order():
    wrong, _reason = script.check()
    assert wrong == []


def entry(msgid="Targets", msgstr="Chỉ tiêu", **fields):
    return polib.POEntry(msgid=msgid, msgstr=msgstr, **fields)


def wrong_with(*entries, found=None):
    catalogue = script.catalogue_of(entries)
    python_keys = re.compile("but not in the catalogue")
    return [line for line in script.problems(catalogue, found) if not python_keys.search(line)]


FORMAT = {"flags": ["python-format"]}


@pytest.mark.parametrize(
    "good",
    [
        entry(),
        entry("%(have)s of %(of)s", "trong %(of)s có %(have)s", **FORMAT),
        entry("%(share)s %% of it", "%(share)s %% của nó", **FORMAT),
        entry("%s of %s", "%s trong %s", **FORMAT),
        entry("100 % of it", "toàn bộ, 100 %"),
        entry("<b>{n}</b> more", "thêm <b>{n}</b>"),
        entry("%(n)s unit", "", msgid_plural="%(n)s units", msgstr_plural={0: "%(n)s đơn vị"}),
        entry("one unit", "", msgid_plural="%(n)s units", msgstr_plural={0: "%(n)s đơn vị"}),
    ],
    ids=lambda good: good.msgid,
)
def test_a_sound_translation_passes(good):
    assert wrong_with(good, found=[good]) == []


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (entry(msgstr=""), "not translated"),
        (entry(msgstr=" "), "not translated"),
        (entry(flags=["fuzzy"]), "fuzzy"),
        (entry(obsolete=True), "obsolete"),
        (entry("%(n)s of 3", "%(m)s trong 3"), "placeholders differ"),
        (entry("%(n)s of 3", "trong 3"), "placeholders differ"),
        (entry("%(n)s %% of it", "%(n)s % của nó", **FORMAT), "placeholders differ"),
        (entry("%s in %d", "%d, %s", **FORMAT), "placeholders differ"),
        (entry("{n} more", "thêm {m}"), "placeholders differ"),
        (entry("<b>3</b> more", "thêm 3"), "tags differ"),
        (entry("Password: ", "Mật khẩu:"), "blanks at the ends differ"),
        (entry(msgid_plural="Targets"), "exactly one plural form"),
        (
            entry("unit", "", msgid_plural="units", msgstr_plural={0: "đơn vị", 1: "đơn vị"}),
            "exactly one plural form",
        ),
        (entry(msgstr="", msgstr_plural={0: "Chỉ tiêu"}), "no plural form"),
    ],
    ids=lambda part: part if isinstance(part, str) else part.msgstr or None,
)
def test_a_faulty_translation_is_named(bad, said):
    (line,) = wrong_with(bad)
    assert said in line
    assert bad.msgid in line


def test_keys_out_of_step_with_the_sources_are_named():
    found = [entry("Targets"), entry("Search", msgctxt="short")]
    lines = wrong_with(entry("Targets"), entry("Search", "Tìm"), found=found)
    assert lines == [
        "not in the catalogue: “Search” (short)",
        "no longer in the sources: “Search”",
    ]


def test_a_key_that_stands_twice_is_named():
    assert wrong_with(entry(), entry()) == ["stands twice: “Targets”"]


def test_only_a_text_of_django_may_stand_without_a_key():
    better = entry("This field is required.", "Không được để trống.", tcomment="Django")
    ours = entry("This is ours.", "Của ta.", tcomment="Django")
    assert wrong_with(better, ours, found=[]) == ["no longer in the sources: “This is ours.”"]


def test_merging_keeps_what_is_translated_and_drops_what_is_gone():
    known = [entry("Targets"), entry("Gone", "Đã bỏ")]
    found = [entry("Targets", ""), entry("New", ""), entry("n", "", msgid_plural="ns")]
    merged = {each.msgid: each for each in script.merge(known, found)}
    assert list(merged) == ["n", "New", "Targets"]
    assert merged["Targets"].msgstr == "Chỉ tiêu"
    assert merged["New"].msgstr == ""
    assert merged["n"].msgstr_plural == {0: ""}


def test_without_xgettext_the_rest_is_checked(monkeypatch):
    monkeypatch.delenv("COTMOC_REQUIRE", raising=False)
    monkeypatch.setattr(script.shutil, "which", lambda program: None)
    wrong, reason = script.check()
    assert (wrong, reason) == ([], "xgettext is not installed (apt install gettext)")
    monkeypatch.setenv("COTMOC_REQUIRE", "chromium,gettext")
    wrong, reason = script.check()
    assert wrong == [f"the sources were not compared: {reason}"]


def test_an_old_compilation_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(script, "extract", list)
    path = tmp_path / "django.po"
    path.write_text(f"{script.catalogue_of([])}\n", encoding="utf-8")
    stale = "django.mo is not what django.po compiles to"
    assert stale in script.check(path)[0]
    path.with_suffix(".mo").write_bytes(script.compiled(path))
    assert stale not in script.check(path)[0]


# --- pages ----------------------------------------------------------------------------------------

ENGLISH = re.compile(
    r"\b(the|of|and|or|with|from|for|is|are|was|not|by|this|that|its"
    r"|no data|met|behind|goal|targets?|figures?|indicators?|units?|bod(?:y|ies)"
    r"|overview|documents?|journal|published|search|sign in|state|value|period|page)\b",
    re.IGNORECASE,
)
NAMES_OF_FILES = re.compile(r"\S+[./]\w\S*")
# The journal shows what was written as it was written: `role: auditor`, `accounts.person 6`.
RECORDED = re.compile(r"[a-z_0-9]+: .*|[a-z]+\.[a-z]+ .*")
SAID_IN_ATTRIBUTES = {"aria-label", "title", "placeholder", "alt", "data-label"}
NOT_PROSE = {"code", "script", "style"}


class Reader(HTMLParser):
    """What people see or hear of a page, without codes and scripts."""

    def __init__(self):
        super().__init__()
        self.inside = []
        self.said = []

    def handle_starttag(self, tag, attributes):
        if tag in NOT_PROSE:
            self.inside.append(tag)
        elif not self.inside:
            self.said += [text for name, text in attributes if name in SAID_IN_ATTRIBUTES]

    def handle_endtag(self, tag):
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, text):
        if not self.inside:
            self.said.append(text)


def said_on(page):
    reader = Reader()
    reader.feed(page)
    return {" ".join(text.split()) for text in reader.said if text and text.strip()}


def english_in(texts):
    """Texts that are not, or not wholly, Vietnamese."""
    return {text for text in texts if ENGLISH.search(NAMES_OF_FILES.sub("", text))}


def test_the_reader_sees_words_and_labels_but_not_codes():
    page = '<p title="One">Two <b>three</b> <code title="no">no</code></p><script>no</script>'
    assert said_on(page) == {"One", "Two", "three"}


@pytest.fixture
def addresses(plan):
    """The main pages, with whom they are read as."""
    target = plan.targets.filter(indicator_code="dossiers_on_time").get()
    days = plan.targets.filter(indicator_code="processing_days").get()
    closed = plan.targets.filter(level="district").first()
    return {
        "/": "dung",
        "/targets/": "dung",
        f"/targets/{target.pk}/": "dung",
        f"/targets/{days.pk}/": "dung",
        f"/targets/{closed.pk}/": "dung",
        "/figures/": "dung",
        "/figures/dossiers_on_time/H44/2026-08/": "dung",
        "/figures/data_reused/H44/2026-08/": "dung",
        "/figures/health_records/H44/2026-08/": "dung",
        "/indicators/": "dung",
        "/indicators/dossiers_on_time/": "dung",
        "/sources/": "dung",
        "/organisations/": "dung",
        "/organisations/H44.100/": "dung",
        "/units/": "dung",
        "/units/?on=2025-06-30": "dung",
        "/units/commune:07942:2025-07-01/": "dung",
        "/units/province:25:/": "dung",
        "/plans/": "dung",
        f"/plans/{plan.pk}/": "dung",
        f"/plans/{plan.pk}/tasks/": "dung",
        "/documents/": "dung",
        f"/documents/{plan.document_id}/": "dung",
        f"/documents/{plan.document_id}/amends/": "dung",
        "/scorecards/": "dung",
        "/scorecards/qd766/ranking/?kind=commune": "dung",
        "/scorecards/qd766/cards/H44.100/": "dung",
        "/scorecards/qd766/methods/2022/": "dung",
        "/scorecards/dti/methods/qd922/": "dung",
        "/public/scorecards/": "em",
        "/search/?q=viet+tri": "dung",
        "/search/?q=zzz": "dung",
        "/account/": "dung",
        "/public/": "em",
        f"/public/targets/{target.pk}/": "em",
        "/sign-in/": "em",
        "/journal/": "giang",
        "/nothing-here/": "dung",
    }


def test_no_english_is_left_on_a_page(client, cast, plan, now, addresses):
    from cotmoc.apps.programmes.services import publish_plan

    publish_plan(plan, actor=cast.dung, now=now)
    catalogue = polib.pofile(str(script.CATALOGUE))
    keys = {each.msgid for each in catalogue if each.msgstr != each.msgid}
    left = {}
    for address, reader in addresses.items():
        client.logout()
        client.cookies["language"] = "vi"
        if reader != "em":
            client.force_login(getattr(cast, reader))
        answer = client.get(address)
        assert answer.headers["Content-Language"] == "vi", address
        assert answer.status_code == (404 if address == "/nothing-here/" else 200), address
        said = said_on(answer.content.decode())
        if address == "/journal/":
            said = {text for text in said if not RECORDED.fullmatch(text)}
        if english := (said & keys) | english_in(said):
            left[address] = sorted(english)
    assert not left, "\n".join(f"{address}: {texts}" for address, texts in left.items())


def test_a_refused_form_speaks_vietnamese(client, cast):
    client.cookies["language"] = "vi"
    wrong = client.post("/sign-in/", {"username": "dung", "password": "no"}).content.decode()
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in wrong
    client.force_login(cast.dung)
    refused = set()
    for old, new in (("", ""), ("sai", "ngắn")):
        form = {"old_password": old, "new_password1": new, "new_password2": new}
        refused |= said_on(client.post("/account/", form).content.decode())
    assert not english_in(refused)
    assert refused >= {
        "Không được để trống mục này.",
        "Mật khẩu hiện tại không đúng. Hãy nhập lại.",
        "Mật khẩu quá ngắn, phải có ít nhất 12 ký tự.",
    }


def test_the_command_line_speaks_vietnamese():
    from cotmoc.config.cli.main import build_parser

    with translation.override("vi"):
        text = build_parser().format_help()
    assert "danh mục chỉ số" in text
    assert "catalogue" not in text


def test_words_are_marked_by_names_that_are_gathered():
    """xgettext knows gettext's own names and `_`; under another name a word would stay English."""
    renamed = re.compile(r"import .*\bn?gettext\w* as (?!_\b)(\w+)")
    wrong = [
        f"{path.name}: {found[1]}"
        for path in script.PACKAGE.rglob("*.py")
        for found in renamed.finditer(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []
