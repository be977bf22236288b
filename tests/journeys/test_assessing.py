"""A department assesses itself, Dung returns, appraises and publishes; the department objects.

On an index of eleven parts that the test puts into the catalogue of its own server.
"""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

ROOT = Path(__file__).parents[2]
TRIAL = ROOT / "src" / "cotmoc" / "apps" / "scorecards" / "tests" / "rounds" / "trial.yaml"
PREPARE = """
import sys
import django
django.setup()
import yaml
from django.utils import timezone
from cotmoc.apps.scorecards.models import IndexVersion
raw = yaml.safe_load(open(sys.argv[1], encoding="utf-8"))
raw["valid_from"] = raw["valid_from"].isoformat()
index, _new = IndexVersion.objects.get_or_create(
    code="trial", method="1", digest="7" * 64,
    defaults=dict(name_vi="Chỉ số thử", name_en="Trial index", search="chi so thu", owner="",
                  legal_source="", content=raw, valid_from="2026-01-01",
                  recorded_at=timezone.now()),
)
print(index.pk)
"""
PDF = b"%PDF-1.7\ntrailer\n<<>>\n%%EOF\n"
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00 this program cannot be run in DOS mode"
TITLE = "Chấm thử trên màn hình {screen}"


@pytest.fixture(scope="package")
def trial(demo):
    """The number of the trial index on the server."""
    made = subprocess.run(
        [sys.executable, "-c", PREPARE, str(TRIAL)],
        cwd=ROOT,
        env=demo.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(made.stdout)


def open_a_round(dung, trial, screen):
    """For the department that An speaks for; gives the round's address."""
    dung.open("/rounds/new/")
    dung.find("select[name=index]").select_option(str(trial))
    # One round of a body, method and period at a time: each screen has its month.
    dung.page.fill("input[name=period]", {"desktop": "2026-08", "phone": "2026-07"}[screen])
    dung.page.fill("input[name=title]", TITLE.format(screen=screen))
    today = datetime.now(UTC).date()
    dung.page.fill("input[name=deadline]", (today + timedelta(days=9)).isoformat())
    dung.page.fill("input[name=objections_until]", (today + timedelta(days=19)).isoformat())
    dung.find("select[name=picked]").select_option(label="Sở Nội vụ")
    dung.follow(dung.find("main form button.primary"))
    assert re.fullmatch(r"/rounds/\d+/", dung.path)
    return dung.path


def fill_in(an):
    """Every part, section by section; points follow from the answers."""
    an.find("[name=a-PLAN-chosen]").select_option("yes")
    an.page.fill("[name=a-MEETINGS-value]", "3")
    an.page.fill("[name=a-TRAINED-numerator]", "30")
    an.page.fill("[name=a-TRAINED-denominator]", "40")
    an.find("[name=a-SYSTEM-chosen]").select_option("whole")
    an.page.fill("[name=a-MARK-value]", "8")
    an.page.fill("[name=a-IDEAS-value]", "2")
    an.find("button[form=g-work]").click()
    expect(an.find("#work > .alert.success")).to_be_visible()
    expect(an.find("#PLAN .score b")).to_have_text("10,00")
    expect(an.find("#MEETINGS .score b")).to_have_text("5,00")
    expect(an.find("#HALF .score b")).to_have_text("5,00")
    an.look()


def add_evidence(an):
    """A program in a PDF's name is refused; the real one is taken."""
    an.find("#PLAN .proofs summary").click()
    form = an.find("#PLAN .proofs form[enctype]")
    file = form.locator("input[type=file]")
    file.set_input_files({"name": "ke-hoach.pdf", "mimeType": "application/pdf", "buffer": PROGRAM})
    an._refusals.add(an.address + an.path.split("#")[0] + "PLAN/evidence/")
    an.follow(form.locator("button"), status=422)
    expect(an.find("#work > .alert.error")).to_be_visible()
    expect(an.find("#PLAN .evidence")).to_have_count(0)
    form = an.find("#PLAN .proofs form[enctype]")
    form.locator("input[name=number]").fill("12/KH-SNV")
    form.locator("input[name=dated]").fill("2026-02-03")
    good = {"name": "ke-hoach.pdf", "mimeType": "application/pdf", "buffer": PDF}
    form.locator("input[type=file]").set_input_files(good)
    an.follow(form.locator("button"))
    expect(an.find("#PLAN .evidence li")).to_have_count(1)


def submit(an):
    an.follow(an.find("button[value=submit]"))
    expect(an.find("button[value=submit]")).to_have_count(0)


def test_from_self_assessment_to_publication(an, dung, trial, screen):
    address = open_a_round(dung, trial, screen)
    dung.follow(dung.find("#list td.name a"))
    page = dung.path

    # An finds the round in her list, is told what is missing, fills in, proves, submits.
    an.open("/rounds/")
    an.follow(an.find(".plainlist a", has_text=TITLE.format(screen=screen)))
    assert an.path == page
    an._refusals.add(an.address + page)
    an.follow(an.find("button[value=submit]"), status=422)
    expect(an.find("#work > .alert.error li")).to_have_count(6)
    fill_in(an)
    add_evidence(an)
    submit(an)

    # Dung returns one part with her reason; An puts it right.
    dung.open(page)
    dung.find("#MEETINGS details summary").click()
    dung.page.fill("[name=m-MEETINGS-returned]", "Ghi rõ số cuộc họp")
    dung.follow(dung.find("button[value=return]"))
    an.open(page)
    expect(an.find("#MEETINGS .returned")).to_contain_text("Ghi rõ số cuộc họp")
    an.page.fill("[name=a-MEETINGS-value]", "4")
    an.find("button[form=g-work]").click()
    expect(an.find("#MEETINGS .score b")).to_have_text("10,00")
    submit(an)

    # Dung gives points by keys alone, less for one part, with the reason that this wants.
    dung.open(page)
    before = dung.find("#sums dd b").nth(2).inner_text()
    boxes = dung.find("input[data-claim]")
    boxes.first.focus()
    for _box in range(boxes.count()):
        dung.page.keyboard.press("=")
    dung.page.fill("[name=m-MARK-points]", "6")
    dung.page.keyboard.press("Tab")
    expect(dung.find("#sums dd b").nth(2)).not_to_have_text(before)
    dung.page.fill("[name=m-MARK-reason]", "Chưa đủ minh chứng")
    dung.follow(dung.find("button[value=mark]"))
    dung.follow(dung.find("button[value=appraise]"))

    # An objects to it, Dung accepts, settles and publishes; then all is locked.
    an.open(page)
    an.find("#MARK details.fold summary").click()
    an.page.fill("#w-MARK", "Có văn bản của hội đồng")
    an.page.fill("#q-MARK", "7,5")
    an.follow(an.find("#MARK button[value=object]"))
    dung.open(page)
    dung.page.fill("#MARK .objection textarea", "Đúng, đã có văn bản")
    dung.follow(dung.find("#MARK .objection button[value=yes]"))
    dung.follow(dung.find("button[value=settle]"))
    dung.open(address)
    dung.follow(dung.find("button[value=publish]"))
    expect(dung.find("a[href$='/correct/']")).to_be_visible()
    an.open(page)
    expect(an.find("#MARK td.appraised b")).to_have_text("7,50")
    expect(an.find("main form")).to_have_count(0)


def test_without_script(visitor_of, trial):
    """The demonstration's round: a part is answered and saved by an ordinary form."""
    plain = visitor_of("so-nganh", java_script_enabled=False)
    plain.open("/rounds/")
    plain.follow(plain.find(".plainlist a", has_text="minh họa"))
    box = plain.find("[name=a-NT02-value]")
    box.fill("2" if box.input_value() != "2" else "3")
    plain.follow(plain.find("button[form=g-nhan_thuc]"))
    expect(plain.find(".alert.success").first).to_be_visible()
