"""Those who steer: from the sentence on the first page down to the row of a file, and back."""

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

CAPTURE = Path(__file__).parents[2] / "samples" / "phu-tho-2026-08"


def row_of_file(name, line):
    """The header and the cells of one physical line of a published table."""
    with (CAPTURE / name).open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        return dict(zip(header, next(row for row in rows if rows.line_num == line), strict=False))


def number_in(text):
    """184.513 or 184,513 or "3.600 things" as a whole number."""
    return int(re.sub(r"\D", "", re.match(r"\s*[\d.,\u00a0 ]*", text)[0]))


def shown_total(visitor):
    """How many rows the list under the filters says it has."""
    said = visitor.find(".results .pager p").inner_text()
    return number_in(re.split(r"\D+(?=\d[\d.,]*\s*$)", said.strip())[-1])


def test_dung_opens_the_worst_target_down_to_the_row_it_was_computed_from(em, demo):
    dung = em
    dung.open("/sign-in/")
    dung.sign_in("to-giup-viec")
    assert dung.path == "/"

    sentence = dung.find(".say").inner_text()
    legend = dict(
        zip(
            ("met", "on_the_way", "behind"),
            map(number_in, dung.find(".card.standing .legend b").all_inner_texts()[:3]),
            strict=True,
        )
    )
    assert sum(legend.values()) == demo.counts["targets_measured"]
    said = [int(each) for each in re.findall(r"\d+", sentence)]
    assert said == [legend["met"], demo.counts["targets"], legend["behind"]]

    worst = dung.find(".g-21 > .card:first-child tbody td.name a").first
    name = worst.inner_text()
    shown = dung.find(".g-21 > .card:first-child tbody td.value").first.inner_text()
    percent = re.match(r"[\d.,]+\s%", shown)[0]
    dung.follow(worst)
    assert re.fullmatch(r"/targets/\d+/", dung.path)
    assert dung.find(".big strong").first.inner_text() == percent

    dung.follow(dung.find(".lede .actions a.primary"))
    assert dung.path.startswith("/figures/")
    assert name in dung.find(".chain").inner_text()
    assert percent in dung.find("h1").inner_text()

    row = dung.find("#observations tbody tr").first
    body, cells = row.locator("td.name").inner_text(), row.locator("td.value").inner_text()
    link = row.locator("a[href*='/sources/']")
    line = int(re.search(r"line=(\d+)", link.get_attribute("href"))[1])
    dung.follow(link)

    assert dung.find("tr.chosen").count() == 1
    assert dung.find("tr.chosen th").inner_text() == str(line)
    expect(dung.find("tr.chosen")).to_be_in_viewport()
    file = dung.find("h1").inner_text()
    published = row_of_file(file, line)
    names = dung.find("thead th").all_inner_texts()[1:]
    highlighted = dict(zip(names, dung.find("tr.chosen td").all_inner_texts(), strict=True))
    assert highlighted == {key: value.strip() for key, value in published.items()}
    assert published["unit_name"] == body
    numbers = [number_in(each) for each in cells.split("/")]
    assert set(map(str, numbers)) <= set(published.values())


def test_the_chain_to_the_file_closes_at_the_file_as_received(dung):
    dung.open("/sources/")
    dung.follow(dung.find("td.name a", has_text="progress.csv"))
    with dung.page.expect_download() as download:
        dung.find(".actions a[href$='/file/']").click()
    name = "phu-tho-2026-08-progress.csv"
    assert download.value.suggested_filename == name
    assert Path(download.value.path()).read_bytes() == (CAPTURE / name).read_bytes()


@pytest.fixture
def targets_behind(binh):
    """Bình has narrowed the list of targets to those behind."""
    binh.open("/targets/")
    binh.find("[name=state]").select_option("behind")
    expect(binh.page).to_have_url(re.compile(r"state=behind"))
    expect(binh.find("#targets-chips .chip")).to_have_count(1)
    binh.look()
    return binh


def test_binh_narrows_the_list_of_targets_without_loading_a_page(targets_behind):
    binh = targets_behind
    states = binh.find("#targets td .state").all()
    assert len(states) == shown_total(binh)
    assert all("s-behind" in state.get_attribute("class") for state in states)


def test_binh_orders_the_list(targets_behind, screen):
    binh = targets_behind
    header = binh.find("#targets thead a[href*='sort=deadline']")
    if screen == "phone":
        header.focus()
        with binh.page.expect_navigation():
            header.press("Enter")
        binh.look()
    else:
        binh.follow(header)
    assert "state=behind" in binh.path
    assert "sort=deadline" in binh.path
    assert binh.find("#targets th[aria-sort=ascending]").count() == 1


def test_binh_searches_without_accents(binh):
    binh.open("/targets/")
    everything = shown_total(binh)
    binh.page.fill(".filters [name=q]", "ho so thu tuc hanh chinh")
    expect(binh.page).to_have_url(re.compile("q=ho"))
    expect(binh.find("#targets-chips .chip")).to_have_count(1)
    names = binh.find("#targets td.name a").all_inner_texts()
    assert 0 < len(names) == shown_total(binh) < everything
    assert all("hồ sơ thủ tục hành chính" in name.lower() for name in names)
    binh.look()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_binh_takes_away_exactly_what_the_list_shows(targets_behind, kind):
    binh = targets_behind
    binh.find(".export summary").click()
    binh.look()
    with binh.page.expect_download() as download:
        binh.find(f".export a[href*='export={kind}']").click()
    assert download.value.suggested_filename.endswith(f".{kind}")
    with open(download.value.path(), "rb") as file:
        if kind == "csv":
            rows = list(csv.reader(io.TextIOWrapper(file, "utf-8-sig", newline="")))
        else:
            rows = list(openpyxl.load_workbook(file).active.iter_rows(values_only=True))
    names = binh.find("#targets td.name a").all_inner_texts()
    assert [row[1] for row in rows[1:]] == names


def test_a_mark_in_the_plan_opens_its_target_and_leads_back_to_its_clause(dung):
    dung.open("/plans/")
    dung.follow(dung.find("td.name a").first)
    assert dung.find(".line.alone .why").count() > 10
    mark = dung.find(".line mark a").nth(4)
    words = mark.inner_text()
    dung.follow(mark)
    assert re.fullmatch(r"/targets/\d+/", dung.path)
    assert dung.find(".quote mark").inner_text() == words

    dung.follow(dung.find(".quote a"))
    path, _hash, anchor = dung.path.partition("#")
    assert re.fullmatch(r"/documents/\d+/", path)
    clause = dung.find(f"[id='{anchor}']")
    expect(clause).to_be_in_viewport()
    assert words in clause.inner_text()


def test_a_province_of_before_the_reform_says_what_it_became(dung):
    dung.open("/units/?on=2025-06-30")
    dung.page.fill(".filters [name=q]", "bình định")
    expect(dung.page).to_have_url(re.compile("q=b"))
    old = dung.find("#units td.name a", has_text=re.compile("^Tỉnh Bình Định$"))
    expect(old).to_have_count(1)
    assert "on=2025-06-30" in dung.path
    dung.follow(old)
    became = dung.find(".card a", has_text="Tỉnh Gia Lai")
    expect(became).to_have_count(1)
    dung.follow(became)
    assert dung.find(".card a", has_text=re.compile("^Tỉnh (Bình Định|Gia Lai)$")).count() == 2
